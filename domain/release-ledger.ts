import type { OdsCode } from './ods-code';
import type { ReleaseChange } from './release-change';
import type { PracticeRelation, ReleasePolicy } from './release-policy';

/** The rules that hold for a practice, and since when; null while it has never set any. */
export interface PolicyInForce extends ReleasePolicy {
  updatedAt: Date | null;
}

/**
 * Every practice's release rules with their whole history, stored with the bookings, so that one transaction can
 * check and book. The composition root injects it where practices set their rules: subgraphs do not call each
 * other.
 */
export interface ReleaseLedger {
  /** The rules that hold now, read anew each time; a practice that has set none has the default's. */
  policy(practice: string): Promise<PolicyInForce>;
  /**
   * Applies and records a change atomically. When it resolves, nothing that the new rules stop can be booked any
   * more: it waits for bookings that are being sent to the supplier.
   */
  change(practice: OdsCode, change: ReleaseChange, note: ReleaseNote): Promise<ReleaseApplied>;
  /** Writes down that somebody was refused something of this practice. */
  refused(practice: OdsCode, action: ReleaseAction, note: ReleaseNote): Promise<void>;
  /** Latest first. */
  history(practice: OdsCode, limit: number): Promise<ReleaseEvent[]>;
  /** The first entry that does not follow from those before it; null when the history is whole. */
  brokenHistory(practice: OdsCode): Promise<number | null>;
  /** Practices whose rules release anything, of those that have ever set or changed any. */
  openPractices(): Promise<OdsCode[]>;
  /** Practices whose book was ever closed by the system, and not by a person. */
  closedBySystem(): Promise<OdsCode[]>;
}

/** `VIEW` is looking at what only the practice may see. */
export const RELEASE_ACTIONS = ['SET', 'CLOSE', 'REOPEN', 'VIEW'] as const;
export type ReleaseAction = (typeof RELEASE_ACTIONS)[number];

export const RELEASE_OUTCOMES = ['DONE', 'UNCHANGED', 'STALE', 'REFUSED'] as const;
export type ReleaseOutcome = (typeof RELEASE_OUTCOMES)[number];

/** Actor, origin and reason of a change; names nobody. */
export interface ReleaseNote {
  actor: ReleaseActor;
  requestId: string;
  /** In the practice's words, or why it was refused; null when there is nothing to say. */
  reason: string | null;
}

/** Actor as the verified identity describes them at that moment: a pseudonymous id, the role and the organisation. */
export interface ReleaseActor {
  kind: 'anonymous' | 'patient' | 'practice-staff' | 'analyst' | 'operator' | 'system';
  id: string | null;
  role: string | null;
  practice: string | null;
}

/** A booking as its practice may see it. */
export interface BookedSlot {
  reference: string;
  startsAt: Date;
  relation: PracticeRelation;
}

export type ReleaseApplied =
  | { kind: 'applied'; policy: PolicyInForce }
  | { kind: 'stale'; current: PolicyInForce }
  /** Other bookings stand in the time that is to be closed than were accepted; nothing was changed. */
  | { kind: 'unconfirmed'; bookings: BookedSlot[] };

/** One entry of a practice's release history; `sequence` has no gaps. */
export interface ReleaseEvent extends ReleaseNote {
  sequence: number;
  at: Date;
  action: ReleaseAction;
  outcome: ReleaseOutcome;
  /** Null unless something changed. */
  before: ReleasePolicy | null;
  after: ReleasePolicy | null;
}
