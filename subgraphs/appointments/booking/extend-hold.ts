import type { Caller } from '../../../domain/caller';
import type { Hold } from '../ledger/records';
import { personOf } from '../sealed-patients';
import { alreadyBooked, type AlreadyBooked } from './already-booked';
import type { BookingDeps } from './booking-deps';
import { isInTheWay, letNeedGo } from './hold-slot';
import { acquire, holdKey, letGo } from './keep-place';
import { mayBook, bookingNotAllowed, whyNotBook, type NotAllowedAnswer } from './not-allowed';
import { obstacleAnswer, type ObstacleAnswer } from './obstacle-answer';
import { endsNeed, findObstacle } from './obstacles';

export type ExtendAnswer =
  | { kind: 'held'; hold: Hold }
  | { kind: 'not-extendable'; hold: Hold }
  | { kind: 'hold-expired'; expiredAt: Date }
  | ObstacleAnswer
  | AlreadyBooked
  | NotAllowedAnswer;

/**
 * Keeps a held time for as long again: people who read slowly or use a screen reader may need it (WCAG 2.2.1, Timing
 * Adjustable). Once and no more, since others wait for the time, and no later than the appointment's start. No supplier
 * reserves anything for us, so only the hold store and the ledger know of it.
 */
export async function extendHold(holdId: string, caller: Caller, deps: BookingDeps): Promise<ExtendAnswer> {
  const { ledger, holdMs } = deps;
  if (!mayBook(caller)) return bookingNotAllowed(whyNotBook(caller));
  const hold = await ledger.findHold(holdId, caller.id);
  if (hold === null) return bookingNotAllowed('HOLD_NOT_FOUND');
  const person = personOf(caller, hold, deps);
  if (person === undefined) return bookingNotAllowed('CANNOT_ACT_FOR_PERSON');
  const { offer, patientDigest } = hold;
  const obstacle = await findObstacle({ offer, person, caller, patientDigest, besides: [] }, deps);
  if (obstacle !== null && obstacle.booking === null) {
    if (endsNeed(obstacle)) await letNeedGo(offer, deps);
    return obstacleAnswer(obstacle, offer);
  }
  const live = await ledger.liveBookingsOf(hold.patientDigest);
  const standing = live.find((booking) => isInTheWay(booking, hold.offer));
  if (standing !== undefined) return alreadyBooked(standing);
  const extended = await ledger.extendHold(hold, holdMs);
  // Also where it was extended before: that request may have ended between ledger and store.
  if (extended.kind === 'over' || !(await keep(extended.hold, deps)))
    return { kind: 'hold-expired', expiredAt: endOf(hold, deps.now()) };
  return { kind: extended.kind === 'extended' ? 'held' : 'not-extendable', hold: extended.hold };
}

/** Checks that `extendHold` would give more time. */
export function isExtendable({ released, extended, expiresAt, offer }: Hold, now: Date): boolean {
  return !released && !extended && now < expiresAt && expiresAt < offer.slot.startsAt;
}

/**
 * Keeps the time in the store as long as the ledger does, also where the store has lost it.
 * @returns false where somebody else has the time by now, or the person has let it go or booked it meanwhile
 */
async function keep(hold: Hold, deps: BookingDeps): Promise<boolean> {
  const key = holdKey(hold.offer);
  const forMs = Math.max(hold.expiresAt.getTime() - deps.now().getTime(), 1);
  const { acquired } = await acquire(key, { token: hold.id, callerId: hold.callerId }, deps, forMs);
  if (!acquired) return false;
  // Asked once more, now that the store has it: between the two it may have ended.
  if ((await deps.ledger.extendHold(hold, deps.holdMs)).kind !== 'over') return true;
  await letGo(key, hold.id, deps);
  return false;
}

export function endOf({ expiresAt }: Hold, now: Date): Date {
  return expiresAt < now ? expiresAt : now;
}
