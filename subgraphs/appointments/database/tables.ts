import type { CountedSourceTable } from '../../../platform/insight/counted-source';
import type { AppointmentMode } from '../../../domain/appointment-mode';
import type { ReleaseAction, ReleaseActor, ReleaseOutcome } from '../../../domain/release-ledger';
import type { BookingFailure } from '../lifecycle/failures';
import type { EvidenceAsked } from '../lifecycle/evidence';
import type { ActorKind, LifecycleEvent, BookingState, BookingStatus } from '../lifecycle/states';

/** Times are epoch milliseconds; `*_json` is text; `*_sealed` is encrypted text; digests are keyed, or of secrets. */
export interface LedgerTables {
  hold: HoldTable;
  booking: BookingTable;
  booking_event: BookingEventTable;
  booking_evidence: BookingEvidenceTable;
  outbox: OutboxTable;
  practice_notice: PracticeNoticeTable;
  practice_notice_sequence: { practice: string; last: number };
  practice_release: ReleasePolicyTable;
  practice_release_event: ReleaseEventTable;
  practice_slot_kind: SlotKindTable;
  idempotency: IdempotencyTable;
  search_fact: SearchFactTable;
  search_need: { assessment_digest: string; fact: number | null; at: number };
  hold_fact: HoldFactTable;
  booking_fact: BookingFactTable;
  slot_seen: SlotSeenTable;
  search_counted_source: CountedSourceTable;
  statistics_question: StatisticsQuestionTable;
}

/**
 * An offer, its caller and its patient: all that confirming and reading back need. Only its end is ever written, and
 * `''` over the patient's details once nobody needs them (subgraphs/appointments/ledger/delete-old-bookings.ts).
 */
export interface HoldTable {
  id: string;
  caller_id: string;
  patient_digest: string;
  patient_sealed: string;
  offer_json: string;
  /** The need, while nobody has let the time go: one hold for one need. Null of holds from before that was so. */
  assessment_digest: string | null;
  /** Repeated from the offer, for the practice's daily quota. */
  practice: string | null;
  starts_on: string | null;
  relation: 'OWN' | 'OTHER' | null;
  created_at: number;
  expires_at: number;
  released_at: number | null;
  /** When its end was moved on, which is done once. */
  extended_at: number | null;
  /** Its row in `hold_fact`, which knows nothing of this one; null where a time was kept by the way. */
  fact: number | null;
}

export interface BookingTable {
  id: string;
  reference: string;
  hold_id: string;
  caller_id: string;
  state: BookingState;
  /** Counts the events; every change names the version that it changes. */
  version: number;
  /** The reason that it is FAILED. */
  failure: BookingFailure | null;
  /** Repeated from the hold, for the unique index that lets one live booking stand on a slot, or on one place of it. */
  supplier: string;
  practice: string;
  slot_id: string;
  /** The place that is taken where a slot is for several people; 0 where it is for one. */
  seat: number;
  /** The slot on which it stands, where its practice has moved it. */
  moved_json: string | null;
  /** The telephone number and words that the person gave, for moving the booking; null where they gave none. */
  contact_sealed: string | null;
  /** One live booking for a person and an assessment. */
  patient_digest: string;
  assessment_digest: string;
  relation: 'OWN' | 'OTHER';
  starts_at: number;
  /** The London day, for the practice's daily quota. */
  starts_on: string;
  /** The reason that it is not at the own practice; null where it is. */
  elsewhere_because: WhyElsewhere | null;
  marker: string;
  appointment_id: string | null;
  appointment_version: string | null;
  /** When this service looks at the practice's book next; null when there is nothing to find out. */
  next_check_at: number | null;
  /** Since when the outcome has not been known. */
  unknown_since: number | null;
  /** Reads in a row that did not find the appointment. */
  absent_reads: number;
  /** Reads in a row that failed. */
  failed_reads: number;
  created_at: number;
  /** The booking whose place it takes; that one is given back once this is CONFIRMED. */
  replaces_id: string | null;
  replaced_by: string | null;
  /** 1 while it stands beside the booking that it replaces, which the index of one live booking a need allows once. */
  stand_in: number;
  /** The time of the latest event. */
  changed_at: number;
  /** The person's reason to cancel it, in the API's words. */
  cancel_reason: string | null;
}

export const ELSEWHERE_REASONS = [
  'OWN_PRACTICE_TIMES_DO_NOT_SUIT',
  'AWAY_FROM_HOME',
  'NOT_REGISTERED',
] as const;
export type ElsewhereReason = (typeof ELSEWHERE_REASONS)[number];

/** Answers of an own practice that has nothing to offer, as its search found them. */
export const OWN_PRACTICE_ANSWERS = [
  'NO_SLOTS_IN_TIME',
  'TIMES_HELD_BY_OTHERS',
  'NOT_RELEASED',
  'BOOK_CLOSED',
  'ACCESS_NEED_NOT_MET',
  'ACCESS_NOT_KNOWN',
  'NOT_CONNECTED',
  'SIGN_IN_REQUIRED',
  'SUPPLIER_TIMED_OUT',
  'SUPPLIER_FAILED',
] as const;

/** The person's own reason; or what the own practice answered; or that none is known, or that it was not searched. */
export const WHY_ELSEWHERE = [
  ...ELSEWHERE_REASONS,
  ...OWN_PRACTICE_ANSWERS,
  'OWN_PRACTICE_NOT_SEARCHED',
  'OWN_PRACTICE_HAD_SLOTS',
  'NO_OWN_PRACTICE_KNOWN',
  /** The word for bookings from before the answer was kept. */
  'NOTHING_AT_OWN_PRACTICE',
] as const;
export type WhyElsewhere = (typeof WHY_ELSEWHERE)[number];

/** Append-only; `version` is the booking's after the event. */
export interface BookingEventTable {
  booking_id: string;
  version: number;
  at: number;
  event: LedgerEvent;
  state: BookingState;
  actor: ActorKind;
  /** Hash of this event and the one before it (chain.ts); null for events from before the chain was kept. */
  hash: string | null;
}

export type LedgerEvent = LifecycleEvent | 'OPENED';

/** Questions to the supplier about a booking, and the answers: for the operator who has to decide in the end. */
export interface BookingEvidenceTable {
  booking_id: string;
  at: number;
  asked: EvidenceAsked;
  /** An outcome class or finding, and the fault where there was one; no word of the supplier's or the person's. */
  answer: string;
}

/** Messages for the front end: one row for each change that the person can see, written with the event itself. */
export interface OutboxTable {
  booking_id: string;
  version: number;
  status: BookingStatus;
  /** When and where the appointment was then; null of changes from before that was told. */
  slot_json: string | null;
  at: number;
  attempts: number;
  first_tried_at: number | null;
  next_try_at: number;
  delivered_at: number | null;
  /** Nobody took it for so long that it is not tried any more. */
  given_up_at: number | null;
}

export const PRACTICE_NOTICE_KINDS = ['BOOKED_ELSEWHERE', 'MOVED_ELSEWHERE', 'CANCELLED_ELSEWHERE'] as const;
export type PracticeNoticeKind = (typeof PRACTICE_NOTICE_KINDS)[number];

/** Messages for people's own practices, written with the change itself. */
export interface PracticeNoticeTable {
  practice: string;
  sequence: number;
  booking_id: string;
  kind: PracticeNoticeKind;
  /** When and where the appointment was then; null of notices from before it was kept. */
  slot_json: string | null;
  at: number;
  attempts: number;
  first_tried_at: number | null;
  next_try_at: number;
  delivered_at: number | null;
  given_up_at: number | null;
}

/** One row for each practice that anything was ever decided for; locked while it is changed or booked at. */
export interface ReleasePolicyTable {
  practice: string;
  /** Null while the practice has set nothing. */
  policy_json: string | null;
  updated_at: number | null;
}

/** Append-only: what was done or refused with a practice's rules. Entries of one practice are chained by hash. */
export interface ReleaseEventTable {
  practice: string;
  sequence: number;
  at: number;
  action: ReleaseAction;
  outcome: ReleaseOutcome;
  actor_kind: ReleaseActor['kind'];
  actor_id: string | null;
  actor_role: string | null;
  actor_practice: string | null;
  request_id: string;
  reason: string | null;
  before_json: string | null;
  after_json: string | null;
  hash: string;
}

/** Kinds of slots that searches have seen in a practice's book; at most 60 of a practice. */
export interface SlotKindTable {
  practice: string;
  /** The route by which it was seen. */
  route: 'PATIENT_SESSION' | 'NETWORK';
  mode: AppointmentMode;
  /** The practice's own name for it. */
  slot_type: string;
  /** The London day on which it was last seen. */
  seen_on: string;
}

/** Results of idempotency keys, so that a repeated request brings about nothing more. */
export interface IdempotencyTable {
  caller_id: string;
  operation: CommandKind;
  key: string;
  fingerprint: string;
  /** The hold or booking that it led to; where it was refused, the booking that stands in its way, or nothing. */
  result_id: string;
  /** The reason that it led to nothing. */
  refused: StoredRefusal | null;
  created_at: number;
}

/** The reason that a booking was not even put down. */
export type StoredRefusal =
  'HOLD_EXPIRED' | 'SLOT_TAKEN' | 'NOT_RELEASED' | 'ALREADY_BOOKED' | 'NOTHING_TO_REPLACE';

export type CommandKind = 'hold' | 'confirm' | 'cancel' | 'reschedule' | 'accept-move' | 'settle';

/** In place of sealed details; see the index `hold_details`. */
export const ERASED = '';

/** Facts for statistics: bands and codes, and nothing by which a person, hold or booking could be found. */
export interface NeedFact {
  /** Random. */
  id: number;
  /** The London day and hour. */
  day: string;
  hour: number;
  cell_key: number;
  pathway: string | null;
  disposition: string;
  age_band: string;
  sex: string | null;
  /** ODS code of the practice where the person is registered. */
  practice: string | null;
  outcode: string | null;
  deprivation: string;
}

export interface SearchFactTable extends NeedFact {
  own_answer: string;
  found: 'OWN' | 'ELSEWHERE' | 'NOTHING';
  /** JSON: reasons for which other practices were not offered. */
  not_offered: string;
  /** JSON: suppliers that were asked, with their outcomes. */
  suppliers: string;
}

export interface HoldFactTable extends NeedFact {
  elsewhere_reason: WhyElsewhere | null;
  mode: AppointmentMode;
  supplier: string;
  /** Stays KEPT until it is booked or let go; in the end it has run out. */
  result: 'KEPT' | 'BOOKED' | 'RELEASED';
}

export interface BookingFactTable extends NeedFact {
  event: 'BOOKED' | 'REBOOKED' | 'FAILED' | 'CANCELLED';
  elsewhere_reason: WhyElsewhere | null;
  own_answer: string | null;
  distance: string;
  lead_step: string;
  mode: AppointmentMode;
  supplier: string;
  cancel_reason: string | null;
}

/** Times that a search was offered: no people. */
export interface SlotSeenTable {
  practice: string;
  supplier: string;
  slot_id: string;
  /** The London day and hour of its start. */
  day: string;
  hour: number;
  cell_key: number;
  mode: AppointmentMode;
}

/** Append-only: what analysts have asked, written before it is answered. */
export interface StatisticsQuestionTable {
  at: number;
  caller_id: string;
  request_id: string;
  /** The London day, for the allowance. */
  day: string;
  question: string;
  /** Numbers in the answer. */
  cells: number;
}
