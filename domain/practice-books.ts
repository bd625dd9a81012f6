import type { CalendarDate } from './london-time';
import type { OdsCode } from './ods-code';
import type { PracticeRelation, SlotFacts, SlotKind } from './release-policy';

/** A route to a practice's book, by the id of a supplier. */
export interface BookConnection {
  supplier: string;
  route: 'PATIENT_SESSION' | 'NETWORK';
}

/**
 * Facts about practices' books beside their free times. The appointments subgraph implements it and start.ts injects
 * it where practices set their rules: subgraphs do not call each other.
 */
export interface PracticeBooks {
  /** The routes by which searches reach the book. */
  routes(connections: readonly BookConnection[]): BookConnection['route'][];
  /** Starts, on these London days, of what the practice's quota counts: as searches count it. */
  takenOfQuota(practice: OdsCode, days: readonly CalendarDate[]): Promise<readonly Date[]>;
  /** The kinds of slots that searches have ever seen in the book; at most 60, those seen last. */
  kindsSeen(practice: OdsCode): Promise<readonly SeenKind[]>;
  /**
   * Looks into the book now, and answers with the kinds of its free slots and those seen before; at most once a minute for a
   * practice. A book that only its own patients' sessions reach cannot be looked into.
   */
  look(
    practice: OdsCode,
    connections: readonly BookConnection[],
    by: { callerId: string; requestId: string },
  ): Promise<BookLook>;
  /**
   * Free times of one London day as the practice's own system shows them to the network, soonest first and at most 300,
   * without those that this service has booked. Each practice's day is read at most once in ten seconds.
   */
  freeTimes(
    practice: OdsCode,
    connections: readonly BookConnection[],
    day: CalendarDate,
    by: { callerId: string; requestId: string },
  ): Promise<FreeTimes>;
}

/** A free time of a practice's book. */
export interface FreeTime extends SlotFacts {
  endsAt: Date;
  clinicianName: string | null;
  /** True while a patient is confirming it. */
  isKept: boolean;
}

export type FreeTimes =
  { kind: 'seen'; times: readonly FreeTime[] } | { kind: 'no-way-in' } | { kind: 'not-answered' };

/** A kind of slot, and the route by which it was seen: a network often shows less than a practice's own patients see. */
export interface SeenKind extends SlotKind {
  route: BookConnection['route'];
}

/** The routes by which slots are offered to somebody in this relation. */
export function routesFor(relation: PracticeRelation): readonly BookConnection['route'][] {
  return relation === 'OWN' ? ['PATIENT_SESSION', 'NETWORK'] : ['NETWORK'];
}

export type BookLook =
  { kind: 'seen'; kinds: readonly SeenKind[] } | { kind: 'no-way-in' } | { kind: 'not-answered' };

export function isSameKind(one: SlotKind, other: SlotKind): boolean {
  return one.mode === other.mode && one.slotType === other.slotType;
}
