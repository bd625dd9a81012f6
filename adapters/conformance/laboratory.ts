import pino, { type Logger } from 'pino';
import { CalendarDate } from '../../domain/london-time';
import { syntheticNhsNumber } from '../../domain/nhs-number';
import { OdsCode } from '../../domain/ods-code';
import type { Actor, BookCommand, Call, GpSystem, Patient, Slot } from '../gp-system';
import { createGpSystems, type SupplierId } from '../registry';
import { type RunningSimulators, startSimulators } from '../start-simulators';

/** One running set of simulators with the adapter under test pointed at it, and every log line that it wrote. */
export interface Laboratory {
  simulators: RunningSimulators;
  systems: ReadonlyMap<string, GpSystem>;
  system: GpSystem;
  clock: { now: Date };
  logged: string[];
  close(): Promise<void>;
}

export const ACTOR: Actor = { kind: 'PATIENT', id: 'actor-for-conformance' };
/** Twelve noon on a summer Wednesday in London. */
export const NOON = new Date('2026-07-01T11:00:00Z');
const HOUR = 3_600_000;

let serial = 400_000;

export async function laboratory(supplier: SupplierId): Promise<Laboratory> {
  const logged: string[] = [];
  const logger: Logger = pino({ level: 'trace' }, { write: (line: string) => logged.push(line) });
  const clock = { now: NOON };
  const now = () => clock.now;
  const simulators = await startSimulators({ now, logger });
  // Faults are the subject here, so the breaker must not step in between them.
  const breaker = { consecutiveFailures: 1_000, halfOpenAfterMs: 1_000 };
  const { urls } = simulators;
  const systems = createGpSystems({
    suppliers: {
      emis: { url: urls.emis, breaker },
      tpp: { url: urls.tpp, breaker },
      'gp-connect': { url: urls['gp-connect'], breaker },
    },
    consumer: {
      odsCode: OdsCode.parse('X26'),
      name: 'GP Booking Gateway',
      type: 'urgent-care',
      phone: '01632 960999',
      asid: '999000000001',
    },
    logger,
    now,
  });
  const system = systems.get(supplier);
  if (!system) throw new Error(`No adapter ${supplier}.`);
  return { simulators, systems, system, clock, logged, close: () => simulators.close() };
}

/** A patient of the practice, linked to its system, whom nobody else uses. */
export function newPatient(
  { simulators }: Laboratory,
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

/** A practice of its own for each test, so that tests share nothing but the servers. */
export function newPractice(): OdsCode {
  return OdsCode.parse(`T${serial++}`);
}

export function callWithin(ms: number): Call {
  return { signal: AbortSignal.timeout(ms), deadline: performance.now() + ms, requestId: 'conformance' };
}

export const hoursAfter = (instant: Date, hours: number) => new Date(instant.getTime() + hours * HOUR);

export async function search(
  lab: Laboratory,
  patient: Patient,
  practice: OdsCode,
  from: Date,
  to: Date,
  call = callWithin(5_000),
): Promise<Slot[]> {
  const slots: Slot[] = [];
  for await (const page of lab.system.searchSlots({ practice, from, to, actor: ACTOR, patient }, call))
    slots.push(...page);
  return slots;
}

/** A free slot of the released type, found as anybody would find it; the desk makes room first. */
export async function freeSlot(lab: Laboratory, patient: Patient, practice: OdsCode): Promise<Slot> {
  const [from, to] = [hoursAfter(lab.clock.now, 2), hoursAfter(lab.clock.now, 3)];
  lab.simulators.diary.deskFrees(practice, from, to);
  const slot = (await search(lab, patient, practice, from, to)).find((one) => one.slotType === '111 urgent');
  if (!slot) throw new Error('The diary has no free slot.');
  return slot;
}

export function bookCommand(slot: Slot, patient: Patient): BookCommand {
  const marker = `GBG-${slot.id.length}-${patient.nhsNumber.slice(3, 5)}`;
  return {
    attemptId: `attempt-${serial++}`,
    marker,
    slot,
    patient,
    actor: ACTOR,
    contactPhone: '07700 900123',
  };
}
