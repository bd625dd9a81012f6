import type { OptionContent, PathwayContent, QuestionContent } from '../content/content';
import type { Answer } from './evaluate';

/**
 * Every way in which a pathway can be answered, each tick combination once, emergency screen first.
 * Follows exits on its own and not through `evaluate`, so that each can be held against the other.
 */
export function* answerSets(pathway: PathwayContent): Generator<readonly Answer[]> {
  yield* from(pathway.start, []);
}

function* from(question: QuestionContent, before: readonly Answer[]): Generator<readonly Answer[]> {
  for (const chosen of choices(question)) {
    const answers = [...before, { questionId: question.id, optionIds: chosen.map(({ id }) => id) }];
    const onward = chosen.length === 1 ? chosen[0]?.exit : undefined;
    if (onward?.kind === 'ask') yield* from(onward.question, answers);
    else yield answers;
  }
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
