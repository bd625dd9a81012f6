import type { Caller } from '../../../domain/caller';
import { loggableError } from '../../../domain/loggable-error';
import { HoldStoreUnavailable, type Prolonged } from '../holds/hold-store';
import type { Hold } from '../ledger/records';
import { personOf } from '../patients';
import { alreadyBooked, type AlreadyBooked } from './already-booked';
import type { BookingDeps } from './booking-deps';
import { holdKey } from './hold-slot';
import { mayBook, notAllowed, whyNotBook, type NotAllowedAnswer } from './not-allowed';

export type ExtendAnswer =
  | { kind: 'held'; hold: Hold }
  | { kind: 'not-extendable'; hold: Hold }
  | { kind: 'hold-expired'; expiredAt: Date }
  | AlreadyBooked
  | NotAllowedAnswer;

/**
 * Keeps a held time for as long again: people who read slowly or use a screen reader may need it (WCAG 2.2.1, Timing
 * Adjustable). Once and no more, since others wait for the time, and no later than the appointment's start. No supplier
 * reserves anything for us, so only the hold store and the ledger know of it.
 */
export async function extendHold(holdId: string, caller: Caller, deps: BookingDeps): Promise<ExtendAnswer> {
  const { ledger, holdMs } = deps;
  if (!mayBook(caller)) return notAllowed(whyNotBook(caller));
  const hold = await ledger.findHold(holdId, caller.id);
  if (hold === null) return notAllowed('HOLD_NOT_FOUND');
  if (personOf(caller, hold, deps) === undefined) return notAllowed('CANNOT_ACT_FOR_PERSON');
  const standing = await ledger.standingBooking(hold.patientDigest, hold.offer.assessmentDigest);
  if (standing !== null) return alreadyBooked(standing, caller);
  const extended = await ledger.extendHold(hold, holdMs);
  // Also where it was extended before: that request may have ended between ledger and store.
  if (extended.kind === 'over' || !(await isKept(extended.hold, deps)))
    return { kind: 'hold-expired', expiredAt: endOf(hold, deps.now()) };
  return { kind: extended.kind === 'extended' ? 'held' : 'not-extendable', hold: extended.hold };
}

/** Whether `extendHold` would give more time. */
export function isExtendable({ released, extended, expiresAt, offer }: Hold, now: Date): boolean {
  return !released && !extended && now < expiresAt && expiresAt < offer.slot.startsAt;
}

/** False where somebody else has the time by now, or the person has let it go meanwhile: then it is not taken again. */
async function isKept(hold: Hold, deps: BookingDeps): Promise<boolean> {
  switch (await prolong(hold, deps)) {
    case 'prolonged':
      return true;
    case 'held-by-another':
      return false;
    case 'held-by-nobody':
      return (await deps.ledger.findHold(hold.id, hold.callerId))?.released === false;
  }
}

/** Without the store everybody may go on, and the ledger decides. */
async function prolong(
  { id, offer, expiresAt }: Hold,
  { holds, now, logger }: BookingDeps,
): Promise<Prolonged> {
  const forMs = Math.max(expiresAt.getTime() - now().getTime(), 1);
  try {
    return await holds.prolong(holdKey(offer), id, forMs);
  } catch (error) {
    if (!(error instanceof HoldStoreUnavailable)) throw error;
    logger.warn({ err: loggableError(error) }, 'going on without a hold');
    return 'prolonged';
  }
}

export function endOf({ expiresAt }: Hold, now: Date): Date {
  return expiresAt < now ? expiresAt : now;
}
