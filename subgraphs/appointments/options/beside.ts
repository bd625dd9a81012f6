import type { Slot } from '../../../adapters/gp-system';
import { assessmentDigest } from '../../../domain/assessment-digest';
import type { Caller } from '../../../domain/caller';
import type { Ledger } from '../ledger/ledger';
import type { Booking, Hold } from '../ledger/records';
import { DOUBTFUL_STATES, isOneOf, STANDING_STATES } from '../lifecycle/states';
import { digestsOfPeople, type Patients } from '../sealed-patients';

/**
 * Two people, one visit: times for the second directly before or after the time that is kept or booked for the first, as the
 * NHS's own booking console offers consecutive slots (NHSDigital/nbs-appointments-management-service, JointBookings.feature).
 */

/** Sides of a time, on which another one may be. */
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
 * Returns the time that is kept or booked for another need; null where the caller has none of that id, may not act for its
 * patient any more, or it does not stand any more.
 */
export async function findTimeBeside(
  which: BesideWhich,
  assessmentId: string,
  caller: Caller,
  deps: BesideDeps,
): Promise<Slot | null> {
  const found =
    'holdId' in which
      ? await standingHold(which.holdId, caller, deps)
      : await standingBooking(which.bookingId, deps);
  if (found === null || !digestsOfPeople(caller, deps).includes(found.patientDigest)) return null;
  const { assessmentDigest: need, slot } = found.offer;
  // A hold for the same need is let go for the next one.
  return need === assessmentDigest(assessmentId) ? null : slot;
}

async function standingHold(id: string, caller: Caller, { ledger, now }: BesideDeps): Promise<Hold | null> {
  const hold = caller.kind === 'patient' ? await ledger.findHold(id, caller.id) : null;
  return hold === null || hold.released || hold.expiresAt <= now() ? null : hold;
}

async function standingBooking(id: string, { ledger }: BesideDeps): Promise<Booking | null> {
  const booking = await ledger.findBooking(id);
  return booking !== null && isOneOf([...STANDING_STATES, ...DOUBTFUL_STATES], booking.state)
    ? booking
    : null;
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
