import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../adapters/simulator/injected-faults';
import { gather } from './collected-evidence';
import { cellsOf, type Configuration } from './fault-matrix';
import type { History, RecordedOperation } from './history';
import { nemesis } from './nemesis';
import { offsetToClockChange } from './clock-change';
import type { FaultLane } from './lane';
import { patientClient, type Offered, type PatientClient } from './patient';
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
  course(stage: Stage): Promise<void>;
}

interface Stage {
  world: World;
  practice: Practice;
  /** A new person with the slots that they were offered. */
  person(): Promise<{ client: PatientClient; offered: Offered }>;
  fault(operation: 'SEARCH' | 'BOOK' | 'READ', fault: Fault, times?: number): void;
  operations: RecordedOperation[];
}

/** A plain booking; every request again under its key while it is not answered. */
async function books({ client, offered }: { client: PatientClient; offered: Offered }): Promise<void> {
  const [holdKey, key] = [randomUUID(), randomUUID()];
  const held = await client.hold(offered, holdKey);
  if (held.holdId === null) return;
  const { holdId } = held;
  let answer = await client.confirm(holdId, key);
  for (let tries = 0; tries < 40 && answer.outcome === 'info'; tries++) {
    await sleep(150);
    answer = await client.confirm(holdId, key);
  }
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
    const practice = openPractice(world, probe.supplier, clockNight === true ? 12 : (probe.slots ?? 1), probe);
    await probe.course({
      world,
      practice,
      operations,
      async person() {
        const client = patientClient(world, world.newPatient(practice.code), operations, () => name);
        const [offered] = await client.search([practice]);
        if (offered === undefined) throw new Error(`"${name}" needs a slot, and none was offered.`);
        return { client, offered };
      },
      fault(operation, fault, times = 1) {
        const { code, supplier } = practice;
        world.simulators.faults.add({ supplier, practice: code, operation, times, fault });
      },
    });
    const redisWasDown = probe.needs?.processes === 2;
    return await gather(world, operations, practice.code.startsWith('Q') ? [] : [practice], {
      holdStoreLost: redisWasDown,
      settledWithinMs,
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
