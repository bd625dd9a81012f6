import { randomUUID } from 'node:crypto';
import {
  SupplierError,
  type AttemptAnswer,
  type Call,
  type GpSystem,
  type ReadBackProbe,
  type SupplierAppointment,
} from '../../../adapters/gp-system';
import { loggableError } from '../../../domain/loggable-error';
import type { Booking } from '../ledger/records';
import type { BookedThere, NotBookedThere, Observation } from '../lifecycle/observation';
import { boundedCall, systemOf } from '../gp-systems';
import { bookingActor, openPatient, type BookingDeps } from './booking-deps';
import { isOneOf, STANDING_STATES } from '../lifecycle/states';
import { holdKey } from './keep-place';

/** Time after a failure within which a late success is kept: the person is most likely still there, and glad of it. */
const WANTED_WITHIN_MS = 10 * 60_000;

/**
 * Looks at a booking whose time has come, where its state says.
 * @returns null where only an operator can say more
 * @throws Error when the supplier was unplugged, or the patient's details cannot be opened: mistakes of operators.
 */
export function observe(booking: Booking, deps: BookingDeps): Promise<Observation | null> {
  switch (booking.state) {
    case 'BOOKING':
    case 'CANCELLING':
      return Promise.resolve({ kind: 'LEASE_EXPIRED' });
    case 'UNKNOWN':
    case 'CANCEL_UNKNOWN':
    case 'ORPHAN_FOUND':
    case 'DUPLICATE_FOUND':
      return readBack(booking, deps);
    case 'CONFIRMED':
    case 'MOVED':
    case 'MISSING':
    case 'FAILED':
      return compare(booking, deps);
    case 'CANCELLED':
      // A second appointment has an id of its own, and so is looked for as if we had none.
      return compare({ ...booking, appointment: null }, deps);
    case 'MANUAL':
    case 'CANCEL_MANUAL':
    case 'ORPHAN_MANUAL':
    case 'DUPLICATE_MANUAL':
    case 'CANCELLED_BY_PRACTICE':
      return Promise.resolve(null);
  }
}

/** Compares a standing booking with the practice's book, for changes by the practice or late requests. */
function compare(booking: Booking, deps: BookingDeps): Promise<Observation> {
  const isPast = booking.offer.slot.startsAt <= deps.now();
  const { readBackOfPast } = systemOf(booking, deps.systems).manifest.capabilities;
  return isPast && !readBackOfPast ? Promise.resolve({ kind: 'START_PASSED' }) : readBack(booking, deps);
}

async function readBack(booking: Booking, deps: BookingDeps): Promise<Observation> {
  const system = systemOf(booking, deps.systems);
  const { slot } = booking.offer;
  const patient = openPatient(booking, deps);
  const probe = {
    attemptId: booking.id,
    practice: slot.practice,
    patient,
    actor: bookingActor(booking),
    slot,
    marker: booking.marker,
  };
  try {
    const call = boundedCall(system.manifest.limits.timeoutMs.read, randomUUID(), deps.timers);
    return (
      (booking.state === 'UNKNOWN' ? await askForAttempt(system, probe, call) : null) ??
      (await observationOf(booking, await system.readBack(probe, call), deps))
    );
  } catch (error) {
    if (error instanceof SupplierError && error.fault === 'NOT_PERMITTED')
      return { kind: 'HIDDEN', slot: null };
    return { kind: 'NOT_READABLE', evidence: { asked: 'READ_BACK', answer: failureInWords(error, deps) } };
  }
}

/** Asks the supplier about the one attempt; null where only its book can tell, or it does not answer. */
async function askForAttempt(
  { findAttempt }: GpSystem,
  probe: ReadBackProbe,
  call: Call,
): Promise<Observation | null> {
  try {
    return findAttempt === undefined ? null : answerOf(await findAttempt(probe, call));
  } catch (error) {
    if (error instanceof SupplierError) return null;
    throw error;
  }
}

function answerOf(attempt: AttemptAnswer): Observation | null {
  switch (attempt.state) {
    case 'BOOKED':
      return {
        kind: 'BOOKING_ANSWERED',
        outcome: { class: 'ACCEPTED', appointment: attempt.appointment },
      };
    case 'REFUSED':
      return { kind: 'BOOKING_ANSWERED', outcome: { class: 'REJECTED', refusal: attempt.refusal } };
    case 'RUNNING':
      return { kind: 'NOT_READABLE', evidence: { asked: 'BOOK', answer: 'RUNNING' } };
    case 'UNKNOWN':
      return null;
  }
}

async function observationOf(
  booking: Booking,
  listed: readonly SupplierAppointment[],
  deps: BookingDeps,
): Promise<BookedThere | NotBookedThere> {
  const found = ours(booking, listed);
  if (found === null)
    return { kind: 'ABSENT', slot: null, mayHaveMoved: await mayHaveMoved(booking, listed, deps) };
  if (found.status === 'CANCELLED') return { kind: 'CANCELLED', slot: null };
  const { id, version, slotId, startsAt, endsAt, carriesMarker } = found;
  const isMarked = carriesMarker === true;
  const { mode, sessionName, clinicianName, clinicianRole } = found;
  const slot = { id: slotId, startsAt, endsAt };
  return {
    kind: 'BOOKED',
    appointment: { id, version },
    slot: { ...slot, mode, sessionName, clinicianName, clinicianRole },
    isMarked,
    isOfAnother: null,
    isWanted: null,
  };
}

/**
 * Finds our appointment in the list. When the supplier has named its id: that one and no other. Before that: by our
 * marker, or standing on the very slot, because no supplier promises to keep the marker; the list is this patient's
 * own, so another appointment of theirs that stands there is as good as ours. A cancelled one may be an earlier
 * one, and proves nothing.
 */
function ours(booking: Booking, listed: readonly SupplierAppointment[]): SupplierAppointment | null {
  const { appointment, offer } = booking;
  if (appointment !== null)
    return (
      listed.find(({ id }) => id === appointment.id) ??
      // Where a supplier names no appointment in its answer, its slot's key stands in for it.
      listed.find(({ slotId }) => slotId === appointment.id) ??
      // A move may give it another id. No two bookings have one marker.
      listed.find(({ carriesMarker, status }) => carriesMarker === true && status === 'BOOKED') ??
      null
    );
  return (
    listed.find(({ carriesMarker, status }) => carriesMarker === true && status === 'BOOKED') ??
    listed.find(({ carriesMarker }) => carriesMarker === true) ??
    listed.find(({ slotId, status }) => slotId === offer.slot.id && status === 'BOOKED') ??
    null
  );
}

/**
 * A moved appointment has another name where its slot names it, or is all that we know of its name; one whose answer was lost
 * has none, and no mark either where the supplier keeps none. Then any that is no other booking of ours may be this one.
 */
async function mayHaveMoved(
  { id, patientDigest, appointment, offer: { slot } }: Booking,
  listed: readonly SupplierAppointment[],
  { ledger, now }: BookingDeps,
): Promise<boolean> {
  const ahead = listed.filter(
    (one) =>
      (one.id === one.slotId ||
        appointment?.id === slot.id ||
        (appointment === null && one.carriesMarker === null)) &&
      one.status === 'BOOKED' &&
      one.startsAt > now(),
  );
  if (ahead.length === 0) return false;
  const others = (await ledger.liveBookingsOf(patientDigest)).filter(
    (other) => other.id !== id && other.offer.slot.practice === slot.practice,
  );
  return ahead.some(({ slotId }) => !others.some(({ offer }) => offer.slot.id === slotId));
}

/** Looks whether the practice offers the slot to others. A time that several people share may be free beside ours: that says nothing. */
export async function lookAtSlot(
  booking: Booking,
  deps: BookingDeps,
): Promise<'FREE' | 'TAKEN' | 'NOT_READABLE'> {
  const { slot } = booking.offer;
  if (slot.places !== undefined) return 'NOT_READABLE';
  const system = systemOf(booking, deps.systems);
  const check = { slot, actor: bookingActor(booking), patient: openPatient(booking, deps) };
  const call = boundedCall(system.manifest.limits.timeoutMs.search, randomUUID(), deps.timers);
  const answer = await system.checkSlot(check, { ...call, forBooking: true });
  return answer === 'UNKNOWN' ? 'NOT_READABLE' : answer;
}

/** Looks whether the person tried again and got the same slot. */
export async function hasAnotherBooking({ offer }: Booking, { ledger }: BookingDeps): Promise<boolean> {
  return (await ledger.liveBeside([offer.slot])).slots.has(holdKey(offer));
}

/** Tells whether the person would be glad of it still. A replacement is wanted only while what it replaces is kept. */
export async function isStillWanted(
  { id, replacesId }: Booking,
  { ledger, now }: BookingDeps,
): Promise<boolean> {
  const failed = (await ledger.history(id)).findLast(({ state }) => state === 'FAILED');
  const replaced = replacesId === null ? null : await ledger.findBooking(replacesId);
  const isLately = failed !== undefined && now().getTime() - failed.at.getTime() < WANTED_WITHIN_MS;
  return isLately && (replaced === null || isOneOf(STANDING_STATES, replaced.state));
}

function failureInWords(error: unknown, { logger }: BookingDeps): string {
  if (error instanceof SupplierError)
    return ['FAILED', error.fault, error.status].filter((part) => part !== undefined).join(' ');
  logger.error({ err: loggableError(error) }, 'adapter threw something other than a SupplierError');
  return 'FAILED';
}
