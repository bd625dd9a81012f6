import type { Booking, Evidence } from '../ledger/records';
import { holdKey } from './hold-slot';
import { apply, firstLookForDuplicatesMs, type BookingDeps } from './booking-deps';
import { absence, needsAPerson } from './looking';
import { readBack, type ReadBack } from './read-back';

/** What is delivered a second time comes within seconds; after as long as this nobody looks any more. */
const DUPLICATES_WITHIN_MS = 60 * 60_000;

/**
 * Compares what we believe with the practice's own book: appointments that its desk has cancelled or moved, and bookings
 * that took effect after we gave them up, or once more after they were cancelled. Absence alone cancels nothing.
 */
export async function sweep(booking: Booking, deps: BookingDeps): Promise<void> {
  const isPast = booking.offer.slot.startsAt <= deps.now();
  // Suppliers do not list the past.
  if (isPast) return nothingNew(booking, { absentReads: 0, checkInMs: null }, deps);
  // A second appointment has an id of its own, and so is looked for as if we had none.
  const isCancelled = booking.state === 'CANCELLED';
  const read = await readBack(isCancelled ? { ...booking, appointment: null } : booking, deps);
  const checkInMs = deps.sweepEveryMs;
  if (read.kind === 'failed')
    return nothingNew(booking, { absentReads: booking.absentReads, checkInMs }, deps);
  if (isCancelled) return sweepCancelled(booking, read, deps);
  return booking.state === 'FAILED' ? sweepFailed(booking, read, deps) : sweepStanding(booking, read, deps);
}

type Read = Extract<ReadBack, { kind: 'read' }>;

async function sweepFailed(booking: Booking, { found, evidence }: Read, deps: BookingDeps): Promise<void> {
  if (found?.status !== 'BOOKED' || (await isAnotherBookingOfOurs(booking, deps)))
    return nothingNew(booking, { absentReads: 0, checkInMs: deps.sweepEveryMs }, deps);
  const { id, version, carriesMarker } = found;
  // Without our mark it is not known to be ours, and must not be taken for it later.
  const known = carriesMarker === true ? { appointment: { id, version } } : {};
  await apply(booking, 'FOUND', 'SYSTEM', { ...known, evidence }, deps);
}

async function sweepCancelled(booking: Booking, { found, evidence }: Read, deps: BookingDeps): Promise<void> {
  if (found?.status !== 'BOOKED' || (await isAnotherBookingOfOurs(booking, deps)))
    return nothingNew(booking, { absentReads: 0, checkInMs: nextLookForDuplicates(booking, deps) }, deps);
  const { id, version, carriesMarker } = found;
  // Without our mark it may be one that the person has made since, at the practice or in its own app.
  if (carriesMarker !== true)
    await needsAPerson(booking, { asked: 'READ_BACK', answer: 'BOOKED UNMARKED' }, deps);
  else await apply(booking, 'FOUND', 'SYSTEM', { appointment: { id, version }, evidence }, deps);
}

/** Ever later: each time as long again as it has been. */
function nextLookForDuplicates({ changedAt }: Booking, { now, sweepEveryMs }: BookingDeps): number | null {
  const sinceMs = now().getTime() - changedAt.getTime();
  return sinceMs > DUPLICATES_WITHIN_MS ? null : Math.max(sinceMs, firstLookForDuplicatesMs(sweepEveryMs));
}

async function sweepStanding(booking: Booking, { found, evidence }: Read, deps: BookingDeps): Promise<void> {
  const cancelled = (why: Omit<Evidence, 'at'>) =>
    apply(booking, 'CANCELLED_AT_PRACTICE', 'SUPPLIER', { evidence: why }, deps);
  const asBefore = (absentReads: number) =>
    nothingNew(booking, { absentReads, checkInMs: deps.sweepEveryMs }, deps);
  if (found === null) {
    // Gone from the list, and the practice offers its slot to others: it cannot stand any more.
    if ((await absence(booking, deps)) === 'GONE') await cancelled(evidence);
    else await asBefore(booking.absentReads + 1);
    return;
  }
  const isMoved = found.startsAt.getTime() !== booking.offer.slot.startsAt.getTime();
  if (found.status === 'CANCELLED') await cancelled(evidence);
  else if (isMoved) await cancelled({ asked: 'READ_BACK', answer: 'MOVED' });
  else await asBefore(0);
}

async function nothingNew(
  booking: Booking,
  look: { absentReads: number; checkInMs: number | null },
  { ledger }: BookingDeps,
): Promise<void> {
  await ledger.looked(booking, { ...look, failedReads: 0 });
}

/** The person tried again and got the same slot: what stands there is that booking's. */
async function isAnotherBookingOfOurs({ offer }: Booking, { ledger }: BookingDeps): Promise<boolean> {
  return (await ledger.liveBeside([offer.slot])).slots.has(holdKey(offer));
}
