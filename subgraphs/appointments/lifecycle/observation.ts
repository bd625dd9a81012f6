import type { BookOutcome, CancelOutcome, Slot } from '../../../adapters/gp-system';
import type { EvidenceRecord } from './evidence';
import type { Objection } from './failures';
import type { BookingState } from './states';

/** The facts about a booking that a decision needs. */
export interface KnownBooking {
  state: BookingState;
  /** Reference at the supplier; null until it has named one. */
  appointment: { id: string } | null;
  slot: SlotInBook;
  /** Time since when the state is unknown; null in states that are known. */
  unknownSince: Date | null;
  changedAt: Date;
  /** Reads in a row in which it was not there, and reads in a row that failed. */
  absentReads: number;
  failedReads: number;
  replacedBy: string | null;
}

/** A slot as practices' books show it of appointments; parts that are undefined were not told. */
export type SlotInBook = Pick<Slot, 'id' | 'startsAt' | 'endsAt'> &
  Partial<Pick<Slot, 'mode' | 'sessionName' | 'clinicianName' | 'clinicianRole'>>;

/** The clock, and how long things take: at the supplier (its manifest) and here. */
export interface BookingClock {
  now: Date;
  /** Longest time after which a request that the supplier received can still take effect. */
  settleMs: number;
  /** Time that one process has for a cancellation. */
  cancelLeaseMs: number;
  /** Interval at which standing bookings are compared with the practice's book. */
  compareEveryMs: number;
}

/** One observation of a booking. Facts that are null have not been looked at. */
export type Observation =
  | { kind: 'BOOKING_ANSWERED'; outcome: BookAnswer }
  /** Looked at once more before it is sent: it must not be made any more. */
  | { kind: 'OBJECTED'; why: Objection }
  | CancellationAnswered
  /** It is to be cancelled, and the supplier has not told us its name for it yet. */
  | { kind: 'APPOINTMENT_UNNAMED' }
  /** The process that worked on it has died, or is past its lease: it is unknown whether anything was sent. */
  | { kind: 'LEASE_EXPIRED' }
  | { kind: 'PERSON_CANCELS'; reason: string | null }
  /** The person is content with what the practice has moved it to. */
  | { kind: 'PERSON_ACCEPTS_MOVE' }
  /** An operator has asked the practice. */
  | { kind: 'OPERATOR_SAYS'; stands: boolean }
  /** The practice could not be called at all, by a fault on our side: a supplier without an adapter, a lost secret. */
  | { kind: 'NOT_ASKED' }
  /** Suppliers do not list the past. */
  | { kind: 'START_PASSED' }
  | { kind: 'NOT_READABLE'; evidence: EvidenceRecord }
  | BookedThere
  | NotBookedThere;

/** `NOT_SENT` without an error: this process slept before it sent anything. */
export type BookAnswer = BookOutcome | { class: 'NOT_SENT' };

export interface CancellationAnswered {
  kind: 'CANCELLATION_ANSWERED';
  outcome: CancelOutcome;
  /**
   * The person waits, and can be told that nothing has changed. Otherwise they were told that it is being cancelled, or
   * have another in its place.
   */
  isFirstTry: boolean;
}

/** The practice's book has it, standing. */
export interface BookedThere {
  kind: 'BOOKED';
  appointment: { id: string; version: string | undefined };
  /** The slot on which it stands now. */
  slot: SlotInBook;
  /** True when it carries our marker, which no supplier promises to keep. */
  isMarked: boolean;
  /** The person tried again and got the same slot: what stands there is that booking's. */
  isOfAnother: boolean | null;
  /** The person has made no other plans that we know of. */
  isWanted: boolean | null;
}

/** The practice's book does not have it, has it as cancelled, or does not show us its patient (any more). */
export interface NotBookedThere {
  kind: 'CANCELLED' | 'ABSENT' | 'HIDDEN';
  /**
   * True where the person has an appointment there that is no other booking of ours, and nothing tells it from this one: it may
   * be this one, moved, or one that they have made themself.
   */
  mayHaveMoved?: boolean;
  /** State of the slot in the practice's book. */
  slot: 'FREE' | 'TAKEN' | 'NOT_READABLE' | null;
}
