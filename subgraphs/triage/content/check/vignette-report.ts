import { evaluate, type QuestionAnswer } from '../../engine/evaluate';
import { isEmergency } from '../../engine/is-emergency';
import { exclusionOf } from '../../engine/suitability';
import type { Content, DispositionContent, PathwayContent, QuestionContent } from '../content';
import type { CaseFile, UrgencyClass } from '../content-files';
import { failure, type Finding } from './finding';

const FILE = 'vignettes.yaml';
const MAX_UNDER_SHARE = 0.05;
/** People who are sent to 999 for little learn to answer "no". */
const MAX_OVER_SHARE = 0.1;
/** Minutes: who has to be seen or spoken to within them is urgent. */
const URGENT_WITHIN = 720;
const CLASSES: readonly UrgencyClass[] = ['emergency', 'urgent', 'gp', 'self-care'];

/** Cases of one complaint, by how the class reached stands to the class wanted. */
export interface CaseFigures {
  cases: number;
  right: number;
  under: number;
  over: number;
  emergencies: number;
  emergenciesUnder: number;
}

export interface VignetteReport {
  complaints: Readonly<Record<string, CaseFigures>>;
  total: CaseFigures;
  /** One line for each case that is not right. */
  notRight: readonly string[];
  findings: readonly Finding[];
}

const NO_CASES: CaseFigures = { cases: 0, right: 0, under: 0, over: 0, emergencies: 0, emergenciesUnder: 0 };

/** Plays every case of vignettes.yaml (rule 26): no emergency ends less urgently than wanted, of all at most one in twenty, and at most one in ten more urgently. */
export function vignetteReport(cases: readonly CaseFile[], content: Content): VignetteReport {
  const complaints: Record<string, CaseFigures> = {};
  const notRight: string[] = [];
  const findings: Finding[] = [];
  for (const [index, each] of cases.entries()) {
    const reached = endOf(each, content.pathways);
    if (typeof reached === 'string') {
      findings.push(failure(26, FILE, [index], `"${each.name}": ${reached}`));
      continue;
    }
    const { complaint, disposition } = reached;
    const got = urgencyClass(disposition);
    const distance = CLASSES.indexOf(got) - CLASSES.indexOf(each.wanted);
    complaints[complaint] = plus(complaints[complaint] ?? NO_CASES, each.wanted, distance);
    if (distance === 0) continue;
    notRight.push(
      `${distance > 0 ? 'under' : 'over'}: ${each.name}: ${each.wanted} wanted, ${got} (${disposition.id})`,
    );
    if (distance > 0 && each.wanted === 'emergency')
      findings.push(
        failure(
          26,
          FILE,
          [index],
          `"${each.name}": an emergency (${each.source}) ends in "${disposition.id}".`,
        ),
      );
  }
  const total = Object.values(complaints).reduce(sum, NO_CASES);
  if (total.under > total.cases * MAX_UNDER_SHARE)
    findings.push(
      failure(
        26,
        FILE,
        [],
        `${total.under} of ${total.cases} cases end less urgently than wanted: at most one in twenty.`,
      ),
    );
  if (total.over > total.cases * MAX_OVER_SHARE)
    findings.push(
      failure(
        26,
        FILE,
        [],
        `${total.over} of ${total.cases} cases end more urgently than wanted: at most one in ten.`,
      ),
    );
  return { complaints, total, notRight, findings };
}

/** Class of urgency; a pharmacist counts with the GP, since Pharmacy First is the NHS's way to be treated without one. */
function urgencyClass(disposition: DispositionContent): UrgencyClass {
  const { careLevel, timeframe } = disposition;
  if (isEmergency(disposition)) return 'emergency';
  if (careLevel === 'SELF_CARE') return 'self-care';
  return timeframe.kind === 'minutes' && timeframe.minutes <= URGENT_WITHIN ? 'urgent' : 'gp';
}

/** Returns where a case ends, or says why it does not. */
function endOf(
  { pathway: id, ageInDays, sex, answers }: CaseFile,
  pathways: Content['pathways'],
): { complaint: string; disposition: DispositionContent } | string {
  const pathway = pathways.get(id);
  if (pathway === undefined) return `There is no pathway "${id}".`;
  const { complaint } = pathway;
  const refusal = exclusionOf(pathway, { ageInDays, sex });
  if (refusal !== undefined)
    return Object.keys(answers).length === 0
      ? { complaint, disposition: refusal.disposition }
      : 'This person is refused before any question: take the answers out.';
  const written = new Map(Object.entries(answers).map(([key, optionIds]) => [idOf(pathway, key), optionIds]));
  const given: QuestionAnswer[] = [];
  for (;;) {
    const evaluation = evaluate(pathway, { ageInDays, sex }, given);
    if (evaluation.kind === 'outcome') {
      const unused = [...written.keys()].find(
        (questionId) => !given.some((one) => one.questionId === questionId),
      );
      return unused === undefined
        ? { complaint, disposition: evaluation.disposition }
        : `"${unused}" is not asked, or there is no such question.`;
    }
    const { question } = evaluation;
    if (given.some(({ questionId }) => questionId === question.id))
      return `"${question.id}" is asked again after its answer: this person can never end.`;
    const optionIds = written.get(question.id) ?? without(question);
    const stray = optionIds.find((optionId) => !question.options.some((option) => option.id === optionId));
    if (stray !== undefined) return `"${question.id}" has no option "${stray}": write an answer to it.`;
    given.push({ questionId: question.id, optionIds });
  }
}

/** Questions that a case does not answer are answered with "none of these" or "no". */
function without({ kind }: QuestionContent): readonly string[] {
  return [kind === 'TICK_ANY' ? 'none' : 'no'];
}

function idOf({ id, questions }: PathwayContent, key: string): string {
  return questions.has(key) ? key : `${id}.${key}`;
}

function plus(figures: CaseFigures, wanted: UrgencyClass, distance: number): CaseFigures {
  const isUrgent = wanted === 'emergency';
  return sum(figures, {
    cases: 1,
    right: Number(distance === 0),
    under: Number(distance > 0),
    over: Number(distance < 0),
    emergencies: Number(isUrgent),
    emergenciesUnder: Number(isUrgent && distance > 0),
  });
}

function sum(one: CaseFigures, other: CaseFigures): CaseFigures {
  return {
    cases: one.cases + other.cases,
    right: one.right + other.right,
    under: one.under + other.under,
    over: one.over + other.over,
    emergencies: one.emergencies + other.emergencies,
    emergenciesUnder: one.emergenciesUnder + other.emergenciesUnder,
  };
}

/** The figures as docs/safety/vignettes.md has them. */
export function vignettePage({ complaints, total, notRight }: VignetteReport): string {
  const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const figures = (name: string, each: CaseFigures): string =>
    row([name, each.cases, each.right, each.under, each.over, each.emergencies, each.emergenciesUnder]);
  return [
    row(['complaint', 'cases', 'right', 'less urgent', 'more urgent', 'emergencies', 'of them less urgent']),
    row(['---', '---', '---', '---', '---', '---', '---']),
    ...Object.entries(complaints)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, each]) => figures(name, each)),
    figures('**all**', total),
    '',
    ...notRight.map((line) => `- ${line}`),
  ].join('\n');
}
