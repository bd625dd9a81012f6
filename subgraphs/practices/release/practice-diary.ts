import { APPOINTMENT_MODES } from '../../../domain/appointment-mode';
import { relationsServed, type CataloguedDisposition } from '../../../domain/disposition-catalogue';
import { londonDate, type CalendarDate } from '../../../domain/london-time';
import type { FreeTime, FreeTimes } from '../../../domain/practice-books';
import {
  rulesStoppingSlot,
  type PracticeRelation,
  type ReleasePolicy,
  type TimedNeed,
} from '../../../domain/release-policy';
import { PREVIEW_RULES, type PreviewRule } from './release-preview';

/** Somebody whose symptom check ends now. */
export interface DiaryNeed {
  disposition: CataloguedDisposition;
  ageInMonths: number;
}

/** A free time of the practice's book, and the rules that keep it from people. */
export interface DiaryTime extends FreeTime {
  stoppedForOwn: PreviewRule[];
  stoppedForOthers: PreviewRule[];
}

export interface PracticeDiary {
  /** The answer of the practice's own system. */
  book: FreeTimes['kind'];
  /** Relations in which patients reach the book by some connection. */
  reached: readonly PracticeRelation[];
  /** Names of slot types that its book has had, as far as anybody has seen. */
  slotTypes: string[];
  dailyQuota: number | null;
  times: DiaryTime[];
}

export interface DiaryFacts {
  now: Date;
  /** Starts of what the quota counts, on all London days of the times. */
  taken: readonly Date[];
  /** Relations in which patients reach the book by some connection. */
  reached: readonly PracticeRelation[];
}

/**
 * Judges each free time by the rules of the search. Without a need they are judged for somebody of an age and with an
 * outcome that the rules admit, at any time: what then stops a time stops it for everybody.
 */
export function judgeDiary(
  policy: ReleasePolicy,
  need: DiaryNeed | null,
  times: readonly FreeTime[],
  facts: DiaryFacts,
): DiaryTime[] {
  const { now, taken } = facts;
  const othersOn = (day: CalendarDate) => taken.filter((start) => londonDate(start) === day);
  const stopped = (time: FreeTime, relation: PracticeRelation): PreviewRule[] => {
    const othersThatDay = othersOn(londonDate(time.startsAt));
    const stopping = new Set<PreviewRule>([
      ...rulesStoppingSlot(policy, timedNeed(policy, need, relation, now), time, { now, othersThatDay }),
      ...(isServed(need, relation) ? [] : (['NOT_BOOKABLE'] as const)),
      ...(facts.reached.includes(relation) ? [] : (['NOT_CONNECTED'] as const)),
    ]);
    return PREVIEW_RULES.filter((rule) => stopping.has(rule));
  };
  return times.map((time) => ({
    ...time,
    stoppedForOwn: stopped(time, 'OWN'),
    stoppedForOthers: stopped(time, 'OTHER'),
  }));
}

function isServed(need: DiaryNeed | null, relation: PracticeRelation): boolean {
  return need === null || relationsServed(need.disposition.bookable).includes(relation);
}

function timedNeed(
  policy: ReleasePolicy,
  need: DiaryNeed | null,
  relation: PracticeRelation,
  now: Date,
): TimedNeed {
  if (need === null)
    return {
      relation,
      ageInMonths: policy.ageInMonths?.from ?? 0,
      dispositionId: policy.dispositionIds[0] ?? '',
      modes: APPOINTMENT_MODES,
      deadline: null,
    };
  const { id, modes, deadlineFrom } = need.disposition;
  return { relation, ageInMonths: need.ageInMonths, dispositionId: id, modes, deadline: deadlineFrom(now) };
}
