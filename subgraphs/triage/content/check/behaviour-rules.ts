import { evaluate, type EvaluationStep } from '../../engine/evaluate';
import { isEmergency } from '../../engine/is-emergency';
import { suits } from '../../engine/suitability';
import type { PathwayFile } from '../content-files';
import type { Content, Exit, OptionContent, PathwayContent, QuestionContent } from '../content';
import { EMERGENCY_SCREEN } from '../link-content';
import { MAX_RUNS, questionSteps, type Enumerated, type Run } from './enumerate';
import { failure, unless, warning, type Finding, type ContentPath } from './finding';
import {
  isMilder,
  isMilderCount,
  reachedQuestions,
  signRules,
  type EndedRun,
  type Reach,
  type Reached,
} from './sign-rules';

const MAX_QUESTIONS = 12;

/** Rules that show only when every answer set is walked: 7 to 12, 14, 16, 19, 23 and 24, and parts of 13 and 15. */
export function behaviourRules(enumerated: Enumerated, file: PathwayFile, content: Content): Finding[] {
  const { pathway, size } = enumerated;
  if (size > MAX_RUNS) return [tooLarge(pathway, size)];
  const runs = enumerated.runs.flatMap((run) => ended(run) ?? []);
  const reached = reachedQuestions(runs);
  return distinct([
    ...enumerated.runs.flatMap((run) => everyRunEnds(pathway, run)),
    ...runs.flatMap((run) => rulesOfRun(pathway, run, content)),
    ...deadQuestions(pathway, enumerated.runs),
    ...reached.flatMap(({ node, ranks }) => unsureIsSafe(pathway, node, ranks)),
    ...signRules(reached),
    ...adviceIsReached(file, runs),
  ]);
}

/** Part of 19, before anything is walked. Names the question that multiplies most. */
function tooLarge(pathway: PathwayContent, size: number): Finding {
  const own = [...pathway.questions.values()].filter(({ id }) => id !== EMERGENCY_SCREEN);
  const largest = own.reduce<QuestionContent | undefined>(
    (most, each) => (most === undefined || each.options.length > most.options.length ? each : most),
    undefined,
  );
  const most =
    largest === undefined ? '' : ` "${keyOf(largest.id)}" has the most options, ${largest.options.length}.`;
  return failure(
    19,
    ...place(pathway, largest && { node: largest }),
    `This pathway has ${new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 3 }).format(size)} answer sets, and at most ${MAX_RUNS} are walked: let more answers end, or split it.${most}`,
  );
}

function ended(run: Run): EndedRun | null {
  const { evaluation } = run;
  if (evaluation.kind === 'question') return null;
  return { ...run, disposition: evaluation.disposition, trace: evaluation.trace };
}

function rulesOfRun(pathway: PathwayContent, run: EndedRun, content: Content): Finding[] {
  return [
    ...screenFirst(pathway, run),
    ...redFlagsFirst(pathway, run),
    ...hierarchy(run),
    ...dominance(pathway, run),
    ...unspecifiedSexIsSafest(pathway, run),
    ...redirectSuits(pathway, run, content),
    ...depth(run),
    ...advised(pathway, run),
  ];
}

/** 7 */
function everyRunEnds(pathway: PathwayContent, { evaluation, answers }: Run): Finding[] {
  const questionIds = new Set(answers.map(({ questionId }) => questionId));
  const used = evaluation.trace.filter(({ kind }) => kind === 'answered').length;
  if (evaluation.kind === 'outcome' && used === questionIds.size) return [];
  const last = answers.at(-1);
  const node = last && pathway.questions.get(last.questionId);
  if (last === undefined || node === undefined)
    return [failure(7, fileOf(pathway.id), [], 'There are answers that end in no disposition.')];
  const ticks = last.optionIds.map((id) => `"${id}"`).join(' and ');
  return [
    failure(
      7,
      ...place(pathway, { node }),
      last.optionIds.length > 1
        ? `There are answers that end in no disposition: ${ticks}, ticked together, all lead on to a question. Of ticks that can be chosen together only one may.`
        : `There are answers that end in no disposition: ${ticks} leads nowhere.`,
    ),
  ];
}

/** 8 */
function screenFirst(pathway: PathwayContent, { trace }: EndedRun): Finding[] {
  return unless(trace[0]?.node.id === EMERGENCY_SCREEN, () =>
    failure(8, fileOf(pathway.id), ['emergencyScreen'], 'Something is asked before the emergency screen.'),
  );
}

/** 9 */
function redFlagsFirst(pathway: PathwayContent, { trace, disposition }: EndedRun): Finding[] {
  const screened = questionSteps(trace).some(
    ({ node }) => node.id !== EMERGENCY_SCREEN && isRedFlagQuestion(node),
  );
  const last = trace.at(-1);
  return unless(screened || isEmergency(disposition) || last === undefined, () =>
    failure(
      9,
      ...place(pathway, last),
      `"${disposition.id}" can be reached without a red-flag question: ask for what needs 999 or an emergency department first.`,
    ),
  );
}

function isRedFlagQuestion(node: QuestionContent): boolean {
  return endsOf(node).some((exit) => exit.kind === 'outcome' && isEmergency(exit.disposition));
}

function endsOf({ options, counts }: QuestionContent): Exit[] {
  return [...options, ...counts].map(({ exit }) => exit);
}

/** 10. A pathway that another leads on to begins its own hierarchy; a question that only leads on has no place in it. */
function hierarchy({ trace }: EndedRun): Finding[] {
  const steps = questionSteps(trace)
    .map(({ node }) => ({ node, mostUrgent: mostUrgentExit(node) }))
    .filter(({ node, mostUrgent }) => node.id !== EMERGENCY_SCREEN && mostUrgent !== Infinity);
  return steps.flatMap(({ node, mostUrgent }, index) => {
    const earlier = steps
      .slice(0, index)
      .find((other) => other.node.pathwayId === node.pathwayId && other.mostUrgent > mostUrgent);
    if (earlier === undefined) return [];
    const message = `This can end more urgently than "${keyOf(earlier.node.id)}", which is asked before it.`;
    return [warning(10, fileOf(node.pathwayId), ['questions', keyOf(node.id)], message)];
  });
}

function mostUrgentExit(node: QuestionContent): number {
  const ranks = endsOf(node).flatMap((exit) =>
    exit.kind === 'outcome' ? [exit.disposition.urgencyRank] : [],
  );
  return Math.min(...ranks);
}

/** 11 */
function dominance(pathway: PathwayContent, run: EndedRun): Finding[] {
  return questionSteps(run.trace).flatMap((step) => {
    if (step.kind === 'known' || step.node.kind !== 'TICK_ANY') return [];
    const before = step.chosen.filter(({ alone }) => !alone).map(({ id }) => id);
    return step.node.options
      .filter(({ id, alone }) => !alone && !before.includes(id))
      .filter((tick) => step.node.counts.length > 0 || !isAsUrgent(tick, run))
      .flatMap((tick) => {
        const optionIds = [...before, tick.id];
        if (isMilderCount(step.node, optionIds)) return [];
        const more = evaluate(pathway, run.subject, [
          ...run.answers,
          { questionId: step.node.id, optionIds },
        ]);
        const rank = more.kind === 'outcome' ? more.disposition.urgencyRank : -Infinity;
        return unless(rank <= run.disposition.urgencyRank, () =>
          failure(
            11,
            ...place(pathway, step),
            `Ticking "${tick.id}" as well makes the outcome less urgent than "${run.disposition.id}".`,
          ),
        );
      });
  });
}

/** The most urgent of ticks wins: one whose own end is as urgent needs no walk, unless ticks are counted. */
function isAsUrgent({ exit }: OptionContent, { disposition }: EndedRun): boolean {
  return exit.kind === 'outcome' && exit.disposition.urgencyRank <= disposition.urgencyRank;
}

/** Part of 13: who does not state a sex is never told less than a woman or a man with the same answers. */
function unspecifiedSexIsSafest(pathway: PathwayContent, run: EndedRun): Finding[] {
  if (run.subject.sex !== 'UNSPECIFIED') return [];
  return (['FEMALE', 'MALE'] as const).flatMap((sex) => {
    const other = evaluate(pathway, { ...run.subject, sex }, run.answers);
    const safe = other.kind === 'question' || other.disposition.urgencyRank >= run.disposition.urgencyRank;
    return unless(safe, () =>
      failure(
        13,
        ...place(pathway, run.trace.at(-1)),
        `Somebody of unspecified sex ends less urgently here than somebody ${sex} with the same answers.`,
      ),
    );
  });
}

/** Part of 13: nobody is led on to a pathway that is not for them. */
function redirectSuits(pathway: PathwayContent, { trace, subject }: EndedRun, content: Content): Finding[] {
  return trace.flatMap((step) => {
    const target = content.pathways.get(step.node.pathwayId);
    return unless(target === undefined || suits(target.population, subject), () =>
      failure(
        13,
        fileOf(pathway.id),
        [],
        `Somebody ${subject.sex} of ${subject.ageInDays} days is led on to "${step.node.pathwayId}", which is not for them.`,
      ),
    );
  });
}

/** Part of 19 */
function depth({ trace, answers, disposition }: EndedRun): Finding[] {
  const last = trace.at(-1);
  return unless(answers.length <= MAX_QUESTIONS || last === undefined, () =>
    failure(
      19,
      fileOf(last?.node.pathwayId ?? ''),
      ['questions', keyOf(last?.node.id ?? '')],
      `"${disposition.id}" takes ${answers.length} questions here; at most ${MAX_QUESTIONS}.`,
    ),
  );
}

/** 16 */
function advised(pathway: PathwayContent, { evaluation, disposition }: EndedRun): Finding[] {
  const by = evaluation.kind === 'outcome' ? evaluation.decided.node.pathwayId : pathway.id;
  const advice = pathway.advice.get(by)?.get(disposition.id);
  return [
    ...unless((advice?.worseningAdvice.length ?? 0) > 0, () =>
      failure(16, fileOf(by), ['outcomes'], `"${disposition.id}" is reached without worsening advice.`),
    ),
    ...unless((advice?.careAdvice.length ?? 0) > 0, () =>
      failure(16, fileOf(by), ['outcomes'], `"${disposition.id}" is reached without care advice.`),
    ),
  ];
}

/** 14: known facts are not asked for, so no question may be one that everybody skips. */
function deadQuestions(pathway: PathwayContent, runs: readonly Run[]): Finding[] {
  const questionIds = new Set(runs.flatMap(({ answers }) => answers.map(({ questionId }) => questionId)));
  const own = [...pathway.questions.values()].filter(
    ({ id, pathwayId }) => pathwayId === pathway.id && id !== EMERGENCY_SCREEN,
  );
  const answerable = [...pathway.given].flatMap(([fact, value]) =>
    own
      .filter((question) => question.fact === fact && !question.options.some(({ id }) => id === value))
      .map((question) => ({ question, value })),
  );
  return [
    ...own
      .filter(({ id }) => !questionIds.has(id))
      .map(({ id }) =>
        failure(
          14,
          fileOf(pathway.id),
          ['questions', keyOf(id)],
          'Nobody is ever asked this: what it asks is known by then, or nobody gets here.',
        ),
      ),
    ...answerable.map(({ question, value }) =>
      failure(
        14,
        fileOf(pathway.id),
        ['questions', keyOf(question.id)],
        `It is known to be "${value}" here, which is none of its options.`,
      ),
    ),
    ...own
      .filter(asksForAge)
      .map(({ id }) =>
        failure(
          14,
          fileOf(pathway.id),
          ['questions', keyOf(id)],
          'The age is known: use "kind: byAge" instead of asking for it.',
        ),
      ),
  ];
}

const AGE_QUESTION = /\bhow old\b|\bwhat age\b|\bdate of birth\b/i;

function asksForAge({ text }: QuestionContent): boolean {
  return AGE_QUESTION.test(JSON.stringify(text));
}

/** 12: for each question and the answers before it, the outcomes of "not sure" against those of "no". */
function unsureIsSafe(pathway: PathwayContent, node: QuestionContent, ranks: Reached['ranks']): Finding[] {
  const unsure = ranks.get('unsure');
  if (unsure === undefined) return [];
  const at = place(pathway, { node });
  const no = ranks.get(node.kind === 'TICK_ANY' ? 'none' : 'no') ?? safestOf(ranks);
  const isWaived = isMilder(node, 'unsure');
  const ticks =
    node.kind === 'TICK_ANY' && !isWaived ? [...ranks].filter(([chosen]) => isOfTicks(chosen)) : [];
  const gravest = Math.min(...ticks.map(([, [mostUrgent]]) => mostUrgent));
  const yes = isRedFlagQuestion(node) && !isWaived ? ranks.get('yes')?.[0] : undefined;
  return [
    ...unless(unsure[0] <= no[0] && unsure[1] <= no[1], () =>
      failure(12, ...at, '"Not sure" can end less urgently here than "no" or "none of these".'),
    ),
    ...unless(unsure[1] <= gravest, () =>
      failure(
        12,
        ...at,
        '"Not sure" about signs to tick is as urgent as the gravest of them, or somebody says why not (milderBecause).',
      ),
    ),
    ...unless(yes === undefined || unsure[1] <= yes, () =>
      failure(
        12,
        ...at,
        '"Not sure" about a red flag is as urgent as "yes", or somebody says why not (milderBecause).',
      ),
    ),
  ];
}

/** Tells whether a choice is of signs alone; the choice is their ids, joined by `+`. */
function isOfTicks(chosen: string): boolean {
  return !chosen.split('+').some((id) => id === 'none' || id === 'unsure');
}

/** Returns the ranks of "no", or where no option is called so, of the one that may end least urgently. */
function safestOf(ranks: Reached['ranks']): Reach {
  const others = [...ranks].filter(([id]) => id !== 'unsure').map(([, reach]) => reach);
  return others.reduce<Reach>(
    (safest, reach) => (reach[1] > safest[1] ? reach : safest),
    [Infinity, -Infinity],
  );
}

/** Part of 15: advice for an outcome that this pathway never has. */
function adviceIsReached({ id, outcomes }: PathwayFile, runs: readonly EndedRun[]): Finding[] {
  const reached = new Set(runs.map(({ disposition }) => disposition.id));
  return Object.keys(outcomes)
    .filter((outcome) => !reached.has(outcome))
    .map((outcome) =>
      failure(15, fileOf(id), ['outcomes', outcome], `This pathway never ends in "${outcome}".`),
    );
}

function place(
  pathway: PathwayContent,
  step: Pick<EvaluationStep, 'node'> | { node: QuestionContent } | undefined,
): [string, ContentPath] {
  const node = step?.node;
  if (node === undefined) return [fileOf(pathway.id), []];
  if (node.id === EMERGENCY_SCREEN) return ['emergency-screen.yaml', ['questions', 'screen']];
  return [fileOf(node.pathwayId), ['questions', keyOf(node.id)]];
}

function fileOf(pathwayId: string): string {
  return `pathways/${pathwayId}.yaml`;
}

function keyOf(questionId: string): string {
  return questionId.slice(questionId.indexOf('.') + 1);
}

/** The same thing is found once for each of thousands of answer sets. */
function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}
