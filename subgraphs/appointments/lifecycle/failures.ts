import type { BookRefusal } from '../../../adapters/gp-system';

/** Reasons for which a booking must not be made, or not any more. */
export const OBJECTIONS = [
  /** The symptom check says something else by now: an emergency, another outcome, or nothing yet. */
  'OUTCOME_CHANGED',
  'SYMPTOM_CHECK_EXPIRED',
  'SYMPTOM_CHECK_OFF',
  /** The symptom check is about somebody else. */
  'NOT_THE_PERSON_CHECKED',
  /** The symptom check has led to a booking for somebody else. */
  'CHECK_USED_FOR_ANOTHER',
  /** The person has an appointment at that time. */
  'TIMES_OVERLAP',
  /** The person has an appointment for the same complaint, and has not said that they want both. */
  'SAME_COMPLAINT',
  /** The symptom check, or the person's other bookings, cannot be read. */
  'CANNOT_BE_CHECKED',
] as const;
export type Objection = (typeof OBJECTIONS)[number];

/** Reason that a booking is FAILED: the supplier's answer, or the fate of the request. */
export type BookingFailure =
  | BookRefusal
  | 'THROTTLED'
  | 'NOT_SENT'
  /** Judged once more just before it would have been sent, the symptom check or the person's other bookings forbid it. */
  | Objection
  /** It was sent, and read-back has shown that it took no effect. */
  | 'NOT_APPLIED';
