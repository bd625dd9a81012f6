import type {
  AgeBandsContent,
  Exit,
  NodeContent,
  OptionContent,
  PathwayContent,
  QuestionContent,
} from '../content/content';
import { factsKnownFrom, type QuestionAnswer } from './evaluate';
import { suits, type PatientProfile } from './suitability';

/**
 * Every way in which this person can answer a pathway, each tick combination once, emergency screen first.
 * Follows exits on its own and not through `evaluate`, so that each can be held against the other.
 */
export function* answerSets(
  pathway: PathwayContent,
  subject: PatientProfile,
): Generator<readonly QuestionAnswer[]> {
  yield* from(pathway.start, subject, factsKnownFrom(pathway, subject), []);
}

function* from(
  node: NodeContent,
  subject: PatientProfile,
  facts: ReadonlyMap<string, string>,
  before: readonly QuestionAnswer[],
): Generator<readonly QuestionAnswer[]> {
  if (node.kind === 'BY_AGE') {
    const exit = node.bands.find(({ below }) => below === null || subject.ageInDays < below)?.exit;
    if (exit?.kind === 'go') yield* from(exit.to, subject, facts, before);
    else yield before;
    return;
  }
  const { fact } = node;
  const known = fact === null ? undefined : node.options.find(({ id }) => id === facts.get(fact));
  for (const chosen of known ? [[known]] : choices(node)) {
    const answer = { questionId: node.id, optionIds: chosen.map(({ id }) => id) };
    const answers = known ? before : [...before, answer];
    const first = chosen[0];
    const learnt = fact !== null && first !== undefined ? new Map(facts).set(fact, first.id) : facts;
    const exit = chosen.length === 1 ? first?.exit : undefined;
    if (exit?.kind === 'go') yield* from(exit.to, subject, learnt, answers);
    else yield answers;
  }
}

/** Counts what `answerSets` yields without walking it: a question is counted once for what is known on the way to it. */
export function countAnswerSets(pathway: PathwayContent, subject: PatientProfile): number {
  const counted = new Map<string, number>();
  const count = (node: NodeContent, facts: ReadonlyMap<string, string>): number => {
    const key = JSON.stringify([node.id, [...facts].sort()]);
    const known = counted.get(key);
    if (known !== undefined) return known;
    const sets = node.kind === 'BY_AGE' ? ofBand(node, facts) : ofQuestion(node, facts);
    counted.set(key, sets);
    return sets;
  };
  const on = (exit: Exit | undefined, facts: ReadonlyMap<string, string>): number =>
    exit?.kind === 'go' ? count(exit.to, facts) : 1;
  const ofBand = ({ bands }: AgeBandsContent, facts: ReadonlyMap<string, string>): number =>
    on(bands.find(({ below }) => below === null || subject.ageInDays < below)?.exit, facts);
  const ofQuestion = (
    { kind, fact, options }: QuestionContent,
    facts: ReadonlyMap<string, string>,
  ): number => {
    const known = fact === null ? undefined : options.find(({ id }) => id === facts.get(fact));
    if (known !== undefined) return on(known.exit, facts);
    const singles = options.map(({ id, exit }) =>
      on(exit, fact === null ? facts : new Map(facts).set(fact, id)),
    );
    const ticks = kind === 'TICK_ANY' ? options.filter(({ alone }) => !alone).length : 0;
    const together = ticks === 0 ? 0 : 2 ** ticks - 1 - ticks;
    return singles.reduce((sum, each) => sum + each, together);
  };
  return count(pathway.start, factsKnownFrom(pathway, subject));
}

/** Each option by itself; of tick-any questions also every combination of ticks. */
export function choices(question: QuestionContent): OptionContent[][] {
  if (question.kind === 'CHOOSE_ONE') return question.options.map((option) => [option]);
  const ticks = question.options.filter(({ alone }) => !alone);
  const combinations = ticks.reduce<OptionContent[][]>(
    (sets, tick) => [...sets, ...sets.map((set) => [...set, tick])],
    [[]],
  );
  return [
    ...combinations.slice(1),
    ...question.options.filter(({ alone }) => alone).map((option) => [option]),
  ];
}

/**
 * One person for each group that content tells apart: every sex, and every age at which anything changes hands.
 * The youngest of each group stands for it.
 */
export function subjectsOf(pathway: PathwayContent): PatientProfile[] {
  const { ageInDays, sex } = pathway.population;
  const ages = [...new Set([ageInDays.from, ...ageBoundaries(pathway)])].sort((one, other) => one - other);
  return ages
    .flatMap((age) => sex.map((each): PatientProfile => ({ ageInDays: age, sex: each })))
    .filter((subject) => suits(pathway.population, subject));
}

/** Ages in days at which somebody is treated otherwise than the day before. */
export function ageBoundaries(pathway: PathwayContent): number[] {
  const seen = new Set<NodeContent>();
  const edges: number[] = [];
  const visit = (node: NodeContent): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'BY_AGE') edges.push(...node.bands.flatMap(({ below }) => below ?? []));
    const rules = node.kind === 'BY_AGE' ? node.bands : node.options;
    for (const { exit } of rules) if (exit.kind === 'go') visit(exit.to);
  };
  visit(pathway.start);
  const ofFacts = pathway.knownFacts.flatMap(({ ageInDays: { from, below } }) => [from, below ?? 0]);
  return [...new Set([...edges, ...ofFacts])].filter((age) => age > 0).sort((one, other) => one - other);
}
