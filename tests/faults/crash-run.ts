import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { check } from './checker';
import { gather } from './collected-evidence';
import type { Configuration } from './fault-matrix';
import type { RecordedOperation, Violation } from './history';
import type { FaultLane } from './lane';
import { patientClient, type Manner, type PatientClient } from './patient';
import { openPractice, type Practice } from './fault-practice';
import type { ServiceProcess } from './service-process';
import type { CrashPoint } from './service-settings';
import { NEVER, openWorld, SUPPLIERS, type World } from './fault-world';

/** Steps of a person while the process dies; those of `before` are not disturbed. */
interface Situation {
  world: World;
  client: PatientClient;
  practice: Practice;
}

interface Scenario {
  before(on: Situation): Promise<string>;
  watched(on: Situation, prepared: string): Promise<void>;
}

/** Together they call every dependency that a booking's life calls. */
const SCENARIOS = {
  book: {
    before: () => Promise.resolve(''),
    async watched(on) {
      await booked(on);
    },
  },
  cancel: {
    before: booked,
    async watched({ client }, bookingId) {
      const key = randomUUID();
      await untilSettled((manner) => client.cancel(bookingId, key, manner));
    },
  },
  reschedule: {
    before: booked,
    async watched({ client, practice }, bookingId) {
      const offered = await found(client, practice);
      const key = randomUUID();
      if (offered !== undefined)
        await untilSettled((manner) => client.reschedule(bookingId, offered, key, manner));
    },
  },
  'read back': {
    before: () => Promise.resolve(''),
    async watched(on) {
      const { world, practice } = on;
      world.simulators.faults.add({
        supplier: practice.supplier,
        practice: practice.code,
        operation: 'BOOK',
        times: 1,
        fault: { kind: 'reset-after-commit' },
      });
      await booked(on);
    },
  },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;
export const SCENARIO_NAMES = Object.keys(SCENARIOS).filter(
  (name): name is ScenarioName => name in SCENARIOS,
);

export interface CrashResult {
  points: number;
  /** Points at which the process died; points that were not reached are untested. */
  died: number;
  operations: number;
  violations: Violation[];
}

export interface CrashOptions {
  configuration: Configuration;
  scenario: ScenarioName;
  lane: FaultLane;
  bundle: string;
  serial: number;
  /** Part with this number (from 0) of so many: parts can run side by side. */
  part: { number: number; of: number };
}

const TRIES = 60;
const TOLD_WITHIN_MS = 300;

/**
 * Lets a scenario happen once to see which calls it makes, and then once for every call, with the process killed just
 * before it or just after; another process takes over each time.
 */
export async function runCrashPoints(options: CrashOptions): Promise<CrashResult> {
  const { scenario: name, lane, bundle, serial, part } = options;
  const scenario: Scenario = SCENARIOS[name];
  const world = await openWorld({
    lane,
    bundle,
    processes: 1,
    serial,
    offsetMs: 0,
    compareEveryMs: NEVER,
    smallDisk: false,
  });
  const service = onlyOne(world.services);
  try {
    const operations: RecordedOperation[] = [];
    const practices: Practice[] = [];

    async function happen(number: number, crashAt: CrashPoint | null): Promise<void> {
      const supplier = SUPPLIERS[number % SUPPLIERS.length] ?? 'gp-connect';
      const practice = openPractice(world, supplier, 3);
      practices.push(practice);
      const during =
        crashAt === null ? name : `${name}, killed ${crashAt.when} ${crashAt.step} ${crashAt.ordinal}`;
      const client = patientClient(world, world.newPatient(practice.code), operations, () => during);
      const on = { world, client, practice };
      const prepared = await scenario.before(on);
      await toldToWatch(service, crashAt);
      await scenario.watched(on, prepared);
      // The event is delivered a moment later.
      await sleep(TOLD_WITHIN_MS);
    }

    await happen(0, null);
    const calls = await service.steps();
    const points = pointsOf(calls).filter((_, index) => index % part.of === part.number);
    const before = service.deaths();
    for (const [index, point] of points.entries()) await happen(index + 1, point);
    const died = service.deaths() - before;
    const history = await gather(world, operations, practices, {
      holdStoreLost: lane.redis === null,
    });
    return { points: points.length, died, operations: operations.length, violations: check(history) };
  } finally {
    await world.close();
  }
}

function pointsOf(calls: readonly string[]): CrashPoint[] {
  return calls.flatMap((step, index) => {
    const ordinal = calls.slice(0, index + 1).filter((one) => one === step).length;
    return (['before', 'after'] as const).map((when) => ({ step, ordinal, when }));
  });
}

function onlyOne<T>([one]: readonly T[]): T {
  if (one === undefined) throw new Error('A world has a service.');
  return one;
}

/** It may still be dying from the point before. */
async function toldToWatch(service: ServiceProcess, crashAt: CrashPoint | null): Promise<void> {
  do await service.start();
  while (!(await service.watch(crashAt)));
}

/** The booking's id, or nothing when there is none to be had. */
async function booked({ client, practice }: Situation): Promise<string> {
  for (let tries = 0; tries < 3; tries++) {
    const offered = await found(client, practice);
    if (offered === undefined) break;
    const [holdKey, key] = [randomUUID(), randomUUID()];
    const held = await untilSettled((manner) => client.hold(offered, holdKey, manner));
    if (held.outcome !== 'ok' || held.holdId === null) continue;
    const { holdId } = held;
    const answer = await untilSettled((manner) => client.confirm(holdId, key, manner));
    if (answer.result === 'Booking CONFIRMED' && answer.bookingId !== null) return answer.bookingId;
  }
  return '';
}

async function found(client: PatientClient, practice: Practice) {
  for (let tries = 0; tries < 10; tries++) {
    const [offered] = await client.search([practice]);
    if (offered !== undefined) return offered;
    await sleep(100);
  }
  return undefined;
}

/** Repeats a request under its key until it is settled. */
async function untilSettled(ask: (manner: Manner) => Promise<RecordedOperation>): Promise<RecordedOperation> {
  let answer = await ask({});
  for (let tries = 0; tries < TRIES && answer.outcome === 'info'; tries++) {
    await sleep(150);
    answer = await ask({});
  }
  return answer;
}
