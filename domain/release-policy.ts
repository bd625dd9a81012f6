import type { AppointmentMode } from './appointment-mode';
import { wallClock } from './london-time';

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
  horizonDays: number;
  cancelCutOffMinutes: number;
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

export interface SlotFacts {
  mode: AppointmentMode;
  slotType: string;
  startsAt: Date;
}

/** The rules that stop every slot of the practice for this need; empty when it is worth asking its supplier. */
export function rulesStoppingPractice(policy: ReleasePolicy, need: Need): ReleaseRule[] {
  const { ageInMonths: age } = policy;
  const { stopping, stop } = rules();
  stop('NOT_OPTED_IN', policy.status === 'NOT_OPTED_IN');
  stop('BOOK_CLOSED', isClosedTo(policy, need.relation));
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

/**
 * The rules that stop this one slot; empty when the practice offers it.
 * @param day.othersThatDay starts of live bookings by other practices' patients on the slot's London day, for the quota.
 */
export function rulesStoppingSlot(
  policy: ReleasePolicy,
  need: Need,
  slot: SlotFacts,
  { now, othersThatDay }: { now: Date; othersThatDay: readonly Date[] },
): ReleaseRule[] {
  const minutesAhead = (slot.startsAt.getTime() - now.getTime()) / 60_000;
  const others = need.relation === 'OTHER';
  const { stopping, stop } = rules(rulesStoppingPractice(policy, need));
  stop('MODE', !policy.modes.includes(slot.mode) || !need.modes.includes(slot.mode));
  stop('SLOT_TYPE', !policy.slotTypes.includes(slot.slotType));
  stop('DAILY_QUOTA', others && isQuotaUsedUp(policy.dailyQuota, slot.startsAt, othersThatDay));
  // Slots go back to the practice for its own patients, so take-back binds everybody else only.
  stop('TAKEN_BACK', others && minutesAhead < policy.takeBackMinutes);
  stop('MINIMUM_NOTICE', minutesAhead < policy.minimumNoticeMinutes);
  stop('HORIZON', minutesAhead > policy.horizonDays * 24 * 60);
  return stopping;
}

function isClosedTo({ status, closedTo }: ReleasePolicy, relation: PracticeRelation): boolean {
  return status === 'CLOSED' && (relation === 'OTHER' || closedTo !== 'OTHER_PATIENTS');
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

function quotaBy(quota: number, moment: Date): number {
  const time = wallClock(moment);
  const minutes = Number(time.slice(11, 13)) * 60 + Number(time.slice(14, 16));
  const come = Math.max(0, minutes - CORE_HOURS.from) / (CORE_HOURS.to - CORE_HOURS.from);
  return Math.min(quota, Math.floor(quota * come) + 1);
}

/** Judged for every slot of every answer, so nothing is made for rules that do not stop it. */
function rules(stopping: ReleaseRule[] = []) {
  return {
    stopping,
    stop(rule: ReleaseRule, isStopped: boolean): void {
      if (isStopped && !stopping.includes(rule)) stopping.push(rule);
    },
  };
}
