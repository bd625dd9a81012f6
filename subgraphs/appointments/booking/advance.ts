import { randomUUID } from 'node:crypto';
import type { CancelOutcome, Patient } from '../../../adapters/gp-system';
import type { Transition } from '../ledger/transitions';
import type { Booking } from '../ledger/records';
import { decide } from '../lifecycle/decide';
import type { Decision, Inquiry } from '../lifecycle/decision';
import type { BookedThere, KnownBooking, Observation, BookingClock } from '../lifecycle/observation';
import { isOneOf, LIVE_STATES, OVER_STATES, STANDING_STATES } from '../lifecycle/states';
import { dropCopy, keepCopy } from '../recovery/keep-copies';
import { boundedCall, systemOf } from '../gp-systems';
import {
  ABANDONED_AFTER_MS,
  bookingActor,
  leaseMs,
  outcomeOf,
  openPatient,
  type BookingDeps,
} from './booking-deps';
import { hasAnotherBooking, isStillWanted, lookAtSlot, observe } from './observe';

/** Result of recording an observation. */
export interface Advanced {
  /** The booking as it is now. */
  booking: Booking;
  /**
   * `STALE`: somebody else was quicker, so nothing was recorded. `GUARDED`: another booking stands where it would, on the
   * slot or for the person and the same need.
   */
  end: 'DONE' | 'STALE' | 'GUARDED';
  /** The supplier's answer to the cancellation; null when none was sent. */
  cancellation: CancelOutcome | null;
}

/** Patient, and request. */
export interface Acting {
  /** Patient from their verified identity; by default as sealed when they booked. */
  patient?: Patient | undefined;
  requestId: string;
}

/** Takes a booking whose time has come one step further, by what its practice's book says. */
export async function settle(booking: Booking, deps: BookingDeps): Promise<void> {
  const seen = await observe(booking, deps);
  if (seen !== null) await advance(booking, seen, { requestId: randomUUID() }, deps);
}

/**
 * Processes an observation to its end: decides, records, acts, and continues with the result. Each round adds a
 * fact or moves the booking, so there are few.
 */
export async function advance(
  booking: Booking,
  seen: Observation,
  acting: Acting,
  deps: BookingDeps,
): Promise<Advanced> {
  const decidedAt = deps.timers.elapsedMs();
  const decision = decide(known(booking), seen, paceOf(booking, deps));
  const ended: Advanced = { booking, end: 'DONE', cancellation: null };
  switch (decision.kind) {
    case 'IGNORE':
      logLateAnswer(booking, seen, deps);
      return ended;
    case 'WAIT':
      await deps.ledger.scheduleReadBack(booking, decision);
      return ended;
    case 'ACT':
      return goOn(booking, await act(decision, booking, acting, deps), acting, deps);
    case 'TRANSITION': {
      const moved = await record(booking, decision, deps);
      if (moved.kind !== 'moved') return notRecorded({ booking, seen }, moved, acting, deps);
      if (decision.action === null) return { ...ended, booking: moved.booking };
      const isFirstTry = seen.kind === 'PERSON_CANCELS';
      const answered = await cancel(moved.booking, { ...acting, isFirstTry, decidedAt }, deps);
      return goOn(moved.booking, answered, acting, deps);
    }
  }
}

async function goOn(
  booking: Booking,
  seen: Observation | null,
  acting: Acting,
  deps: BookingDeps,
): Promise<Advanced> {
  if (seen === null) return { booking, end: 'DONE', cancellation: null };
  const advanced = await advance(booking, seen, acting, deps);
  return seen.kind === 'CANCELLATION_ANSWERED' ? { ...advanced, cancellation: seen.outcome } : advanced;
}

async function record(
  booking: Booking,
  { event, changes }: Extract<Decision, { kind: 'TRANSITION' }>,
  deps: BookingDeps,
): Promise<Transition> {
  const { ledger, logger } = deps;
  if (event === 'OUT_OF_TIME' || event === 'MISSED_AT_PRACTICE')
    logger.error(
      { booking: booking.id, supplier: booking.offer.supplier, ...changes.evidence },
      'booking escalated to an operator',
    );
  const moved = await ledger.applyTransition(booking, event, changes);
  if (moved.kind !== 'moved') return moved;
  const { state } = moved.booking;
  if (isOneOf(OVER_STATES, state)) await dropCopy(booking, deps);
  // It was over, and so its copy is gone.
  else if (isOneOf(STANDING_STATES, state) && !isOneOf(LIVE_STATES, booking.state))
    await keepCopy(moved.booking, deps);
  return moved;
}

/** The booking is not as it was read any more, or may not be as it was decided. */
async function notRecorded(
  { booking, seen }: { booking: Booking; seen: Observation },
  { kind }: Exclude<Transition, { kind: 'moved' }>,
  acting: Acting,
  deps: BookingDeps,
): Promise<Advanced> {
  // The guard refuses it where the person has another booking for the same need, or somebody has the slot.
  if (kind === 'guarded' && seen.kind === 'BOOKED' && seen.isWanted === true)
    return advance(booking, { ...seen, isWanted: false }, acting, deps);
  const current = (await deps.ledger.findBooking(booking.id)) ?? booking;
  if (isAlwaysApplicable(seen) && current.version !== booking.version)
    return advance(current, seen, acting, deps);
  logLateAnswer(current, seen, deps);
  return { booking: current, end: kind === 'guarded' ? 'GUARDED' : 'STALE', cancellation: null };
}

/**
 * Recognises an observation that applies in every state: a success at the supplier has happened, whatever became of
 * the booking meanwhile; all others apply only to the state that they were made in.
 */
function isAlwaysApplicable(seen: Observation): boolean {
  return 'outcome' in seen && seen.outcome.class === 'ACCEPTED';
}

/** Logs an answer of a supplier that nothing waits for any more. */
function logLateAnswer({ id, state }: Booking, seen: Observation, { logger }: BookingDeps): void {
  if ('outcome' in seen) logger.warn({ booking: id, state, seen: seen.kind }, 'late answer ignored');
}

async function act(
  inquiry: Inquiry,
  booking: Booking,
  acting: Acting,
  deps: BookingDeps,
): Promise<Observation | null> {
  switch (inquiry.action) {
    case 'LOOK_AT_SLOT':
      return { ...inquiry.about, slot: await lookAtSlot(booking, deps) };
    case 'LOOK_FOR_ANOTHER_BOOKING':
      return { ...inquiry.about, isOfAnother: await hasAnotherBooking(booking, deps) };
    case 'ASK_WHETHER_WANTED':
      return { ...inquiry.about, isWanted: await isStillWanted(booking, deps) };
    case 'CANCEL_AT_PRACTICE':
      return cancelLateAppointment(booking, inquiry.about, acting, deps);
  }
}

/** Cancels an appointment that turned up after FAILED or CANCELLED was reported. */
async function cancelLateAppointment(
  booking: Booking,
  { appointment }: BookedThere,
  acting: Acting,
  deps: BookingDeps,
): Promise<Observation | null> {
  // Somebody quicker may have adopted it since it was read.
  const current = await deps.ledger.findBooking(booking.id);
  if (current?.version !== booking.version) return null;
  const outcome = await askToCancel(booking, appointment, acting, deps);
  return { kind: 'CANCELLATION_ANSWERED', outcome, isFirstTry: false };
}

/**
 * Asks the supplier to cancel a booking that is in CANCELLING.
 * @param trying `decidedAt`: when this process made the booking its own, on the monotonic clock
 * @returns null when this process slept: by now another may have cancelled it, and the person may have booked it again
 */
export async function cancel(
  booking: Booking,
  trying: Acting & { isFirstTry: boolean; decidedAt: number },
  deps: BookingDeps,
): Promise<Observation | null> {
  if (booking.appointment === null) return { kind: 'APPOINTMENT_UNNAMED' };
  if (deps.timers.elapsedMs() - trying.decidedAt > ABANDONED_AFTER_MS) return null;
  const outcome = await askToCancel(booking, booking.appointment, trying, deps);
  return { kind: 'CANCELLATION_ANSWERED', outcome, isFirstTry: trying.isFirstTry };
}

function askToCancel(
  booking: Booking,
  appointment: NonNullable<Booking['appointment']>,
  { patient, requestId }: Acting,
  deps: BookingDeps,
): Promise<CancelOutcome> {
  const { slot } = booking.offer;
  const { manifest, cancel: send } = systemOf(booking, deps.systems);
  const command = {
    practice: slot.practice,
    patient: patient ?? openPatient(booking, deps),
    actor: bookingActor(booking),
    appointment,
    slot,
  };
  const call = boundedCall(manifest.limits.timeoutMs.cancel, requestId, deps.timers);
  return outcomeOf(send(command, call), manifest.id, deps.logger);
}

function known(booking: Booking): KnownBooking {
  return { ...booking, slot: booking.offer.slot };
}

/** Delay before bookings of a supplier without an adapter are looked at again: an operator can settle them meanwhile. */
const UNPLUGGED_MS = 60_000;

function paceOf({ offer }: Booking, { systems, compareEveryMs, now }: BookingDeps): BookingClock {
  const system = systems.get(offer.supplier);
  return {
    now: now(),
    settleMs: system?.manifest.limits.settleMs ?? UNPLUGGED_MS,
    cancelLeaseMs: system === undefined ? UNPLUGGED_MS : leaseMs(system, 'cancel'),
    compareEveryMs,
  };
}
