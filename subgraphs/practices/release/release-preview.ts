import type { AppointmentMode } from '../../../domain/appointment-mode';
import { relationsServed, type CataloguedDisposition } from '../../../domain/disposition-catalogue';
import { londonDate, startOfLondonDay, type CalendarDate } from '../../../domain/london-time';
import { isSameKind } from '../../../domain/practice-books';
import {
  quotaEdges,
  RELEASE_RULES,
  rulesStoppingKind,
  rulesStoppingPractice,
  rulesStoppingStart,
  type Need,
  type PracticeRelation,
  type ReleasePolicy,
  type SlotKind,
  type TimedNeed,
} from '../../../domain/release-policy';

export const PREVIEW_RULES = [...RELEASE_RULES, 'NOT_BOOKABLE', 'NOT_IN_BOOK', 'NOT_CONNECTED'] as const;
export type PreviewRule = (typeof PREVIEW_RULES)[number];

export interface PreviewFor {
  disposition: CataloguedDisposition;
  ageInMonths: number;
  relation: PracticeRelation;
  /** Null: any that the practice has released. */
  mode: AppointmentMode | null;
  slotType: string | null;
  from: Date;
  to: Date;
}

export interface ReleasePreview {
  /** True when any start between the two moments would be offered, if the practice's book had a free slot there. */
  offered: boolean;
  /** Rules that stop the rest, or everything when nothing is offered, in the order of the rules. */
  stoppedBy: PreviewRule[];
}

/** Facts about the practice beside its rules. */
export interface PreviewFacts {
  isReachable: boolean;
  /** Kinds of slots that its book has ever had; empty where nobody has looked into it yet. */
  kinds: readonly SlotKind[];
  now: Date;
  /** Starts of what the quota counts, on all London days that are asked about. */
  taken: readonly Date[];
}

const MINUTE = 60_000;
const STEP_MS = 15 * MINUTE;

/**
 * Asks the rules of the search themselves, kind by kind and start by start, so that a preview cannot disagree with a search
 * of somebody whose symptom check ends now.
 */
export function releasePreview(
  policy: ReleasePolicy,
  wanted: PreviewFor,
  { isReachable, kinds, now, taken }: PreviewFacts,
): ReleasePreview {
  const { disposition, relation } = wanted;
  const need = needOf(wanted, now);
  const stopping = new Set<PreviewRule>(rulesStoppingPractice(policy, need));
  if (!relationsServed(disposition.bookable).includes(relation)) stopping.add('NOT_BOOKABLE');
  if (!isReachable) stopping.add('NOT_CONNECTED');
  const isPossible = stopping.size === 0;

  const kind = stoppingAll(
    kindsWanted(policy, wanted).map((one) => rulesStoppingKind(policy, need, one)),
    stopping,
  );
  const isInBook = kinds.length === 0 || isInBookAsReleased(policy, wanted, kinds);
  if (!isInBook) stopping.add('NOT_IN_BOOK');

  const othersByDay = startsByDay(taken);
  const start = stoppingAll(
    starts(policy, wanted, { now, othersByDay }).map((startsAt) => {
      const othersThatDay = othersByDay.get(londonDate(startsAt)) ?? [];
      return rulesStoppingStart(policy, need, { startsAt, now, othersThatDay });
    }),
    stopping,
  );
  return {
    offered: isPossible && isInBook && kind.someFree && start.someFree,
    stoppedBy: PREVIEW_RULES.filter((rule) => stopping.has(rule)),
  };
}

/** False where kinds are wanted and released that the book has never had, and no others. */
export function isInBookAsReleased(
  policy: ReleasePolicy,
  wanted: Pick<PreviewFor, 'disposition' | 'mode' | 'slotType'>,
  kinds: readonly SlotKind[],
): boolean {
  const released = kindsWanted(policy, wanted).filter(
    ({ mode, slotType }) =>
      policy.modes.includes(mode) &&
      wanted.disposition.modes.includes(mode) &&
      policy.slotTypes.includes(slotType),
  );
  return released.length === 0 || released.some((one) => kinds.some((kind) => isSameKind(kind, one)));
}

function needOf({ disposition, ageInMonths, relation }: PreviewFor, now: Date): TimedNeed {
  const need: Need = { relation, ageInMonths, dispositionId: disposition.id, modes: disposition.modes };
  return { ...need, deadline: disposition.deadlineFrom(now) };
}

/** The kinds that are asked about: as wanted, or those that are released and that the disposition has. */
function kindsWanted(
  policy: ReleasePolicy,
  { disposition, mode, slotType }: Pick<PreviewFor, 'disposition' | 'mode' | 'slotType'>,
): SlotKind[] {
  const released = policy.modes.filter((one) => disposition.modes.includes(one));
  const modes = mode === null ? released : [mode];
  const slotTypes = slotType === null ? policy.slotTypes : [slotType];
  return modes.flatMap((one) => slotTypes.map((type) => ({ mode: one, slotType: type })));
}

/** @param stopping is added to. */
function stoppingAll(
  judgements: readonly (readonly PreviewRule[])[],
  stopping: Set<PreviewRule>,
): { someFree: boolean } {
  for (const rules of judgements) for (const rule of rules) stopping.add(rule);
  return { someFree: judgements.some((rules) => rules.length === 0) };
}

/** A quarter of an hour apart, and the moments beside each edge at which a rule begins or ceases to stop. */
function starts(
  policy: ReleasePolicy,
  wanted: PreviewFor,
  { now, othersByDay }: { now: Date; othersByDay: ReadonlyMap<CalendarDate, readonly Date[]> },
): Date[] {
  const [from, to] = [wanted.from.getTime(), wanted.to.getTime()];
  const count = Math.floor((to - from) / STEP_MS) + 1;
  const steps = Array.from({ length: count }, (_, step) => from + step * STEP_MS);
  const days = new Set(steps.map((step) => londonDate(new Date(step))));
  const { closures, dailyQuota } = policy;
  const edges = [
    ...[policy.minimumNoticeMinutes, policy.takeBackMinutes].map((minutes) => +now + minutes * MINUTE),
    ...closures.flatMap((closure) => [+closure.from, +closure.until]),
    ...[...days].map((day) => +startOfLondonDay(day)),
    ...[wanted.disposition.deadlineFrom(now)].flatMap((deadline) => (deadline === null ? [] : [+deadline])),
    ...[...othersByDay].flatMap(([day, others]) =>
      [...others, ...quotaEdges(dailyQuota, day, others)].map(Number),
    ),
  ];
  const near = edges.flatMap((edge) => [edge - 1, edge, edge + 1]);
  const within = near.filter((moment) => moment >= from && moment <= to);
  return [...new Set([...steps, ...within, to])].map((moment) => new Date(moment));
}

function startsByDay(starts: readonly Date[]): Map<CalendarDate, Date[]> {
  const byDay = new Map<CalendarDate, Date[]>();
  for (const start of starts) {
    const day = londonDate(start);
    byDay.set(day, [...(byDay.get(day) ?? []), start]);
  }
  return byDay;
}
