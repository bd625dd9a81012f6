import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { Client } from 'pg';
import { Pool } from 'undici';
import { z } from 'zod';
import { simulatorControl } from '../demo/simulator-control';
import { seededRandom, type SeededRandom } from '../domain/seeded-random';
import { deployment, type Deployment, type Part, type Settings } from '../tests/deployment';
import {
  CANCEL,
  checkSymptoms,
  CONFIRM,
  findOptions,
  HOLD,
  newFamilyAt,
  WITHIN_A_DAY,
  type Ask,
  type RawAnswer,
} from '../tests/patient-journey';
import { startPostgres, startRedis } from '../tests/servers';

/**
 * `npm run bench:rolling`: the product in seven processes, as compose.yaml has it, under complete journeys. Each part is
 * restarted by SIGTERM, the secret is rotated, each part is killed, and PostgreSQL is read-only for a while. Nobody's
 * request may fail through SIGTERM and the rotation; in the end each person must have been told what the suppliers'
 * diaries hold. Needs Redis and PostgreSQL; ends by itself within about three minutes.
 */
const CLIENTS = 4;
/** Between two journeys of a client, so that there is something left to book. */
const REST_MS = 150;
const CANCELLED_SHARE = 0.8;
const STEADY_MS = 3_000;
const READ_ONLY_MS = 5_000;
/** From the signal until it answers again, two seconds of draining included. */
const RESTART_TARGET_MS = 5_000;
const DRAIN_SECONDS = 2;
/** Time for which a client repeats a booking that failed. */
const ANSWERED_WITHIN_MS = 60_000;
const SETTLED_WITHIN_MS = 120_000;

interface Phase {
  name: string;
  /** Nobody may notice anything. */
  mustBeQuiet: boolean;
  requests: number;
  failures: string[];
  slowestMs: number;
  /** Waits until the disturbance is over: a part answered again, the database could be written. */
  tookMs: number;
}

/** Person who has a booking to compare at the end. */
interface Person {
  ask: Ask;
  patient: Awaited<ReturnType<typeof newFamilyAt>>['son'];
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  try {
    if (redis === null || postgres === null) throw new Error('This needs redis-server and PostgreSQL.');
    const servers = { redisUrl: redis.url, postgresUrl: postgres.url };
    const env = { LIMIT_CALLER_COST_PER_MINUTE: '1000000000', DRAIN_SECONDS: String(DRAIN_SECONDS) };
    const running = await deployment(servers, env, join(__dirname, '..', 'main.js'));
    try {
      const results = await rolled(running, postgres.url);
      if (values.json) console.log(JSON.stringify(results, null, 2));
      else print(results);
      if (results.problems.length > 0) process.exitCode = 1;
    } finally {
      await running.close();
    }
  } finally {
    await Promise.all([redis?.stop(), postgres?.stop()]);
  }
}

function phaseOf(name: string, mustBeQuiet: boolean): Phase {
  return { name, mustBeQuiet, requests: 0, failures: [], slowestMs: 0, tookMs: 0 };
}

interface Results {
  phases: Phase[];
  journeys: number;
  booked: number;
  stand: number;
  problems: string[];
}

async function rolled(running: Deployment, postgresUrl: string): Promise<Results> {
  let now = phaseOf('start', true);
  const phases = [now];
  const balancer = loadBalancer(running.gateways, () => now);
  const people: Person[] = [];
  const counts = { journeys: 0, booked: 0 };
  let isOver = false;

  async function phase(name: string, mustBeQuiet: boolean, act: () => Promise<number>): Promise<void> {
    now = phaseOf(name, mustBeQuiet);
    phases.push(now);
    now.tookMs = await act();
    await pause(STEADY_MS);
  }

  const clients = Array.from({ length: CLIENTS }, async (_, number) => {
    const random = seededRandom(number + 1);
    while (!isOver) {
      await journey(running, balancer.ask, random, { people, counts });
      await pause(REST_MS);
    }
  });
  await pause(STEADY_MS);
  const parts = partsOf(running);
  for (const [name, part] of parts) await phase(`SIGTERM ${name}`, true, () => restarted(part, 'SIGTERM'));
  // As docs/operate.md says: both secrets everywhere first, then the old one is taken away.
  const renewed = randomBytes(32).toString('hex');
  const both = { GATEWAY_SECRET: undefined, GATEWAY_SECRETS: `${renewed} ${running.secret}` };
  for (const [name, part] of parts)
    await phase(`both secrets: ${name}`, true, () => restarted(part, 'SIGTERM', both));
  await rekeyed(running, both);
  const alone = { GATEWAY_SECRET: renewed, GATEWAY_SECRETS: undefined };
  for (const [name, part] of parts)
    await phase(`the new secret: ${name}`, true, () => restarted(part, 'SIGTERM', alone));
  for (const [name, part] of parts) await phase(`kill -9 ${name}`, false, () => restarted(part, 'SIGKILL'));
  await phase('PostgreSQL is read-only', false, () => readOnlyFor(postgresUrl, READ_ONLY_MS));
  await pause(STEADY_MS);
  isOver = true;
  await Promise.all(clients);
  now = phaseOf('end', true);
  phases.push(now);
  const disagreements = await compared(running, people);
  balancer.close();
  return {
    phases,
    ...counts,
    stand: disagreements.stand,
    problems: [...problemsOf(phases), ...disagreements.problems],
  };
}

function partsOf({ gateways, appointments, triage, practices }: Deployment): [string, Part][] {
  return [
    ['triage', triage],
    ['practices', practices],
    ['appointments 1', appointments[0]],
    ['appointments 2', appointments[1]],
    ['gateway 1', gateways[0]],
    ['gateway 2', gateways[1]],
  ];
}

/** @returns after how many milliseconds it answers again */
async function restarted(part: Part, signal: NodeJS.Signals, env: Settings = {}): Promise<number> {
  const began = performance.now();
  await part.restart(signal, env);
  while (!(await answers(part.url))) await pause(20);
  return performance.now() - began;
}

/** `npm run secrets:rekey`, beside the running parts. */
async function rekeyed({ databaseUrl, dataDir }: Deployment, env: Settings): Promise<void> {
  const script = join(__dirname, '..', 'scripts', 'secrets-rekey.js');
  await promisify(execFile)(process.execPath, [script], {
    env: { PATH: process.env.PATH, DATABASE_URL: databaseUrl, DATA_DIR: dataDir, ...env },
  });
}

/** A subgraph tells only its gateway whether it is ready; that it lives it tells everybody. */
async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(new URL('/health/live', url))).ok;
  } catch {
    return false;
  }
}

async function readOnlyFor(url: string, ms: number): Promise<number> {
  const admin = new Client({ connectionString: url, options: '-c default_transaction_read_only=off' });
  await admin.connect();
  const set = async (value: 'on' | 'off') => {
    await admin.query(`alter system set default_transaction_read_only = ${value}`);
    await admin.query('select pg_reload_conf()');
  };
  await set('on');
  await pause(ms);
  await set('off');
  await admin.end();
  return ms;
}

const CHECK_EVERY_MS = 200;
const CONNECTIONS = 8;

/**
 * Stands where a load balancer does: keep-alive connections, a readiness check every so often, and another gateway for a
 * request that could not be sent.
 */
function loadBalancer(gateways: readonly Part[], now: () => Phase) {
  const pools = gateways.map(({ url }) => ({
    pool: new Pool(url, { connections: CONNECTIONS, headersTimeout: ANSWERED_WITHIN_MS }),
    isReady: true,
  }));
  const checking = setInterval(() => {
    for (const one of pools)
      one.pool
        .request({ path: '/health/ready', method: 'GET', headersTimeout: 2_000 })
        .then(async ({ statusCode, body }) => {
          await body.dump();
          one.isReady = statusCode === 200;
        })
        .catch(() => (one.isReady = false));
  }, CHECK_EVERY_MS);
  let turn = 0;

  async function send(query: string, variables: object, token: string | undefined): Promise<RawAnswer> {
    const ready = pools.filter(({ isReady }) => isReady);
    const candidates = ready.length > 0 ? ready : pools;
    const first = turn++ % candidates.length;
    const inTurn = [...candidates.slice(first), ...candidates.slice(0, first)];
    const headers = {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    for (const { pool } of inTurn) {
      try {
        const {
          statusCode,
          body,
          headers: answered,
        } = await pool.request({
          path: '/graphql',
          method: 'POST',
          headers,
          body: JSON.stringify({ query, variables }),
        });
        const text = await body.text();
        const { data = null, errors = [] } = JSON.parse(text) as Partial<RawAnswer>;
        return {
          status: statusCode,
          headers: new Headers(answered as Record<string, string>),
          text,
          data,
          errors,
        };
      } catch (error) {
        if (!isRefused(error)) throw error;
      }
    }
    throw new Error('No gateway takes a connection.');
  }

  return {
    ask:
      (token?: string): Ask =>
      async (query, variables = {}) => {
        now().requests++;
        const began = performance.now();
        try {
          const answer = await send(query, variables, token);
          if (answer.status !== 200 || answer.errors.length > 0)
            throw new Error(`HTTP ${answer.status}: ${answer.errors.map(codeOf).join()}`);
          return answer;
        } catch (error) {
          // Whatever broke it is being done now, not when it was sent.
          now().failures.push(error instanceof Error ? error.message : String(error));
          throw error;
        } finally {
          now().slowestMs = Math.max(now().slowestMs, performance.now() - began);
        }
      },
    close() {
      clearInterval(checking);
      for (const { pool } of pools) void pool.destroy();
    },
  };
}

function codeOf({ message, extensions }: RawAnswer['errors'][number]): string {
  const code = extensions?.code;
  return typeof code === 'string' ? code : message;
}

/** It could not be sent: nobody has seen it. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
}

const Found = z.object({ __typename: z.string(), id: z.string().optional(), status: z.string().optional() });
const only = ({ data }: RawAnswer) => Found.parse(Object.values(data ?? {})[0]);

/** One person, from symptoms to a booking, which most cancel again. A request that fails is counted where it is sent. */
async function journey(
  { suppliers, dataDir }: Deployment,
  askAs: (token?: string) => Ask,
  random: SeededRandom,
  { people, counts }: { people: Person[]; counts: { journeys: number; booked: number } },
): Promise<void> {
  const place = { url: 'http://unused.invalid', dataDir, controlUrl: suppliers.url, now: () => new Date() };
  const { son, token } = await newFamilyAt(place);
  const ask = askAs(token);
  people.push({ ask, patient: son });
  try {
    counts.journeys++;
    const { id } = await checkSymptoms(ask, son, WITHIN_A_DAY);
    const { ownPractice, elsewhere } = await findOptions(ask, {
      id,
      because: 'OWN_PRACTICE_TIMES_DO_NOT_SUIT',
    });
    const slots = [ownPractice, ...elsewhere].flatMap((one) => one?.slots ?? []);
    const slot = slots[random.below(slots.length)];
    if (slot === undefined) return;
    const key = () => randomUUID();
    const held = only(
      await ask(HOLD, { input: { slotId: slot.id, patientId: son.id, idempotencyKey: key() } }),
    );
    if (held.__typename !== 'Hold') return;
    const booking = await untilAnswered(ask, CONFIRM, {
      holdId: held.id,
      contactPhone: '01632 960001',
      idempotencyKey: key(),
    });
    if (booking.__typename !== 'Booking') return;
    counts.booked++;
    if (random.chance(CANCELLED_SHARE))
      await untilAnswered(ask, CANCEL, { bookingId: booking.id, reason: 'OTHER', idempotencyKey: key() });
  } catch {
    // Counted where it failed; the person gives up, and the next one comes.
  }
}

/** Repeats a request under its key, as docs/api.md advises front ends, until it is answered. */
async function untilAnswered(ask: Ask, query: string, input: object): Promise<z.infer<typeof Found>> {
  const until = performance.now() + ANSWERED_WITHIN_MS;
  for (;;) {
    try {
      return only(await ask(query, { input }));
    } catch (error) {
      if (performance.now() > until) throw error;
      await pause(500);
    }
  }
}

const MINE = `{ myBookings(first: 20) { ... on BookingConnection { edges { node { id status } } } } }`;
const Mine = z.object({
  myBookings: z.object({
    edges: z.array(z.object({ node: z.object({ id: z.string(), status: z.string() }) })),
  }),
});
const IN_BETWEEN = new Set(['CHECKING', 'CANCELLING']);

/** Compares the final state of every person's bookings with the suppliers' diaries. */
async function compared({ suppliers }: Deployment, people: readonly Person[]) {
  const control = simulatorControl(suppliers.url);
  const until = performance.now() + SETTLED_WITHIN_MS;
  const problems: string[] = [];
  let stand = 0;
  for (const { ask, patient } of people) {
    let statuses: string[];
    do {
      const { edges } = Mine.parse((await ask(MINE)).data).myBookings;
      statuses = edges.map(({ node }) => node.status);
      if (!statuses.some((status) => IN_BETWEEN.has(status))) break;
      await pause(1_000);
    } while (performance.now() < until);
    const booked = (await control.appointmentsOf(patient)).filter(({ status }) => status === 'BOOKED').length;
    const standing = statuses.filter((status) => status === 'CONFIRMED').length;
    stand += standing;
    if (standing !== booked)
      problems.push(
        `Somebody was told ${statuses.join() || 'nothing'}; the diaries have ${booked} of theirs.`,
      );
  }
  return { stand, problems };
}

function problemsOf(phases: readonly Phase[]): string[] {
  return phases.flatMap(({ name, mustBeQuiet, failures, tookMs }) => [
    ...(mustBeQuiet && failures.length > 0
      ? [`${name}: ${failures.length} requests failed: ${[...new Set(failures)].join('; ')}`]
      : []),
    ...(mustBeQuiet && tookMs > RESTART_TARGET_MS ? [`${name} took ${tookMs.toFixed(0)} ms.`] : []),
  ]);
}

function print({ phases, journeys, booked, stand, problems }: Results): void {
  console.log('| | requests | failed | slowest | took |\n|---|---|---|---|---|');
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  for (const { name, requests, failures, slowestMs, tookMs } of phases)
    console.log(
      `| ${name} | ${requests} | ${failures.length} | ${seconds(slowestMs)} | ${tookMs === 0 ? '' : seconds(tookMs)} |`,
    );
  console.log(`${journeys} people; ${booked} booked, ${stand} stand, as in the suppliers' diaries`);
  for (const problem of problems) console.error(problem);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
