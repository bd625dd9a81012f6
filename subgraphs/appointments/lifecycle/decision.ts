import type { EvidenceRecord } from './evidence';
import type { BookingFailure } from './failures';
import type { BookedThere, NotBookedThere, SlotInBook } from './observation';
import type { LifecycleEvent } from './states';

/** The answer to an observation. */
export type Decision =
  /** An event happened; the action, if any, follows once it is recorded. */
  | { kind: 'TRANSITION'; event: LifecycleEvent; changes: Changes; action: 'CANCEL_AT_PRACTICE' | null }
  /** Nothing new. The next check is due in so many milliseconds; null: never. */
  | {
      kind: 'WAIT';
      absentReads: number;
      failedReads: number;
      evidence?: EvidenceRecord;
      nextCheckMs: number | null;
    }
  /** An inquiry, or an action at the practice, comes before any decision. */
  | ({ kind: 'ACT' } & Inquiry)
  /** The observation means nothing for a booking in this state. */
  | { kind: 'IGNORE' };

/** An action, and the observation that it is about. */
export type Inquiry =
  | { action: 'LOOK_AT_SLOT'; about: NotBookedThere }
  | {
      action: 'CANCEL_AT_PRACTICE' | 'LOOK_FOR_ANOTHER_BOOKING' | 'ASK_WHETHER_WANTED';
      about: BookedThere;
    };

export type Action = Inquiry['action'];

/** The changes that come with an event. */
export interface Changes {
  appointment?: { id: string; version?: string | undefined };
  failure?: BookingFailure;
  /** The slot on which it stands by now, where that has changed. */
  slot?: SlotInBook | undefined;
  /** The question and its answer, where they are the reason. */
  evidence?: EvidenceRecord | undefined;
  /** Until this service reads the practice's book; null when it need not. */
  nextCheckMs: number | null;
}
