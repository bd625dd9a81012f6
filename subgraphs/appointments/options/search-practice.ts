import type { Logger } from 'pino';
import { loggableError } from '../../../domain/loggable-error';
import { londonDate } from '../../../domain/london-time';
import type { OdsCode } from '../../../domain/ods-code';
import type { Timers } from '../../../domain/timers';
import {
  rulesStoppingPractice,
  rulesStoppingSlot,
  type Need,
  type ReleaseRule,
} from '../../../domain/release-policy';
import {
  SupplierError,
  type Actor,
  type BookingRoute,
  type GpSystem,
  type Patient,
  type Slot,
} from '../../../adapters/gp-system';
import { slotKey, type HoldStore } from '../holds/hold-store';
import type { Ledger } from '../ledger/ledger';
import type { GpSystems } from '../gp-systems';
import type { Candidate } from './assessment-facts';
import { unsharedQuestions, type SlotQuestions } from './slot-questions';

/** What became of asking one practice. Empty never means failed. */
export const PRACTICE_ANSWERS = [
  'SLOTS',
  'NO_SLOTS_IN_TIME',
  'NOT_RELEASED',
  'NOT_CONNECTED',
  'SIGN_IN_REQUIRED',
  'SUPPLIER_TIMED_OUT',
  'SUPPLIER_FAILED',
] as const;
export type PracticeAnswer = (typeof PRACTICE_ANSWERS)[number];

export interface PracticeFound {
  candidate: Candidate;
  answer: PracticeAnswer;
  /** Soonest first. */
  slots: Slot[];
  /** Why the practice was not asked, when its rules stop everything. */
  stoppedBy: ReleaseRule[];
  /** Null when no supplier was asked. */
  asked: Asked | null;
}

export interface Asked {
  supplier: string;
  elapsedMs: number;
  error: SupplierError | null;
}

/** For whom, until when, and how long one may wait. */
export interface SearchFor {
  need: Omit<Need, 'relation'>;
  deadline: Date | null;
  /** Null: as soon as may be. */
  earliest: Date | null;
  actor: Actor;
  callerId: string | null;
  /** The person to be seen, where the caller's verified identity says who that is. */
  patient: Patient | undefined;
  requestId: string;
  /** Undefined where the search is finished although nobody waits. */
  signal: AbortSignal | undefined;
  /** Shares questions with the rest of the request. Undefined where one booking needs to know: asked afresh, before searches. */
  questions?: SlotQuestions | undefined;
}

export interface SearchDeps {
  systems: GpSystems;
  ledger: Pick<Ledger, 'liveBeside'>;
  holds: Pick<HoldStore, 'holders'>;
  now: () => Date;
  timers: Timers;
  logger: Logger;
}

export interface Pace {
  /** How many practices are being asked at any time. */
  atOnce: number;
  /** No further practice is asked once so many have slots. */
  enough: number;
  /** How long the next practice may take to answer, in milliseconds; null when no time is left to ask it. */
  waitMs(): number | null;
}

/**
 * Asks practices for slots that the person may have: released by the practice for this need, before the deadline, not
 * held by somebody else. In their order, and no more than the pace asks for; every practice that was asked is answered
 * for, and none throws.
 */
export async function searchPractices(
  candidates: readonly Candidate[],
  relation: Need['relation'],
  search: SearchFor,
  pace: Pace,
  deps: SearchDeps,
): Promise<PracticeFound[]> {
  const need: Need = { ...search.need, relation };
  const found: PracticeFound[] = [];
  for (;;) {
    // What a practice shows may all be held or kept back, so the last word on "enough" is had after all that.
    const enough = pace.enough - found.filter(({ answer }) => answer === 'SLOTS').length;
    const asked = await askInTurn(candidates.slice(found.length), { ...pace, enough }, (candidate, waitMs) =>
      ask(candidate, need, search, waitMs, deps),
    );
    if (asked.length === 0) return found;
    found.push(...(await offerable(asked, need, search, deps)));
  }
}

/** The same of one practice alone. */
export async function searchPractice(
  candidate: Candidate,
  relation: Need['relation'],
  search: SearchFor,
  waitMs: number,
  deps: SearchDeps,
): Promise<PracticeFound> {
  const need: Need = { ...search.need, relation };
  const asked = await ask(candidate, need, search, waitMs, deps);
  const [found = asked] = await offerable([asked], need, search, deps);
  return found;
}

/**
 * The next is asked as soon as somebody had nothing, so that one slow supplier does not hold back the others; and nobody
 * is asked while those still being asked could be enough.
 */
async function askInTurn(
  candidates: readonly Candidate[],
  { atOnce, enough, waitMs }: Pace,
  ask: (candidate: Candidate, waitMs: number) => Promise<PracticeFound>,
): Promise<PracticeFound[]> {
  const answers: Promise<PracticeFound>[] = [];
  let beingAsked = 0;
  let withSlots = 0;
  const mayAsk = () => withSlots < enough && withSlots + beingAsked < Math.max(enough, atOnce);
  async function lane(): Promise<void> {
    for (;;) {
      const candidate = mayAsk() ? candidates[answers.length] : undefined;
      const wait = waitMs();
      if (candidate === undefined || wait === null) return;
      const answer = ask(candidate, wait);
      answers.push(answer);
      beingAsked += 1;
      if ((await answer).answer === 'SLOTS') withSlots += 1;
      beingAsked -= 1;
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane));
  return Promise.all(answers);
}

async function ask(
  candidate: Candidate,
  need: Need,
  search: SearchFor,
  waitMs: number,
  deps: SearchDeps,
): Promise<PracticeFound> {
  const without = (
    answer: PracticeAnswer,
    stoppedBy: ReleaseRule[] = [],
    asked: Asked | null = null,
  ): PracticeFound => ({
    candidate,
    answer,
    slots: [],
    stoppedBy,
    asked,
  });
  const stoppedBy = rulesStoppingPractice(candidate.release, need);
  if (stoppedBy.length > 0) return without('NOT_RELEASED', stoppedBy);
  const route = routeTo(candidate, need, search.patient, deps.systems);
  if (typeof route === 'string') return without(route);
  const window = searchWindow(candidate, search, deps.now());
  if (window === null) return without('NO_SLOTS_IN_TIME');

  const { timers } = deps;
  const started = timers.elapsedMs();
  const asked = (error: SupplierError | null): Asked => ({
    supplier: route.manifest.id,
    elapsedMs: Math.round(timers.elapsedMs() - started),
    error,
  });
  try {
    const slots = await freeSlots(route, candidate.odsCode, window, search, waitMs, timers);
    return { ...without('SLOTS'), slots, asked: asked(null) };
  } catch (error) {
    const fault = supplierError(error, route, deps.logger);
    return without(fault.fault === 'TIMED_OUT' ? 'SUPPLIER_TIMED_OUT' : 'SUPPLIER_FAILED', [], asked(fault));
  }
}

/** Own patients by a session of their own where they are linked; everybody else, and them too otherwise, by network. */
function routeTo(
  { connections, odsCode }: Candidate,
  { relation }: Need,
  patient: Patient | undefined,
  systems: GpSystems,
): GpSystem | 'NOT_CONNECTED' | 'SIGN_IN_REQUIRED' {
  const by = (route: BookingRoute) =>
    connections.flatMap((connection) =>
      connection.route === route ? bookable(systems.get(connection.supplier)) : [],
    )[0];
  const session = relation === 'OWN' ? by('PATIENT_SESSION') : undefined;
  if (session !== undefined && patient?.linkage?.practice === odsCode) return session;
  return by('NETWORK') ?? (session === undefined ? 'NOT_CONNECTED' : 'SIGN_IN_REQUIRED');
}

/** Where a lost answer could never be looked into, nothing is booked. */
function bookable(system: GpSystem | undefined): GpSystem[] {
  return system === undefined || system.manifest.capabilities.readBack === 'none' ? [] : [system];
}

/** From as soon as the practice allows until the deadline or the practice's horizon; null when nothing is left. */
function searchWindow(
  { release }: Candidate,
  { deadline, earliest }: SearchFor,
  now: Date,
): { from: Date; to: Date } | null {
  const soonest = new Date(now.getTime() + release.minimumNoticeMinutes * 60_000);
  const from = earliest !== null && earliest > soonest ? earliest : soonest;
  const horizon = new Date(now.getTime() + release.horizonDays * 24 * 60 * 60_000);
  const to = deadline !== null && deadline < horizon ? deadline : horizon;
  return from < to ? { from, to } : null;
}

function freeSlots(
  system: GpSystem,
  practice: OdsCode,
  window: { from: Date; to: Date },
  { actor, patient, requestId, signal, questions }: SearchFor,
  waitMs: number,
  timers: Timers,
): Promise<Slot[]> {
  const forBooking = questions === undefined;
  const question = { system, practice, ...window, actor, patient, requestId, forBooking };
  return (questions ?? unsharedQuestions(timers)).ask(question, { waitMs, signal });
}

/** A supplier that fails is data; an adapter that fails is a bug, told to us and shown as the supplier's failure. */
function supplierError(error: unknown, system: GpSystem, logger: Logger): SupplierError {
  if (error instanceof SupplierError) return error;
  logger.error(
    { err: loggableError(error), supplier: system.manifest.id },
    'adapter threw something other than a SupplierError',
  );
  return new SupplierError(system.manifest.id, 'BAD_REPLY', { mayHaveBeenSent: true, cause: error });
}

/**
 * Leaves out what the practice's rules stop, what we have booked, or may have, and what somebody else holds: the same
 * conditions as at hold and confirm, asked once for all practices together.
 */
async function offerable(
  found: PracticeFound[],
  need: Need,
  search: SearchFor,
  deps: SearchDeps,
): Promise<PracticeFound[]> {
  const slots = found.flatMap((practice) => practice.slots);
  if (slots.length === 0) return found.map(settled);
  const now = deps.now();
  const [booked, holders] = await Promise.all([deps.ledger.liveBeside(slots), heldSlots(found, deps)]);
  const free = (practice: PracticeFound, slot: Slot) => {
    const key = keyOf(practice, slot);
    const holder = holders.get(key);
    const stopping = rulesStoppingSlot(
      practice.candidate.release,
      need,
      slot,
      now,
      booked.others(slot.practice, londonDate(slot.startsAt)),
    );
    const inTime = search.deadline === null || slot.startsAt <= search.deadline;
    return (
      stopping.length === 0 &&
      inTime &&
      !booked.slots.has(key) &&
      (holder === undefined || holder.callerId === search.callerId)
    );
  };
  return found.map((practice) =>
    settled({ ...practice, slots: practice.slots.filter((slot) => free(practice, slot)) }),
  );
}

function settled(practice: PracticeFound): PracticeFound {
  return practice.answer === 'SLOTS' && practice.slots.length === 0
    ? { ...practice, answer: 'NO_SLOTS_IN_TIME' }
    : practice;
}

/** A lost hold store costs a courtesy: slots that somebody holds are shown, and refused later. */
async function heldSlots(found: readonly PracticeFound[], { holds, logger }: SearchDeps) {
  const keys = found.flatMap((practice) => practice.slots.map((slot) => keyOf(practice, slot)));
  return holds.holders(keys).catch((error: unknown) => {
    logger.warn({ err: loggableError(error) }, 'holds are not known; searching without');
    return new Map<string, never>();
  });
}

function keyOf({ asked }: PracticeFound, slot: Slot): string {
  return slotKey(asked?.supplier ?? '', slot.practice, slot.id);
}
