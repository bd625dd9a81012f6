import { randomUUID } from 'node:crypto';
import type { Booking } from '../ledger/records';
import { systemOf } from '../suppliers';
import { apply, move, type BookingDeps } from './booking-deps';
import { giveBack } from './give-back';
import { absence, isOutOfTime, lookAgain, tellOperators } from './looking';
import { settleOrphan } from './orphan';
import { ABANDONED_AFTER_MS } from './place-booking';
import { readBack, type ReadBack } from './read-back';
import { sweep } from './sweep';

/**
 * Takes a booking whose time has come one step further, by what the practice's book says. Nothing is ever booked again
 * blindly.
 */
export function settle(booking: Booking, deps: BookingDeps): Promise<unknown> {
  switch (booking.state) {
    case 'BOOKING':
    case 'CANCELLING':
      return abandoned(booking, deps);
    case 'UNKNOWN':
      return settleBooking(booking, deps);
    case 'CANCEL_UNKNOWN':
      return settleCancellation(booking, deps);
    case 'ORPHAN_FOUND':
      return settleOrphan(booking, deps);
    case 'CONFIRMED':
    case 'FAILED':
      return sweep(booking, deps);
    case 'MANUAL':
    case 'CANCEL_MANUAL':
    case 'ORPHAN_MANUAL':
    case 'CANCELLED':
    case 'CANCELLED_BY_PRACTICE':
      return Promise.resolve();
  }
}

/** The process that was at it has died, or is beyond its time: nobody knows what was sent. */
function abandoned(booking: Booking, deps: BookingDeps): Promise<Booking> {
  const { settleMs } = systemOf(booking, deps.systems).manifest.limits;
  return apply(booking, 'ANSWER_LOST', 'SYSTEM', { checkInMs: settleMs }, deps);
}

async function settleBooking(booking: Booking, deps: BookingDeps): Promise<void> {
  const read = await readBack(booking, deps);
  const { evidence } = read;
  if (read.kind === 'read' && read.found?.status === 'BOOKED') {
    const { id, version } = read.found;
    await apply(booking, 'FOUND', 'SYSTEM', { appointment: { id, version }, evidence }, deps);
    return;
  }
  // Booked and cancelled again behind our back is as good as never booked, and absent for the same reasons.
  const gone = read.kind === 'read' ? await absence(booking, deps) : 'NOT_PROVEN';
  if (gone === 'NOT_PROVEN') return notSettled(booking, read, deps);
  const failure = gone === 'GONE' ? 'NOT_APPLIED' : 'SLOT_TAKEN';
  await apply(booking, 'PROVEN_ABSENT', 'SYSTEM', { failure, evidence }, deps);
}

async function settleCancellation(booking: Booking, deps: BookingDeps): Promise<void> {
  const read = await readBack(booking, deps);
  const { evidence } = read;
  const found = read.kind === 'read' ? read.found : null;
  if (found?.status === 'CANCELLED') {
    await apply(booking, 'PROVEN_ABSENT', 'SYSTEM', { evidence }, deps);
    return;
  }
  if (found?.status === 'BOOKED' && !isOutOfTime(booking, deps.now())) {
    const { timeoutMs } = systemOf(booking, deps.systems).manifest.limits;
    const { id, version } = found;
    const checkInMs = timeoutMs.cancel + ABANDONED_AFTER_MS;
    const changes = { appointment: { id, version }, evidence, checkInMs };
    const cancelling = await move(booking, 'FOUND', 'SYSTEM', changes, deps);
    if (cancelling !== null) await giveBack(cancelling, false, randomUUID(), deps);
    return;
  }
  const gone =
    read.kind === 'read' && found === null ? await absence(booking, deps) : ('NOT_PROVEN' as const);
  if (gone === 'NOT_PROVEN') return notSettled(booking, read, deps);
  await apply(booking, 'PROVEN_ABSENT', 'SYSTEM', { evidence }, deps);
}

/** Looks again later, unless somebody has to act before that. */
async function notSettled(booking: Booking, read: ReadBack, deps: BookingDeps): Promise<void> {
  if (!isOutOfTime(booking, deps.now())) return lookAgain(booking, read, deps);
  tellOperators(booking, read.evidence, deps);
  await apply(booking, 'OUT_OF_TIME', 'SYSTEM', { evidence: read.evidence }, deps);
}
