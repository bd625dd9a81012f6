import { createHash } from 'node:crypto';
import type { Patient } from '../../../adapters/gp-system';
import { people, type Caller, type PatientCaller, type Person } from '../../../domain/caller';
import { loggableError } from '../../../domain/loggable-error';
import type { OdsCode } from '../../../domain/ods-code';
import { HoldStoreUnavailable, slotKey, type Holder } from '../holds/hold-store';
import type { Hold } from '../ledger/records';
import type { Earlier, Request } from '../ledger/requests';
import type { Offer } from '../offers';
import { isOfAge, patientOf } from '../patients';
import { alreadyBooked, type AlreadyBooked } from './already-booked';
import { request, type BookingDeps } from './booking-deps';
import { searchAgain } from './search-again';

export type HoldAnswer =
  | { kind: 'held'; hold: Hold }
  | { kind: 'held-by-another'; heldUntil: Date; alternatives: Offer[] }
  | { kind: 'slot-taken'; alternatives: Offer[] }
  | { kind: 'offer-expired' }
  | { kind: 'practice-closed'; practice: OdsCode }
  | AlreadyBooked
  | { kind: 'not-allowed'; message: string }
  | { kind: 'key-reused' };

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
  if (!mayBook(caller))
    return notAllowed('Booking needs a person signed in with identity proofing level P9.');
  const offer = offers.open(input.slotId, now());
  if (offer === null) return { kind: 'offer-expired' };
  if (offer.callerId !== caller.id)
    return notAllowed(
      'This time was offered to somebody else, or before you signed in. Ask for the options again.',
    );
  const person = personToBeSeen(caller, input.patientId);
  if (person === undefined) return notAllowed('You may not act for this person.');
  if (!isOfAge(person, offer.ageInMonths, now()))
    return notAllowed(
      'The assessment was about somebody of another age. Start one for the person to be seen.',
    );

  if (offer.relation === 'OWN' && person.registeredPractice !== offer.slot.practice)
    return notAllowed('This time is for patients of that practice, and this person is not known to be one.');

  const asked = request(
    caller.id,
    'hold',
    input.idempotencyKey,
    [input.slotId, input.patientId ?? null],
    deps,
  );
  const patient = patientOf(person);
  const [earlier, standing] = await Promise.all([
    ledger.earlier(asked),
    ledger.standingBooking(patients.digest(patient), offer.assessmentDigest),
  ]);
  if (earlier !== null) return replay(earlier, caller, deps);
  if (standing !== null) return alreadyBooked(standing, caller);
  const ownPractice = person.registeredPractice ?? null;
  return take({ offer: { ...offer, ownPractice }, patient, caller, asked, requestId: input.requestId }, deps);
}

interface Taking {
  offer: Offer;
  patient: Patient;
  caller: PatientCaller;
  asked: Request;
  requestId: string;
}

async function take(
  { offer, patient, caller, asked, requestId }: Taking,
  deps: BookingDeps,
): Promise<HoldAnswer> {
  const { patients, now } = deps;
  const patientDigest = patients.digest(patient);
  const key = holdKey(offer);
  const id = holdId(asked);
  const acquired = await acquire(key, id, caller.id, deps);
  const search = () => searchAgain(offer, patient, caller, requestId, deps);
  if (!acquired.acquired) {
    const own = await ownHold(key, caller, patientDigest, deps);
    const { released, alternatives } = await search();
    if (!released) return { kind: 'practice-closed', practice: offer.slot.practice };
    if (own !== null) return { kind: 'held', hold: own };
    const heldUntil = new Date(now().getTime() + acquired.forMs);
    return { kind: 'held-by-another', heldUntil, alternatives };
  }
  try {
    const { released, stillFree, alternatives } = await search();
    if (!released || !stillFree) {
      await letGo(key, id, deps);
      return released
        ? { kind: 'slot-taken', alternatives }
        : { kind: 'practice-closed', practice: offer.slot.practice };
    }
    const patientSealed = patients.seal(patient);
    const hold = { id, callerId: caller.id, patientDigest, patientSealed, offer };
    const recorded = await deps.ledger.recordHold(hold, deps.holdMs, asked);
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

/** Who taps twice with two keys, or reloads the page, holds the slot already. */
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

/** Where the store is lost by now, all that is known is that somebody held it a moment ago. */
async function holderOf(key: string, { holds, logger }: BookingDeps): Promise<Holder | undefined> {
  try {
    return (await holds.holders([key])).get(key);
  } catch (error) {
    if (!(error instanceof HoldStoreUnavailable)) throw error;
    logger.warn({ err: loggableError(error) }, 'who holds a slot is not known');
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
export async function releaseHold(holdId: string, caller: Caller, deps: BookingDeps): Promise<boolean> {
  const hold = caller.kind === 'patient' ? await deps.ledger.findHold(holdId, caller.id) : null;
  if (hold === null) return false;
  await deps.ledger.endHold(hold.id);
  await letGo(holdKey(hold.offer), hold.id, deps);
  return true;
}

/** Holding is a courtesy: without the store everybody may go on, and the ledger decides. */
export async function acquire(
  key: string,
  token: string,
  callerId: string,
  { holds, holdMs, logger }: BookingDeps,
): Promise<{ acquired: boolean; forMs: number }> {
  try {
    return await holds.acquire(key, { token, callerId }, holdMs);
  } catch (error) {
    if (!(error instanceof HoldStoreUnavailable)) throw error;
    logger.warn({ err: loggableError(error) }, 'going on without a hold');
    return { acquired: true, forMs: holdMs };
  }
}

/** What cannot be let go now runs out by itself. */
export async function letGo(key: string, token: string, { holds, logger }: BookingDeps): Promise<void> {
  await holds.release(key, token).catch((error: unknown) => {
    logger.warn({ err: loggableError(error) }, 'a hold was left to run out');
  });
}

export function mayBook(caller: Caller): caller is PatientCaller {
  return caller.kind === 'patient' && caller.proofing === 'P9';
}

export function holdKey({ supplier, slot }: Offer): string {
  return slotKey(supplier, slot.practice, slot.id);
}

function personToBeSeen(caller: PatientCaller, patientId: string | undefined): Person | undefined {
  return patientId === undefined ? caller.self : people(caller).find(({ id }) => id === patientId);
}

function notAllowed(message: string): HoldAnswer {
  return { kind: 'not-allowed', message };
}
