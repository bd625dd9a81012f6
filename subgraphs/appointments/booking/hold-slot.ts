import { createHash } from 'node:crypto';
import type { Patient } from '../../../adapters/gp-system';
import { people, type Caller, type PatientCaller, type Person } from '../../../domain/caller';
import { loggableError } from '../../../domain/loggable-error';
import type { OdsCode } from '../../../domain/ods-code';
import { HoldStoreUnavailable, slotKey, type Holder } from '../holds/hold-store';
import type { Hold } from '../ledger/records';
import type { Earlier, Request } from '../ledger/requests';
import { ANONYMOUS_OFFERS, type Offer } from '../holds/offers';
import { isOfAge, identifiedPatient } from '../sealed-patients';
import { findLostOf } from '../recovery/lost-bookings';
import { alreadyBooked, type AlreadyBooked } from './already-booked';
import { idempotentRequest, type BookingDeps } from './booking-deps';
import {
  mayBook,
  bookingNotAllowed,
  whyNotBook,
  type BookingRefusal,
  type NotAllowedAnswer,
} from './not-allowed';
import { searchAgain, type SlotGone } from './search-again';

export type HoldAnswer =
  | { kind: 'held'; hold: Hold }
  | { kind: 'held-by-another'; heldUntil: Date; alternatives: Offer[] }
  | SlotGone
  | { kind: 'offer-expired' }
  | { kind: 'practice-closed'; practice: OdsCode }
  | AlreadyBooked
  | NotAllowedAnswer
  | { kind: 'key-reused' };

export type ReleaseAnswer = { kind: 'released'; holdId: string } | NotAllowedAnswer;

export interface HoldSlot {
  /** The sealed offer. */
  slotId: string;
  /** Undefined: the caller themself. */
  patientId: string | undefined;
  idempotencyKey: string;
  requestId: string;
}

/** Reserves an offered slot among the users of this gateway, after asking the supplier whether it is still free. */
export async function holdSlot(input: HoldSlot, caller: Caller, deps: BookingDeps): Promise<HoldAnswer> {
  const { ledger, offers, patients, now } = deps;
  if (!mayBook(caller)) return bookingNotAllowed(whyNotBook(caller));
  const offer = offers.open(input.slotId, now());
  if (offer === null) return { kind: 'offer-expired' };
  if (offer.callerId !== caller.id) return bookingNotAllowed(whyNotTheirs(offer));
  const person = personToBeSeen(caller, input.patientId);
  if (person === undefined) return bookingNotAllowed('CANNOT_ACT_FOR_PERSON');
  if (!isOfAge(person, offer.ageInMonths, now())) return bookingNotAllowed('AGE_DIFFERS');
  if (offer.relation === 'OWN' && person.registeredPractice !== offer.slot.practice)
    return bookingNotAllowed('NOT_REGISTERED_THERE');

  const request = idempotentRequest(
    { callerId: caller.id, operation: 'hold', key: input.idempotencyKey },
    [input.slotId, input.patientId ?? null],
    deps,
  );
  const patient = identifiedPatient(person);
  const patientDigest = patients.digest(patient);
  const [earlier, standing, lost] = await Promise.all([
    ledger.earlier(request),
    ledger.standingBooking(patientDigest, offer.assessmentDigest),
    findLostOf(patientDigest, deps),
  ]);
  if (earlier !== null) return replay(earlier, caller, deps);
  if (standing !== null) return alreadyBooked(standing, caller);
  // Whatever it is for: a restore may have lost what this person was asked about, too.
  if (lost !== null) return alreadyBooked(lost, caller);
  const ownPractice = person.registeredPractice ?? null;
  return take(
    { offer: { ...offer, ownPractice }, patient, caller, request, requestId: input.requestId },
    deps,
  );
}

interface Taking {
  offer: Offer;
  patient: Patient;
  caller: PatientCaller;
  request: Request;
  requestId: string;
}

async function take(
  { offer, patient, caller, request, requestId }: Taking,
  deps: BookingDeps,
): Promise<HoldAnswer> {
  const { patients, now } = deps;
  const patientDigest = patients.digest(patient);
  const key = holdKey(offer);
  const id = holdId(request);
  const acquired = await acquire(key, { token: id, callerId: caller.id }, deps);
  const search = () => searchAgain(offer, patient, { caller, requestId }, deps);
  if (!acquired.acquired) {
    const own = await ownHold(key, caller, patientDigest, deps);
    const { released, alternatives } = await search();
    if (!released) return { kind: 'practice-closed', practice: offer.slot.practice };
    if (own !== null) return { kind: 'held', hold: own };
    const heldUntil = new Date(now().getTime() + acquired.forMs);
    return { kind: 'held-by-another', heldUntil, alternatives };
  }
  try {
    const { released, stillFree, alternatives, why } = await search();
    if (!released || !stillFree) {
      await letGo(key, id, deps);
      return released
        ? { kind: 'slot-taken', why, alternatives }
        : { kind: 'practice-closed', practice: offer.slot.practice };
    }
    const patientSealed = patients.seal(patient);
    const hold = { id, callerId: caller.id, patientDigest, patientSealed, offer };
    const recorded = await deps.ledger.recordHold(hold, deps.holdMs, request);
    return recorded.kind === 'recorded'
      ? { kind: 'held', hold: recorded.hold }
      : await replay(recorded, caller, deps);
  } catch (error) {
    await letGo(key, id, deps);
    throw error;
  }
}

/** The same for the same request, so that a repetition of it finds the slot held by itself. */
export function holdId({ callerId, operation, key }: Request): string {
  return createHash('sha256').update(`${callerId}\n${operation}\n${key}`).digest('base64url');
}

/**
 * Returns the caller's own hold of the slot: someone who taps twice with two keys, or reloads the page, has one
 * already.
 */
async function ownHold(
  key: string,
  caller: PatientCaller,
  patientDigest: string,
  deps: BookingDeps,
): Promise<Hold | null> {
  const holder = await holderOf(key, deps);
  if (holder?.callerId !== caller.id) return null;
  const hold = await deps.ledger.findHold(holder.token, caller.id);
  return hold !== null && hold.patientDigest === patientDigest && !hold.released ? hold : null;
}

/**
 * Returns the holder of a slot. When the store is lost by now, all that is known is that somebody held it a moment
 * ago.
 */
async function holderOf(key: string, { holds, logger }: BookingDeps): Promise<Holder | undefined> {
  try {
    return (await holds.holders([key])).get(key);
  } catch (error) {
    if (!(error instanceof HoldStoreUnavailable)) throw error;
    logger.warn({ err: loggableError(error) }, 'the holder of a slot cannot be read');
    return undefined;
  }
}

/** The hold that the same request led to before. */
async function replay(earlier: Earlier, caller: PatientCaller, { ledger }: BookingDeps): Promise<HoldAnswer> {
  const hold = earlier.kind === 'repeated' ? await ledger.findHold(earlier.resultId, caller.id) : null;
  if (hold === null) return { kind: 'key-reused' };
  // The person went back on it since: what was let go may be somebody else's by now.
  return hold.released ? { kind: 'offer-expired' } : { kind: 'held', hold };
}

/** The person goes back: the slot is free for others at once. Releasing twice, or too late, does no harm. */
export async function releaseHold(holdId: string, caller: Caller, deps: BookingDeps): Promise<ReleaseAnswer> {
  if (caller.kind !== 'patient') return bookingNotAllowed(whyNotBook(caller));
  const hold = await deps.ledger.findHold(holdId, caller.id);
  if (hold === null) return bookingNotAllowed('HOLD_NOT_FOUND');
  await deps.ledger.endHold(hold.id);
  await letGo(holdKey(hold.offer), hold.id, deps);
  return { kind: 'released', holdId };
}

/** Holding is a courtesy: without the store everybody may go on, and the ledger decides. */
export async function acquire(
  key: string,
  holder: Holder,
  { holds, holdMs, logger }: BookingDeps,
  forMs = holdMs,
): Promise<{ acquired: boolean; forMs: number }> {
  try {
    return await holds.acquire(key, holder, forMs);
  } catch (error) {
    if (!(error instanceof HoldStoreUnavailable)) throw error;
    logger.warn({ err: loggableError(error) }, 'booking without a hold');
    return { acquired: true, forMs };
  }
}

/** Releases a hold. One that cannot be released now expires by itself. */
export async function letGo(key: string, token: string, { holds, logger }: BookingDeps): Promise<void> {
  await holds.release(key, token).catch((error: unknown) => {
    logger.warn({ err: loggableError(error) }, 'releasing a hold failed; it will expire');
  });
}

/** Returns the reason for refusing an offer to a caller who did not search for it. */
export function whyNotTheirs({ callerId }: Offer): BookingRefusal {
  return callerId === ANONYMOUS_OFFERS ? 'OFFER_BEFORE_SIGN_IN' : 'OFFER_FOR_ANOTHER';
}

export function holdKey({ supplier, slot }: Offer): string {
  return slotKey(supplier, slot.practice, slot.id);
}

function personToBeSeen(caller: PatientCaller, patientId: string | undefined): Person | undefined {
  return patientId === undefined ? caller.self : people(caller).find(({ id }) => id === patientId);
}
