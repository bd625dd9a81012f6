import type { Logger } from 'pino';
import { accessFor, type AccessNeed } from '../../../domain/access-needs';
import { loggableError } from '../../../domain/loggable-error';
import { londonDate } from '../../../domain/london-time';
import type { Timers } from '../../../domain/timers';
import {
  rulesStoppingPractice,
  rulesStoppingSlot,
  startsAllowed,
  type ReleaseRule,
  type TimedNeed,
} from '../../../domain/release-policy';
import {
  SupplierError,
  type Actor,
  type BookingRoute,
  type GpSystem,
  type Patient,
  type Slot,
} from '../../../adapters/gp-system';
import { slotKey, type Holder, type HoldStore } from '../holds/hold-store';
import type { Ledger } from '../ledger/ledger';
import { routesTo, type GpSystems } from '../gp-systems';
import type { Candidate } from './assessment-facts';
import { unsharedQuestions, type SlotQuestion, type SlotQuestions } from './slot-questions';

/** Result of searching one practice. Empty never means failed. */
export const PRACTICE_ANSWERS = [
  'SLOTS',
  'NO_SLOTS_IN_TIME',
  /** Others are confirming whatever is left: some of it may come back. */
  'TIMES_HELD_BY_OTHERS',
  'NOT_RELEASED',
  'ACCESS_NEED_NOT_MET',
  'ACCESS_NOT_KNOWN',
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
  /** Rules that stop everything, when the practice was not called because of them. */
  stoppedBy: ReleaseRule[];
  /** Null when no supplier was called. */
  search: SupplierSearch | null;
}

export interface SupplierSearch {
  supplier: string;
  elapsedMs: number;
  error: SupplierError | null;
}

/** Patient, time window, and longest wait. */
export interface SearchFor {
  need: Omit<TimedNeed, 'relation'>;
  /** Needs that a practice has to be known to meet. */
  accessNeeds?: readonly AccessNeed[];
  /** The time beside which the person would like to be seen, which is somebody else's. */
  beside?: Slot | null;
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

/** A search at practices to which the person stands in one relation. */
export interface RelatedSearch {
  relation: TimedNeed['relation'];
  search: SearchFor;
}

export interface SearchDeps {
  systems: GpSystems;
  ledger: Pick<Ledger, 'liveBeside'>;
  holds: Pick<HoldStore, 'holders'>;
  now: () => Date;
  timers: Timers;
  logger: Logger;
}

export interface SearchPace {
  /** Practices searched at once. */
  atOnce: number;
  /** Number of practices with slots at which the search stops. */
  enough: number;
  /** Returns the time, in milliseconds, that the next practice may take; null when none is left. */
  waitMs(): number | null;
}

/**
 * Searches practices for slots that the person may book: released by the practice for this need, before the
 * deadline, not held by somebody else. In their order, and no more than the pace allows; every practice that was
 * searched has a result, and none throws.
 */
export async function searchPractices(
  candidates: readonly Candidate[],
  { relation, search }: RelatedSearch,
  pace: SearchPace,
  deps: SearchDeps,
): Promise<PracticeFound[]> {
  const need: TimedNeed = { ...search.need, relation };
  const found: PracticeFound[] = [];
  for (;;) {
    // What a practice shows may all be held or kept back, so the last word on "enough" is had after all that.
    const enough = pace.enough - found.filter(({ answer }) => answer === 'SLOTS').length;
    const asked = await askInTurn(candidates.slice(found.length), { ...pace, enough }, (candidate, waitMs) =>
      ask(candidate, { need, search }, waitMs, deps),
    );
    if (asked.length === 0) return found;
    found.push(...(await offerable(asked, need, search, deps)));
  }
}

/** The same of one practice alone. */
export async function searchPractice(
  candidate: Candidate,
  { relation, search }: RelatedSearch,
  waitMs: number,
  deps: SearchDeps,
): Promise<PracticeFound> {
  const need: TimedNeed = { ...search.need, relation };
  const asked = await ask(candidate, { need, search }, waitMs, deps);
  const [found = asked] = await offerable([asked], need, search, deps);
  return found;
}

/**
 * Searches the next practice as soon as one had nothing, so that one slow supplier does not hold back the others;
 * and none while the searches in progress could be enough.
 */
async function askInTurn(
  candidates: readonly Candidate[],
  { atOnce, enough, waitMs }: SearchPace,
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
  { need, search }: { need: TimedNeed; search: SearchFor },
  waitMs: number,
  deps: SearchDeps,
): Promise<PracticeFound> {
  const without = (
    answer: PracticeAnswer,
    stoppedBy: ReleaseRule[] = [],
    asked: SupplierSearch | null = null,
  ): PracticeFound => ({
    candidate,
    answer,
    slots: [],
    stoppedBy,
    search: asked,
  });
  const stoppedBy = rulesStoppingPractice(candidate.release, need);
  if (stoppedBy.length > 0) return without('NOT_RELEASED', stoppedBy);
  const withoutAccess = accessAnswer(candidate, search);
  if (withoutAccess !== null) return without(withoutAccess);
  const route = routeTo(candidate, need, search.patient, deps.systems);
  if (typeof route === 'string') return without(route);
  const window = searchWindow(candidate, need, search, deps.now());
  if (window === 'BOOK_CLOSED') return without('NOT_RELEASED', [window]);
  if (window === null) return without('NO_SLOTS_IN_TIME');

  const { timers } = deps;
  const started = timers.elapsedMs();
  const asked = (error: SupplierError | null): SupplierSearch => ({
    supplier: route.manifest.id,
    elapsedMs: Math.round(timers.elapsedMs() - started),
    error,
  });
  try {
    const question = questionFor(search, { system: route, practice: candidate.odsCode, ...window });
    const slots = await (search.questions ?? unsharedQuestions(timers)).ask(question, {
      waitMs,
      signal: search.signal,
    });
    return { ...without('SLOTS'), slots, search: asked(null) };
  } catch (error) {
    const fault = supplierError(error, route, deps.logger);
    return without(fault.fault === 'TIMED_OUT' ? 'SUPPLIER_TIMED_OUT' : 'SUPPLIER_FAILED', [], asked(fault));
  }
}

/** Returns why the practice is left out for the person's access needs. One of which it is not known is left out, too. */
function accessAnswer(
  { accessNeedsMet: met = [], accessNeedsNotMet: notMet = [] }: Candidate,
  { accessNeeds = [] }: SearchFor,
): PracticeAnswer | null {
  switch (accessFor(accessNeeds, { met, notMet })) {
    case 'MET':
      return null;
    case 'NOT_MET':
      return 'ACCESS_NEED_NOT_MET';
    case 'NOT_KNOWN':
      return 'ACCESS_NOT_KNOWN';
  }
}

/** Own patients by a session of their own where they are linked; everybody else, and them too otherwise, by network. */
function routeTo(
  { connections, odsCode }: Candidate,
  { relation }: TimedNeed,
  patient: Patient | undefined,
  systems: GpSystems,
): GpSystem | 'NOT_CONNECTED' | 'SIGN_IN_REQUIRED' {
  const routes = routesTo(connections, systems);
  const by = (wanted: BookingRoute) => routes.find(({ route }) => route === wanted)?.system;
  const session = relation === 'OWN' ? by('PATIENT_SESSION') : undefined;
  if (session !== undefined && patient?.linkage?.practice === odsCode) return session;
  return by('NETWORK') ?? (session === undefined ? 'NOT_CONNECTED' : 'SIGN_IN_REQUIRED');
}

/** The starts that are worth asking for; null when there are none, and why when the practice has closed all that time. */
function searchWindow(
  { release }: Candidate,
  need: TimedNeed,
  { earliest }: SearchFor,
  now: Date,
): { from: Date; to: Date } | 'BOOK_CLOSED' | null {
  const allowed = startsAllowed(release, need, now);
  if (allowed === null)
    return startsAllowed({ ...release, closures: [] }, need, now) === null ? null : 'BOOK_CLOSED';
  const from = earliest !== null && earliest > allowed.from ? earliest : allowed.from;
  return from <= allowed.to ? { from, to: allowed.to } : null;
}

function questionFor(
  { actor, patient, requestId, questions }: SearchFor,
  range: Pick<SlotQuestion, 'system' | 'practice' | 'from' | 'to'>,
): SlotQuestion {
  return { ...range, actor, patient, requestId, forBooking: questions === undefined };
}

/** A supplier that fails is data; an adapter that fails is a bug, logged, and shown as the supplier's failure. */
function supplierError(error: unknown, system: GpSystem, logger: Logger): SupplierError {
  if (error instanceof SupplierError) return error;
  logger.error(
    { err: loggableError(error), supplier: system.manifest.id },
    'adapter threw something other than a SupplierError',
  );
  return new SupplierError(system.manifest.id, 'BAD_REPLY', { mayHaveBeenSent: true, cause: error });
}

/**
 * Removes slots that the practice's rules stop, that we have booked, or may have, and that somebody else holds: the
 * same conditions as at hold and confirm, checked once for all practices together.
 */
async function offerable(
  found: PracticeFound[],
  need: TimedNeed,
  search: SearchFor,
  deps: SearchDeps,
): Promise<PracticeFound[]> {
  const slots = found.flatMap((practice) => practice.slots);
  if (slots.length === 0) return found.map((practice) => settled(practice, practice.slots, false));
  const now = deps.now();
  const [booked, holders] = await Promise.all([deps.ledger.liveBeside(slots), heldSlots(found, deps)]);
  const judge = (practice: PracticeFound, slot: Slot): 'FREE' | 'HELD' | 'STOPPED' => {
    const keys = keysOf(practice, slot);
    const held = keys.filter((key) => isHeldByAnother(holders.get(key), search)).length;
    const stopping = rulesStoppingSlot(practice.candidate.release, need, slot, {
      now,
      othersThatDay: booked.others(slot.practice, londonDate(slot.startsAt), search.callerId),
    });
    // How many places a slot for several people has left its supplier knows; of one for one person we may know better.
    const isTaken =
      slot.places === undefined &&
      (keys.some((key) => booked.slots.has(key)) || isSameSlot(slot, search.beside));
    if (stopping.length > 0 || isTaken) return 'STOPPED';
    return held < (slot.places?.left ?? 1) ? 'FREE' : 'HELD';
  };
  return found.map((practice) => {
    const judged = practice.slots.map((slot) => [slot, judge(practice, slot)] as const);
    const free = judged.flatMap(([slot, answer]) => (answer === 'FREE' ? [slot] : []));
    return settled(
      practice,
      free,
      judged.some(([, answer]) => answer === 'HELD'),
    );
  });
}

function isHeldByAnother(holder: Holder | undefined, { callerId }: SearchFor): boolean {
  return holder !== undefined && holder.callerId !== callerId;
}

function isSameSlot({ practice, id }: Slot, other: Slot | null | undefined): boolean {
  return practice === other?.practice && id === other.id;
}

function settled(practice: PracticeFound, slots: Slot[], someAreHeld: boolean): PracticeFound {
  if (practice.answer !== 'SLOTS' || slots.length > 0) return { ...practice, slots };
  return { ...practice, slots, answer: someAreHeld ? 'TIMES_HELD_BY_OTHERS' : 'NO_SLOTS_IN_TIME' };
}

/** A lost hold store costs a courtesy: slots that somebody holds are shown, and refused later. */
async function heldSlots(found: readonly PracticeFound[], { holds, logger }: SearchDeps) {
  const keys = found.flatMap((practice) => practice.slots.flatMap((slot) => keysOf(practice, slot)));
  return holds.holders(keys).catch((error: unknown) => {
    logger.warn({ err: loggableError(error) }, 'holds cannot be read; searching without them');
    return new Map<string, never>();
  });
}

/** One key, or one for each place of a slot that is for several people. */
function keysOf({ search }: PracticeFound, { practice, id, places }: Slot): string[] {
  return Array.from({ length: places?.all ?? 1 }, (_, seat) =>
    slotKey(search?.supplier ?? '', practice, id, seat),
  );
}
