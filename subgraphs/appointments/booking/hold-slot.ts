import { createHash } from 'node:crypto';
import type { Patient } from '../../../adapters/gp-system';
import { people, type Caller, type PatientCaller, type Person } from '../../../domain/caller';
import type { OdsCode } from '../../../domain/ods-code';
import { boundedCall, supplierActorOf, systemOf } from '../gp-systems';
import type { Booking, Hold } from '../ledger/records';
import type { Earlier, Request } from '../ledger/requests';
import type { Holder } from '../holds/hold-store';
import { ANONYMOUS_OFFERS, type Offer } from '../holds/offers';
import { DOUBTFUL_STATES, isOneOf, LIVE_STATES } from '../lifecycle/states';
import { identifiedPatient } from '../sealed-patients';
import { findLostOf } from '../recovery/lost-bookings';
import { alreadyBooked } from './already-booked';
import { seconds } from '../retry-after-seconds';
import { idempotentRequest, type BookingDeps, type RequestSource } from './booking-deps';
import {
  mayBook,
  bookingNotAllowed,
  whyNotBook,
  type BookingRefusal,
  type NotAllowedAnswer,
} from './not-allowed';
import { obstacleAnswer, type ObstacleAnswer } from './obstacle-answer';
import { endsNeed, findObstacle } from './obstacles';
import { acquirePlace, holdersOf, holdKey, letGo, type PlaceTaken } from './keep-place';
import { searchAgain, type SlotGone } from './search-again';

/** Somebody waits for it. */
const CHECK_WITHIN_MS = 1_500;

export type HoldAnswer =
  | {
      kind: 'held';
      hold: Hold;
      /** The time that was kept for the same need until now. */
      replaced: Hold | null;
    }
  | { kind: 'too-many-holds'; retryAfterSeconds: number | null }
  | { kind: 'held-by-another'; heldUntil: Date; alternatives: Offer[] }
  | SlotGone
  | { kind: 'offer-expired' }
  | { kind: 'practice-closed'; practice: OdsCode }
  | ObstacleAnswer
  | { kind: 'key-reused' };

export type ReleaseAnswer = { kind: 'released'; holdId: string } | NotAllowedAnswer;

export interface HoldSlot {
  /** The sealed offer. */
  slotId: string;
  /** Undefined: the caller themself. */
  patientId: string | undefined;
  /** Bookings for the same complaint that the person keeps beside this one. */
  keepBookingIds?: readonly string[];
  idempotencyKey: string;
  requestId: string;
}

/** Reserves an offered slot among the users of this gateway, after asking the supplier whether it is still free. */
export async function holdSlot(input: HoldSlot, caller: Caller, deps: BookingDeps): Promise<HoldAnswer> {
  const { ledger, offers, patients, now } = deps;
  if (!mayBook(caller)) return bookingNotAllowed(whyNotBook(caller));
  const offered = offers.open(input.slotId, now());
  if (offered === null) return { kind: 'offer-expired' };
  if (offered.callerId !== caller.id) return bookingNotAllowed(whyNotTheirs(offered));
  const person = personToBeSeen(caller, input.patientId);
  if (person === undefined) return bookingNotAllowed('CANNOT_ACT_FOR_PERSON');
  const offerToPerson = offerTo(person, offered);
  if (offerToPerson === null) return bookingNotAllowed('NOT_REGISTERED_THERE');
  const offer = { ...offerToPerson, keeping: [...(input.keepBookingIds ?? [])] };

  const request = idempotentRequest(
    { callerId: caller.id, operation: 'hold', key: input.idempotencyKey },
    [input.slotId, input.patientId ?? null, ...(input.keepBookingIds ?? [])],
    deps,
  );
  const patient = identifiedPatient(person);
  const patientDigest = patients.digest(patient);
  const wanted = { offer, person, caller, patientDigest, besides: [] };
  const [earlier, obstacle, live, lost] = await Promise.all([
    ledger.earlier(request),
    findObstacle(wanted, deps),
    ledger.liveBookingsOf(patientDigest),
    findLostOf(patientDigest, deps),
  ]);
  if (earlier?.kind === 'key-reused') return earlier;
  const standing = live.find((booking) => isInTheWay(booking, offer));
  // What the person is to do by now comes before what they have booked.
  if (obstacle !== null && obstacle.booking === null) {
    if (endsNeed(obstacle)) await letNeedGo(offer, deps);
    return obstacleAnswer(obstacle, offer);
  }
  if (earlier !== null) return replay(earlier, caller, deps);
  if (standing !== undefined) return alreadyBooked(standing);
  // Whatever it is for: a restore may have lost what this person was asked about, too.
  if (lost !== null) return alreadyBooked(lost);
  if (obstacle !== null) return obstacleAnswer(obstacle, offer);
  return take({ offer, patient, caller, request, requestId: input.requestId }, deps);
}

/** The offer to the person who is to be seen: whoever is registered at the practice is its own patient. Null: it is not for them. */
export function offerTo({ registeredPractice }: Person, offer: Offer): Offer | null {
  const isOwn = registeredPractice === offer.slot.practice;
  if (offer.relation === 'OWN' && !isOwn) return null;
  return { ...offer, relation: isOwn ? 'OWN' : 'OTHER', ownPractice: registeredPractice ?? null };
}

/** One for the same need is in the way, and any whose outcome is not known. */
export function isInTheWay({ state, offer }: Booking, { assessmentDigest }: Offer): boolean {
  if (isOneOf(DOUBTFUL_STATES, state)) return true;
  return isOneOf(LIVE_STATES, state) && offer.assessmentDigest === assessmentDigest;
}

interface Taking {
  offer: Offer;
  patient: Patient;
  caller: PatientCaller;
  request: Request;
  requestId: string;
}

async function take(taking: Taking, deps: BookingDeps): Promise<HoldAnswer> {
  const { patient, caller, request, requestId } = taking;
  const { patients } = deps;
  const id = holdId(request);
  const patientDigest = patients.digest(patient);
  const place = await takePlace(taking.offer, { token: id, callerId: caller.id }, deps);
  if (!place.acquired) return place.forMs === null ? gone(taking, deps) : taken(taking, place.forMs, deps);
  const { offer } = place;
  const key = holdKey(offer);
  const refused = async <Answer>(answer: Answer) => {
    await letGo(key, id, deps);
    return answer;
  };
  try {
    if (!(await isStillFree(offer, patient, { caller, requestId }, deps)))
      return await refused(gone(taking, deps));
    const hold = { id, callerId: caller.id, patientDigest, patientSealed: patients.seal(patient), offer };
    const recorded = await deps.ledger.recordHold(hold, deps.holdMs, request);
    switch (recorded.kind) {
      case 'recorded':
        if (recorded.replaced !== null)
          await letGo(holdKey(recorded.replaced.offer), recorded.replaced.id, deps);
        return { kind: 'held', hold: recorded.hold, replaced: recorded.replaced };
      case 'too-many':
        return await refused({
          kind: 'too-many-holds' as const,
          retryAfterSeconds: seconds(recorded.retryAfterMs),
        });
      case 'refused':
        return await refused(gone(taking, deps));
      case 'repeated':
      case 'key-reused':
        return await replay(recorded, caller, deps);
    }
  } catch (error) {
    await letGo(key, id, deps);
    throw error;
  }
}

/** Takes the place, also from a hold that this caller has let go and of which the store does not know yet. */
async function takePlace(offer: Offer, holder: Holder, deps: BookingDeps): Promise<PlaceTaken> {
  const place = await acquirePlace(offer, holder, deps);
  if (place.acquired || place.forMs === null) return place;
  const own = await ownHold(offer, holder.callerId, deps);
  if (own === null || !own.released) return place;
  await letGo(holdKey(offer), own.id, deps);
  return acquirePlace(offer, holder, deps);
}

/** Somebody has the time: this person themself, with another tap, or somebody else. */
async function taken(taking: Taking, forMs: number, deps: BookingDeps): Promise<HoldAnswer> {
  const { offer, patient, caller } = taking;
  const own = await ownHold(offer, caller.id, deps);
  const { released, alternatives } = await searchAgain(offer, patient, taking, deps);
  if (!released) return { kind: 'practice-closed', practice: offer.slot.practice };
  if (own !== null && !own.released && own.patientDigest === deps.patients.digest(patient))
    return { kind: 'held', hold: own, replaced: null };
  const heldUntil = new Date(deps.now().getTime() + forMs);
  return { kind: 'held-by-another', heldUntil, alternatives };
}

/** Reports a time that cannot be had any more, with others near it. */
async function gone(
  { offer, patient, ...source }: Taking,
  deps: BookingDeps,
): Promise<Extract<HoldAnswer, { kind: 'slot-taken' | 'practice-closed' }>> {
  const { released, alternatives, why } = await searchAgain(offer, patient, source, deps);
  return released
    ? { kind: 'slot-taken', why, alternatives }
    : { kind: 'practice-closed', practice: offer.slot.practice };
}

/** Asks the practice. A supplier that does not answer now does not prove that the slot is gone: the booking will show. */
async function isStillFree(
  { slot, ...offer }: Offer,
  patient: Patient,
  { caller, requestId }: RequestSource,
  { systems, timers }: BookingDeps,
): Promise<boolean> {
  const system = systemOf({ offer }, systems);
  const call = { ...boundedCall(CHECK_WITHIN_MS, requestId, timers), forBooking: true };
  return (await system.checkSlot({ slot, actor: supplierActorOf(caller), patient }, call)) !== 'TAKEN';
}

/** The same for the same request, so that a repetition of it finds the slot held by itself. */
export function holdId({ callerId, operation, key }: Request): string {
  return createHash('sha256').update(`${callerId}\n${operation}\n${key}`).digest('base64url');
}

/** Finds what the caller holds there already: someone who taps twice with two keys, or reloads the page, has it. */
async function ownHold(offer: Offer, callerId: string, deps: BookingDeps): Promise<Hold | null> {
  const key = holdKey(offer);
  const holder = (await holdersOf([key], deps)).get(key);
  return holder?.callerId === callerId ? deps.ledger.findHold(holder.token, callerId) : null;
}

/** The hold that the same request led to before. */
async function replay(
  earlier: Earlier,
  caller: PatientCaller,
  { ledger, now }: BookingDeps,
): Promise<HoldAnswer> {
  const hold = earlier.kind === 'repeated' ? await ledger.findHold(earlier.resultId, caller.id) : null;
  if (hold === null) return { kind: 'key-reused' };
  // What was let go since, or has run out, may be somebody else's by now.
  const isKept = !hold.released && hold.expiresAt > now();
  return isKept ? { kind: 'held', hold, replaced: null } : { kind: 'offer-expired' };
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

/** Lets go what is kept for a need that the symptom check does not find any more. */
export async function letNeedGo({ assessmentDigest }: Offer, deps: BookingDeps): Promise<void> {
  for (const { offer, id } of await deps.ledger.endHoldsOfNeed(assessmentDigest))
    await letGo(holdKey(offer), id, deps);
}

/** Returns the reason for refusing an offer to a caller who did not search for it. */
export function whyNotTheirs({ callerId }: Offer): BookingRefusal {
  return callerId === ANONYMOUS_OFFERS ? 'OFFER_BEFORE_SIGN_IN' : 'OFFER_FOR_ANOTHER';
}

function personToBeSeen(caller: PatientCaller, patientId: string | undefined): Person | undefined {
  return patientId === undefined ? caller.self : people(caller).find(({ id }) => id === patientId);
}
