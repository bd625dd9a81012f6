import type { OdsCode } from './ods-code';
import type { ReleaseChange } from './release-change';
import type { PracticeRelation, ReleasePolicy } from './release-policy';

/** The rules that hold for a practice, and since when; null while it has never set any. */
export interface PolicyInForce extends ReleasePolicy {
  updatedAt: Date | null;
}

/**
 * Every practice's release rules with their whole history, kept where bookings are kept, so that one transaction can
 * judge and book. Whoever lets practices set their rules is handed it by the composition root: subgraphs do not ask
 * each other.
 */
export interface ReleaseLedger {
  /** The rules that hold now, read anew each time; a practice that has set none has the default's. */
  policy(practice: string): Promise<PolicyInForce>;
  /**
   * Applies a change and writes it down, whole or not at all. Once it is answered, nothing that the new rules stop is
   * booked any more: bookings that were being sent to the supplier are waited for.
   */
  change(practice: OdsCode, change: ReleaseChange, note: ReleaseNote): Promise<ReleaseApplied>;
  /** Writes down that somebody was refused something of this practice. */
  refused(practice: OdsCode, action: ReleaseAction, note: ReleaseNote): Promise<void>;
  /** Latest first. */
  history(practice: OdsCode, limit: number): Promise<ReleaseEvent[]>;
  /** The first entry that does not follow from those before it; null when the history is whole. */
  brokenHistory(practice: OdsCode): Promise<number | null>;
  /** Starts of live bookings from `from` to `to`, by relation. */
  booked(practice: OdsCode, from: Date, to: Date): Promise<{ startsAt: Date; relation: PracticeRelation }[]>;
  /** Practices whose rules release anything, of those that have ever set or changed any. */
  openPractices(): Promise<OdsCode[]>;
}

/** `VIEW` is looking at what only the practice may see. */
export const RELEASE_ACTIONS = ['SET', 'CLOSE', 'REOPEN', 'VIEW'] as const;
export type ReleaseAction = (typeof RELEASE_ACTIONS)[number];

export const RELEASE_OUTCOMES = ['DONE', 'UNCHANGED', 'STALE', 'REFUSED'] as const;
export type ReleaseOutcome = (typeof RELEASE_OUTCOMES)[number];

/** Who does it, from where and why; names nobody. */
export interface ReleaseNote {
  actor: ReleaseActor;
  requestId: string;
  /** In the practice's words, or why it was refused; null when there is nothing to say. */
  reason: string | null;
}

/** As the verified identity has it at that moment: a pseudonymous id, the role and the organisation. */
export interface ReleaseActor {
  kind: 'anonymous' | 'patient' | 'practice-staff' | 'analyst' | 'operator' | 'system';
  id: string | null;
  role: string | null;
  practice: string | null;
}

export type ReleaseApplied =
  { kind: 'applied'; policy: PolicyInForce } | { kind: 'stale'; current: PolicyInForce };

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
