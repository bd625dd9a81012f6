import type {
  DispositionContent,
  Exit,
  OptionContent,
  PathwayContent,
  QuestionContent,
} from '../content/content';

/** Keyed by stable ids, never by titles or positions; the order of answers means nothing. */
export interface Answer {
  questionId: string;
  optionIds: readonly string[];
}

/** One question that counted: what was chosen, and which of it decided where to go. */
export interface Step {
  question: QuestionContent;
  chosen: readonly OptionContent[];
  decisive: readonly OptionContent[];
}

/** Where the answers lead; `trace` holds every step in the order in which the questions are asked. */
export type Evaluation =
  | { kind: 'question'; question: QuestionContent; trace: readonly Step[] }
  | { kind: 'outcome'; disposition: DispositionContent; decided: Step; trace: readonly Step[] };

/** Pure: the same content and answers give the same result, with no clock and no store. */
export function evaluate(pathway: PathwayContent, answers: readonly Answer[]): Evaluation {
  const given = new Map(answers.map(({ questionId, optionIds }) => [questionId, optionIds]));
  const trace: Step[] = [];
  let question = pathway.start;
  for (;;) {
    const chosen = chosenOptions(question, given.get(question.id) ?? []);
    const exit = mostUrgentExit(chosen);
    if (exit === undefined) return { kind: 'question', question, trace };
    const decided = { question, chosen, decisive: chosen.filter((option) => sameUrgency(option.exit, exit)) };
    trace.push(decided);
    if (exit.kind === 'outcome') return { kind: 'outcome', disposition: exit.disposition, decided, trace };
    question = exit.question;
  }
}

function chosenOptions(question: QuestionContent, optionIds: readonly string[]): OptionContent[] {
  return question.options.filter(({ id }) => optionIds.includes(id));
}

/** Of equally urgent ones the first in the question's own order. */
function mostUrgentExit(chosen: readonly OptionContent[]): Exit | undefined {
  return chosen
    .map(({ exit }) => exit)
    .reduce<Exit | undefined>(
      (best, exit) => (best === undefined || rank(exit) < rank(best) ? exit : best),
      undefined,
    );
}

function sameUrgency(one: Exit, other: Exit): boolean {
  return rank(one) === rank(other);
}

/** Going on asking is less urgent than any outcome. */
function rank(exit: Exit): number {
  return exit.kind === 'outcome' ? exit.disposition.urgencyRank : Number.POSITIVE_INFINITY;
}
