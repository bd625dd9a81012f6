import pino from 'pino';
import { eventually } from '../../domain/eventually';
import { CalendarDate } from '../../domain/london-time';
import { type ManualTimers, manualTimers } from '../../domain/manual-timers';
import { syntheticNhsNumber } from '../../domain/nhs-number';
import { OdsCode } from '../../domain/ods-code';
import { seededRandom } from '../../domain/seeded-random';
import type { BreakerLimits } from '../http/breakers';
import type {
  Actor,
  BookCommand,
  BookOutcome,
  Call,
  CancelCommand,
  CancelOutcome,
  GpSystem,
  Manifest,
  Patient,
  ReadBackProbe,
  Slot,
  SlotSearch,
} from '../gp-system';
import { createGpSystems, type SupplierId } from '../registry';
import type { Fault, SimulatedOperation } from '../simulator/injected-faults';
import type { Observer } from '../simulator/protocol-server';
import { type RunningSimulators, startSimulators } from '../simulator/start-simulators';
import { CONSUMER } from './gp-system-at';
import { countedTimers, passingWhenIdle } from './idle-timers';

export type WireExchange = Parameters<Observer>[0];

/** One running set of simulators with the adapter under test pointed at it, and everything sent and logged. */
export interface Laboratory {
  simulators: RunningSimulators;
  system: GpSystem;
  manifest: Manifest;
  /** The suppliers' clock; ours differs from it by `skewMs`. */
  clock: { now: Date; skewMs: number };
  /**
   * Measure the adapter's time limits, and the simulators' slowness: time stands still until a requirement advances it, or the
   * adapter makes a pause of its own, which passes when all exchanges have ended.
   */
  timers: ManualTimers;
  /** Every request that reached the supplier, with its reply where no fault spoilt it. */
  wire: WireExchange[];
  /** Every line of the log. */
  logged: string[];
  random: () => number;
  /** A number that is new in this laboratory. */
  number(): number;
  close(): Promise<void>;
}

export const ACTOR: Actor = { kind: 'PATIENT', id: 'actor-for-conformance' };
/** Twelve noon on a summer Wednesday in London. */
export const NOON = new Date('2026-07-01T11:00:00Z');
const HOUR = 3_600_000;
/** Most faults are aimed at single exchanges, so the breaker must not step in between them. */
const UNBREAKABLE: BreakerLimits = { consecutiveFailures: 1_000, halfOpenAfterMs: 1_000 };
/** Time stands still here, so a turn that has to be waited for would never come. */
const NO_RATE_LIMIT = { requestsPerSecond: Number.POSITIVE_INFINITY };

export interface LaboratoryOptions {
  seed?: number;
  /** Random draws follow from the seed and this. */
  name?: string;
  breaker?: BreakerLimits;
  /** Keeps the manifest's requests a second, which wait for time to pass. */
  isRateLimited?: true;
}

/** Small, so that every list of a simulator with pages has several. */
const PAGE_SIZE = 3;

export async function laboratory(
  supplier: SupplierId,
  { seed = 1, name = '', breaker = UNBREAKABLE, isRateLimited }: LaboratoryOptions = {},
): Promise<Laboratory> {
  const random = seededRandom(seed, name);
  const logged: string[] = [];
  const wire: WireExchange[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => logged.push(line) });
  const clock = { now: NOON, skewMs: 0 };
  const timers = manualTimers();
  const simulators = await startSimulators({
    now: () => clock.now,
    logger,
    observe: (exchange) => wire.push(exchange),
    timers,
    // A search in many pages would use up, by itself, what a second allows.
    ...(!isRateLimited && { pageSize: PAGE_SIZE }),
  });
  const exchanges = countedTimers(timers);
  const rate = isRateLimited ? {} : NO_RATE_LIMIT;
  const systems = createGpSystems({
    suppliers: { [supplier]: { url: simulators.urls[supplier], breaker, ...rate } },
    consumer: CONSUMER,
    logger,
    now: () => new Date(clock.now.getTime() + clock.skewMs),
    timers: exchanges,
    pauses: passingWhenIdle(timers, () => exchanges.waiting === 0),
  });
  const system = systems.get(supplier);
  if (!system) throw new Error(`No GP system ${supplier}.`);
  let last = 100_000 + random.below(800_000);
  return {
    simulators,
    system,
    manifest: system.manifest,
    clock,
    wire,
    logged,
    timers,
    random: random.fraction,
    number: () => ++last,
    close: () => simulators.close(),
  };
}

/**
 * Lets everything take effect that the supplier has received: where its bookings are operations, they end long after their
 * replies. Elsewhere no time passes.
 */
export async function settle({ timers, manifest }: Laboratory): Promise<void> {
  if (manifest.capabilities.bookReply === 'operation') timers.advance(manifest.limits.settleMs);
  await new Promise(setImmediate);
}

/** Registers a patient at the practice, linked to its system, whom nobody else uses. */
export function newPatient(
  lab: Pick<Laboratory, 'simulators' | 'number'>,
  practice: OdsCode,
  names: Partial<Patient> = {},
): Patient {
  const number = lab.number();
  const nhsNumber = syntheticNhsNumber(number);
  const linkage = { userId: `user-${number}`, key: `key-${number}` };
  const person = {
    nhsNumber,
    familyName: 'Exampleová',
    givenName: 'Aoife Mary',
    birthDate: CalendarDate.parse('2021-02-28'),
    ...names,
  };
  lab.simulators.diary.registerPatient(practice, { ...person, linkage });
  return { ...person, linkage: { practice, ...linkage } };
}

/** Returns a practice that nothing else has used. */
export function newPractice(lab: Laboratory): OdsCode {
  return OdsCode.parse(`T${lab.number()}`);
}

/** A call whose signal is never aborted, so that it is the deadline which is tested. */
export function callWithin(lab: Laboratory, ms = 20_000): Call {
  const { signal } = new AbortController();
  return { signal, deadline: lab.timers.elapsedMs() + ms, requestId: 'conformance' };
}

/** Less than manifests give an operation, so that it is the call's own deadline which passes. */
const SHORT_MS = 700;
const STEP_MS = 100;
/** After its time a call ends without waiting for anything; only one that does not end takes so long, on any machine. */
const ENDED_WITHIN_MS = 10_000;

/**
 * Starts calls under a fault that keeps them waiting, and lets their time run out once the supplier has the request that the
 * fault is aimed at: in steps, because a reply may come bit by bit.
 * @throws what the work throws.
 */
export async function untilTimeIsUp<T>(
  lab: Laboratory,
  work: (call: Call) => Promise<T>,
  aimedAt?: SimulatedOperation,
): Promise<T> {
  const before = requests(lab, aimedAt);
  let isOver = false;
  const outcome = work(callWithin(lab, SHORT_MS)).finally(() => (isOver = true));
  outcome.catch(() => undefined);
  await eventually('a request reaches the supplier', () => isOver || requests(lab, aimedAt) > before);
  for (let passed = 0; passed < SHORT_MS; passed += STEP_MS) {
    lab.timers.advance(STEP_MS);
    await new Promise(setImmediate);
  }
  await eventually('a call ends when its time is up', () => isOver, ENDED_WITHIN_MS);
  return outcome;
}

export const hoursAfter = (instant: Date, hours: number) => new Date(instant.getTime() + hours * HOUR);

export async function search(
  lab: Laboratory,
  range: Omit<SlotSearch, 'actor'>,
  call = callWithin(lab),
): Promise<Slot[]> {
  const slots: Slot[] = [];
  try {
    for await (const page of lab.system.searchSlots({ ...range, actor: ACTOR }, call)) slots.push(...page);
  } catch (error) {
    // Which range it was, is half of the matter.
    if (error instanceof Error)
      error.message += ` (search of ${range.from.toISOString()} to ${range.to.toISOString()})`;
    throw error;
  }
  return slots;
}

/** A free slot of the released type, found as anybody would find it; the desk makes room first. */
export async function freeSlot(lab: Laboratory, patient: Patient, practice: OdsCode): Promise<Slot> {
  const [slot] = await freeSlots(lab, patient, practice);
  if (!slot)
    throw new Error('The search finds no free slot of type "111 urgent", though the desk has made room.');
  return slot;
}

export async function freeSlots(lab: Laboratory, patient: Patient, practice: OdsCode): Promise<Slot[]> {
  const [from, to] = [hoursAfter(lab.clock.now, 2), hoursAfter(lab.clock.now, 4)];
  lab.simulators.diary.deskFrees(practice, from, to);
  const found = await search(lab, { patient, practice, from, to });
  const first = Math.floor(lab.random() * 6);
  return found.filter((one) => one.slotType === '111 urgent').slice(first);
}

/** Prepares a patient at a practice of their own, and a slot that they can have. */
export async function ready(lab: Laboratory) {
  const practice = newPractice(lab);
  const patient = newPatient(lab, practice);
  return { lab, practice, patient, slot: await freeSlot(lab, patient, practice) };
}

/** Prepares the same, with the slot booked. */
export async function readyAndBooked(lab: Laboratory) {
  const { practice, patient, slot } = await ready(lab);
  const command = bookCommand(lab, slot, patient);
  const outcome = await lab.system.book(command, callWithin(lab));
  if (outcome.class !== 'ACCEPTED')
    throw new Error(`A booking of a free slot is ${outcomeInWords(outcome)}, not ACCEPTED.`);
  return { practice, patient, slot, command, appointment: outcome.appointment };
}

/** The class of an outcome and the reason for it. */
export function outcomeInWords(outcome: BookOutcome | CancelOutcome): string {
  switch (outcome.class) {
    case 'ACCEPTED':
      return 'ACCEPTED';
    case 'REJECTED':
      return `REJECTED (${outcome.refusal})`;
    case 'THROTTLED':
      return `THROTTLED (retry after ${outcome.retryAfterMs ?? 'unknown'} ms)`;
    case 'NOT_SENT':
    case 'AMBIGUOUS':
      return `${outcome.class} (${outcome.error.fault}: ${outcome.error.message})`;
  }
}

export function bookCommand(lab: Laboratory, slot: Slot, patient: Patient): BookCommand {
  return {
    attemptId: `00000000-0000-4000-8000-${String(lab.number()).padStart(12, '0')}`,
    marker: `GBG-${lab.number()}`,
    slot,
    patient,
    actor: ACTOR,
    contactPhone: '07700 900123',
  };
}

export function probe(slot: Slot, patient: Patient, marker: string, attemptId = 'none'): ReadBackProbe {
  return { attemptId, practice: slot.practice, patient, actor: ACTOR, slot, marker };
}

export function cancelCommand(
  slot: Slot,
  patient: Patient,
  appointment: CancelCommand['appointment'],
): CancelCommand {
  return { practice: slot.practice, patient, actor: ACTOR, appointment, slot };
}

/** Returns the live appointments in the supplier's own book. */
export function standing({ simulators }: Laboratory, filter: { nhsNumber?: string; practice?: OdsCode }) {
  return simulators.diary.appointments(filter).filter(({ status }) => status === 'BOOKED');
}

/** Counts the requests of a kind that have reached the supplier. */
export function requests({ wire, manifest }: Laboratory, operation?: SimulatedOperation): number {
  return wire.filter(
    ({ supplier, target, reply }) =>
      supplier === manifest.id &&
      reply === undefined &&
      (operation === undefined || target.operation === operation),
  ).length;
}

/** Expects that all requests to book were one attempt: one, or the very same again under the client's key. */
export function expectOneAttempt(lab: Laboratory, { attemptId }: BookCommand): void {
  const sent = lab.wire.filter(
    ({ supplier, target, reply }) =>
      supplier === lab.manifest.id && target.operation === 'BOOK' && reply === undefined,
  );
  const words = new Set(sent.map(({ request }) => request.body));
  if (sent.length === 1) return;
  const isKeyed = sent.every(({ request }) =>
    JSON.stringify([request.headers, request.body]).includes(attemptId),
  );
  const isRepeatable = lab.manifest.capabilities.bookIdempotency === 'clientKey' && isKeyed;
  if (sent.length === 0 || words.size > 1 || !isRepeatable)
    throw new Error(
      `${sent.length} requests to book were sent, with ${words.size} different bodies and the key in ${isKeyed ? 'all' : 'not all'} of them.`,
    );
}

export function switchOn(
  lab: Laboratory,
  fault: Fault,
  at: { practice: OdsCode; operation?: SimulatedOperation; times?: number },
): void {
  lab.simulators.faults.add({ supplier: lab.manifest.id, ...at, fault });
}
