import type { ReleaseRule } from '../../../domain/release-policy';
import type { PracticeFound } from './search-practice';
import type { StoppedReason } from './stopped-reasons';

/** Reason that a practice in the radius is not in the result; each is counted under one reason, none is left out. */
export const NOT_OFFERED_REASONS = [
  'NOT_OPTED_IN',
  'BOOK_CLOSED',
  'RELEASE_RULE',
  'ACCESS_NEED_NOT_MET',
  'ACCESS_NOT_KNOWN',
  'NO_SLOTS_IN_TIME',
  'TIMES_HELD_BY_OTHERS',
  'SUPPLIER_TIMED_OUT',
  'SUPPLIER_FAILED',
  'NOT_CONNECTED',
  'ENOUGH_FOUND_NEARER',
  'NOT_ASKED_ENOUGH_FOUND',
  'NOT_ASKED_LIMIT_REACHED',
  'NOT_ASKED_OWN_PRACTICE_FIRST',
  'NOT_ASKED_OWN_PRACTICE_ONLY',
] as const;
export type NotOfferedReason = (typeof NOT_OFFERED_REASONS)[number];
export type WhyNotAsked = Extract<NotOfferedReason, `NOT_ASKED_${string}`>;
export type NotOfferedCounts = ReadonlyMap<NotOfferedReason, number>;

/** Practices in the radius that could offer nothing, and so were not passed on one by one. */
export type Stopped = readonly { reason: StoppedReason; practices: number }[];

/** @param enough practices with slots beyond so many are not shown. */
export function countNotOffered(
  found: readonly PracticeFound[],
  enough: number,
  stopped: Stopped,
  notAsked: { practices: number; reason: WhyNotAsked },
): NotOfferedCounts {
  const counts = new Map<NotOfferedReason, number>();
  const count = (reason: NotOfferedReason, practices = 1) =>
    counts.set(reason, (counts.get(reason) ?? 0) + practices);
  for (const { reason, practices } of stopped) count(reason, practices);
  let offered = 0;
  for (const practice of found) {
    if (practice.answer !== 'SLOTS') count(reasonFor(practice));
    else if (++offered > enough) count('ENOUGH_FOUND_NEARER');
  }
  if (notAsked.practices > 0) count(notAsked.reason, notAsked.practices);
  return counts;
}

function reasonFor({ answer, stoppedBy }: PracticeFound): NotOfferedReason {
  switch (answer) {
    case 'NOT_RELEASED':
      return releaseReason(stoppedBy);
    case 'SIGN_IN_REQUIRED':
    case 'NOT_CONNECTED':
      return 'NOT_CONNECTED';
    case 'SLOTS':
    case 'NO_SLOTS_IN_TIME':
      return 'NO_SLOTS_IN_TIME';
    case 'ACCESS_NEED_NOT_MET':
    case 'ACCESS_NOT_KNOWN':
    case 'TIMES_HELD_BY_OTHERS':
    case 'SUPPLIER_TIMED_OUT':
    case 'SUPPLIER_FAILED':
      return answer;
  }
}

function releaseReason(stoppedBy: readonly ReleaseRule[]): NotOfferedReason {
  if (stoppedBy.includes('NOT_OPTED_IN')) return 'NOT_OPTED_IN';
  return stoppedBy.includes('BOOK_CLOSED') ? 'BOOK_CLOSED' : 'RELEASE_RULE';
}
