import type { PathwayContent } from '../content/content';
import { evaluate, type QuestionAnswer, type Evaluation } from './evaluate';
import type { PatientProfile } from './suitability';

export interface AnswerChange<T extends QuestionAnswer> {
  /** Answers that still count, in the order of the questions. */
  answers: readonly T[];
  /** Answers to questions that are not asked any more. */
  dropped: readonly T[];
}

/**
 * Answers the next question or changes an earlier answer. Later answers are kept where their question is still asked.
 * @param answer to a question for which `isOpen` holds, with options for which `optionFault` finds none.
 */
export function changeAnswer<T extends QuestionAnswer>(
  pathway: PathwayContent,
  subject: PatientProfile,
  answers: readonly T[],
  answer: T,
): AnswerChange<T> {
  const changed = new Map([...answers, answer].map((each) => [each.questionId, each]));
  const questionIds = answeredQuestions(evaluate(pathway, subject, [...changed.values()]));
  return {
    answers: questionIds.flatMap((id) => changed.get(id) ?? []),
    dropped: answers.filter(({ questionId }) => !questionIds.includes(questionId)),
  };
}

/** Checks that a question may be answered now: it is the next one, or one that was answered on the way here. */
export function isOpen(evaluation: Evaluation, questionId: string): boolean {
  return (
    (evaluation.kind === 'question' && evaluation.question.id === questionId) ||
    answeredQuestions(evaluation).includes(questionId)
  );
}

function answeredQuestions({ trace }: Evaluation): string[] {
  return trace.flatMap(({ kind, node }) => (kind === 'answered' ? [node.id] : []));
}
