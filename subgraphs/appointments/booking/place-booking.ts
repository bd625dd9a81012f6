import type { BookOutcome, Patient } from '../../../adapters/gp-system';
import type { PatientCaller } from '../../../domain/caller';
import type { OdsCode } from '../../../domain/ods-code';
import type { Booking } from '../ledger/records';
import type { Offer } from '../holds/offers';
import { keepCopy } from '../recovery/keep-copies';
import { supplierActorOf, boundedCall, systemOf } from '../gp-systems';
import { advance } from './advance';
import {
  ABANDONED_AFTER_MS,
  outcomeOf,
  openPatient,
  seconds,
  type BookingDeps,
  type RequestSource,
} from './booking-deps';
import { holdKey, letGo } from './hold-slot';
import { searchAgain, type SlotGone } from './search-again';

/** Result of sending a booking to the supplier, as far as it is known. */
export type Placed =
  | { kind: 'booking'; booking: Booking }
  | SlotGone
  | { kind: 'practice-closed'; practice: OdsCode }
  | { kind: 'patient-not-accepted'; practice: OdsCode; why: 'NOT_ACCEPTED' | 'LIMIT_REACHED' }
  | SystemUnavailable;

/** The practice's system has not executed the request. */
export interface SystemUnavailable {
  kind: 'supplier-unavailable';
  practice: OdsCode;
  retryAfterSeconds: number | null;
  /** REFUSED: it would not do it later either. */
  why: 'UNAVAILABLE' | 'REFUSED';
}

export interface Placing {
  /** Patient from their verified identity, as it is now. */
  patient: Patient;
  /** Time on the monotonic clock at which the booking was recorded. */
  openedAt: number;
  contactPhone: string | undefined;
  reason: string | undefined;
  requestId: string;
}

/** Sends a booking that is on disk to its supplier, once, and records what it said. */
export async function placeBooking(
  booking: Booking,
  placing: Placing,
  caller: PatientCaller,
  deps: BookingDeps,
): Promise<Placed> {
  const { patient, openedAt, requestId } = placing;
  // This process slept: by now another may have taken the booking for abandoned and looked for it.
  const hasSlept = deps.timers.elapsedMs() - openedAt > ABANDONED_AFTER_MS;
  const outcome = hasSlept ? NOTHING_SENT : await send(booking, placing, caller, deps);
  const seen = { kind: 'BOOKING_ANSWERED', outcome } as const;
  const advanced = await advance(booking, seen, { patient, requestId }, deps);
  const retryAfterMs = outcome.class === 'THROTTLED' ? outcome.retryAfterMs : null;
  return placed(advanced.booking, retryAfterMs, { caller, requestId }, deps);
}

const NOTHING_SENT = { class: 'NOT_SENT' } as const;

async function send(
  booking: Booking,
  placing: Placing,
  caller: PatientCaller,
  deps: BookingDeps,
): Promise<BookOutcome> {
  const { patient, contactPhone, reason, requestId } = placing;
  const { supplier, slot } = booking.offer;
  const system = systemOf(booking, deps.systems);
  const command = {
    attemptId: booking.id,
    marker: booking.marker,
    slot,
    patient,
    actor: supplierActorOf(caller),
    contactPhone,
    reason,
  };
  // Not bound to the request: a person who closes the page must not leave the booking in doubt.
  const call = boundedCall(system.manifest.limits.timeoutMs.book, requestId, deps.timers);
  // Beside it, so that nobody waits for the copy longer than for the practice.
  const [outcome] = await Promise.all([
    outcomeOf(system.book(command, call), supplier, deps.logger),
    keepCopy(booking, deps),
  ]);
  return outcome;
}

/**
 * The booking for the caller: the reason for its failure, or the booking itself. A hold that is no longer needed is
 * released.
 */
export async function placed(
  booking: Booking,
  retryAfterMs: number | null,
  source: RequestSource,
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
      return slotTaken(booking, source, deps);
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

/** Reports a slot that is gone with other times near it; or that the practice offers this person none at all now. */
export async function slotTaken(
  { offer, patientSealed }: { offer: Offer; patientSealed: string },
  source: RequestSource,
  deps: BookingDeps,
): Promise<Extract<Placed, { kind: 'slot-taken' | 'practice-closed' }>> {
  const patient = openPatient({ patientSealed }, deps);
  const { released, alternatives, why } = await searchAgain(offer, patient, source, deps);
  return released
    ? { kind: 'slot-taken', why, alternatives }
    : { kind: 'practice-closed', practice: offer.slot.practice };
}
