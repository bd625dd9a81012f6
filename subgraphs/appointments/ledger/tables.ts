import type { Failure } from '../booking/failures';
import type { BookingEvent, BookingState } from '../booking/states';

/** Times are epoch milliseconds; `*_json` is text; `*_sealed` is encrypted text; digests are keyed, or of secrets. */
export interface LedgerTables {
  hold: HoldTable;
  booking: BookingTable;
  booking_event: BookingEventTable;
  practice_day: { practice: string; day: string };
  idempotency: IdempotencyTable;
}

/** What was offered, to whom and for whom: all that confirming and reading back need. Only its end is ever written. */
export interface HoldTable {
  id: string;
  caller_id: string;
  patient_digest: string;
  patient_sealed: string;
  offer_json: string;
  created_at: number;
  expires_at: number;
  released_at: number | null;
}

export interface BookingTable {
  id: string;
  reference: string;
  hold_id: string;
  caller_id: string;
  state: BookingState;
  /** Counts the events; every change names the version that it changes. */
  version: number;
  /** Why it is FAILED. */
  failure: Failure | null;
  /** Repeated from the hold, for the unique index that lets one live booking stand on a slot. */
  supplier: string;
  practice: string;
  slot_id: string;
  /** One live booking for a person and an assessment. */
  patient_digest: string;
  assessment_digest: string;
  relation: 'OWN' | 'OTHER';
  starts_at: number;
  /** The London day, for the practice's daily quota. */
  starts_on: string;
  marker: string;
  appointment_id: string | null;
  appointment_version: string | null;
  /** When the reconciler looks next; null when there is nothing to find out. */
  next_check_at: number | null;
  /** Since when the outcome has not been known. */
  unknown_since: number | null;
  /** Reads in a row that did not find the appointment. */
  absent_reads: number;
  /** Reads in a row that failed. */
  failed_reads: number;
  created_at: number;
}

/** Append-only; `version` is the booking's after the event. */
export interface BookingEventTable {
  booking_id: string;
  version: number;
  at: number;
  event: BookingEvent | 'OPENED';
  state: BookingState;
  actor: ActorKind;
}

export type ActorKind = 'PATIENT' | 'SUPPLIER' | 'SYSTEM';

/** What a caller's key has already brought about, so that asking again brings about nothing more. */
export interface IdempotencyTable {
  caller_id: string;
  operation: Operation;
  key: string;
  fingerprint: string;
  /** The hold or booking that it led to. */
  result_id: string;
  created_at: number;
}

export type Operation = 'hold' | 'confirm' | 'cancel';
