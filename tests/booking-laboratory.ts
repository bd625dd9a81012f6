import { createHash, randomBytes, randomUUID } from 'node:crypto';
import pino from 'pino';
import type { Call, GpSystem, Slot } from '../adapters/gp-system';
import { createGpSystems } from '../adapters/registry';
import { startSimulators, type RunningSimulators } from '../adapters/simulator/start-simulators';
import { demoFamily } from '../demo/people';
import type { PatientCaller, Person } from '../domain/caller';
import { ageInMonths, londonDate } from '../domain/london-time';
import { OdsCode } from '../domain/ods-code';
import type { ReleaseRules } from '../domain/release-change';
import type { ReleaseNote } from '../domain/release-ledger';
import type { ReleasePolicy } from '../domain/release-policy';
import { keyedDigest } from '../domain/secret';
import type { Timers } from '../domain/timers';
import type { AppointmentsDeps } from '../subgraphs/appointments';
import type { BookingDeps } from '../subgraphs/appointments/booking/booking-deps';
import type { ConfirmBooking } from '../subgraphs/appointments/booking/confirm-booking';
import type { HoldStore } from '../subgraphs/appointments/holds/hold-store';
import { inProcessHolds } from '../subgraphs/appointments/holds/in-process-holds';
import { ledger } from '../subgraphs/appointments/ledger/ledger';
import { ledgerMigrations } from '../subgraphs/appointments/database/migrations';
import { releaseLedger } from '../subgraphs/appointments/releases/stored-releases';
import type { ReleaseTerms } from '../subgraphs/appointments/ledger/check-release-rules';
import type { LedgerTables } from '../subgraphs/appointments/database/tables';
import { Offer } from '../subgraphs/appointments/holds/offers';
import { patients } from '../subgraphs/appointments/sealed-patients';
import { inProcessCopies } from '../subgraphs/appointments/recovery/booking-copies';
import { sealer } from '../domain/sealed';
import { openDatabase, type Database, type DatabaseSettings } from '../platform/database/database';
import { contactSealer } from '../subgraphs/appointments/sealed-contacts';
import { inventCheck, inventedChecks } from './symptom-checks';
import { unlimitedTimers, testClock, type TestClock } from './test-clock';
import { insightOf } from './insight-of';

/**
 * The booking services on a real ledger and real simulated suppliers over HTTP, without a gateway in front. Time stands still
 * until a test moves it on, so that nothing expires or runs out because the machine is slow.
 */
export interface BookingLaboratory {
  deps: AppointmentsDeps;
  database: Database<LedgerTables>;
  simulators: RunningSimulators;
  clock: TestClock;
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

export const OPEN_BOOK: ReleasePolicy = {
  version: 1,
  status: 'OPEN',
  closedTo: null,
  closures: [],
  ...OPEN_RULES,
};

/** Terms for tests about something else: everything is released, whenever it starts. */
export const EVERYTHING_RELEASED: ReleaseTerms = {
  defaultPolicyOf: () => ({ ...OPEN_BOOK, horizonDays: 100_000 }),
  now: () => new Date(0),
};

const HOUR = 60 * 60_000;
/** The time at which every laboratory starts: in winter, and far from midnight. */
export const NOON = new Date('2026-11-24T12:00:00Z');
/** Suppliers declare seconds. This is short, so that nothing else comes due while a test lets a booking settle. */
export const SETTLE_MS = 40;
/** Time for which writers wait for each other where no test is about a busy database. */
export const LONG_WAIT_MS = 120_000;
/** Supplier that the laboratory books with. */
export const SUPPLIER = 'gp-connect';

export async function bookingLaboratory(
  settings: DatabaseSettings,
  openHolds: (timers: Timers) => HoldStore = inProcessHolds,
): Promise<BookingLaboratory> {
  const logger = pino({ level: 'silent' });
  const clock = testClock(NOON);
  const { now, timers } = clock;
  const simulators = await startSimulators({ now, timers, logger });
  // Faults are the subject here, and many requests come at one moment: neither breaker nor pace must step in.
  const unlimited = {
    breaker: { consecutiveFailures: 1_000, halfOpenAfterMs: 100 },
    requestsPerSecond: Number.POSITIVE_INFINITY,
  };
  const { emis, tpp, 'gp-connect': gpConnect, meridian } = simulators.urls;
  const systems = createGpSystems({
    suppliers: {
      emis: { url: emis, ...unlimited },
      tpp: { url: tpp, ...unlimited },
      'gp-connect': { url: gpConnect, ...unlimited },
      meridian: { url: meridian, ...unlimited },
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
    timers,
  });
  const unhurried = { waitMs: LONG_WAIT_MS, ...settings };
  const opened = await openDatabase<LedgerTables>(unhurried, 'appointments', ledgerMigrations);
  const database = { ...opened, now: clock.sqlNow };
  const defaultPolicyOf = () => OPEN_BOOK;
  const deps: AppointmentsDeps = {
    ...insightOf(database.db, now),
    systems: new Map([...systems].map(([id, system]) => [id, settlingSoon(system)])),
    ledger: ledger(database, logger, { defaultPolicyOf, now }),
    releases: releaseLedger(database, defaultPolicyOf, unlimitedTimers),
    holds: openHolds(timers),
    copies: inProcessCopies(now),
    offers: sealer(Offer, randomBytes(32)),
    patients: patients({ details: randomBytes(32), digest: randomBytes(32) }),
    contacts: contactSealer(randomBytes(32)),
    checks: inventedChecks,
    fingerprint: keyedDigest(randomBytes(32)),
    holdMs: 10 * 60_000,
    compareEveryMs: 15 * 60_000,
    offerMs: 60_000,
    atOnce: 25,
    now,
    timers,
    logger,
  };
  return {
    deps,
    database,
    simulators,
    clock,
    async close() {
      await deps.holds.close();
      await deps.ledger.close();
      await simulators.close();
    },
  };
}

function settlingSoon(system: GpSystem): GpSystem {
  const { manifest } = system;
  return { ...system, manifest: { ...manifest, limits: { ...manifest.limits, settleMs: SETTLE_MS } } };
}

let serial = 0;

/** A person of 35 nobody else uses, who may act for a son of 6. */
export function newCaller(practice = newPractice()): PatientCaller & { self: Person } {
  const { mother, son } = demoFamily(practice, ++serial * 3, NOON);
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

/** Note under which tests change what a practice releases. */
export const NOTE: ReleaseNote = {
  actor: { kind: 'practice-staff', id: 'the practice manager', role: 'R8008', practice: null },
  requestId: 'test',
  reason: null,
};

/** The practice's next `count` free slots, from two hours ahead; its desk frees six days first. */
export async function freeSlots(
  lab: BookingLaboratory,
  practice: OdsCode,
  count: number,
  supplier = SUPPLIER,
): Promise<Slot[]> {
  const from = new Date(lab.clock.now().getTime() + 2 * HOUR);
  lab.simulators.diary.deskFrees(practice, from, new Date(from.getTime() + 6 * 24 * HOUR));
  // There are six an hour; a longer search takes longer.
  const to = new Date(from.getTime() + Math.ceil(count / 6 + 1) * HOUR);
  const slots: Slot[] = [];
  const system = lab.deps.systems.get(supplier)!;
  for await (const page of system.searchSlots(
    { practice, from, to, actor: { kind: 'PATIENT', id: 'test' } },
    unboundedCall(),
  ))
    slots.push(...page);
  expect(slots.length).toBeGreaterThanOrEqual(count);
  return slots.slice(0, count);
}

/** A free slot of a practice of its own; no two of twelve are at one time, so that one person can have them all. */
export async function freeSlot(lab: BookingLaboratory): Promise<Slot> {
  const count = (++serial % 12) + 1;
  return (await freeSlots(lab, newPractice(), count))[count - 1]!;
}

/** A call without a time limit. */
export function unboundedCall(): Call {
  return {
    signal: new AbortController().signal,
    deadline: Number.POSITIVE_INFINITY,
    requestId: randomUUID(),
  };
}

/** The slot offered to the caller, for their son, as a search would offer it; the offer is good for two weeks. */
export function offer(caller: PatientCaller, slot: Slot, values: Partial<Offer> = {}): Offer {
  const [son] = caller.actsFor;
  const { assessmentDigest = randomUUID(), dispositionId = 'gp-6h', deadline = null } = values;
  inventCheck(assessmentDigest, {
    subject: { relationship: 'CHILD', dateOfBirth: son!.birthDate },
    result: { kind: 'OUTCOME', dispositionId, title: 'See a GP within 6 hours', deadline },
  });
  return {
    callerId: caller.id,
    assessmentDigest,
    supplier: SUPPLIER,
    slot,
    relation: 'OTHER',
    dispositionId: 'gp-6h',
    ageInMonths: ageInMonths(son!.birthDate, londonDate(NOON)),
    modes: ['IN_PERSON', 'TELEPHONE'],
    deadline: null,
    elsewhereReason: null,
    ownPractice: null,
    about: null,
    seat: 0,
    keeping: [],
    policy: OPEN_BOOK,
    expiresAt: new Date(NOON.getTime() + 14 * 24 * HOUR),
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
    contactPhone: '01632 960 001',
    reason: undefined,
    idempotencyKey: randomUUID(),
    requestId: randomUUID(),
  };
}

/** Counts the standing appointments in the practice's own book. */
export function standing({ simulators }: BookingLaboratory, practice: OdsCode): number {
  return simulators.diary.appointments({ practice }).filter(({ status }) => status === 'BOOKED').length;
}
