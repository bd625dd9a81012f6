import { isEmergency } from '../engine/is-emergency';
import type { Evaluation } from '../engine/evaluate';
import type { Content } from '../content/content';
import type { AmendedAnswer, AssessmentRecord, StoredAnswer } from './assessment-store';

/** Many times what a person needs; the oldest that was no emergency goes first. */
export const MAX_AMENDED = 100;

export interface Amendment {
  record: Pick<AssessmentRecord, 'revision' | 'answers' | 'amendedAnswers'>;
  /** The evaluation while the old answers counted. */
  before: Evaluation;
  answers: readonly StoredAnswer[];
  dropped: readonly StoredAnswer[];
  at: Date;
  /** The person has confirmed that this takes an emergency back. */
  takesBack: boolean;
}

/** Returns the history with what this change replaces or drops, oldest first, bounded. */
export function amendedBy(
  { record, before, answers, dropped, at, takesBack }: Amendment,
  content: Content,
): AmendedAnswer[] {
  const decided = before.kind === 'outcome' ? before : null;
  const changed = record.answers.filter(({ questionId, optionIds }) =>
    answers.some((answer) => answer.questionId === questionId && !sameOptions(answer.optionIds, optionIds)),
  );
  // Where an age or a known fact decided, no answer did: the emergency stands beside the one that takes it back.
  const deciding =
    [...changed, ...dropped].find(({ questionId }) => questionId === decided?.decided.node.id) ??
    (takesBack ? changed[0] : undefined);
  const amended =
    (change: AmendedAnswer['change']) =>
    (answer: StoredAnswer): AmendedAnswer => ({
      ...answer,
      amendedAt: at,
      revision: record.revision + 1,
      change,
      decided: answer === deciding && decided ? decided.disposition.id : null,
      confirmed: answer === deciding && takesBack,
    });
  return bounded(
    [...record.amendedAnswers, ...changed.map(amended('CHANGED')), ...dropped.map(amended('DROPPED'))],
    content,
  );
}

export function wasEmergency(
  { decided }: AmendedAnswer,
  { dispositions }: Pick<Content, 'dispositions'>,
): boolean {
  const disposition = decided === null ? undefined : dispositions.get(decided);
  return disposition !== undefined && isEmergency(disposition);
}

/** Returns the amended answers with those that were an emergency first, each kind oldest first. */
export function emergenciesFirst(
  amended: readonly AmendedAnswer[],
  content: Pick<Content, 'dispositions'>,
): AmendedAnswer[] {
  const [urgent, others] = [true, false].map((wanted) =>
    amended.filter((answer) => wasEmergency(answer, content) === wanted),
  );
  return [...(urgent ?? []), ...(others ?? [])];
}

function bounded(amended: readonly AmendedAnswer[], content: Content): AmendedAnswer[] {
  const kept = [...amended];
  while (kept.length > MAX_AMENDED) {
    const oldest = kept.findIndex((answer) => !wasEmergency(answer, content));
    kept.splice(Math.max(oldest, 0), 1);
  }
  return kept;
}

function sameOptions(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id) => other.includes(id));
}
