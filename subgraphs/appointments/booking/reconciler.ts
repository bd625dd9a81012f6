import { randomUUID } from 'node:crypto';
import {
  SupplierError,
  type Actor,
  type GpSystem,
  type Patient,
  type SupplierAppointment,
} from '../../../adapters/gp-system';
import type { Booking } from '../ledger/records';
import { boundedCall, systemOf } from '../suppliers';
import { apply, patientFor, type BookingDeps } from './booking-deps';

export interface Reconciler {
  /** Looks once at everything whose time has come; answers how many that were. */
  settleDue(): Promise<number>;
  /** Looks every so often until stopped. */
  start(everyMs: number): void;
  /** Waits for the look that is under way. */
  stop(): Promise<void>;
}

const BATCH = 20;
/** Longer than any look takes; after it another process may look. */
const LEASE_MS = 60_000;
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

/**
 * Finds out what became of bookings and cancellations whose answer was lost, by reading the practice's book back; also
 * those whose process died. Nothing is ever sent again blindly.
 */
export function reconciler(deps: BookingDeps): Reconciler {
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<unknown> = Promise.resolve();

  async function settleDue(): Promise<number> {
    const due = await deps.ledger.claimDue(BATCH, LEASE_MS);
    await Promise.all(
      due.map((booking) =>
        settle(booking, deps).catch((error: unknown) => {
          // Its lease runs out and it is looked at again; the others are not kept waiting.
          deps.logger.error({ err: error, booking: booking.id }, 'a booking could not be looked into');
        }),
      ),
    );
    return due.length;
  }

  return {
    settleDue,
    start(everyMs) {
      const next = () => {
        looking = settleDue()
          .catch((error: unknown) => {
            deps.logger.error({ err: error }, 'reconciling failed; trying again');
          })
          .then(() => {
            if (timer !== undefined) timer = setTimeout(next, everyMs).unref();
          });
      };
      timer = setTimeout(next, everyMs).unref();
    },
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      await looking;
    },
  };
}

async function settle(booking: Booking, deps: BookingDeps): Promise<void> {
  const system = systemOf(booking, deps.systems);
  const { settleMs } = system.manifest.limits;
  if (booking.state === 'BOOKING' || booking.state === 'CANCELLING') {
    await apply(booking, 'ANSWER_LOST', 'SYSTEM', { checkInMs: settleMs }, deps);
    return;
  }
  const patient = await patientFor(booking, deps);
  const found = await readBack(booking, system, patient, deps);
  if (found === 'failed') return notSettled(booking, { failed: true }, backoff(booking), deps);
  const cancelling = booking.state === 'CANCEL_UNKNOWN';
  if (found?.status === 'BOOKED') {
    const { id, version } = found;
    await apply(booking, 'FOUND', 'SYSTEM', { appointment: { id, version }, checkInMs: null }, deps);
    return;
  }
  if (cancelling && found?.status === 'CANCELLED') {
    await apply(booking, 'PROVEN_ABSENT', 'SYSTEM', { checkInMs: null }, deps);
    return;
  }
  const absent = booking.absentReads + 1;
  const free = await slotIsFree(booking, system, patient, deps);
  const gone = free === true && absent >= ABSENT_READS_NEEDED;
  const taken = free === false && absent >= ABSENT_READS_WHILE_BUSY;
  if (!gone && !taken) return notSettled(booking, { failed: false }, settleMs, deps);
  const failure = cancelling ? {} : { failure: taken ? ('SLOT_TAKEN' as const) : ('NOT_APPLIED' as const) };
  await apply(booking, 'PROVEN_ABSENT', 'SYSTEM', { ...failure, checkInMs: null }, deps);
}

/** Looks again later, unless somebody has to act before that. */
async function notSettled(
  booking: Booking,
  { failed }: { failed: boolean },
  checkInMs: number,
  deps: BookingDeps,
): Promise<void> {
  if (outOfTime(booking, deps.now())) {
    deps.logger.error({ booking: booking.id, supplier: booking.offer.supplier }, 'a booking needs a person');
    await apply(booking, 'OUT_OF_TIME', 'SYSTEM', { checkInMs: null }, deps);
    return;
  }
  const { absentReads, failedReads } = booking;
  const reads = failed
    ? { absent: absentReads, failed: failedReads + 1 }
    : { absent: absentReads + 1, failed: 0 };
  await deps.ledger.looked(booking, reads, checkInMs);
}

/**
 * The appointment that is ours: by our marker, or by the slot it stands on, because no supplier promises to keep the
 * marker. The list is this patient's own, so another appointment of theirs on the very slot is as good as ours.
 */
async function readBack(
  booking: Booking,
  system: GpSystem,
  patient: Patient,
  deps: BookingDeps,
): Promise<SupplierAppointment | null | 'failed'> {
  const { slot } = booking.offer;
  const probe = { practice: slot.practice, patient, actor: actorFor(booking), slot, marker: booking.marker };
  try {
    const appointments = await system.readBack(
      probe,
      boundedCall(system.manifest.limits.timeoutMs.read, randomUUID()),
    );
    const ours = appointments.filter(
      ({ carriesMarker, slotId }) => carriesMarker === true || slotId === slot.id,
    );
    return ours.find(({ status }) => status === 'BOOKED') ?? ours[0] ?? null;
  } catch (error) {
    if (!(error instanceof SupplierError))
      deps.logger.error({ err: error }, 'adapter threw while reading back');
    return 'failed';
  }
}

/** Null when it could not be found out. */
async function slotIsFree(
  booking: Booking,
  system: GpSystem,
  patient: Patient,
  deps: BookingDeps,
): Promise<boolean | null> {
  const { slot } = booking.offer;
  const search = {
    practice: slot.practice,
    from: slot.startsAt,
    to: slot.endsAt,
    actor: actorFor(booking),
    patient,
  };
  try {
    const call = boundedCall(system.manifest.limits.timeoutMs.search, randomUUID());
    for await (const page of system.searchSlots(search, call))
      if (page.some(({ id }) => id === slot.id)) return true;
    return false;
  } catch (error) {
    if (!(error instanceof SupplierError)) deps.logger.error({ err: error }, 'adapter threw while searching');
    return null;
  }
}

function backoff({ failedReads }: Booking): number {
  return Math.min(FIRST_BACKOFF_MS * 2 ** failedReads, LONGEST_BACKOFF_MS);
}

function outOfTime({ unknownSince, offer }: Booking, now: Date): boolean {
  const since = unknownSince?.getTime() ?? now.getTime();
  return (
    now.getTime() - since > OUT_OF_TIME_AFTER_MS ||
    offer.slot.startsAt.getTime() - now.getTime() < OUT_OF_TIME_BEFORE_START_MS
  );
}

/** Read-back is done in the name of the person who booked. */
function actorFor({ callerId }: Booking): Actor {
  return { kind: 'PATIENT', id: callerId };
}
