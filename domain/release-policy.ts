import type { AppointmentMode } from './appointment-mode';
import {
  addLondonDays,
  londonDate,
  readWallClock,
  startOfLondonDay,
  wallClock,
  type CalendarDate,
} from './london-time';

/**
 * A practice's rules for bookings through this gateway, and the one function that applies them. Search, hold,
 * confirm and the practice's own preview all call it, so that they cannot disagree. Controls modelled after GP
 * Connect slot release and GMS Contract 7.9B.1: opt-in, audience, types, quota, take-back, embargo.
 */
export interface ReleasePolicy {
  version: number;
  status: BookStatus;
  /** Audience to which a CLOSED book is closed; null while it is not closed. */
  closedTo: BookAudience | null;
  ownPatients: boolean;
  otherPatients: boolean;
  modes: readonly AppointmentMode[];
  /** Disposition ids for which slots may be booked; empty means none. */
  dispositionIds: readonly string[];
  /** Slot types (session names) that the practice has released; empty means none. */
  slotTypes: readonly string[];
  /** Half-open: `from` is in, `below` is out; `below: null` has no upper end. Null admits every age. */
  ageInMonths: { from: number; below: number | null } | null;
  /** Most slots a London day that other practices' patients may take, spread over it; null for no cap. */
  dailyQuota: number | null;
  takeBackMinutes: number;
  minimumNoticeMinutes: number;
  /** London days after today on which slots may start; 0 is today alone. */
  horizonDays: number;
  cancelCutOffMinutes: number;
  /** Times for which the practice has closed its book, soonest first; those that are over may be left out. */
  closures: readonly BookClosure[];
}

/** A time, half-open, in which no slot may start for an audience, whatever else is released. */
export interface BookClosure {
  id: string;
  from: Date;
  until: Date;
  to: BookAudience;
}

export const BOOK_STATUSES = ['NOT_OPTED_IN', 'OPEN', 'CLOSED'] as const;
export type BookStatus = (typeof BOOK_STATUSES)[number];

export const BOOK_AUDIENCES = ['OTHER_PATIENTS', 'EVERYBODY'] as const;
export type BookAudience = (typeof BOOK_AUDIENCES)[number];

/** Relation of the practice to the patient: their own, or another. */
export const PRACTICE_RELATIONS = ['OWN', 'OTHER'] as const;
export type PracticeRelation = (typeof PRACTICE_RELATIONS)[number];

/** Opt-in is the practice's own act: nothing is released before it (GMS Contract 7.9B.1). */
export const NOT_OPTED_IN: ReleasePolicy = {
  version: 0,
  status: 'NOT_OPTED_IN',
  closedTo: null,
  ownPatients: false,
  otherPatients: false,
  modes: [],
  dispositionIds: [],
  slotTypes: [],
  ageInMonths: null,
  dailyQuota: null,
  takeBackMinutes: 120,
  minimumNoticeMinutes: 30,
  horizonDays: 14,
  cancelCutOffMinutes: 60,
  closures: [],
};

export const RELEASE_RULES = [
  'NOT_OPTED_IN',
  'BOOK_CLOSED',
  'OWN_PATIENTS_OFF',
  'OTHER_PATIENTS_OFF',
  'MODE',
  'AGE',
  'DISPOSITION',
  'SLOT_TYPE',
  'DAILY_QUOTA',
  'TAKEN_BACK',
  'MINIMUM_NOTICE',
  'HORIZON',
  'DEADLINE',
] as const;
export type ReleaseRule = (typeof RELEASE_RULES)[number];

/** Need for which a slot is wanted. */
export interface Need {
  relation: PracticeRelation;
  ageInMonths: number;
  dispositionId: string;
  /** Modes that both the disposition and the person accept. */
  modes: readonly AppointmentMode[];
}

/** A need with its end, for judging one slot. */
export interface TimedNeed extends Need {
  /** Latest start that the outcome allows; null where it has none. */
  deadline: Date | null;
}

/** Features that tell slots of a practice's book apart, beside their times. */
export interface SlotKind {
  mode: AppointmentMode;
  slotType: string;
}

export interface SlotFacts extends SlotKind {
  startsAt: Date;
}

/** The moment of judging, and the others' part of the quota. */
export interface JudgedAt {
  now: Date;
  /** Starts of live bookings by other practices' patients on the slot's London day, for the quota. */
  othersThatDay: readonly Date[];
}

/** The rules that stop every slot of the practice for this need; empty when it is worth asking its supplier. */
export function rulesStoppingPractice(policy: ReleasePolicy, need: Need): ReleaseRule[] {
  const { ageInMonths: age } = policy;
  const { stopping, stop } = rules();
  stop('NOT_OPTED_IN', policy.status === 'NOT_OPTED_IN');
  stop('BOOK_CLOSED', policy.status === 'CLOSED' && isClosedTo(policy.closedTo, need.relation));
  stop('OWN_PATIENTS_OFF', need.relation === 'OWN' && !policy.ownPatients);
  stop('OTHER_PATIENTS_OFF', need.relation === 'OTHER' && !policy.otherPatients);
  stop('MODE', !need.modes.some((mode) => policy.modes.includes(mode)));
  stop(
    'AGE',
    age !== null && (need.ageInMonths < age.from || (age.below !== null && need.ageInMonths >= age.below)),
  );
  stop('DISPOSITION', !policy.dispositionIds.includes(need.dispositionId));
  stop('SLOT_TYPE', policy.slotTypes.length === 0);
  stop('DAILY_QUOTA', need.relation === 'OTHER' && policy.dailyQuota === 0);
  return stopping;
}

/** The rules that stop every slot of this kind, whenever it starts. */
export function rulesStoppingKind(
  policy: ReleasePolicy,
  need: Need,
  { mode, slotType }: SlotKind,
  known: ReleaseRule[] = [],
): ReleaseRule[] {
  const { stopping, stop } = rules(known);
  stop('MODE', !policy.modes.includes(mode) || !need.modes.includes(mode));
  stop('SLOT_TYPE', !policy.slotTypes.includes(slotType));
  return stopping;
}

/** The rules that stop every slot that starts at this moment, of whatever kind. */
export function rulesStoppingStart(
  policy: ReleasePolicy,
  need: TimedNeed,
  { startsAt, now, othersThatDay }: JudgedAt & Pick<SlotFacts, 'startsAt'>,
  known: ReleaseRule[] = [],
): ReleaseRule[] {
  const minutesAhead = (startsAt.getTime() - now.getTime()) / 60_000;
  const others = need.relation === 'OTHER';
  const { stopping, stop } = rules(known);
  stop(
    'BOOK_CLOSED',
    policy.closures.some(
      ({ from, until, to }) => from <= startsAt && startsAt < until && isClosedTo(to, need.relation),
    ),
  );
  stop('DAILY_QUOTA', others && isQuotaUsedUp(policy.dailyQuota, startsAt, othersThatDay));
  // Slots go back to the practice for its own patients, so take-back binds everybody else only.
  stop('TAKEN_BACK', others && minutesAhead < policy.takeBackMinutes);
  stop('MINIMUM_NOTICE', minutesAhead < policy.minimumNoticeMinutes);
  stop('HORIZON', londonDaysFrom(now, startsAt) > policy.horizonDays);
  stop('DEADLINE', need.deadline !== null && startsAt > need.deadline);
  return stopping;
}

/** The rules that stop this one slot; empty when the practice offers it. A slot belongs to the moment at which it starts. */
export function rulesStoppingSlot(
  policy: ReleasePolicy,
  need: TimedNeed,
  slot: SlotFacts,
  judgedAt: JudgedAt,
): ReleaseRule[] {
  const known = rulesStoppingKind(policy, need, slot, rulesStoppingPractice(policy, need));
  return rulesStoppingStart(policy, need, { ...judgedAt, startsAt: slot.startsAt }, known);
}

/**
 * The first and the last moment, both included, between which all starts lie that notice, take-back, horizon and deadline
 * let pass: what a supplier is worth asking for. Null when there is none, or when the book is closed all that time.
 */
export function startsAllowed(
  policy: ReleasePolicy,
  need: TimedNeed,
  now: Date,
): { from: Date; to: Date } | null {
  const { takeBackMinutes, minimumNoticeMinutes } = policy;
  const notice =
    need.relation === 'OTHER' ? Math.max(takeBackMinutes, minimumNoticeMinutes) : minimumNoticeMinutes;
  const closed = policy.closures.filter(({ to }) => isClosedTo(to, need.relation));
  const horizon = endOfHorizon(policy, now);
  const to = need.deadline !== null && need.deadline < horizon ? need.deadline : horizon;
  let from = new Date(now.getTime() + notice * 60_000);
  for (const closure of [...closed].sort((a, b) => a.from.getTime() - b.from.getTime()))
    if (closure.from <= from && from < closure.until) from = closure.until;
  return from <= to ? { from, to } : null;
}

/** The last moment of the last London day on which slots are released. */
function endOfHorizon({ horizonDays }: ReleasePolicy, now: Date): Date {
  return new Date(startOfLondonDay(londonDate(addLondonDays(now, horizonDays + 1))).getTime() - 1);
}

const DAY_MS = 24 * 60 * 60_000;

function londonDaysFrom(now: Date, later: Date): number {
  return (Date.parse(londonDate(later)) - Date.parse(londonDate(now))) / DAY_MS;
}

/** @param closedTo null is from before a book could be closed to some: to everybody. */
export function isClosedTo(closedTo: BookAudience | null, relation: PracticeRelation): boolean {
  return relation === 'OTHER' || closedTo !== 'OTHER_PATIENTS';
}

/**
 * The quota as GMS Contract 7.9B.1 has it: one slot a day up to 3,000 patients, then one for each whole 3,000.
 * @param registeredPatients null where it is not known, which is the least.
 */
export function contractQuota(registeredPatients: number | null): number {
  return Math.max(1, Math.floor((registeredPatients ?? 0) / 3_000));
}

/**
 * The contract wants the quota spread through the day: by each moment no more of it is used than the share of core
 * hours that has passed, begun shares counted whole. An unused share can be used later.
 */
function isQuotaUsedUp(quota: number | null, startsAt: Date, others: readonly Date[]): boolean {
  if (quota === null) return false;
  const taken = [...others, startsAt].map((start) => start.getTime());
  return taken.some((moment) => {
    const takenByThen = taken.filter((start) => start <= moment).length;
    return moment >= startsAt.getTime() && takenByThen > quotaBy(quota, new Date(moment));
  });
}

/** GMS core hours, 8am to 6.30pm, in minutes of the London day. */
const CORE_HOURS = { from: 8 * 60, to: 18 * 60 + 30 };

/** The moments of a day at which more of the quota can be used, as far as bookings of that day can make a difference. */
export function quotaEdges(quota: number | null, day: CalendarDate, others: readonly Date[]): Date[] {
  const shares = Math.min(quota ?? 0, others.length + 1);
  const { from, to } = CORE_HOURS;
  return Array.from({ length: shares }, (_, share) => {
    const minutes = from + Math.ceil(((share + 1) * (to - from)) / (quota ?? 1));
    return addMinutes(day, minutes);
  });
}

function addMinutes(day: CalendarDate, minutes: number): Date {
  const midday = readWallClock(`${day}T12:00:00`);
  if (midday.kind !== 'instant') throw new Error('The clocks change at night.');
  return new Date(midday.instant.getTime() + (minutes - 12 * 60) * 60_000);
}

function quotaBy(quota: number, moment: Date): number {
  const time = wallClock(moment);
  const minutes = Number(time.slice(11, 13)) * 60 + Number(time.slice(14, 16));
  const come = Math.max(0, minutes - CORE_HOURS.from) / (CORE_HOURS.to - CORE_HOURS.from);
  return Math.min(quota, Math.floor(quota * come) + 1);
}

/** Judged for every slot of every answer, so nothing is made for rules that do not stop it. @param stopping is added to. */
function rules(stopping: ReleaseRule[] = []) {
  return {
    stopping,
    stop(rule: ReleaseRule, isStopped: boolean): void {
      if (isStopped && !stopping.includes(rule)) stopping.push(rule);
    },
  };
}
