import { createHash, randomBytes, randomUUID } from 'node:crypto';
import pino from 'pino';
import type { GpSystem, Slot } from '../adapters/gp-system';
import { createGpSystems } from '../adapters/registry';
import { startSimulators, type RunningSimulators } from '../adapters/start-simulators';
import { demoFamily } from '../demo/people';
import type { PatientCaller, Person } from '../domain/caller';
import { ageInMonths, londonDate } from '../domain/london-time';
import { OdsCode } from '../domain/ods-code';
import type { ReleaseRules } from '../domain/release-change';
import type { ReleaseNote } from '../domain/release-ledger';
import type { ReleasePolicy } from '../domain/release-policy';
import { keyedDigest } from '../domain/secret';
import type { AppointmentsDeps } from '../subgraphs/appointments';
import type { BookingDeps } from '../subgraphs/appointments/booking/booking-deps';
import type { ConfirmBooking } from '../subgraphs/appointments/booking/confirm-booking';
import type { HoldStore } from '../subgraphs/appointments/holds/hold-store';
import { inProcessHolds } from '../subgraphs/appointments/holds/in-process-holds';
import { ledger } from '../subgraphs/appointments/ledger/ledger';
import { ledgerMigrations } from '../subgraphs/appointments/ledger/migrations';
import { releaseLedger } from '../subgraphs/appointments/releases/release-ledger';
import type { ReleaseTerms } from '../subgraphs/appointments/ledger/judging';
import type { LedgerTables } from '../subgraphs/appointments/ledger/tables';
import { Offer } from '../subgraphs/appointments/offers';
import { patients } from '../subgraphs/appointments/patients';
import { sealer } from '../subgraphs/appointments/sealed';
import { openDatabase, type DatabaseSettings } from '../subgraphs/database';

/** The booking services on a real ledger and real simulated suppliers over HTTP, without a gateway in front. */
export interface BookingLaboratory {
  deps: AppointmentsDeps;
  simulators: RunningSimulators;
  close(): Promise<void>;
}

/** Everything is released, so that a test says what it takes away. */
const OPEN_RULES: ReleaseRules = {
  ownPatients: true,
  otherPatients: true,
  modes: ['IN_PERSON', 'TELEPHONE', 'VIDEO'],
  dispositionIds: ['gp-6h', 'own-gp-routine'],
  slotTypes: ['111 urgent', 'Routine', 'Telephone triage', 'Online consultation'],
  ageInMonths: null,
  dailyQuota: null,
  takeBackMinutes: 0,
  minimumNoticeMinutes: 0,
  horizonDays: 14,
  cancelCutOffMinutes: 60,
};

export const OPEN_BOOK: ReleasePolicy = { version: 1, status: 'OPEN', closedTo: null, ...OPEN_RULES };

/** By what a ledger judges where a test is about something else: everything is released, whenever it starts. */
export const EVERYTHING_RELEASED: ReleaseTerms = {
  defaultPolicyOf: () => ({ ...OPEN_BOOK, horizonDays: 100_000 }),
  now: () => new Date(0),
};

const HOUR = 60 * 60_000;
/** Short, so that a test need not wait: suppliers declare seconds. */
export const SETTLE_MS = 40;
/** Whose book the laboratory books in. */
export const SUPPLIER = 'gp-connect';

export async function bookingLaboratory(
  database: DatabaseSettings,
  holds: HoldStore = inProcessHolds(),
): Promise<BookingLaboratory> {
  const logger = pino({ level: 'silent' });
  const now = () => new Date();
  const simulators = await startSimulators({ now, logger });
  // Faults are the subject here: the breaker must not step in between them.
  const breaker = { consecutiveFailures: 1_000, halfOpenAfterMs: 100 };
  const { emis, tpp, 'gp-connect': gpConnect } = simulators.urls;
  const systems = createGpSystems({
    suppliers: {
      emis: { url: emis, breaker },
      tpp: { url: tpp, breaker },
      'gp-connect': { url: gpConnect, breaker },
    },
    consumer: {
      odsCode: OdsCode.parse('X26'),
      name: 'Test',
      type: 'urgent-care',
      phone: '01632 960999',
      asid: '1',
    },
    logger,
    now,
  });
  const opened = await openDatabase<LedgerTables>(database, 'appointments', ledgerMigrations);
  const defaultPolicyOf = () => OPEN_BOOK;
  const deps: AppointmentsDeps = {
    systems: new Map([...systems].map(([id, system]) => [id, hasty(system)])),
    ledger: ledger(opened, logger, { defaultPolicyOf, now }),
    releases: releaseLedger(opened, defaultPolicyOf),
    holds,
    offers: sealer(Offer, randomBytes(32)),
    patients: patients({ details: randomBytes(32), digest: randomBytes(32) }),
    fingerprint: keyedDigest(randomBytes(32)),
    holdMs: 60_000,
    sweepEveryMs: 60_000,
    offerMs: 60_000,
    atOnce: 25,
    now,
    logger,
  };
  return {
    deps,
    simulators,
    async close() {
      await holds.close();
      await deps.ledger.close();
      await simulators.close();
    },
  };
}

function hasty(system: GpSystem): GpSystem {
  const { manifest } = system;
  const timeoutMs = { search: 3_000, book: 3_000, read: 3_000, cancel: 3_000 };
  return {
    ...system,
    manifest: { ...manifest, limits: { ...manifest.limits, timeoutMs, settleMs: SETTLE_MS } },
  };
}

let serial = 0;

/** A person of 35 nobody else uses, who may act for a son of 6. */
export function newCaller(practice = newPractice()): PatientCaller & { self: Person } {
  const { mother, son } = demoFamily(practice, ++serial * 3, new Date());
  const id = createHash('sha256').update(mother.id).digest('base64url');
  return { kind: 'patient', id, proofing: 'P9', self: mother, actsFor: [son] };
}

/** A practice of its own for each test, so that tests share nothing but the servers. */
export function newPractice(): OdsCode {
  return OdsCode.parse(`T${10_000 + ++serial}`);
}

/** The practice sets its rules: everything that is open, but for these. */
export async function released(
  { deps }: { deps: Pick<BookingDeps, 'releases'> },
  practice: OdsCode,
  values: Partial<ReleaseRules>,
): Promise<void> {
  const current = await deps.releases.policy(practice);
  const rules = { ...OPEN_RULES, ...values };
  const set = { kind: 'SET', expectedVersion: current.version, rules } as const;
  const applied = await deps.releases.change(practice, set, NOTE);
  expect(applied).toMatchObject({ kind: 'applied', policy: { status: 'OPEN', closedTo: null } });
}

/** By whom tests change what a practice releases. */
export const NOTE: ReleaseNote = {
  actor: { kind: 'practice-staff', id: 'the practice manager', role: 'R8008', practice: null },
  requestId: 'test',
  reason: null,
};

/** So many free slots of one practice from two hours ahead on; the desk makes room first. */
export async function freeSlots(lab: BookingLaboratory, practice: OdsCode, count: number): Promise<Slot[]> {
  const from = new Date(Date.now() + 2 * HOUR);
  const to = new Date(from.getTime() + 6 * 24 * HOUR);
  lab.simulators.diary.deskFrees(practice, from, to);
  const call = {
    signal: AbortSignal.timeout(5_000),
    deadline: performance.now() + 5_000,
    requestId: randomUUID(),
  };
  const slots: Slot[] = [];
  const system = lab.deps.systems.get(SUPPLIER)!;
  for await (const page of system.searchSlots(
    { practice, from, to, actor: { kind: 'PATIENT', id: 'test' } },
    call,
  ))
    slots.push(...page);
  expect(slots.length).toBeGreaterThanOrEqual(count);
  return slots.slice(0, count);
}

/** The slot offered to the caller, for their son, as a search would. */
export function offer(caller: PatientCaller, slot: Slot, values: Partial<Offer> = {}): Offer {
  const [son] = caller.actsFor;
  return {
    callerId: caller.id,
    assessmentDigest: randomUUID(),
    supplier: SUPPLIER,
    slot,
    relation: 'OTHER',
    dispositionId: 'gp-6h',
    ageInMonths: ageInMonths(son!.birthDate, londonDate(new Date())),
    modes: ['IN_PERSON', 'TELEPHONE'],
    deadline: null,
    elsewhereBecause: null,
    ownPractice: null,
    policy: OPEN_BOOK,
    expiresAt: new Date(Date.now() + HOUR),
    ...values,
  };
}

export function holdInput(offered: Offer, caller: PatientCaller, { offers }: Pick<BookingDeps, 'offers'>) {
  return {
    slotId: offers.seal(offered, offered.expiresAt),
    patientId: caller.actsFor[0]?.id,
    idempotencyKey: randomUUID(),
    requestId: randomUUID(),
  };
}

export function confirmInput(holdId: string): ConfirmBooking {
  return {
    holdId,
    contactPhone: undefined,
    reason: undefined,
    idempotencyKey: randomUUID(),
    requestId: randomUUID(),
  };
}

/** How many appointments stand at the practice in its own book. */
export function standing({ simulators }: BookingLaboratory, practice: OdsCode): number {
  return simulators.diary.appointments({ practice }).filter(({ status }) => status === 'BOOKED').length;
}
