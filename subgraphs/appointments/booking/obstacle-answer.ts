import type { CheckResult } from '../../../domain/symptom-checks';
import { alreadyBooked, type AlreadyBooked } from './already-booked';
import { bookingNotAllowed, type NotAllowedAnswer } from './not-allowed';
import type { Obstacle } from './obstacles';
import type { SystemUnavailable } from './system-unavailable';
import type { Offer } from '../holds/offers';

/** The symptom check does not allow the time any more. */
export interface OutcomeChanged {
  kind: 'outcome-changed';
  /** `EXPIRED` also where the check is not kept any more. */
  result: CheckResult | { kind: 'EXPIRED' };
}

export type ObstacleAnswer = OutcomeChanged | NotAllowedAnswer | AlreadyBooked | SystemUnavailable;

/** Tells the person what keeps a time from them, with the advice that now holds. */
export function obstacleAnswer({ why, booking, check }: Obstacle, { slot }: Offer): ObstacleAnswer {
  switch (why) {
    case 'OUTCOME_CHANGED':
    case 'SYMPTOM_CHECK_OFF':
    case 'SYMPTOM_CHECK_EXPIRED': {
      const isOver = check === null || why === 'SYMPTOM_CHECK_EXPIRED';
      return { kind: 'outcome-changed', result: isOver ? { kind: 'EXPIRED' } : check.result };
    }
    case 'NOT_THE_PERSON_CHECKED':
    case 'CHECK_USED_FOR_ANOTHER':
      return bookingNotAllowed(why);
    case 'TIMES_OVERLAP':
    case 'SAME_COMPLAINT':
      return booking === null ? { kind: 'already-booked', booking: null, why } : alreadyBooked(booking, why);
    case 'CANNOT_BE_CHECKED':
      return {
        kind: 'supplier-unavailable',
        practice: slot.practice,
        retryAfterSeconds: null,
        why: 'UNAVAILABLE',
      };
  }
}
