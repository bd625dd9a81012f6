import { rulesStoppingSlot } from '../../../domain/release-policy';
import type { LedgerTransaction } from '../database/ledger-database';
import { lockPolicy, type DefaultPolicyOf } from '../releases/stored-policy';
import { bookedByOthers, heldByOthers } from './live-bookings';
import type { Offer } from '../holds/offers';
import type { Booking } from './records';
import type { Refused } from './requests';

/** The rules of practices that have set none, and the clock, for judging a booking in the transaction that makes it. */
export interface ReleaseTerms {
  defaultPolicyOf: DefaultPolicyOf;
  now: () => Date;
}

/** A hold or booking that is to be made. */
export interface Opening {
  hold: { offer: Offer };
  /** The London day. */
  startsOn: string;
  replaces: Booking | null;
}

/**
 * Judges a booking by the rules of this moment, whatever they were when the slot was offered.
 * @returns null for what may be booked.
 */
export async function checkReleaseRules(
  transaction: LedgerTransaction,
  opening: Opening,
  { defaultPolicyOf, now }: ReleaseTerms,
): Promise<Refused | null> {
  const { offer } = opening.hold;
  const { practice } = offer.slot;
  const policy = await lockPolicy(transaction, practice, defaultPolicyOf);
  const othersThatDay =
    policy.dailyQuota !== null && offer.relation === 'OTHER' ? await usedQuota(transaction, opening) : [];
  const stopping = rulesStoppingSlot(policy, offer, offer.slot, { now: now(), othersThatDay });
  return stopping.length === 0 ? null : { kind: 'refused', why: 'NOT_RELEASED', bookingId: null };
}

/** Places of a quota are taken one after the other, each when the one before is on disk. */
async function usedQuota(
  transaction: LedgerTransaction,
  { hold: { offer }, startsOn, replaces }: Opening,
): Promise<Date[]> {
  const day = { practice: offer.slot.practice, starts_on: startsOn };
  transaction.exclusively(`quota of ${day.practice} on ${day.starts_on}`);
  const booked = await bookedByOthers(transaction, day, replaces?.id);
  const held = await heldByOthers(transaction, day, offer.assessmentDigest);
  return [...booked, ...held];
}
