import { fieldFault, type FieldFault, type FieldProblemCode } from './field-problem-codes';
import { problemMessage } from './messages';
import type { ProblemCode } from './problem-codes';

/** Messages as they can look, for docs/errors.md and the tests. */

const UNTIL = { until: new Date('2026-12-03T14:10:00Z') };

/** @returns null where the words are the symptom check's own. */
export function sampleMessage(code: ProblemCode): string | null {
  switch (code) {
    case 'NOT_SUITABLE_ONLINE':
    case 'SYMPTOM_CHECK_SWITCHED_OFF':
      return null;
    case 'SLOT_HELD_BY_ANOTHER':
    case 'HOLD_NOT_EXTENDABLE':
    case 'TOO_LATE_TO_CHANGE':
      return problemMessage(code, UNTIL);
    case 'SYMPTOM_CHECK_EXPIRED':
      return problemMessage(code, { before: 'BOOKING' });
    case 'OUTCOME_CHANGED':
      return problemMessage(code, { title: 'See a GP within 6 hours' });
    case 'CONFIRM_LESS_URGENT':
      return problemMessage(code, { title: 'Call 999 now' });
    case 'BOOKINGS_IN_CLOSURE':
      return problemMessage(code, { bookings: 2 });
    case 'ROLE_NOT_ALLOWED':
      return problemMessage(code, { allowed: 'operators' });
    case 'TOO_FINE':
      return problemMessage(code, { drop: ['AGE_BAND'] });
    default:
      return problemMessage(code, {});
  }
}

/** A fault of each kind. */
export function sampleFault(code: FieldProblemCode): FieldFault {
  switch (code) {
    case 'TOO_LONG':
      return fieldFault(code, { max: 150 });
    case 'TOO_LONG_AGO':
      return fieldFault(code, { years: 130 });
    case 'EXACTLY_ONE':
      return fieldFault(code, { of: 'postcode and coordinates' });
    case 'OUT_OF_RANGE':
      return fieldFault(code, { min: 0, max: 50, unit: 'miles' });
    case 'TOO_MANY':
      return fieldFault(code, { max: 20 });
    case 'PERIOD_TOO_LONG':
      return fieldFault(code, { days: 366 });
    case 'TOO_MANY_ROWS':
      return fieldFault(code, { max: 5_000 });
    // TypeScript tells 25 members of a union apart at once, and no more.
    case 'UNKNOWN_DISPOSITION':
    case 'NEVER_BOOKED':
    case 'BOOK_NOT_READ':
    case 'IN_THE_PAST':
    case 'REPEATED':
    case 'EMPTY':
    case 'NOT_A_FILTER':
      return { code, parameters: {} };
    case 'NOT_A_PERIOD':
      return fieldFault(code, { example: '2026-W49' });
    case 'PERIOD_NOT_CLOSED':
      return fieldFault(code, { until: '2026-11-29' });
    case 'NOT_COUNTED_BY':
      return fieldFault(code, { measure: 'CHECKS_STARTED', dimension: 'MODE' });
    case 'NEEDS_DIMENSION':
      return fieldFault(code, { measure: 'SUPPLIER_FAILED', dimension: 'SUPPLIER' });
    case 'UNKNOWN_VALUE':
      return fieldFault(code, { known: ['Female', 'Male'] });
    case 'TOO_FAR_AWAY':
      return fieldFault(code, { days: 366 });
    case 'MODE_NOT_RELEASED':
      return fieldFault(code, { modes: ['TELEPHONE'] });
    case 'UNKNOWN_SLOT_TYPE':
      return fieldFault(code, { known: ['111 urgent', 'Routine'] });
    case 'LEAVES_NOTHING':
      return fieldFault(code, { beside: 'horizonDays' });
    case 'LOCALE_NOT_OFFERED':
      return fieldFault(code, { locales: ['en-GB'] });
    case 'NOT_AN_IDEMPOTENCY_KEY':
      return fieldFault(code, { min: 1, max: 200 });
    default:
      return { code, parameters: {} };
  }
}
