import type { Logger } from 'pino';
import { SupplierError, type Actor, type GpSystem, type Patient } from '../../../adapters/gp-system';
import { loggableError } from '../../../domain/loggable-error';
import type { ReleaseLedger } from '../../../domain/release-ledger';
import type { Timers } from '../../../domain/timers';
import type { HoldStore } from '../holds/hold-store';
import type { Ledger } from '../ledger/ledger';
import type { Changes, Moved } from '../ledger/moving';
import type { Booking } from '../ledger/records';
import type { Request } from '../ledger/requests';
import type { ActorKind, Operation } from '../ledger/tables';
import type { Offer } from '../offers';
import type { Patients } from '../patients';
import type { BookingCopies } from '../recovery/booking-copies';
import { dropCopy } from '../recovery/keep-copies';
import type { Sealer } from '../../../domain/sealed';
import type { GpSystems } from '../suppliers';
import { after, type BookingEvent, type BookingState } from './states';

export interface BookingDeps {
  systems: GpSystems;
  ledger: Ledger;
  releases: ReleaseLedger;
  holds: HoldStore;
  /** What bookings are found again by after a restore. */
  copies: BookingCopies;
  offers: Sealer<Offer>;
  patients: Patients;
  /** A keyed digest of what a request says: phone numbers and reasons are in it. */
  fingerprint: (content: string) => string;
  holdMs: number;
  /** How often what stands is compared with the practice's own book, milliseconds. */
  sweepEveryMs: number;
  now: () => Date;
  timers: Timers;
  logger: Logger;
}

/** @param significant what makes the request this one and no other; cosmetic fields stay out. */
export function request(
  callerId: string,
  operation: Operation,
  key: string,
  significant: unknown[],
  { fingerprint }: Pick<BookingDeps, 'fingerprint'>,
): Request {
  return { callerId, operation, key, fingerprint: fingerprint(JSON.stringify(significant)) };
}

/** @throws Error when the details were erased, or sealed under another key than the ledger's. */
export function patientFor(
  sealed: { patientSealed: string },
  { patients, now }: Pick<BookingDeps, 'patients' | 'now'>,
): Patient {
  const patient = patients.open(sealed.patientSealed, now());
  if (patient === null)
    throw new Error(
      'Patient details cannot be opened: they were erased, or sealed under other keys than the ledger has.',
    );
  return patient;
}

type Applying = Pick<BookingDeps, 'ledger' | 'copies' | 'logger' | 'sweepEveryMs'>;

/**
 * What the supplier said yes to has happened, whatever became of the booking meanwhile; anything else it said was about
 * the booking as it was then.
 */
const TRUE_WHENEVER: readonly BookingEvent[] = ['ACCEPTED', 'CANCEL_ACCEPTED'];

/**
 * Applies an event that has happened, to a booking that may have moved meanwhile: a late answer meets a booking that was
 * given up and settles it; one that means nothing any more changes nothing.
 * @param changes when to look at the practice's book next is left to the new state unless it is given.
 * @returns the booking as it is now.
 */
export async function apply(
  booking: Booking,
  event: BookingEvent,
  actor: ActorKind,
  changes: Partial<Changes>,
  deps: Applying,
): Promise<Booking> {
  const { ledger, logger } = deps;
  const moved = await move(booking, event, actor, changes, deps);
  if (moved.kind === 'moved') return moved.booking;
  const current = (await ledger.findBooking(booking.id)) ?? booking;
  const late = TRUE_WHENEVER.includes(event) ? await move(current, event, actor, changes, deps) : moved;
  if (late.kind === 'moved') return late.booking;
  logger.warn({ booking: booking.id, state: current.state, event }, 'event came too late');
  return current;
}

/** Applies an event to the booking as it is known. */
export async function move(
  booking: Booking,
  event: BookingEvent,
  actor: ActorKind,
  changes: Partial<Changes>,
  deps: Applying,
): Promise<Moved> {
  const { ledger, sweepEveryMs } = deps;
  const state = after(booking.state, event);
  const checkInMs = state === null ? null : nextLookMs(state, event, sweepEveryMs);
  const moved = await ledger.move(booking, event, actor, { checkInMs, ...changes });
  if (moved.kind === 'moved' && isOver(moved.booking.state)) await dropCopy(booking, deps);
  return moved;
}

/** Nothing of it stands at the practice that would have to be found again. */
function isOver(state: BookingState): boolean {
  return state === 'CANCELLED' || state === 'CANCELLED_BY_PRACTICE' || state === 'FAILED';
}

function nextLookMs(state: BookingState, event: BookingEvent, sweepEveryMs: number): number | null {
  switch (state) {
    case 'CONFIRMED':
      return sweepEveryMs;
    case 'FAILED':
      // Where it was sent and not found, a supplier that took long may still carry it out.
      return event === 'REFUSED' ? null : sweepEveryMs;
    case 'BOOKING':
    case 'UNKNOWN':
    case 'CANCELLING':
    case 'CANCEL_UNKNOWN':
    case 'ORPHAN_FOUND':
    case 'DUPLICATE_FOUND':
      return 0;
    case 'CANCELLED':
      return firstLookForDuplicatesMs(sweepEveryMs);
    case 'MANUAL':
    case 'CANCEL_MANUAL':
    case 'ORPHAN_MANUAL':
    case 'DUPLICATE_MANUAL':
    case 'CANCELLED_BY_PRACTICE':
      return null;
  }
}

/** A request to book that is delivered twice books again when the first has been cancelled by then: that shows soon. */
export function firstLookForDuplicatesMs(sweepEveryMs: number): number {
  return Math.min(sweepEveryMs, 60_000);
}

/** Adapters answer with outcomes; one that throws has a bug, and nobody knows what it did. */
export async function outcomeOf<T>(
  exchange: Promise<T>,
  supplier: string,
  logger: Logger,
): Promise<T | { class: 'AMBIGUOUS'; error: SupplierError }> {
  try {
    return await exchange;
  } catch (error) {
    logger.error({ err: loggableError(error), supplier }, 'adapter threw while changing a book');
    return {
      class: 'AMBIGUOUS',
      error: new SupplierError(supplier, 'BAD_REPLY', { mayHaveBeenSent: true, cause: error }),
    };
  }
}

/** How long one process may be at an exchange before another takes the booking for abandoned. */
export function leaseMs({ manifest }: GpSystem, operation: 'book' | 'cancel'): number {
  return manifest.limits.timeoutMs[operation] + ABANDONED_AFTER_MS;
}

/** After so long without sending, a process that slept must not send any more: another may be at it by now. */
export const ABANDONED_AFTER_MS = 5_000;

/** As suppliers are told who asks: whoever booked. */
export function actorFor({ callerId }: Booking): Actor {
  return { kind: 'PATIENT', id: callerId };
}

/** As the API states how long to wait. */
export function seconds(ms: number | null): number | null {
  return ms === null ? null : Math.ceil(ms / 1000);
}
