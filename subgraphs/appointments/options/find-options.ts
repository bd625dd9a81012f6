import type { AppointmentMode } from '../../../domain/appointment-mode';
import { relationsServed } from '../../../domain/disposition-catalogue';
import type { Timers } from '../../../domain/timers';
import type { ElsewhereReason } from '../database/tables';
import type { AssessmentFacts } from './assessment-facts';
import { samePracticeFirst } from './beside';
import { countNotOffered, type NotOfferedCounts, type Stopped, type WhyNotAsked } from './not-offered';
import {
  searchPractice,
  searchPractices,
  type SearchPace,
  type PracticeFound,
  type SearchDeps,
  type SearchFor,
} from './search-practice';

export interface OptionsRequest {
  outcome: NonNullable<AssessmentFacts['outcome']>;
  candidates: NonNullable<AssessmentFacts['candidates']>;
  search: SearchFor;
  /** Number of other practices that is enough. */
  first: number;
  elsewhereReason: ElsewhereReason | null;
  timeoutMs: number;
}

export interface OptionsFound {
  searchedAt: Date;
  own: PracticeFound | null;
  elsewhere: PracticeFound[];
  /** Everybody who was considered, in the order of asking; for the suppliers' reports. */
  considered: PracticeFound[];
  notOffered: NotOfferedCounts;
  /** False when a practice that was searched has not answered, or when others were to be searched and the place is not known. */
  complete: boolean;
  /** Others than the own practice were to be searched. */
  isElsewhereSearched: boolean;
}

/** A practice gets at most this share of the time that is left, so that suppliers that hang do not starve the next. */
const SHARE_OF_TIME_LEFT = 0.5;
/** Too short to hear from anybody. */
const SHORTEST_WAIT_MS = 40;

/**
 * The own practice first. Others, that of the time beside which the person would like to be seen, then nearest first and so many
 * at once, only when the own practice has nothing in time, is closed,
 * or cannot be reached, or when the person says why not; and never for an outcome that is for the own practice alone
 * (NHS Pathways Dx10, Dx75).
 */
export async function findOptions(
  request: OptionsRequest,
  atOnce: number,
  deps: SearchDeps,
): Promise<OptionsFound> {
  const { outcome, candidates, search, first } = request;
  const budget = timeBudget(request.timeoutMs, deps.timers);
  const searchedAt = deps.now();
  const own =
    candidates.own &&
    (await searchPractice(candidates.own, { relation: 'OWN', search }, budget.waitMs() ?? 0, deps));
  const finish = (
    found: PracticeFound[],
    notAsked: number,
    why: WhyNotAsked,
    stopped: Stopped | null = null,
  ): OptionsFound => ({
    searchedAt,
    own,
    elsewhere: found.filter(({ answer }) => answer === 'SLOTS').slice(0, first),
    considered: own === null ? found : [own, ...found],
    notOffered: countNotOffered(found, first, stopped ?? [], { practices: notAsked, reason: why }),
    complete:
      (stopped === null || candidates.placeKnown) &&
      [own, ...found].every((practice) => !isUnanswered(practice)),
    isElsewhereSearched: stopped !== null,
  });

  const { near, stopped, practicesInRadius: inRadius } = candidates;
  if (!relationsServed(outcome.disposition.bookable).includes('OTHER'))
    return finish([], inRadius, 'NOT_ASKED_OWN_PRACTICE_ONLY');
  if (!mayLookElsewhere(own, request)) return finish([], inRadius, 'NOT_ASKED_OWN_PRACTICE_FIRST');

  const found = await searchPractices(
    samePracticeFirst(near, search.beside ?? null),
    { relation: 'OTHER', search },
    { atOnce, enough: first, ...budget },
    deps,
  );
  const enough = found.filter(({ answer }) => answer === 'SLOTS').length >= first;
  const stoppedInAll = stopped.reduce((sum, { practices }) => sum + practices, 0);
  return finish(
    found,
    inRadius - stoppedInAll - found.length,
    enough ? 'NOT_ASKED_ENOUGH_FOUND' : 'NOT_ASKED_LIMIT_REACHED',
    stopped,
  );
}

/** Signing in would show the own practice's times, so an unknown own practice is no reason to go elsewhere. */
function mayLookElsewhere(own: PracticeFound | null, { elsewhereReason }: OptionsRequest): boolean {
  if (own === null || elsewhereReason !== null) return true;
  return own.answer !== 'SLOTS' && own.answer !== 'SIGN_IN_REQUIRED';
}

function timeBudget(totalMs: number, timers: Timers): Pick<SearchPace, 'waitMs'> {
  const end = timers.elapsedMs() + totalMs;
  return {
    waitMs() {
      const share = (end - timers.elapsedMs()) * SHARE_OF_TIME_LEFT;
      return share < SHORTEST_WAIT_MS ? null : share;
    },
  };
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
