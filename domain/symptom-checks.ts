import type { CalendarDate } from './london-time';

/**
 * Symptom checks as they stand at this moment. Bookings rest on them, so whoever books asks before each step, where the check
 * is kept: an offer only remembers what it said when it was made.
 */
export interface SymptomChecks {
  /**
   * @param digest `assessmentDigest` of its id
   * @returns null when it is not kept (any more)
   * @throws Error while it cannot be read
   */
  find(digest: string): Promise<SymptomCheck | null>;
}

export interface SymptomCheck {
  /** The complaint. */
  pathwayId: string;
  /** The person with the symptoms. `SELF`: the one who answers. */
  subject: { relationship: 'SELF' | 'CHILD' | 'OTHER'; dateOfBirth: CalendarDate };
  expiresAt: Date;
  result: CheckResult;
  /**
   * Facts that the receiving clinician has to know beside the booking, as short sentences: an emergency that was taken back, or told of
   * shortly before. Left out: nothing.
   */
  handover?: readonly string[];
}

export type CheckResult =
  /** The advice, in words for whoever answers, and the latest time to be seen; null where there is none. */
  | { kind: 'OUTCOME'; dispositionId: string; title: string; deadline: Date | null }
  /** An answer was changed, so the next question is open. */
  | { kind: 'UNFINISHED' }
  /** The complaint's questions are switched off: what people are told instead. */
  | { kind: 'SWITCHED_OFF'; advice: string };
