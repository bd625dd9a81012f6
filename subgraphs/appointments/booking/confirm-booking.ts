import { setTimeout as sleep } from 'node:timers/promises';
import type { BookOutcome } from '../../../adapters/gp-system';
import { people, type Caller, type PatientCaller } from '../../../domain/caller';
import { londonDate } from '../../../domain/london-time';
import type { OdsCode } from '../../../domain/ods-code';
import { rulesStoppingSlot } from '../../../domain/release-policy';
import type { Booking, Hold } from '../ledger/records';
import type { Offer } from '../offers';
import { patientOf } from '../patients';
import { actorOf, boundedCall, systemOf } from '../suppliers';
import { apply, outcomeOf, patientFor, request, seconds, type BookingDeps } from './booking-deps';
import type { Failure } from './failures';
import { acquire, holdKey, letGo, mayBook } from './hold-slot';
import { searchAgain } from './search-again';

export type ConfirmAnswer =
  | { kind: 'booking'; booking: Booking }
  | { kind: 'hold-expired'; expiredAt: Date }
  | { kind: 'slot-taken'; alternatives: Offer[] }
  | { kind: 'practice-closed'; practice: OdsCode }
  | { kind: 'patient-not-accepted'; practice: OdsCode }
  | { kind: 'supplier-unavailable'; practice: OdsCode; retryAfterSeconds: number | null }
  | { kind: 'already-booked'; booking: Booking }
  | { kind: 'not-allowed'; message: string }
  | { kind: 'key-reused' };

export interface ConfirmBooking {
  holdId: string;
  contactPhone: string | undefined;
  reason: string | undefined;
  idempotencyKey: string;
  requestId: string;
}

/** How long past the supplier's own limit a process may be at it before another takes the booking for abandoned. */
const ABANDONED_AFTER_MS = 5_000;
/** How long a double click waits to see what the first one brought. */
const DUPLICATE_WAIT_MS = 2_000;

/**
 * Makes a hold a booking: on disk first, then the supplier, then on disk what it said. Whoever is told CONFIRMED is told
 * after both.
 */
export async function confirmBooking(
  input: ConfirmBooking,
  caller: Caller,
  deps: BookingDeps,
): Promise<ConfirmAnswer> {
  if (!mayBook(caller))
    return {
      kind: 'not-allowed',
      message: 'Booking needs a person signed in with identity proofing level P9.',
    };
  const asked = request(caller.id, 'confirm', input.idempotencyKey, [
    input.holdId,
    input.contactPhone ?? null,
    input.reason ?? null,
  ]);
  const earlier = await deps.ledger.earlier(asked);
  if (earlier?.kind === 'key-reused') return earlier;
  if (earlier !== null) return replay(earlier.resultId, input, caller, deps);

  const hold = await deps.ledger.findHold(input.holdId, caller.id);
  if (hold === null) return { kind: 'not-allowed', message: 'You have no such hold. Hold the time again.' };
  if (!mayStillActFor(caller, hold, deps))
    return { kind: 'not-allowed', message: 'You may not act for this person.' };
  if (isOver(hold, deps.now()) || !(await stillHeld(hold, deps)))
    return { kind: 'hold-expired', expiredAt: hold.expiresAt };
  if (!(await stillReleased(hold.offer, deps)))
    return refused(hold, await taken(hold, caller, input, deps), deps);

  const { timeoutMs } = systemOf(hold, deps.systems).manifest.limits;
  const openedAt = performance.now();
  const opened = await deps.ledger.openBooking(hold, timeoutMs.book + ABANDONED_AFTER_MS, asked);
  switch (opened.kind) {
    case 'opened': {
      const sent = await sendToSupplier(opened.booking, openedAt, input, caller, deps);
      return answer(sent.booking, sent.retryAfterMs, input, caller, deps);
    }
    case 'repeated':
      return replay(opened.resultId, input, caller, deps);
    case 'slot-taken':
    case 'quota-used-up':
      return refused(hold, await taken(hold, caller, input, deps), deps);
    case 'already-booked':
      return refused(hold, opened, deps);
    case 'key-reused':
      return opened;
  }
}

/** What a person may do for others can have changed since they held the slot. */
function mayStillActFor(caller: PatientCaller, hold: Hold, { patients }: BookingDeps): boolean {
  return people(caller).some((person) => patients.digest(patientOf(person)) === hold.patientDigest);
}

/** A hold that ran out can be taken up again as long as its offer is good; one that was let go cannot. */
function isOver({ released, expiresAt, offer }: Hold, now: Date): boolean {
  return released || (now > expiresAt && now > offer.expiresAt);
}

/** What is not booked is not kept from others either. */
async function refused(hold: Hold, answer: ConfirmAnswer, deps: BookingDeps): Promise<ConfirmAnswer> {
  await letGo(holdKey(hold.offer), hold.id, deps);
  return answer;
}

/** An expired hold on a slot that nobody else took since is taken up again; without a hold store everybody may try. */
async function stillHeld(hold: Hold, deps: BookingDeps): Promise<boolean> {
  return (await acquire(holdKey(hold.offer), hold.id, hold.callerId, deps)).acquired;
}

/** The rules under which the slot was offered, judged at this moment: notice, take-back and quota run on. */
async function stillReleased(offer: Offer, { ledger, now }: BookingDeps): Promise<boolean> {
  const { practice, startsAt } = offer.slot;
  const booked = await ledger.othersBooked([practice], startsAt, startsAt);
  return (
    rulesStoppingSlot(offer.policy, offer, offer.slot, now(), booked(practice, londonDate(startsAt)))
      .length === 0
  );
}

async function sendToSupplier(
  booking: Booking,
  openedAt: number,
  input: ConfirmBooking,
  caller: PatientCaller,
  deps: BookingDeps,
): Promise<{ booking: Booking; retryAfterMs: number | null }> {
  const { supplier, slot } = booking.offer;
  const system = systemOf(booking, deps.systems);
  const patient = await patientFor(booking, deps);
  const { limits } = system.manifest;
  const { contactPhone, reason } = input;
  // This process slept: by now another may have taken the booking for abandoned and looked for it.
  if (performance.now() - openedAt > ABANDONED_AFTER_MS)
    return { booking: await record(booking, NOTHING_SENT, limits.settleMs, deps), retryAfterMs: null };
  // Not bound to the request: a person who closes the page must not leave the booking in doubt.
  const call = boundedCall(limits.timeoutMs.book, input.requestId);
  const outcome = await outcomeOf(
    system.book(
      {
        attemptId: booking.id,
        marker: booking.marker,
        slot,
        patient,
        actor: actorOf(caller),
        contactPhone,
        reason,
      },
      call,
    ),
    supplier,
    deps.logger,
  );
  const retryAfterMs = outcome.class === 'THROTTLED' ? outcome.retryAfterMs : null;
  return { booking: await record(booking, outcome, limits.settleMs, deps), retryAfterMs };
}

const NOTHING_SENT = { class: 'NOT_SENT' } as const;

function record(
  booking: Booking,
  outcome: BookOutcome | typeof NOTHING_SENT,
  settleMs: number,
  deps: BookingDeps,
): Promise<Booking> {
  const failed = (failure: Failure) =>
    apply(booking, 'REFUSED', 'SUPPLIER', { failure, checkInMs: null }, deps);
  switch (outcome.class) {
    case 'ACCEPTED':
      return apply(
        booking,
        'ACCEPTED',
        'SUPPLIER',
        { appointment: outcome.appointment, checkInMs: null },
        deps,
      );
    case 'REJECTED':
      return failed(outcome.refusal);
    case 'THROTTLED':
      return failed('THROTTLED');
    case 'NOT_SENT':
      return failed('NOT_SENT');
    case 'AMBIGUOUS':
      return apply(booking, 'ANSWER_LOST', 'SYSTEM', { checkInMs: settleMs }, deps);
  }
}

async function answer(
  booking: Booking,
  retryAfterMs: number | null,
  input: ConfirmBooking,
  caller: PatientCaller,
  deps: BookingDeps,
): Promise<ConfirmAnswer> {
  const { state, offer, failure } = booking;
  if (state === 'CONFIRMED' || state === 'FAILED') await letGo(holdKey(offer), booking.holdId, deps);
  if (state !== 'FAILED' || failure === null) return { kind: 'booking', booking };
  const { practice } = offer.slot;
  switch (failure) {
    case 'SLOT_TAKEN':
    case 'SLOT_NOT_FOUND':
    case 'SLOT_IN_PAST':
    case 'OUTSIDE_BOOKING_WINDOW':
      return taken(booking, caller, input, deps);
    case 'PATIENT_NOT_ACCEPTED':
    case 'BOOKING_LIMIT_REACHED':
      return { kind: 'patient-not-accepted', practice };
    case 'NOT_PERMITTED':
      return { kind: 'practice-closed', practice };
    case 'INVALID_REQUEST':
    case 'THROTTLED':
    case 'NOT_SENT':
    case 'NOT_APPLIED':
      return { kind: 'supplier-unavailable', practice, retryAfterSeconds: seconds(retryAfterMs) };
  }
}

/** What the same request brought before; a double click waits a moment for the first one's answer. */
async function replay(
  bookingId: string,
  input: ConfirmBooking,
  caller: PatientCaller,
  deps: BookingDeps,
): Promise<ConfirmAnswer> {
  const until = performance.now() + DUPLICATE_WAIT_MS;
  for (;;) {
    const booking = await deps.ledger.findBooking(bookingId, caller.id);
    if (booking === null) return { kind: 'key-reused' };
    if (booking.state !== 'BOOKING' || performance.now() > until)
      return answer(booking, null, input, caller, deps);
    await sleep(50);
  }
}

async function taken(
  { offer, patientSealed }: { offer: Offer; patientSealed: string },
  caller: PatientCaller,
  { requestId }: ConfirmBooking,
  deps: BookingDeps,
): Promise<ConfirmAnswer> {
  const patient = await patientFor({ patientSealed }, deps);
  const { alternatives } = await searchAgain(offer, patient, caller, requestId, deps);
  return { kind: 'slot-taken', alternatives };
}
