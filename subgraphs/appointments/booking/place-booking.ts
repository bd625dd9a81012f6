import type { BookOutcome } from '../../../adapters/gp-system';
import type { PatientCaller, Person } from '../../../domain/caller';
import type { OdsCode } from '../../../domain/ods-code';
import type { Booking } from '../ledger/records';
import type { Offer } from '../holds/offers';
import { keepCopy } from '../recovery/keep-copies';
import { supplierActorOf, boundedCall, systemOf } from '../gp-systems';
import { seconds } from '../retry-after-seconds';
import type { BookAnswer } from '../lifecycle/observation';
import { isOneOf, STANDING_STATES } from '../lifecycle/states';
import { identifiedPatient } from '../sealed-patients';
import { advance } from './advance';
import {
  ABANDONED_AFTER_MS,
  outcomeOf,
  openPatient,
  type BookingDeps,
  type RequestSource,
} from './booking-deps';
import { handoverOf, wordsForPractice } from './contact';
import type { Contact } from '../sealed-contacts';
import { holdKey, letGo } from './keep-place';
import { obstacleAnswer, type ObstacleAnswer } from './obstacle-answer';
import { findObstacle, NOT_READABLE, obstacleAgain } from './obstacles';
import { searchAgain, type SlotGone } from './search-again';

/** Result of sending a booking to the supplier, as far as it is known. */
export type Placed =
  | { kind: 'booking'; booking: Booking }
  | SlotGone
  | { kind: 'practice-closed'; practice: OdsCode }
  | { kind: 'patient-not-accepted'; practice: OdsCode; why: 'NOT_ACCEPTED' | 'LIMIT_REACHED' }
  | ObstacleAnswer;

export interface Placing {
  /** Person from the caller's verified identity, as it is now. */
  person: Person;
  /** Time on the monotonic clock at which the booking was recorded. */
  openedAt: number;
  contact: Contact;
  requestId: string;
}

/**
 * Sends a booking that is on disk to its supplier, once, and records what it said. Just before, it is looked once more at what it
 * rests on: a changed symptom check, or another booking of the person, keeps it from being sent.
 */
export async function placeBooking(
  booking: Booking,
  placing: Placing,
  caller: PatientCaller,
  deps: BookingDeps,
): Promise<Placed> {
  const { person, openedAt, requestId } = placing;
  const patient = identifiedPatient(person);
  const { offer, patientDigest, id, replacesId } = booking;
  const [found, handover] = await Promise.all([
    findObstacle({ offer, person, caller, patientDigest, besides: [id, replacesId] }, deps),
    handoverOf(offer, deps),
  ]);
  if (found !== null || handover === null) {
    const obstacle = found ?? NOT_READABLE;
    const refused = await advance(
      booking,
      { kind: 'OBJECTED', why: obstacle.why },
      { patient, requestId },
      deps,
    );
    await letGo(holdKey(offer), booking.holdId, deps);
    return refused.booking.state === 'FAILED'
      ? obstacleAnswer(obstacle, offer)
      : placed(refused.booking, null, { caller, requestId }, deps);
  }
  // This process slept: by now another may have taken the booking for abandoned and looked for it.
  const hasSlept = deps.timers.elapsedMs() - openedAt > ABANDONED_AFTER_MS;
  const outcome = hasSlept ? NOTHING_SENT : await send(booking, { ...placing, handover }, caller, deps);
  const seen = { kind: 'BOOKING_ANSWERED', outcome } as const;
  const advanced = await advance(booking, seen, { patient, requestId }, deps);
  return placed(advanced.booking, retryAfterOf(outcome), { caller, requestId }, deps);
}

/** The time for which the supplier asks to wait, or is closed. */
function retryAfterOf(outcome: BookAnswer): number | null {
  if (outcome.class === 'THROTTLED') return outcome.retryAfterMs;
  return 'error' in outcome ? (outcome.error.retryAfterMs ?? null) : null;
}

const NOTHING_SENT = { class: 'NOT_SENT' } as const;

async function send(
  booking: Booking,
  { person, contact, handover, requestId }: Placing & { handover: readonly string[] },
  caller: PatientCaller,
  deps: BookingDeps,
): Promise<BookOutcome> {
  const { supplier, slot } = booking.offer;
  const system = systemOf(booking, deps.systems);
  const command = {
    attemptId: booking.id,
    marker: booking.marker,
    slot,
    patient: identifiedPatient(person),
    actor: supplierActorOf(caller),
    contactPhone: contact.phone,
    reason: wordsForPractice(contact, system.manifest, handover),
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
  if (isOneOf(STANDING_STATES, state) || state === 'FAILED')
    await letGo(holdKey(offer), booking.holdId, deps);
  if (state !== 'FAILED' || failure === null) return { kind: 'booking', booking };
  const { practice } = offer.slot;
  switch (failure) {
    case 'OUTCOME_CHANGED':
    case 'SYMPTOM_CHECK_OFF':
    case 'SYMPTOM_CHECK_EXPIRED':
    case 'NOT_THE_PERSON_CHECKED':
    case 'CHECK_USED_FOR_ANOTHER':
    case 'TIMES_OVERLAP':
    case 'SAME_COMPLAINT':
    case 'CANNOT_BE_CHECKED':
      return obstacleAnswer(await obstacleAgain(failure, offer, deps), offer);
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
