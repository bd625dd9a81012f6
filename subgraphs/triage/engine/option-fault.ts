import { fieldFault, type FieldFault } from '../../../domain/messages/field-problem-codes';
import type { OptionContent, QuestionContent } from '../content/content';

/** Returns the fault of options that are no answer to the question; undefined when they are one. */
export function optionFault(question: QuestionContent, optionIds: readonly string[]): FieldFault | undefined {
  const ids = new Set(optionIds);
  if (ids.size === 0) return fieldFault('NO_OPTION_CHOSEN', {});
  if (optionIds.length > question.options.length)
    return fieldFault('TOO_MANY', { max: question.options.length });
  if (ids.size < optionIds.length) return fieldFault('REPEATED', {});
  const known = question.options.filter(({ id }) => ids.has(id));
  if (known.length < ids.size) return fieldFault('UNKNOWN_OPTION', {});
  if (question.kind === 'CHOOSE_ONE' && ids.size > 1) return fieldFault('ONE_OPTION_ONLY', {});
  if (ids.size > 1 && known.some((option) => isExclusive(question, option)))
    return fieldFault('OPTION_STANDS_ALONE', {});
  return undefined;
}

/** Checks that the option is an answer by itself only. */
export function isExclusive({ kind }: QuestionContent, { alone }: OptionContent): boolean {
  return alone || kind === 'CHOOSE_ONE';
}
