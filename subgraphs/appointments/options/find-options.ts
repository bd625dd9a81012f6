import type { AppointmentMode } from '../../../domain/appointment-mode';
import type { ElsewhereReason } from '../offers';
import type { AssessmentFacts, Candidate } from './assessment-facts';
import { countNotOffered, type NotOfferedCounts, type WhyNotAsked } from './not-offered';
import { searchPractices, type PracticeFound, type SearchDeps, type SearchFor } from './practice-search';

export interface OptionsRequest {
  outcome: NonNullable<AssessmentFacts['outcome']>;
  candidates: NonNullable<AssessmentFacts['candidates']>;
  search: SearchFor;
  /** How many other practices are enough. */
  first: number;
  elsewhereBecause: ElsewhereReason | null;
  waitAtMostMs: number;
}

export interface OptionsFound {
  searchedAt: Date;
  own: PracticeFound | null;
  elsewhere: PracticeFound[];
  /** Everybody who was considered, in the order of asking; for the suppliers' reports. */
  considered: PracticeFound[];
  notOffered: NotOfferedCounts;
  /** False when somebody who was asked has not answered. */
  complete: boolean;
}

/** A wave gets at most this share of the time that is left, so that a supplier that hangs does not starve the next. */
const SHARE_OF_TIME_LEFT = 0.5;
/** Too short to hear from anybody. */
const SHORTEST_WAVE_MS = 40;

/**
 * The own practice first. Others, nearest first and in waves, only when the own practice has nothing in time, is closed,
 * or cannot be reached, or when the person says why not; and never for an outcome that is for the own practice alone
 * (NHS Pathways Dx10, Dx75).
 */
export async function findOptions(
  request: OptionsRequest,
  waveSize: number,
  deps: SearchDeps,
): Promise<OptionsFound> {
  const { outcome, candidates, search, first } = request;
  const budget = timeBudget(request.waitAtMostMs);
  const searchedAt = deps.now();
  const own = await askOwn(candidates.own, search, budget, deps);
  const finish = (found: PracticeFound[], notAsked: number, why: WhyNotAsked): OptionsFound => ({
    searchedAt,
    own,
    elsewhere: found.filter(({ answer }) => answer === 'SLOTS').slice(0, first),
    considered: own === null ? found : [own, ...found],
    notOffered: countNotOffered(found, first, notAsked, why),
    complete: [own, ...found].every((practice) => !isUnanswered(practice)),
  });

  const near = candidates.near;
  const inRadius = Math.max(candidates.practicesInRadius, near.length);
  if (outcome.disposition.bookable !== 'NETWORK') return finish([], inRadius, 'NOT_ASKED_OWN_PRACTICE_ONLY');
  if (!mayLookElsewhere(own, request)) return finish([], inRadius, 'NOT_ASKED_OWN_PRACTICE_FIRST');

  const found = await askInWaves(near, request, waveSize, budget, deps);
  const enough = found.filter(({ answer }) => answer === 'SLOTS').length >= first;
  return finish(
    found,
    inRadius - found.length,
    enough ? 'NOT_ASKED_ENOUGH_FOUND' : 'NOT_ASKED_LIMIT_REACHED',
  );
}

async function askOwn(
  own: Candidate | null,
  search: SearchFor,
  budget: TimeBudget,
  deps: SearchDeps,
): Promise<PracticeFound | null> {
  if (own === null) return null;
  const [answer] = await searchPractices([own], 'OWN', search, budget.share(), deps);
  return answer ?? null;
}

/** Signing in would show the own practice's times, so its being unknown is no reason to go elsewhere. */
function mayLookElsewhere(own: PracticeFound | null, { elsewhereBecause }: OptionsRequest): boolean {
  if (own === null || elsewhereBecause !== null) return true;
  return own.answer !== 'SLOTS' && own.answer !== 'SIGN_IN_NEEDED';
}

async function askInWaves(
  near: readonly Candidate[],
  { search, first }: OptionsRequest,
  waveSize: number,
  budget: TimeBudget,
  deps: SearchDeps,
): Promise<PracticeFound[]> {
  const found: PracticeFound[] = [];
  let enough = 0;
  for (let next = 0; next < near.length && enough < first; next += waveSize) {
    if (budget.share() < SHORTEST_WAVE_MS) break;
    const wave = await searchPractices(
      near.slice(next, next + waveSize),
      'OTHER',
      search,
      budget.share(),
      deps,
    );
    found.push(...wave);
    enough += wave.filter(({ answer }) => answer === 'SLOTS').length;
  }
  return found;
}

interface TimeBudget {
  /** Milliseconds that the next wave may take. */
  share(): number;
}

function timeBudget(totalMs: number): TimeBudget {
  const end = performance.now() + totalMs;
  return { share: () => (end - performance.now()) * SHARE_OF_TIME_LEFT };
}

function isUnanswered(practice: PracticeFound | null): boolean {
  return practice?.answer === 'SUPPLIER_TIMED_OUT' || practice?.answer === 'SUPPLIER_FAILED';
}

/** Modes that both the outcome and the person accept. */
export function acceptedModes(
  bookable: readonly AppointmentMode[],
  wanted: readonly AppointmentMode[] | null,
): AppointmentMode[] {
  return bookable.filter((mode) => wanted === null || wanted.includes(mode));
}
