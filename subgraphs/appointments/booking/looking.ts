import type { Booking, Evidence } from '../ledger/records';
import { systemOf } from '../suppliers';
import { apply, type BookingDeps } from './booking-deps';
import { slotIsFree, type ReadBack } from './read-back';

/** A read that failed is no evidence: look again, ever more slowly. */
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;
/** A person takes over at the earlier of these, because suppliers can neither list nor cancel the past. */
const OUT_OF_TIME_AFTER_MS = 2 * 60 * 60_000;
const OUT_OF_TIME_BEFORE_START_MS = 30 * 60_000;
/** Absence counts when two reads, a settle time apart, agree. */
const ABSENT_READS_NEEDED = 2;
/** Absent, but the slot is busy: somebody else's, or ours arriving late. After so many reads it was somebody else's. */
const ABSENT_READS_WHILE_BUSY = 4;

export type Absence = 'GONE' | 'TAKEN_BY_ANOTHER' | 'NOT_PROVEN';

/** Absence alone proves nothing: it counts together with what the practice does with the slot, and after a while. */
export async function absence(booking: Booking, deps: BookingDeps): Promise<Absence> {
  const reads = booking.absentReads + 1;
  if (reads < ABSENT_READS_NEEDED) return 'NOT_PROVEN';
  const free = await slotIsFree(booking, deps);
  if (free === true) return 'GONE';
  return free === false && reads >= ABSENT_READS_WHILE_BUSY ? 'TAKEN_BY_ANOTHER' : 'NOT_PROVEN';
}

/** Notes a look that settled nothing; the next is a settle time later, or ever later where nobody answers. */
export async function lookAgain(booking: Booking, read: ReadBack, deps: BookingDeps): Promise<void> {
  const { absentReads, failedReads } = booking;
  const { settleMs } = systemOf(booking, deps.systems).manifest.limits;
  const absent = read.kind === 'read' && read.found?.status !== 'BOOKED';
  await deps.ledger.looked(booking, {
    absentReads: absent ? absentReads + 1 : absentReads,
    failedReads: read.kind === 'failed' ? failedReads + 1 : 0,
    evidence: read.evidence,
    checkInMs: read.kind === 'failed' ? backoff(booking) : settleMs,
  });
}

function backoff({ failedReads }: Booking): number {
  return Math.min(FIRST_BACKOFF_MS * 2 ** failedReads, LONGEST_BACKOFF_MS);
}

/** Whether somebody has to take over now. */
export function isOutOfTime({ unknownSince, changedAt, offer }: Booking, now: Date): boolean {
  const since = unknownSince ?? changedAt;
  return (
    now.getTime() - since.getTime() > OUT_OF_TIME_AFTER_MS ||
    offer.slot.startsAt.getTime() - now.getTime() < OUT_OF_TIME_BEFORE_START_MS
  );
}

/** Looks again later, unless somebody has to act before that. */
export async function notSettled(booking: Booking, read: ReadBack, deps: BookingDeps): Promise<void> {
  if (isOutOfTime(booking, deps.now())) await needsAPerson(booking, read.evidence, deps);
  else await lookAgain(booking, read, deps);
}

/** Gives it to an operator. */
export async function needsAPerson(
  booking: Booking,
  evidence: Omit<Evidence, 'at'>,
  deps: BookingDeps,
): Promise<Booking> {
  const { id, offer } = booking;
  deps.logger.error({ booking: id, supplier: offer.supplier, ...evidence }, 'a booking needs a person');
  return apply(booking, 'OUT_OF_TIME', 'SYSTEM', { evidence }, deps);
}
