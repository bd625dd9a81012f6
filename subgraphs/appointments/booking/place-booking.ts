import type { BookOutcome, Patient } from '../../../adapters/gp-system';
import type { PatientCaller } from '../../../domain/caller';
import type { OdsCode } from '../../../domain/ods-code';
import type { Booking } from '../ledger/records';
import { answered } from '../ledger/evidence';
import type { Offer } from '../offers';
import { keepCopy } from '../recovery/keep-copies';
import { actorOf, boundedCall, systemOf } from '../suppliers';
import { ABANDONED_AFTER_MS, apply, outcomeOf, patientFor, seconds, type BookingDeps } from './booking-deps';
import type { Failure } from './failures';
import { holdKey, letGo } from './hold-slot';
import { searchAgain, type SlotGone } from './search-again';

/** What came of sending a booking to the supplier, as far as it is known. */
export type Placed =
  | { kind: 'booking'; booking: Booking }
  | SlotGone
  | { kind: 'practice-closed'; practice: OdsCode }
  | { kind: 'patient-not-accepted'; practice: OdsCode; why: 'NOT_ACCEPTED' | 'LIMIT_REACHED' }
  | SystemUnavailable;

/** The practice's system has not done what it was asked. */
export interface SystemUnavailable {
  kind: 'supplier-unavailable';
  practice: OdsCode;
  retryAfterSeconds: number | null;
  /** REFUSED: it would not do it later either. */
  why: 'UNAVAILABLE' | 'REFUSED';
}

export interface Placing {
  /** As their verified identity has them now. */
  patient: Patient;
  /** When the booking was put down, on the monotonic clock. */
  openedAt: number;
  contactPhone: string | undefined;
  reason: string | undefined;
  requestId: string;
}

/** Sends a booking that is on disk to its supplier, once, and puts down what it said. */
export async function placeBooking(
  booking: Booking,
  { patient, openedAt, contactPhone, reason, requestId }: Placing,
  caller: PatientCaller,
  deps: BookingDeps,
): Promise<Placed> {
  const { supplier, slot } = booking.offer;
  const system = systemOf(booking, deps.systems);
  const { limits } = system.manifest;
  // This process slept: by now another may have taken the booking for abandoned and looked for it.
  if (deps.timers.elapsedMs() - openedAt > ABANDONED_AFTER_MS)
    return placed(await record(booking, NOTHING_SENT, limits.settleMs, deps), null, caller, requestId, deps);
  const command = {
    attemptId: booking.id,
    marker: booking.marker,
    slot,
    patient,
    actor: actorOf(caller),
    contactPhone,
    reason,
  };
  // Not bound to the request: a person who closes the page must not leave the booking in doubt.
  const call = boundedCall(limits.timeoutMs.book, requestId, deps.timers);
  // Beside it, so that nobody waits for the copy longer than for the practice.
  const kept = keepCopy(booking, deps);
  const outcome = await outcomeOf(system.book(command, call), supplier, deps.logger);
  await kept;
  const retryAfterMs = outcome.class === 'THROTTLED' ? outcome.retryAfterMs : null;
  const recorded = await record(booking, outcome, limits.settleMs, deps);
  return placed(recorded, retryAfterMs, caller, requestId, deps);
}

const NOTHING_SENT = { class: 'NOT_SENT' } as const;

function record(
  booking: Booking,
  outcome: BookOutcome | typeof NOTHING_SENT,
  settleMs: number,
  deps: BookingDeps,
): Promise<Booking> {
  const evidence = { asked: 'BOOK', answer: answered(outcome) } as const;
  const failed = (failure: Failure) => apply(booking, 'REFUSED', 'SUPPLIER', { failure, evidence }, deps);
  switch (outcome.class) {
    case 'ACCEPTED':
      return apply(booking, 'ACCEPTED', 'SUPPLIER', { appointment: outcome.appointment }, deps);
    case 'REJECTED':
      return failed(outcome.refusal);
    case 'THROTTLED':
      return failed('THROTTLED');
    case 'NOT_SENT':
      return failed('NOT_SENT');
    case 'AMBIGUOUS':
      return apply(booking, 'ANSWER_LOST', 'SYSTEM', { checkInMs: settleMs, evidence }, deps);
  }
}

/** The booking as the caller is answered: why it failed, or the booking itself. A hold that is done with is let go. */
export async function placed(
  booking: Booking,
  retryAfterMs: number | null,
  caller: PatientCaller,
  requestId: string,
  deps: BookingDeps,
): Promise<Placed> {
  const { state, offer, failure } = booking;
  if (state === 'CONFIRMED' || state === 'FAILED') await letGo(holdKey(offer), booking.holdId, deps);
  if (state !== 'FAILED' || failure === null) return { kind: 'booking', booking };
  const { practice } = offer.slot;
  switch (failure) {
    case 'SLOT_TAKEN':
    case 'SLOT_NOT_FOUND':
    case 'SLOT_IN_PAST':
    case 'OUTSIDE_BOOKING_WINDOW':
      return slotTaken(booking, caller, requestId, deps);
    case 'PATIENT_NOT_ACCEPTED':
      return { kind: 'patient-not-accepted', practice, why: 'NOT_ACCEPTED' };
    case 'BOOKING_LIMIT_REACHED':
      return { kind: 'patient-not-accepted', practice, why: 'LIMIT_REACHED' };
    case 'NOT_PERMITTED':
      return { kind: 'practice-closed', practice };
    case 'INVALID_REQUEST':
      return { kind: 'supplier-unavailable', practice, retryAfterSeconds: null, why: 'REFUSED' };
    case 'THROTTLED':
    case 'NOT_SENT':
    case 'NOT_APPLIED':
      return {
        kind: 'supplier-unavailable',
        practice,
        retryAfterSeconds: seconds(retryAfterMs),
        why: 'UNAVAILABLE',
      };
  }
}

/** With other times near the one that has gone; or that the practice offers this person none at all now. */
export async function slotTaken(
  { offer, patientSealed }: { offer: Offer; patientSealed: string },
  caller: PatientCaller,
  requestId: string,
  deps: BookingDeps,
): Promise<Extract<Placed, { kind: 'slot-taken' | 'practice-closed' }>> {
  const patient = patientFor({ patientSealed }, deps);
  const { released, alternatives, why } = await searchAgain(offer, patient, caller, requestId, deps);
  return released
    ? { kind: 'slot-taken', why, alternatives }
    : { kind: 'practice-closed', practice: offer.slot.practice };
}
