import type { Slot } from '../../../adapters/gp-system';
import { assessmentDigest } from '../../../domain/assessment-digest';
import type { Caller } from '../../../domain/caller';
import { mayBook } from '../booking/not-allowed';
import type { Offer } from '../holds/offers';
import type { Ledger } from '../ledger/ledger';
import { DOUBTFUL_STATES, isOneOf, STANDING_STATES } from '../lifecycle/states';
import { personOf, type Patients } from '../sealed-patients';

/**
 * Two people, one visit: times for the second directly before or after the time that is kept or booked for the first, as the
 * NHS's own booking console offers consecutive slots (NHSDigital/nbs-appointments-management-service, JointBookings.feature).
 */

/** Where a time stands to the other one. */
export const SIDES = ['DIRECTLY_BEFORE', 'DIRECTLY_AFTER'] as const;
export type Side = (typeof SIDES)[number];

/** The caller's own hold, or a booking of somebody for whom they may act. */
export type BesideWhich = { holdId: string } | { bookingId: string };

export interface BesideDeps {
  ledger: Pick<Ledger, 'findHold' | 'findBooking'>;
  patients: Patients;
  now: () => Date;
}

/**
 * Returns the time that is kept or booked for another need; null where the caller has none of that id, or it does not stand any
 * more.
 */
export async function findTimeBeside(
  which: BesideWhich,
  assessmentId: string,
  caller: Caller,
  deps: BesideDeps,
): Promise<Slot | null> {
  const offer =
    'holdId' in which
      ? await heldBy(caller, which.holdId, deps)
      : await bookedFor(caller, which.bookingId, deps);
  // A hold for the same need is let go for the next one.
  return offer === null || offer.assessmentDigest === assessmentDigest(assessmentId) ? null : offer.slot;
}

async function heldBy(caller: Caller, id: string, { ledger, now }: BesideDeps): Promise<Offer | null> {
  const hold = mayBook(caller) ? await ledger.findHold(id, caller.id) : null;
  return hold === null || hold.released || hold.expiresAt <= now() ? null : hold.offer;
}

async function bookedFor(caller: Caller, id: string, deps: BesideDeps): Promise<Offer | null> {
  const booking = mayBook(caller) ? await deps.ledger.findBooking(id) : null;
  if (booking === null || personOf(caller, booking, deps) === undefined) return null;
  return isOneOf([...STANDING_STATES, ...DOUBTFUL_STATES], booking.state) ? booking.offer : null;
}

/** Null unless the two make one visit: at one practice, in one mode, with nothing in between. */
export function sideOf(slot: Slot, other: Slot | null): Side | null {
  if (other === null || slot.practice !== other.practice || slot.mode !== other.mode) return null;
  if (slot.endsAt.getTime() === other.startsAt.getTime()) return 'DIRECTLY_BEFORE';
  return slot.startsAt.getTime() === other.endsAt.getTime() ? 'DIRECTLY_AFTER' : null;
}

/** Slots beside the other one first; otherwise in their order. */
export function besideFirst(slots: readonly Slot[], other: Slot | null): Slot[] {
  const isBeside = (slot: Slot) => sideOf(slot, other) !== null;
  return [...slots.filter(isBeside), ...slots.filter((slot) => !isBeside(slot))];
}

/** The other one's practice first; otherwise in their order. */
export function samePracticeFirst<Practice extends { odsCode: string }>(
  practices: readonly Practice[],
  other: Slot | null,
): Practice[] {
  const isSame = ({ odsCode }: Practice) => odsCode === other?.practice;
  return [...practices.filter(isSame), ...practices.filter((practice) => !isSame(practice))];
}
