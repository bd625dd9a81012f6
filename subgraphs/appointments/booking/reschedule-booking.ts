import type { Patient } from '../../../adapters/gp-system';
import type { Caller, PatientCaller, Person } from '../../../domain/caller';
import type { Booking } from '../ledger/records';
import type { Offer } from '../holds/offers';
import { isOfAge, patientOf, personOf } from '../sealed-patients';
import { findLostOf } from '../recovery/lost-bookings';
import { systemOf } from '../gp-systems';
import { advance, cancel } from './advance';
import { alreadyBooked, type AlreadyBooked } from './already-booked';
import { leaseMs, request, type BookingDeps } from './booking-deps';
import { cancellableUntil, tooLate, type TooLate } from './cancel-booking';
import { refusal, replayed, stop } from './confirm-booking';
import { acquire, holdId, holdKey, letGo, whyNotTheirs } from './hold-slot';
import { mayBook, notAllowed, whyNotBook, type BookingRefusal, type NotAllowedAnswer } from './not-allowed';
import { placeBooking, slotTaken, type Placed } from './place-booking';
import { isOneOf, LIVE_STATES } from '../lifecycle/states';

export type RescheduleAnswer =
  | Placed
  | TooLate
  | { kind: 'held-by-another'; heldUntil: Date; alternatives: Offer[] }
  | { kind: 'offer-expired' }
  | AlreadyBooked
  | { kind: 'not-found' }
  | NotAllowedAnswer
  | { kind: 'key-reused' };

export interface RescheduleBooking {
  bookingId: string;
  /** The sealed offer of the new time. */
  slotId: string;
  idempotencyKey: string;
  requestId: string;
}

/**
 * Takes the new slot first and gives the old one back after. Until the new one is CONFIRMED the old booking stands; from
 * that very moment, in one transaction, the old one is being given back, whoever has to finish it.
 */
export async function rescheduleBooking(
  input: RescheduleBooking,
  caller: Caller,
  deps: BookingDeps,
): Promise<RescheduleAnswer> {
  const { ledger, offers, now } = deps;
  const { bookingId, slotId, idempotencyKey, requestId } = input;
  if (!mayBook(caller)) return notAllowed(whyNotBook(caller));
  const asked = request(caller.id, 'reschedule', idempotencyKey, [bookingId, slotId], deps);
  const earlier = await ledger.earlier(asked);
  if (earlier?.kind === 'key-reused') return earlier;
  if (earlier?.kind === 'repeated') return replayed(earlier.resultId, requestId, caller, deps);

  const old = await ledger.findBooking(bookingId, caller.id);
  if (old === null) return { kind: 'not-found' };
  const person = personOf(caller, old, deps);
  if (person === undefined) return notAllowed('CANNOT_ACT_FOR_PERSON');
  const lost = await findLostOf(old.patientDigest, deps);
  if (lost !== null) {
    const known = earlier ?? (await stop(lost, asked, deps));
    return known.kind === 'repeated'
      ? replayed(known.resultId, requestId, caller, deps)
      : alreadyBooked(lost, caller);
  }
  const offer = offers.open(slotId, now());
  if (offer === null) return { kind: 'offer-expired' };
  const objection = objectionTo(offer, old, person, caller, now());
  if (objection !== null) return notAllowed(objection);
  if (old.state !== 'CONFIRMED') return { kind: 'booking', booking: old };
  if (now() > cancellableUntil(old)) return tooLate(old);
  if (await isGivingBackAnother(old, deps)) return notAllowed('CHANGE_UNDER_WAY');

  const key = holdKey(offer);
  const id = holdId(asked);
  const patient = patientOf(person);
  const patientSealed = deps.patients.seal(patient);
  const acquired = await acquire(key, id, caller.id, deps);
  if (!acquired.acquired) {
    const known = await ledger.refuse(asked, 'SLOT_TAKEN');
    if (known.kind === 'repeated') return replayed(known.resultId, requestId, caller, deps);
    const taken = await slotTaken({ offer, patientSealed }, caller, requestId, deps);
    if (taken.kind === 'practice-closed') return taken;
    const heldUntil = new Date(now().getTime() + acquired.forMs);
    return { kind: 'held-by-another', heldUntil, alternatives: taken.alternatives };
  }
  const refused = async (answer: RescheduleAnswer) => {
    await letGo(key, id, deps);
    return answer;
  };

  const openedAt = deps.timers.elapsedMs();
  const lease = leaseMs(systemOf({ offer }, deps.systems), 'book');
  const ownPractice = person.registeredPractice ?? null;
  const hold = {
    id,
    callerId: caller.id,
    patientDigest: old.patientDigest,
    patientSealed,
    offer: { ...offer, ownPractice },
  };
  const opened = earlier ?? (await ledger.openReplacement(hold, lease, asked, old));
  switch (opened.kind) {
    case 'opened': {
      const placed = await placeBooking(
        opened.booking,
        { patient, openedAt, requestId, contactPhone: undefined, reason: undefined },
        caller,
        deps,
      );
      await giveBackOld(old.id, patient, requestId, deps);
      return placed;
    }
    case 'repeated':
      return replayed(opened.resultId, requestId, caller, deps);
    case 'refused':
      return refused(
        opened.why === 'NOTHING_TO_REPLACE'
          ? { kind: 'booking', booking: (await ledger.findBooking(old.id)) ?? old }
          : ((await refusal(opened, { offer, patientSealed }, caller, requestId, deps)) ?? {
              kind: 'offer-expired',
            }),
      );
    case 'key-reused':
      return refused(opened);
  }
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
  if (!(await deps.ledger.looked(old, { absentReads: 0, failedReads: 0, nextCheckMs }))) return;
  const acting = { patient, requestId };
  const seen = await cancel(old, { ...acting, isFirstTry: false, decidedAt }, deps);
  if (seen !== null) await advance(old, seen, acting, deps);
}

/** A booking can stand in for one other at a time. */
async function isGivingBackAnother({ replacesId }: Booking, { ledger }: BookingDeps): Promise<boolean> {
  const replaced = replacesId === null ? null : await ledger.findBooking(replacesId);
  return replaced !== null && isOneOf(LIVE_STATES, replaced.state);
}

function objectionTo(
  offer: Offer,
  old: Booking,
  person: Person,
  caller: PatientCaller,
  now: Date,
): BookingRefusal | null {
  if (offer.callerId !== caller.id) return whyNotTheirs(offer);
  if (!isOfAge(person, offer.ageInMonths, now)) return 'AGE_DIFFERS';
  if (offer.relation === 'OWN' && person.registeredPractice !== offer.slot.practice)
    return 'NOT_REGISTERED_THERE';
  return holdKey(offer) === holdKey(old.offer) ? 'SAME_TIME' : null;
}
