import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../adapters/simulator/injected-faults';
import { gather } from './collected-evidence';
import { cellsOf, type Configuration } from './fault-matrix';
import { deskDoes, untilNoticed } from './desk';
import type { DeskAct, History, RecordedOperation } from './history';
import { CHECK_FAULTS } from './kept-checks';
import { nemesis } from './nemesis';
import { offsetToClockChange } from './clock-change';
import type { FaultLane } from './lane';
import { patientClient, type Offered, type PatientClient } from './patient';
import { ledgerReader } from './ledger-dump';
import { openPractice, type Practice } from './fault-practice';
import { HOLD_MS, NEVER, openWorld, type World, type WorldOptions } from './fault-world';

/** A short course of events that goes well in the product, and shows at once what a certain mistake would do. */
export interface Probe {
  /** Requirements on the world. */
  needs?: Partial<Pick<WorldOptions, 'processes' | 'settleMs' | 'compareEveryMs'>> & { clockNight?: true };
  supplier: Practice['supplier'];
  /** The supplier would book a slot twice. */
  overlaps?: true;
  /** The practice takes few people from elsewhere. */
  hasQuota?: true;
  /** Free ones; one unless given. */
  slots?: number;
  /** People are from elsewhere. */
  areGuests?: true;
  /** When it is over, the desks do this and that to what stands. */
  desksAct?: true;
  course(stage: Stage): Promise<void>;
}

interface Stage {
  world: World;
  practice: Practice;
  /** A new person with the slots that they were offered. */
  person(): Promise<{ client: PatientClient; offered: Offered }>;
  /** The same person with another need. */
  sameAs(client: PatientClient): PatientClient;
  desk(kind: DeskAct['kind'], client: PatientClient, bookingId: string): Promise<void>;
  fault(operation: 'SEARCH' | 'BOOK' | 'READ', fault: Fault, times?: number): void;
  operations: RecordedOperation[];
}

/** Longer than any two clocks on one machine differ. */
const CHANGED_BEFORE_MS = 30;
/** Longer than letting go takes, and shorter than a hold lasts. */
const LET_GO_WITHIN_MS = 1_300;

/** A plain booking; every request again under its key while it is not answered. @returns its id; '' where there is none */
async function books({ client, offered }: { client: PatientClient; offered: Offered }): Promise<string> {
  const [holdKey, key] = [randomUUID(), randomUUID()];
  const held = await client.hold(offered, holdKey);
  if (held.holdId === null) return '';
  const { holdId } = held;
  let answer = await client.confirm(holdId, key);
  for (let tries = 0; tries < 40 && answer.outcome === 'info'; tries++) {
    await sleep(150);
    answer = await client.confirm(holdId, key);
  }
  return answer.bookingId ?? '';
}

/** Does something to a person's appointment, and waits until it is noticed, or should be. */
async function deskActs(
  kind: DeskAct['kind'],
  client: PatientClient,
  bookingId: string,
  { world }: Pick<Stage, 'world'>,
): Promise<void> {
  const { digest } = client.patient;
  const appointment = world.simulators.diary
    .appointments()
    .find(({ status, patient }) => status === 'BOOKED' && world.digestOf(patient.nhsNumber) === digest);
  const act = { kind, bookingId, at: Date.now() };
  if (appointment === undefined || !deskDoes(kind, appointment, world))
    throw new Error('The desk has nothing to do that with.');
  world.deskActs.push(act);
  const reader = await ledgerReader(world.database);
  await untilNoticed([act], reader, world.noticedWithinMs);
  await reader.close();
}

/** Two people on one slot, neither of whose holds the other knows of. */
async function bothHold({
  world,
  person,
}: Stage): Promise<[() => Promise<RecordedOperation>, () => Promise<RecordedOperation>]> {
  const [one, two] = [await person(), await person()];
  world.wires.redis?.down();
  const first = await one.client.hold(one.offered, randomUUID(), { process: 0 });
  const second = await two.client.hold(two.offered, randomUUID(), { process: 1 });
  return [
    () => one.client.confirm(first.holdId ?? '', randomUUID(), { process: 0 }),
    () => two.client.confirm(second.holdId ?? '', randomUUID(), { process: 1 }),
  ];
}

export const PROBES = {
  'two confirm one slot': {
    needs: { processes: 2 },
    supplier: 'gp-connect',
    overlaps: true,
    async course(stage) {
      const [one, two] = await bothHold(stage);
      await Promise.all([one(), two()]);
    },
  },
  'another confirms while one is in doubt': {
    needs: { processes: 2 },
    supplier: 'gp-connect',
    overlaps: true,
    async course(stage) {
      const [one, two] = await bothHold(stage);
      stage.fault('BOOK', { kind: 'reset-after-commit' });
      stage.fault('READ', { kind: 'malformed' }, 5);
      await one();
      await two();
    },
  },
  'a slow booking': {
    supplier: 'gp-connect',
    async course({ person, fault }) {
      const one = await person();
      fault('BOOK', { kind: 'slow', ms: 300 });
      await books(one);
    },
  },
  'a server error after the booking': {
    supplier: 'gp-connect',
    overlaps: true,
    async course({ person, fault }) {
      const one = await person();
      fault('BOOK', { kind: 'server-error', status: 500, afterCommit: true });
      await books(one);
    },
  },
  'an answer that is lost': {
    supplier: 'gp-connect',
    async course({ person, fault }) {
      const one = await person();
      fault('BOOK', { kind: 'reset-after-commit' });
      await books(one);
    },
  },
  'letting go of a hold that has run out': {
    supplier: 'gp-connect',
    async course({ person }) {
      const [one, two, three] = [await person(), await person(), await person()];
      const first = await one.client.hold(one.offered, randomUUID());
      await sleep(HOLD_MS + 200);
      await two.client.hold(two.offered, randomUUID());
      await one.client.release(first.holdId ?? '');
      await three.client.hold(three.offered, randomUUID());
    },
  },
  "the hold store's answer is lost": {
    supplier: 'gp-connect',
    async course({ world, person }) {
      const one = await person();
      world.aimAtRedis({ fault: { kind: 'reset-after-reply' } });
      await one.client.hold(one.offered, randomUUID());
    },
  },
  'the ledger fails after the booking': {
    supplier: 'gp-connect',
    async course({ world, practice, person }) {
      const one = await person();
      const evil = nemesis(world, 0, false);
      const [cell] = cellsOf('libsql', true).filter(
        ({ act, column }) =>
          column === 'after supplier commit' && 'event' in act && act.event === 'busy-writer',
      );
      if (cell !== undefined) await evil.inject(cell, { practice, slot: null, check: null });
      await books(one);
      await evil.rest();
    },
  },
  'read-back that cannot be understood': {
    needs: { settleMs: 600, compareEveryMs: NEVER },
    supplier: 'gp-connect',
    async course({ person, fault }) {
      const one = await person();
      fault('BOOK', { kind: 'reset-after-commit' });
      fault('READ', { kind: 'malformed' }, 8);
      await books(one);
    },
  },
  'the night of the clock change': {
    needs: { clockNight: true },
    supplier: 'tpp',
    async course({ person }) {
      await books(await person());
    },
  },
  'checks that change before confirming': {
    supplier: 'gp-connect',
    slots: CHECK_FAULTS.length,
    async course({ world, person }) {
      for (const how of CHECK_FAULTS) {
        const { client, offered } = await person();
        const { holdId } = await client.hold(offered, randomUUID());
        world.checks.change(client.check, how);
        await sleep(CHANGED_BEFORE_MS);
        await client.confirm(holdId ?? '', randomUUID());
      }
    },
  },
  'checks that change before holding': {
    supplier: 'gp-connect',
    slots: CHECK_FAULTS.length,
    async course({ world, person }) {
      for (const how of CHECK_FAULTS) {
        const { client, offered } = await person();
        world.checks.change(client.check, how);
        await sleep(CHANGED_BEFORE_MS);
        await client.hold(offered, randomUUID());
      }
    },
  },
  'a check that changes while it is read': {
    supplier: 'gp-connect',
    async course({ world, person }) {
      const { client, offered } = await person();
      const { holdId } = await client.hold(offered, randomUUID());
      world.checks.changeAtNextRead(client.check, 'emergency');
      await client.confirm(holdId ?? '', randomUUID());
    },
  },
  'a check that changes and cannot be read': {
    supplier: 'gp-connect',
    async course({ world, person }) {
      const { client, offered } = await person();
      const { holdId } = await client.hold(offered, randomUUID());
      world.checks.change(client.check, 'emergency');
      world.checks.canBeRead(false);
      await sleep(CHANGED_BEFORE_MS);
      await client.confirm(holdId ?? '', randomUUID());
      world.checks.canBeRead(true);
    },
  },
  'one time after another for one need': {
    supplier: 'gp-connect',
    slots: 2,
    async course({ practice, person }) {
      const [one, two] = [await person(), await person()];
      const [, second] = await one.client.search([practice]);
      await one.client.hold(one.offered, randomUUID());
      if (second !== undefined) await one.client.hold(second, randomUUID());
      await sleep(LET_GO_WITHIN_MS);
      await two.client.hold(two.offered, randomUUID());
    },
  },
  'one person takes many times': {
    supplier: 'gp-connect',
    slots: 9,
    async course({ practice, person, sameAs }) {
      const { client } = await person();
      const needs = Array.from({ length: 8 }, () => sameAs(client));
      const changing = await person();
      const slots = await changing.client.search([practice]);
      for (let times = 0; times < 14; times++) {
        const slot = slots[times % 2];
        if (slot !== undefined) await changing.client.hold(slot, randomUUID());
      }
      await Promise.all(
        needs.map(async (need, index) => {
          const slot = (await need.search([practice]))[index];
          if (slot !== undefined) await need.hold(slot, randomUUID());
        }),
      );
    },
  },
  'more people than a quota has places': {
    supplier: 'gp-connect',
    slots: 4,
    areGuests: true,
    hasQuota: true,
    async course({ practice, person }) {
      const people = await Promise.all(Array.from({ length: 4 }, person));
      await Promise.all(
        people.map(async ({ client }, index) => {
          const slot = (await client.search([practice]))[index];
          if (slot !== undefined) await books({ client, offered: slot });
        }),
      );
    },
  },
  'two needs at one time': {
    supplier: 'gp-connect',
    async course({ world, practice, person, sameAs }) {
      const { client, offered } = await person();
      const elsewhere = openPractice(world, practice.supplier, 1);
      const other = sameAs(client);
      const [there] = await other.search([elsewhere]);
      if (there === undefined) throw new Error('A slot is needed elsewhere.');
      const one = await client.hold(offered, randomUUID());
      const two = await other.hold(there, randomUUID());
      await client.confirm(one.holdId ?? '', randomUUID());
      await other.confirm(two.holdId ?? '', randomUUID());
    },
  },
  'a day at the desk': {
    supplier: 'gp-connect',
    slots: 4,
    areGuests: true,
    desksAct: true,
    async course({ person }) {
      for (let people = 0; people < 4; people++) await books(await person());
    },
  },
  'a desk that cancels and refills': {
    // Lists no cancelled appointments: this one just is not there any more.
    supplier: 'emis',
    async course({ person, desk }) {
      const one = await person();
      await desk('cancels and refills', one.client, await books(one));
    },
  },
  'a desk that moves twice': {
    supplier: 'gp-connect',
    areGuests: true,
    async course({ person, desk }) {
      const one = await person();
      const bookingId = await books(one);
      for (let times = 0; times < 2; times++) await desk('moves to another time', one.client, bookingId);
    },
  },
  'a move that is accepted': {
    supplier: 'tpp',
    async course({ person, desk }) {
      const one = await person();
      const bookingId = await books(one);
      await desk('moves to another time', one.client, bookingId);
      await one.client.acceptMove(bookingId, randomUUID());
    },
  },
  'a supplier that is down': {
    supplier: 'gp-connect',
    async course({ world, practice, fault, operations }) {
      fault('SEARCH', { kind: 'server-error', status: 503, afterCommit: false });
      const patient = world.newPatient(practice.code);
      await patientClient(world, patient, operations, () => 'supplier down').search([practice]);
    },
  },
  '779 practices, half of them slow': {
    supplier: 'gp-connect',
    async course({ world, operations }) {
      const practices = Array.from({ length: 779 }, (): Practice => ({
        code: world.newPractice(),
        supplier: 'gp-connect',
      }));
      for (const [index, { code }] of practices.entries())
        world.simulators.faults.add({
          supplier: 'gp-connect',
          practice: code,
          operation: 'SEARCH',
          times: 1,
          fault: { kind: 'slow', ms: index % 2 === 0 ? 30 : 400 },
        });
      const client = patientClient(
        world,
        world.newPatient(world.newPractice()),
        operations,
        () => '779 practices',
      );
      for (let tries = 0; tries < 3; tries++) {
        await client.search(practices, 30);
        const found = operations.at(-1)?.search;
        if (found === null || found === undefined) continue;
        found.peak = world.searchPeak();
        return;
      }
      throw new Error('No search was answered: this machine is too busy to judge one.');
    },
  },
} as const satisfies Record<string, Probe>;

export type ProbeName = keyof typeof PROBES;

/** Lets the course of events happen in a world of its own. */
export async function runProbe(
  name: ProbeName,
  serial: number,
  lane: FaultLane,
  bundle: string,
  settledWithinMs?: number,
): Promise<History> {
  const probe: Probe = PROBES[name];
  const { clockNight, ...needs } = probe.needs ?? {};
  const offsetMs = clockNight === true ? offsetToClockChange(Date.now()) : 0;
  const world = await openWorld({
    lane,
    bundle,
    processes: 1,
    serial,
    offsetMs,
    compareEveryMs: 600,
    smallDisk: false,
    ...needs,
  });
  try {
    const operations: RecordedOperation[] = [];
    const practice = openPractice(
      world,
      probe.supplier,
      clockNight === true ? 12 : (probe.slots ?? 1),
      probe,
    );
    await probe.course({
      world,
      practice,
      operations,
      async person() {
        const patient = probe.areGuests ? world.newGuest() : world.newPatient(practice.code);
        const client = patientClient(world, patient, operations, () => name);
        const [offered] = await client.search([practice]);
        if (offered === undefined) throw new Error(`"${name}" needs a slot, and none was offered.`);
        return { client, offered };
      },
      sameAs: ({ patient }) => patientClient(world, patient, operations, () => name),
      desk: (kind, client, bookingId) => deskActs(kind, client, bookingId, { world }),
      fault(operation, fault, times = 1) {
        const { code, supplier } = practice;
        world.simulators.faults.add({ supplier, practice: code, operation, times, fault });
      },
    });
    const redisWasDown = probe.needs?.processes === 2;
    return await gather(world, operations, practice.code.startsWith('Q') ? [] : [practice], {
      holdStoreLost: redisWasDown,
      settledWithinMs,
      desksAct: probe.desksAct,
    });
  } finally {
    await world.close();
  }
}

/** Configurations that a probe makes sense on. */
export function probesOn(configuration: Configuration): ProbeName[] {
  const names = Object.keys(PROBES).filter((name): name is ProbeName => name in PROBES);
  return names.filter((name) => {
    if (name === "the hold store's answer is lost") return configuration !== 'libsql';
    if (name === 'the ledger fails after the booking') return configuration !== 'postgres-redis';
    return true;
  });
}
