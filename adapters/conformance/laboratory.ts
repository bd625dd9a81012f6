import pino from 'pino';
import { CalendarDate } from '../../domain/london-time';
import { syntheticNhsNumber } from '../../domain/nhs-number';
import { OdsCode } from '../../domain/ods-code';
import type {
  Actor,
  BookCommand,
  Call,
  CancelCommand,
  GpSystem,
  Manifest,
  Patient,
  ReadBackProbe,
  Slot,
} from '../gp-system';
import { createGpSystems, type SupplierId } from '../registry';
import type { Fault, Operation } from '../simulator/faults';
import type { Observer } from '../simulator/skin-server';
import { type RunningSimulators, startSimulators } from '../start-simulators';
import { CONSUMER } from './gp-system-at';
import { randomOf } from './random-of';

export type Seen = Parameters<Observer>[0];

/** One running set of simulators with the adapter under test pointed at it, and all that was said and written. */
export interface Laboratory {
  simulators: RunningSimulators;
  system: GpSystem;
  manifest: Manifest;
  /** The suppliers' clock; ours differs from it by `skewMs`. */
  clock: { now: Date; skewMs: number };
  /** Every request that reached the supplier, with its reply where no fault spoilt it. */
  wire: Seen[];
  /** Every line of the log. */
  logged: string[];
  random: () => number;
  close(): Promise<void>;
}

export const ACTOR: Actor = { kind: 'PATIENT', id: 'actor-for-conformance' };
/** Twelve noon on a summer Wednesday in London. */
export const NOON = new Date('2026-07-01T11:00:00Z');
const HOUR = 3_600_000;

let serial = 400_000;

export async function laboratory(
  supplier: SupplierId,
  options: { seed?: number; breaker?: { consecutiveFailures: number; halfOpenAfterMs: number } } = {},
): Promise<Laboratory> {
  const logged: string[] = [];
  const wire: Seen[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => logged.push(line) });
  const clock = { now: NOON, skewMs: 0 };
  const simulators = await startSimulators({
    now: () => clock.now,
    logger,
    observe: (seen) => wire.push(seen),
  });
  // Most faults are aimed at single exchanges, so the breaker must not step in between them.
  const { breaker = { consecutiveFailures: 1_000, halfOpenAfterMs: 1_000 } } = options;
  const systems = createGpSystems({
    suppliers: { [supplier]: { url: simulators.urls[supplier], breaker } },
    consumer: CONSUMER,
    logger,
    now: () => new Date(clock.now.getTime() + clock.skewMs),
  });
  const system = systems.get(supplier);
  if (!system) throw new Error(`No GP system ${supplier}.`);
  return {
    simulators,
    system,
    manifest: system.manifest,
    clock,
    wire,
    logged,
    random: randomOf(options.seed ?? 1),
    close: () => simulators.close(),
  };
}

/** A patient of the practice, linked to its system, whom nobody else uses. */
export function newPatient(
  { simulators }: Pick<Laboratory, 'simulators'>,
  practice: OdsCode,
  names: Partial<Patient> = {},
): Patient {
  const number = serial++;
  const nhsNumber = syntheticNhsNumber(number);
  const linkage = { userId: `user-${number}`, key: `key-${number}` };
  const person = {
    nhsNumber,
    familyName: 'Exampleová',
    givenName: 'Aoife Mary',
    birthDate: CalendarDate.parse('2021-02-28'),
    ...names,
  };
  simulators.diary.registerPatient(practice, { ...person, linkage });
  return { ...person, linkage: { practice, ...linkage } };
}

/** A practice that nothing else has asked for. */
export function newPractice(): OdsCode {
  return OdsCode.parse(`T${serial++}`);
}

/**
 * Generous, because the machine may be busy: only what is meant to run out of time has less. The signal comes later than
 * the deadline, so that it is the deadline which is tested.
 */
export function callWithin(ms = 20_000): Call {
  return { signal: AbortSignal.timeout(60_000), deadline: performance.now() + ms, requestId: 'conformance' };
}

export const hoursAfter = (instant: Date, hours: number) => new Date(instant.getTime() + hours * HOUR);

export async function search(
  lab: Laboratory,
  patient: Patient,
  practice: OdsCode,
  from: Date,
  to: Date,
  call = callWithin(),
): Promise<Slot[]> {
  const slots: Slot[] = [];
  for await (const page of lab.system.searchSlots({ practice, from, to, actor: ACTOR, patient }, call))
    slots.push(...page);
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
  const found = await search(lab, patient, practice, from, to);
  const first = Math.floor(lab.random() * 6);
  return found.filter((one) => one.slotType === '111 urgent').slice(first);
}

/** A patient at a practice of their own, and a slot that they can have. */
export async function ready(lab: Laboratory) {
  const practice = newPractice();
  const patient = newPatient(lab, practice);
  return { lab, practice, patient, slot: await freeSlot(lab, patient, practice) };
}

/** The same, with the slot booked. */
export async function readyAndBooked(lab: Laboratory) {
  const { practice, patient, slot } = await ready(lab);
  const command = bookCommand(slot, patient);
  const outcome = await lab.system.book(command, callWithin());
  if (outcome.class !== 'ACCEPTED')
    throw new Error(`A booking of a free slot is ${outcome.class}, not ACCEPTED${reasonOf(outcome)}.`);
  return { practice, patient, slot, command, appointment: outcome.appointment };
}

function reasonOf(outcome: { class: string; refusal?: string; error?: Error }): string {
  return ` (${outcome.refusal ?? outcome.error?.message ?? 'no reason given'})`;
}

export function bookCommand(slot: Slot, patient: Patient): BookCommand {
  return {
    attemptId: `00000000-0000-4000-8000-${String(serial++).padStart(12, '0')}`,
    marker: `GBG-${String(serial++)}`,
    slot,
    patient,
    actor: ACTOR,
    contactPhone: '07700 900123',
  };
}

export function probe(slot: Slot, patient: Patient, marker: string): ReadBackProbe {
  return { practice: slot.practice, patient, actor: ACTOR, slot, marker };
}

export function cancelCommand(
  slot: Slot,
  patient: Patient,
  appointment: CancelCommand['appointment'],
): CancelCommand {
  return { practice: slot.practice, patient, actor: ACTOR, appointment, slot };
}

/** What stands in the supplier's own book. */
export function standing({ simulators }: Laboratory, of: { nhsNumber?: string; practice?: OdsCode }) {
  return simulators.diary.appointments(of).filter(({ status }) => status === 'BOOKED');
}

/** How many requests of a kind have reached the supplier. */
export function requests({ wire, manifest }: Laboratory, operation?: Operation): number {
  return wire.filter(
    ({ supplier, about, reply }) =>
      supplier === manifest.id &&
      reply === undefined &&
      (operation === undefined || about.operation === operation),
  ).length;
}

export function switchOn(
  lab: Laboratory,
  fault: Fault,
  at: { practice: OdsCode; operation?: Operation; times?: number },
): void {
  lab.simulators.faults.add({ supplier: lab.manifest.id, ...at, fault });
}
