import type {
  AgeBandsContent,
  CountContent,
  DispositionContent,
  Exit,
  NodeContent,
  OptionContent,
  PathwayContent,
  QuestionContent,
  RuleContent,
} from '../content/content';
import { suits, type PatientProfile } from './suitability';

/** Keyed by stable ids, never by titles or positions; the order of answers means nothing. */
export interface QuestionAnswer {
  questionId: string;
  optionIds: readonly string[];
}

/** One step that counted: the options chosen or known, and those that decided the next step. */
export type EvaluationStep =
  | {
      /** `known`: a fact that an earlier answer, the complaint or the person has settled, so that it is not asked. */
      kind: 'answered' | 'known';
      node: QuestionContent;
      chosen: readonly OptionContent[];
      decisive: readonly OptionContent[];
      /** Counts that these ticks have reached. */
      counted: readonly CountContent[];
    }
  | { kind: 'age'; node: AgeBandsContent; chosen: readonly RuleContent[]; decisive: readonly RuleContent[] };

/** Result of following the answers; `trace` holds every step in the order in which it was taken. */
export type Evaluation =
  | { kind: 'question'; question: QuestionContent; trace: readonly EvaluationStep[] }
  | {
      kind: 'outcome';
      disposition: DispositionContent;
      /** The step that decided: the last one, or an earlier one that said "at least as urgent as". */
      decided: EvaluationStep;
      trace: readonly EvaluationStep[];
    };

/** Pure: the same content, subject and answers give the same result, with no clock and no store. */
export function evaluate(
  pathway: PathwayContent,
  subject: PatientProfile,
  answers: readonly QuestionAnswer[],
): Evaluation {
  const answered = new Map(answers.map(({ questionId, optionIds }) => [questionId, optionIds]));
  const facts = factsKnownFrom(pathway, subject);
  const trace: EvaluationStep[] = [];
  let floor: { disposition: DispositionContent; decided: EvaluationStep } | undefined;
  let node: NodeContent = pathway.start;
  for (;;) {
    const taken: Taken | QuestionContent =
      node.kind === 'BY_AGE' ? ageStep(node, subject) : (questionStep(node, answered, facts) ?? node);
    if (!('step' in taken)) return { kind: 'question', question: taken, trace };
    const { step, exit }: Taken = taken;
    trace.push(step);
    if (step.kind !== 'age') learn(step, facts);
    if (exit.kind === 'outcome') {
      const { disposition } = exit;
      return floor !== undefined && isMoreUrgent(floor.disposition, disposition)
        ? { kind: 'outcome', ...floor, trace }
        : { kind: 'outcome', disposition, decided: step, trace };
    }
    const { atLeast } = exit;
    if (atLeast && (floor === undefined || isMoreUrgent(atLeast, floor.disposition)))
      floor = { disposition: atLeast, decided: step };
    node = exit.to;
  }
}

export function isMoreUrgent(one: DispositionContent, other: DispositionContent): boolean {
  return one.urgencyRank < other.urgencyRank;
}

/** Returns the facts known from the complaint and the person. */
export function factsKnownFrom(pathway: PathwayContent, subject: PatientProfile): Map<string, string> {
  const ofPerson = pathway.knownFacts.filter((known) => suits(known, subject));
  return new Map([...pathway.given, ...ofPerson.map(({ fact, value }): [string, string] => [fact, value])]);
}

interface Taken {
  step: EvaluationStep;
  exit: Exit;
}

function ageStep(node: AgeBandsContent, { ageInDays }: PatientProfile): Taken {
  const band = node.bands.find(({ below }) => below === null || ageInDays < below);
  if (band === undefined) throw new Error('Content that was checked has no band for an age.');
  return { step: { kind: 'age', node, chosen: [band], decisive: [band] }, exit: band.exit };
}

function questionStep(
  node: QuestionContent,
  answered: ReadonlyMap<string, readonly string[]>,
  facts: ReadonlyMap<string, string>,
): Taken | undefined {
  const fact = node.fact === null ? undefined : facts.get(node.fact);
  const optionIds = fact === undefined ? (answered.get(node.id) ?? []) : [fact];
  const chosen = node.options.filter(({ id }) => optionIds.includes(id));
  const counted = countsReached(node, optionIds);
  const ways = waysOn(chosen, counted);
  const exit = mostUrgentExit(ways);
  if (exit === undefined) return undefined;
  const deciding = ways.filter((way) => rank(way.exit) === rank(exit)).flatMap(({ by }) => by);
  const decisive = chosen.filter((option) => deciding.includes(option));
  return { step: { kind: fact === undefined ? 'answered' : 'known', node, chosen, decisive, counted }, exit };
}

/** Returns the counts that these options reach. */
export function countsReached(
  { counts }: Pick<QuestionContent, 'counts'>,
  optionIds: readonly string[],
): CountContent[] {
  return counts.filter(({ of, atLeast }) => of.filter((id) => optionIds.includes(id)).length >= atLeast);
}

interface WayOn {
  exit: Exit;
  by: readonly OptionContent[];
}

/** A count that is reached stands for the options that it counts; all others lead on by themselves. */
function waysOn(chosen: readonly OptionContent[], counted: readonly CountContent[]): WayOn[] {
  const isCounted = ({ id }: OptionContent): boolean => counted.some(({ of }) => of.includes(id));
  return [
    ...chosen.filter((option) => !isCounted(option)).map((option) => ({ exit: option.exit, by: [option] })),
    ...counted.map(({ exit, of }) => ({ exit, by: chosen.filter(({ id }) => of.includes(id)) })),
  ];
}

function learn(
  { node, chosen }: Extract<EvaluationStep, { node: QuestionContent }>,
  facts: Map<string, string>,
): void {
  const value = chosen[0]?.id;
  if (node.fact !== null && value !== undefined) facts.set(node.fact, value);
}

/** Returns the most urgent exit; of equally urgent ones the first in the question's own order. */
function mostUrgentExit(ways: readonly WayOn[]): Exit | undefined {
  return ways
    .map(({ exit }) => exit)
    .reduce<Exit | undefined>(
      (best, exit) => (best === undefined || rank(exit) < rank(best) ? exit : best),
      undefined,
    );
}

/** Going on asking is less urgent than any outcome. */
function rank(exit: Exit): number {
  return exit.kind === 'outcome' ? exit.disposition.urgencyRank : Number.POSITIVE_INFINITY;
}
