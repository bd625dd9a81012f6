import type { Patient } from '../../../adapters/gp-system';
import type { PatientCaller } from '../../../domain/caller';
import type { Offer } from '../offers';
import { searchPractice } from '../options/practice-search';
import { actorOf, systemOf } from '../suppliers';
import type { BookingDeps } from './booking-deps';

const WAIT_MS = 1_500;
const ALTERNATIVES = 5;
/** Other times worth offering are near the one that was wanted. */
const LOOK_AROUND_MS = 3 * 60 * 60_000;

/**
 * Asks the offer's practice again, uncached and by the same rules as the search. A supplier that does not answer now is
 * no reason to say that the slot is gone: the booking itself will tell.
 */
export async function searchAgain(
  offer: Offer,
  patient: Patient,
  caller: PatientCaller,
  requestId: string,
  deps: BookingDeps,
): Promise<{ stillFree: boolean; alternatives: Offer[] }> {
  const { slot, supplier, relation, policy } = offer;
  const { route } = systemOf({ offer }, deps.systems).manifest;
  const candidate = {
    odsCode: slot.practice,
    distanceMiles: null,
    connections: [{ supplier, route }],
    release: policy,
  };
  const { answer, slots } = await searchPractice(
    candidate,
    relation,
    {
      need: offer,
      earliest: new Date(slot.startsAt.getTime() - LOOK_AROUND_MS),
      deadline: sooner(offer.deadline, new Date(slot.startsAt.getTime() + LOOK_AROUND_MS)),
      actor: actorOf(caller),
      callerId: caller.id,
      patient,
      requestId,
      signal: new AbortController().signal,
    },
    WAIT_MS,
    deps,
  );
  const unanswered = answer === 'SUPPLIER_TIMED_OUT' || answer === 'SUPPLIER_FAILED';
  return {
    stillFree: unanswered || slots.some(({ id }) => id === slot.id),
    alternatives: slots
      .filter(({ id }) => id !== slot.id)
      .slice(0, ALTERNATIVES)
      .map((alternative) => ({ ...offer, slot: alternative })),
  };
}

function sooner(deadline: Date | null, other: Date): Date {
  return deadline !== null && deadline < other ? deadline : other;
}
