import type { QuestionAnswer } from '../subgraphs/triage/engine/evaluate';

/**
 * The case that must always work: a mother checks the symptoms of her son of 6 with a rash. No emergency, no red
 * flag, a fever for less than 5 days, no signs of scarlet fever or chickenpox, and he is much less active than
 * normal.
 */
export const CASE_STUDY: readonly QuestionAnswer[] = [
  { questionId: 'emergency.screen', optionIds: ['none'] },
  { questionId: 'child-rash.red-flags', optionIds: ['none'] },
  { questionId: 'child-rash.urgent-signs', optionIds: ['none'] },
  { questionId: 'child-rash.fever', optionIds: ['yes'] },
  { questionId: 'child-rash.long-fever', optionIds: ['no'] },
  { questionId: 'child-rash.scarlet-fever', optionIds: ['no'] },
  { questionId: 'child-rash.chickenpox', optionIds: ['no'] },
  { questionId: 'child-rash.compared-with-normal', optionIds: ['much-less'] },
];

/** The same child, whose mother began with the fever and was led on to the questions about the rash. */
export const THROUGH_FEVER: readonly QuestionAnswer[] = [
  { questionId: 'emergency.screen', optionIds: ['none'] },
  { questionId: 'child-fever.red-flags', optionIds: ['none'] },
  { questionId: 'child-fever.rash', optionIds: ['yes'] },
  ...CASE_STUDY.filter(({ questionId }) => !['emergency.screen', 'child-rash.fever'].includes(questionId)),
];

/** The same answers with one changed, up to and including that one. */
export function caseStudyUntil(questionId: string, optionIds: readonly string[]): QuestionAnswer[] {
  const asked = CASE_STUDY.findIndex((answer) => answer.questionId === questionId);
  return [...CASE_STUDY.slice(0, asked), { questionId, optionIds }];
}
