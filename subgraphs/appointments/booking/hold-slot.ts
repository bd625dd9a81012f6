import { randomUUID } from 'node:crypto';
import { people, type Caller, type PatientCaller, type Person } from '../../../domain/caller';
import { HoldStoreUnavailable, slotKey } from '../holds/hold-store';
import type { Booking, Hold } from '../ledger/records';
import type { Earlier } from '../ledger/requests';
import type { Offer } from '../offers';
import { isOfAge, patientOf } from '../patients';
import { request, type BookingDeps } from './booking-deps';
import { searchAgain } from './search-again';

export type HoldAnswer =
  | { kind: 'held'; hold: Hold }
  | { kind: 'held-by-another'; heldUntil: Date; alternatives: Offer[] }
  | { kind: 'slot-taken'; alternatives: Offer[] }
  | { kind: 'offer-expired' }
  | { kind: 'already-booked'; booking: Booking }
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
  const offer = await offers.open(input.slotId, now());
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

  const asked = request(caller.id, 'hold', input.idempotencyKey, [input.slotId, input.patientId ?? null]);
  const earlier = await ledger.earlier(asked);
  if (earlier !== null) return replay(earlier, caller, deps);

  const patient = patientOf(person);
  const patientDigest = patients.digest(patient);
  const standing = await ledger.liveBookingFor(patientDigest, offer.assessmentDigest);
  if (standing !== null) return { kind: 'already-booked', booking: standing };

  const key = slotKey(offer.supplier, offer.slot.practice, offer.slot.id);
  const id = randomUUID();
  const acquired = await acquire(key, id, caller.id, deps);
  const search = () => searchAgain(offer, patient, caller, input.requestId, deps);
  if (!acquired.acquired) {
    const { alternatives } = await search();
    return { kind: 'held-by-another', heldUntil: new Date(now().getTime() + acquired.forMs), alternatives };
  }
  const { stillFree, alternatives } = await search();
  if (!stillFree) {
    await letGo(key, id, deps);
    return { kind: 'slot-taken', alternatives };
  }
  const patientSealed = await patients.seal(patient);
  const recorded = await ledger.recordHold(
    { id, callerId: caller.id, patientDigest, patientSealed, offer },
    deps.holdMs,
    asked,
  );
  if (recorded.kind === 'recorded') return { kind: 'held', hold: recorded.hold };
  await letGo(key, id, deps);
  return replay(recorded, caller, deps);
}

/** The hold that the same request led to before. */
async function replay(earlier: Earlier, caller: PatientCaller, { ledger }: BookingDeps): Promise<HoldAnswer> {
  const hold = earlier.kind === 'repeated' ? await ledger.findHold(earlier.resultId, caller.id) : null;
  return hold === null ? { kind: 'key-reused' } : { kind: 'held', hold };
}

/** The person goes back: the slot is free for others at once. Releasing twice, or too late, does no harm. */
export async function releaseHold(holdId: string, caller: Caller, deps: BookingDeps): Promise<boolean> {
  const hold = caller.kind === 'patient' ? await deps.ledger.findHold(holdId, caller.id) : null;
  if (hold === null) return false;
  await deps.ledger.endHold(hold.id);
  await letGo(slotKey(hold.offer.supplier, hold.offer.slot.practice, hold.offer.slot.id), hold.id, deps);
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
    logger.warn({ err: error }, 'going on without a hold');
    return { acquired: true, forMs: holdMs };
  }
}

/** What cannot be let go now runs out by itself. */
export async function letGo(key: string, token: string, { holds, logger }: BookingDeps): Promise<void> {
  await holds.release(key, token).catch((error: unknown) => {
    logger.warn({ err: error }, 'a hold was left to run out');
  });
}

export function mayBook(caller: Caller): caller is PatientCaller {
  return caller.kind === 'patient' && caller.proofing === 'P9';
}

function personToBeSeen(caller: PatientCaller, patientId: string | undefined): Person | undefined {
  return patientId === undefined ? caller.self : people(caller).find(({ id }) => id === patientId);
}

function notAllowed(message: string): HoldAnswer {
  return { kind: 'not-allowed', message };
}
