import type { PathwayContent } from '../content/content';
import { evaluate, type Answer, type Evaluation } from './evaluate';
import type { Subject } from './suitability';

export interface Change<T extends Answer> {
  /** Every answer that still counts, in the order in which the questions are asked. */
  answers: readonly T[];
  /** Answers to questions that are not asked any more. */
  dropped: readonly T[];
}

/**
 * Answers the next question or changes an earlier answer. Later answers are kept where their question is still asked.
 * @param answer to a question for which `isOpen` holds, with options for which `optionFault` finds none.
 */
export function changeAnswer<T extends Answer>(
  pathway: PathwayContent,
  subject: Subject,
  answers: readonly T[],
  answer: T,
): Change<T> {
  const changed = new Map([...answers, answer].map((each) => [each.questionId, each]));
  const asked = askedOn(evaluate(pathway, subject, [...changed.values()]));
  return {
    answers: asked.flatMap((id) => changed.get(id) ?? []),
    dropped: answers.filter(({ questionId }) => !asked.includes(questionId)),
  };
}

/** Whether a question may be answered now: it is the next one, or one that was answered on the way here. */
export function isOpen(evaluation: Evaluation, questionId: string): boolean {
  return (
    (evaluation.kind === 'question' && evaluation.question.id === questionId) ||
    askedOn(evaluation).includes(questionId)
  );
}

function askedOn({ trace }: Evaluation): string[] {
  return trace.flatMap(({ kind, node }) => (kind === 'answered' ? [node.id] : []));
}
