import type { AppointmentMode } from './appointment-mode';

/**
 * What a practice lets be booked through this gateway, and the one function that decides it. Search, hold, confirm
 * and the practice's own preview all ask here, so that they cannot disagree. Controls modelled after GP Connect
 * slot release and GMS Contract 7.9B.1: opt-in, audience, types, quota, take-back, embargo.
 */
export interface ReleasePolicy {
  version: number;
  status: BookStatus;
  ownPatients: boolean;
  otherPatients: boolean;
  modes: readonly AppointmentMode[];
  /** Disposition ids for which slots may be booked; empty means none. */
  dispositionIds: readonly string[];
  /** Slot types (session names) that the practice has released; empty means none. */
  slotTypes: readonly string[];
  /** Half-open: `from` is in, `below` is out; `below: null` has no upper end. Null admits every age. */
  ageInMonths: { from: number; below: number | null } | null;
  /** Most slots a London day that other practices' patients may take; null where there is no cap. */
  dailyQuota: number | null;
  takeBackMinutes: number;
  minimumNoticeMinutes: number;
  horizonDays: number;
  cancelCutOffMinutes: number;
}

export type BookStatus = 'NOT_OPTED_IN' | 'OPEN' | 'CLOSED';

/** Whether the practice is the person's own. */
export type PracticeRelation = 'OWN' | 'OTHER';

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

/** For whom a slot is wanted. */
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
  return stopping([
    ['NOT_OPTED_IN', policy.status === 'NOT_OPTED_IN'],
    ['BOOK_CLOSED', policy.status === 'CLOSED'],
    ['OWN_PATIENTS_OFF', need.relation === 'OWN' && !policy.ownPatients],
    ['OTHER_PATIENTS_OFF', need.relation === 'OTHER' && !policy.otherPatients],
    ['MODE', !need.modes.some((mode) => policy.modes.includes(mode))],
    [
      'AGE',
      age !== null && (need.ageInMonths < age.from || (age.below !== null && need.ageInMonths >= age.below)),
    ],
    ['DISPOSITION', !policy.dispositionIds.includes(need.dispositionId)],
    ['SLOT_TYPE', policy.slotTypes.length === 0],
    ['DAILY_QUOTA', need.relation === 'OTHER' && policy.dailyQuota === 0],
  ]);
}

/**
 * The rules that stop this one slot; empty when the practice offers it.
 * @param othersBookedThatDay live bookings by other practices' patients on the slot's London day, for the quota.
 */
export function rulesStoppingSlot(
  policy: ReleasePolicy,
  need: Need,
  slot: SlotFacts,
  now: Date,
  othersBookedThatDay: number,
): ReleaseRule[] {
  const minutesAhead = (slot.startsAt.getTime() - now.getTime()) / 60_000;
  const others = need.relation === 'OTHER';
  const slotRules = stopping([
    ['MODE', !policy.modes.includes(slot.mode) || !need.modes.includes(slot.mode)],
    ['SLOT_TYPE', !policy.slotTypes.includes(slot.slotType)],
    ['DAILY_QUOTA', others && policy.dailyQuota !== null && othersBookedThatDay >= policy.dailyQuota],
    // Slots go back to the practice for its own patients, so take-back binds everybody else only.
    ['TAKEN_BACK', others && minutesAhead < policy.takeBackMinutes],
    ['MINIMUM_NOTICE', minutesAhead < policy.minimumNoticeMinutes],
    ['HORIZON', minutesAhead > policy.horizonDays * 24 * 60],
  ]);
  return [...new Set([...rulesStoppingPractice(policy, need), ...slotRules])];
}

function stopping(rules: [ReleaseRule, boolean][]): ReleaseRule[] {
  return rules.filter(([, stops]) => stops).map(([rule]) => rule);
}
