import type { Logger } from 'pino';
import type { Patient } from '../../../adapters/gp-system';
import { loggableError } from '../../../domain/loggable-error';
import { londonDate } from '../../../domain/london-time';
import type { OdsCode } from '../../../domain/ods-code';
import { RULES_NOT_KNOWN } from '../../../domain/release-change';
import type { ReleaseLedger } from '../../../domain/release-ledger';
import { rulesStoppingSlot, type ReleasePolicy } from '../../../domain/release-policy';
import type { Offer } from '../holds/offers';
import { searchPractice } from '../options/search-practice';
import { withSupplierCutOff, supplierActorOf, systemOf } from '../gp-systems';
import type { BookingDeps, RequestSource } from './booking-deps';
import { overlap } from './obstacles';

const WAIT_MS = 1_500;
const ALTERNATIVES = 5;
/** Other times worth offering are near the one that was wanted. */
const LOOK_AROUND_MS = 3 * 60 * 60_000;

export interface FoundAgain {
  /** False when the practice's rules of this moment stop everything for this person. */
  released: boolean;
  stillFree: boolean;
  /** Reason that the slot cannot be booked. */
  why: SlotGone['why'];
  alternatives: Offer[];
}

/** The time cannot be booked any more; others at the practice may be. */
export interface SlotGone {
  kind: 'slot-taken';
  why: 'TAKEN' | 'NOT_RELEASED' | 'DAILY_LIMIT';
  alternatives: Offer[];
}

/**
 * Searches the offer's practice again, uncached and by the current rules. A supplier that does not answer now does
 * not prove that the slot is gone: the booking itself will show. No alternative overlaps what the person has booked for
 * another need: it could not be had.
 */
export async function searchAgain(
  offer: Offer,
  patient: Patient,
  { caller, requestId }: RequestSource,
  deps: BookingDeps,
): Promise<FoundAgain> {
  const { slot, supplier, relation } = offer;
  const system = systemOf({ offer }, deps.systems);
  const policy = withSupplierCutOff(system, await policyNow(slot.practice, deps));
  const candidate = {
    odsCode: slot.practice,
    distanceMiles: null,
    connections: [{ supplier, route: system.manifest.route }],
    release: policy,
  };
  const search = {
    need: { ...offer, deadline: sooner(offer.deadline, new Date(slot.startsAt.getTime() + LOOK_AROUND_MS)) },
    earliest: new Date(slot.startsAt.getTime() - LOOK_AROUND_MS),
    actor: supplierActorOf(caller),
    callerId: caller.id,
    patient,
    requestId,
    signal: undefined,
  };
  const [{ answer, slots }, live] = await Promise.all([
    searchPractice(candidate, { relation, search }, WAIT_MS, deps),
    deps.ledger.liveBookingsOf(deps.patients.digest(patient)),
  ]);
  const others = live.filter((booking) => booking.offer.assessmentDigest !== offer.assessmentDigest);
  const unanswered = answer === 'SUPPLIER_TIMED_OUT' || answer === 'SUPPLIER_FAILED';
  const stillFree = unanswered || slots.some(({ id }) => id === slot.id);
  return {
    released: answer !== 'NOT_RELEASED',
    stillFree,
    why: stillFree ? 'TAKEN' : await whyGone({ ...offer, policy }, deps),
    alternatives: slots
      .filter(({ id }) => id !== slot.id)
      .map((alternative) => ({ ...offer, policy, slot: alternative }))
      .filter((alternative) => !others.some((booking) => overlap(booking, alternative)))
      .slice(0, ALTERNATIVES),
  };
}

/** Finds the reason: the practice's current rules stop it, or somebody has it. */
async function whyGone(offer: Offer, { ledger, now }: BookingDeps): Promise<SlotGone['why']> {
  const { slot, policy } = offer;
  const live = await ledger.liveBeside([slot]);
  const others = live.others(slot.practice, londonDate(slot.startsAt), offer.callerId);
  const stopping = rulesStoppingSlot(policy, offer, slot, { now: now(), othersThatDay: others });
  if (stopping.includes('DAILY_QUOTA')) return 'DAILY_LIMIT';
  return stopping.length > 0 ? 'NOT_RELEASED' : 'TAKEN';
}

/** Reads the practice's current policy. When the rules cannot be read, nothing is released. */
async function policyNow(
  practice: OdsCode,
  { releases, logger }: { releases: Pick<ReleaseLedger, 'policy'>; logger: Logger },
): Promise<ReleasePolicy> {
  try {
    return await releases.policy(practice);
  } catch (error) {
    logger.warn({ err: loggableError(error) }, 'release rules cannot be read; treating the book as closed');
    return RULES_NOT_KNOWN;
  }
}

function sooner(deadline: Date | null, other: Date): Date {
  return deadline !== null && deadline < other ? deadline : other;
}
