import type { Patient } from '../../../adapters/gp-system';
import type { Caller, PatientCaller, Person } from '../../../domain/caller';
import type { FieldFaults } from '../../../domain/messages/field-problem-codes';
import type { Booking } from '../ledger/records';
import type { Earlier, Request } from '../ledger/requests';
import type { Offer } from '../holds/offers';
import { identifiedPatient, personOf } from '../sealed-patients';
import { findLostOf } from '../recovery/lost-bookings';
import { systemOf } from '../gp-systems';
import { advance, cancel } from './advance';
import { alreadyBooked } from './already-booked';
import { leaseMs, idempotentRequest, type BookingDeps, type RequestSource } from './booking-deps';
import { cancellableUntil, tooLate, type TooLate } from './cancel-booking';
import { refusal, replayed, sealedContact, stop } from './confirm-booking';
import { contactFaults, handoverOf } from './contact';
import type { Contact } from '../sealed-contacts';
import { holdId, offerTo, whyNotTheirs } from './hold-slot';
import { acquirePlace, holdKey, letGo } from './keep-place';
import { mayBook, bookingNotAllowed, whyNotBook, type BookingRefusal } from './not-allowed';
import { placeBooking, slotTaken, type Placed } from './place-booking';
import { isOneOf, LIVE_STATES, STANDING_STATES } from '../lifecycle/states';

export type RescheduleAnswer =
  | Placed
  | TooLate
  | { kind: 'held-by-another'; heldUntil: Date; alternatives: Offer[] }
  | { kind: 'offer-expired' }
  /** It is not one that the person has, so there is nothing to move. */
  | { kind: 'not-standing'; booking: Booking }
  | { kind: 'not-found' }
  | { kind: 'invalid'; faults: FieldFaults }
  | { kind: 'key-reused' };

export interface RescheduleBooking {
  bookingId: string;
  /** The sealed offer of the new time. */
  slotId: string;
  /** Undefined: as it was given for the booking. Null: nothing is passed on any more. */
  contactPhone?: string | null | undefined;
  reason?: string | null | undefined;
  idempotencyKey: string;
  requestId: string;
}

/**
 * Books the new slot first and cancels the old one after. Until the new one is CONFIRMED the old booking stands;
 * the transaction that confirms it also makes the old one CANCELLING, and any process can finish that.
 */
export async function rescheduleBooking(
  input: RescheduleBooking,
  caller: Caller,
  deps: BookingDeps,
): Promise<RescheduleAnswer> {
  const { ledger } = deps;
  const { bookingId, idempotencyKey, requestId } = input;
  if (!mayBook(caller)) return bookingNotAllowed(whyNotBook(caller));
  const request = idempotentRequest(
    { callerId: caller.id, operation: 'reschedule', key: idempotencyKey },
    significantParts(input),
    deps,
  );
  const earlier = await ledger.earlier(request);
  if (earlier?.kind === 'key-reused') return earlier;
  if (earlier?.kind === 'repeated') return replayed(earlier.resultId, requestId, caller, deps);

  const old = await ledger.findBooking(bookingId);
  const person = old === null ? undefined : personOf(caller, old, deps);
  if (old === null || person === undefined) return { kind: 'not-found' };
  const lost = await findLostOf(old.patientDigest, deps);
  if (lost !== null)
    return stopFor(lost, earlier ?? (await stop(lost, request, deps)), { caller, requestId }, deps);
  const move = await plannedMove({ input, old, person }, caller, deps);
  return 'kind' in move ? move : carryOut(move, { request, earlier, source: { caller, requestId } }, deps);
}

function significantParts({ bookingId, slotId, contactPhone, reason }: RescheduleBooking): unknown[] {
  const isGiven = contactPhone !== undefined || reason !== undefined;
  return [bookingId, slotId, ...(isGiven ? [{ contactPhone, reason }] : [])];
}

/** A move that nothing speaks against. */
interface Move {
  old: Booking;
  person: Person;
  offer: Offer;
  contact: Contact;
}

/** @returns the move, or the reason that it must not be */
async function plannedMove(
  { input, old, person }: { input: RescheduleBooking; old: Booking; person: Person },
  caller: PatientCaller,
  deps: BookingDeps,
): Promise<Move | RescheduleAnswer> {
  const { offers, now } = deps;
  const offered = offers.open(input.slotId, now());
  if (offered === null) return { kind: 'offer-expired' };
  const objection = objectionTo({ offer: offered, old }, caller);
  if (objection !== null) return bookingNotAllowed(objection);
  const offerToPerson = offerTo(person, offered);
  if (offerToPerson === null) return bookingNotAllowed('NOT_REGISTERED_THERE');
  const offer = await inPlaceOf(old, offerToPerson, deps);
  if (!isOneOf(STANDING_STATES, old.state)) return { kind: 'not-standing', booking: old };
  const contact = contactOf(input, old, deps);
  const handover = contact.reason === undefined ? [] : ((await handoverOf(offer, deps)) ?? []);
  const faults = contactFaults(contact, offer, systemOf({ offer }, deps.systems).manifest, handover);
  if (faults !== null) return { kind: 'invalid', faults };
  if (now() > cancellableUntil(old)) return tooLate(old, now());
  if (await isGivingBackAnother(old, deps)) return bookingNotAllowed('CHANGE_UNDER_WAY');
  return { old, person, offer, contact };
}

async function carryOut(
  { old, person, offer, contact }: Move,
  { request, earlier, source }: { request: Request; earlier: Earlier | null; source: RequestSource },
  deps: BookingDeps,
): Promise<RescheduleAnswer> {
  const { ledger } = deps;
  const { caller, requestId } = source;
  const id = holdId(request);
  const patient = identifiedPatient(person);
  const patientSealed = deps.patients.seal(patient);
  const acquired = await acquirePlace(offer, { token: id, callerId: caller.id }, deps);
  if (!acquired.acquired) {
    const known = await ledger.refuse(request, 'SLOT_TAKEN');
    return known.kind === 'repeated'
      ? replayed(known.resultId, requestId, caller, deps)
      : heldByAnother({ offer, patientSealed }, acquired.forMs, { caller, requestId }, deps);
  }
  const refused = async (answer: RescheduleAnswer) => {
    await letGo(holdKey(acquired.offer), id, deps);
    return answer;
  };

  const openedAt = deps.timers.elapsedMs();
  const lease = leaseMs(systemOf({ offer }, deps.systems), 'book');
  const hold = {
    id,
    callerId: caller.id,
    patientDigest: old.patientDigest,
    patientSealed,
    offer: acquired.offer,
    contactSealed: sealedContact(contact, deps),
  };
  const opened = earlier ?? (await ledger.openReplacement(hold, lease, request, old));
  switch (opened.kind) {
    case 'opened': {
      const placing = { person, openedAt, requestId, contact };
      const placed = await placeBooking(opened.booking, placing, caller, deps);
      await giveBackOld(old.id, patient, requestId, deps);
      return placed;
    }
    case 'repeated':
      return replayed(opened.resultId, requestId, caller, deps);
    case 'refused':
      return refused(
        opened.why === 'NOTHING_TO_REPLACE'
          ? { kind: 'not-standing', booking: (await ledger.findBooking(old.id)) ?? old }
          : ((await refusal(opened, { offer, patientSealed }, { caller, requestId }, deps)) ?? {
              kind: 'offer-expired',
            }),
      );
    case 'key-reused':
      return refused(opened);
  }
}

/**
 * The offer with what the person's earlier needs ask of it. For the same need nothing is added: whatever else the person has,
 * they have been asked about it.
 */
async function inPlaceOf(old: Booking, offer: Offer, { ledger }: BookingDeps): Promise<Offer> {
  const deadline = soonest([offer.deadline, deadlineOfEarlierNeeds(old, offer)]);
  if (offer.assessmentDigest !== old.offer.assessmentDigest) return { ...offer, deadline };
  const beside = await ledger.liveBookingsOf(old.patientDigest);
  return { ...offer, deadline, keeping: beside.map(({ id }) => id) };
}

/** A later and milder check does not make an earlier one wrong, however many moves lie between. */
function deadlineOfEarlierNeeds({ offer, replacesId }: Booking, { assessmentDigest }: Offer): Date | null {
  const isFirstNeed = replacesId === null && offer.assessmentDigest === assessmentDigest;
  return isFirstNeed ? null : offer.deadline;
}

function soonest(deadlines: readonly (Date | null)[]): Date | null {
  const known = deadlines.filter((deadline) => deadline !== null);
  return known.length === 0 ? null : new Date(Math.min(...known.map((deadline) => deadline.getTime())));
}

/** A booking that a restore had lost stands in the way, unless this very request has a result already. */
function stopFor(
  lost: Booking,
  known: Earlier,
  { caller, requestId }: RequestSource,
  deps: BookingDeps,
): Promise<RescheduleAnswer> | RescheduleAnswer {
  return known.kind === 'repeated' ? replayed(known.resultId, requestId, caller, deps) : alreadyBooked(lost);
}

async function heldByAnother(
  wanted: { offer: Offer; patientSealed: string },
  forMs: number | null,
  source: RequestSource,
  deps: BookingDeps,
): Promise<RescheduleAnswer> {
  const taken = await slotTaken(wanted, source, deps);
  if (taken.kind === 'practice-closed' || forMs === null) return taken;
  const heldUntil = new Date(deps.now().getTime() + forMs);
  return { kind: 'held-by-another', heldUntil, alternatives: taken.alternatives };
}

/** Does at once what the reconciler would do in the end. */
async function giveBackOld(
  bookingId: string,
  patient: Patient,
  requestId: string,
  deps: BookingDeps,
): Promise<void> {
  const old = await deps.ledger.findBooking(bookingId);
  if (old?.state !== 'CANCELLING' || old.replacedBy === null) return;
  const decidedAt = deps.timers.elapsedMs();
  const nextCheckMs = leaseMs(systemOf(old, deps.systems), 'cancel');
  if (!(await deps.ledger.scheduleReadBack(old, { absentReads: 0, failedReads: 0, nextCheckMs }))) return;
  const acting = { patient, requestId };
  const seen = await cancel(old, { ...acting, isFirstTry: false, decidedAt }, deps);
  if (seen !== null) await advance(old, seen, acting, deps);
}

/** The number and words that were given for the booking go with it to its new time, unless the person gives others. */
function contactOf({ contactPhone, reason }: RescheduleBooking, old: Booking, deps: BookingDeps): Contact {
  const given = old.contactSealed === null ? null : deps.contacts.open(old.contactSealed, deps.now());
  return {
    phone: contactPhone === undefined ? given?.phone : (contactPhone ?? undefined),
    reason: reason === undefined ? given?.reason : (reason ?? undefined),
  };
}

/** A booking can stand in for one other at a time. */
async function isGivingBackAnother({ replacesId }: Booking, { ledger }: BookingDeps): Promise<boolean> {
  const replaced = replacesId === null ? null : await ledger.findBooking(replacesId);
  return replaced !== null && isOneOf(LIVE_STATES, replaced.state);
}

function objectionTo(
  { offer, old }: { offer: Offer; old: Booking },
  caller: PatientCaller,
): BookingRefusal | null {
  if (offer.callerId !== caller.id) return whyNotTheirs(offer);
  const isSameSlot = holdKey(offer) === holdKey({ ...old.offer, seat: offer.seat });
  if (isSameSlot) return 'SAME_TIME';
  const deadline = deadlineOfEarlierNeeds(old, offer);
  return deadline !== null && offer.slot.startsAt > deadline ? 'LATER_THAN_NEEDED' : null;
}
