import { randomUUID } from 'node:crypto';
import type { SupplierAppointment } from '../../../adapters/gp-system';
import type { Booking } from '../ledger/records';
import { systemOf } from '../suppliers';
import { apply, leaseMs, move, patientFor, type BookingDeps } from './booking-deps';
import { giveBack } from './give-back';
import { absence, isOutOfTime, notSettled } from './looking';
import { settleOrphan } from './orphan';
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
      return settleUnknown(booking, deps);
    case 'CANCEL_UNKNOWN':
      return settleCancellation(booking, deps);
    case 'ORPHAN_FOUND':
    case 'DUPLICATE_FOUND':
      return settleOrphan(booking, deps);
    case 'CONFIRMED':
    case 'FAILED':
    case 'CANCELLED':
      return sweep(booking, deps);
    case 'MANUAL':
    case 'CANCEL_MANUAL':
    case 'ORPHAN_MANUAL':
    case 'DUPLICATE_MANUAL':
    case 'CANCELLED_BY_PRACTICE':
      return Promise.resolve();
  }
}

/** The process that was at it has died, or is beyond its time: nobody knows what was sent. */
function abandoned(booking: Booking, deps: BookingDeps): Promise<Booking> {
  const checkInMs = systemOf(booking, deps.systems).manifest.limits.settleMs;
  return apply(booking, 'ANSWER_LOST', 'SYSTEM', { checkInMs }, deps);
}

async function settleUnknown(booking: Booking, deps: BookingDeps): Promise<void> {
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
  if (found?.status === 'BOOKED' && !isOutOfTime(booking, deps.now()))
    return cancelAgain(booking, found, evidence, deps);
  const isGone =
    found?.status === 'CANCELLED' ||
    (read.kind === 'read' && found === null && (await absence(booking, deps)) !== 'NOT_PROVEN');
  if (!isGone) return notSettled(booking, read, deps);
  await apply(booking, 'PROVEN_ABSENT', 'SYSTEM', { evidence }, deps);
}

/** It still stands, so it is asked for again, in the version that was just read. */
async function cancelAgain(
  booking: Booking,
  { id, version }: SupplierAppointment,
  evidence: ReadBack['evidence'],
  deps: BookingDeps,
): Promise<void> {
  const patient = patientFor(booking, deps);
  const claimedAt = deps.timers.elapsedMs();
  const checkInMs = leaseMs(systemOf(booking, deps.systems), 'cancel');
  const changes = { appointment: { id, version }, evidence, checkInMs };
  const cancelling = await move(booking, 'FOUND', 'SYSTEM', changes, deps);
  if (cancelling.kind !== 'moved') return;
  const giving = { patient, claimedAt, attempt: 'AGAIN', requestId: randomUUID() } as const;
  await giveBack(cancelling.booking, giving, deps);
}
