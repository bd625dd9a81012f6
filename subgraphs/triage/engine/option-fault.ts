import type { OptionContent, QuestionContent } from '../content/content';

/** Why these options are no answer to the question, in a sentence; undefined when they are one. */
export function optionFault(question: QuestionContent, optionIds: readonly string[]): string | undefined {
  const ids = new Set(optionIds);
  if (ids.size === 0) return 'Choose an option; "none" is one where nothing applies.';
  if (optionIds.length > question.options.length) return 'There are more options than the question has.';
  if (ids.size < optionIds.length) return 'An option is there twice.';
  const known = question.options.filter(({ id }) => ids.has(id));
  if (known.length < ids.size) return 'The question has no such option.';
  if (question.kind === 'CHOOSE_ONE' && ids.size > 1) return 'Choose one option only.';
  if (ids.size > 1 && known.some((option) => isExclusive(question, option)))
    return '"None of these" goes with nothing else.';
  return undefined;
}

/** Whether it is an answer by itself only. */
export function isExclusive({ kind }: QuestionContent, { alone }: OptionContent): boolean {
  return alone || kind === 'CHOOSE_ONE';
}
