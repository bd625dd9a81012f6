import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Agent, request } from 'undici';
import { supplierIds } from '../adapters/registry';
import { deployment, type Deployment } from '../tests/deployment';
import { checkSymptoms, findOptions, newFamilyAt, OPTIONS, WITHIN_A_DAY } from '../tests/patient-journey';
import { startPostgres, startRedis } from '../tests/servers';

/**
 * `npm run bench:overload`: the product in several processes, as compose.yaml has it, over suppliers that take a
 * second. Measures how many searches a second it bears, sends twenty times as many, and small questions beside
 * them. Excess requests must be refused with 503 and Retry-After, small questions must be answered, and when the
 * flood is over times must be offered again. Needs Redis and PostgreSQL.
 */
const SUPPLIER_MS = 1_000;
const CLIENTS = 20;
const BORNE_FOR_SECONDS = 6;
const FLOOD_FACTOR = 20;
const FLOOD_FOR_SECONDS = 8;
const SMALL_A_SECOND = 20;
/** Limit for a small question at p99 under load; by how much it is exceeded depends on the machine. */
const SMALL_TARGET_MS = 10_000;
/** Practices whose breakers the flood has opened are called again five seconds later. */
const RECOVERED_TARGET_MS = 30_000;

interface Question {
  url: string;
  token?: string;
  body: string;
}

interface Answer {
  status: number;
  ms: number;
  retryAfter: string | undefined;
  text: string;
}

interface Results {
  borneASecond: number;
  flood: number;
  shed: number;
  smallP99Ms: number;
  recoveredMs: number;
  problems: string[];
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  try {
    if (redis === null || postgres === null) throw new Error('This needs redis-server and PostgreSQL.');
    const running = await deployment(
      { redisUrl: redis.url, postgresUrl: postgres.url },
      // One family asks for everybody.
      { LIMIT_CALLER_COST_PER_MINUTE: '1000000000' },
      join(__dirname, '..', 'main.js'),
    );
    try {
      const results = await measured(running);
      if (values.json) console.log(JSON.stringify(results));
      else print(results);
      if (results.problems.length > 0) process.exitCode = 1;
    } finally {
      await running.close();
    }
  } finally {
    await agent.close();
    await Promise.all([redis?.stop(), postgres?.stop()]);
  }
}

async function measured(running: Deployment): Promise<Results> {
  const { suppliers, dataDir } = running;
  const [{ url }] = running.gateways;
  const place = { url, dataDir, controlUrl: suppliers.url, now: () => new Date() };
  const { ask, son, token } = await newFamilyAt(place);
  const { id } = await checkSymptoms(ask, son, WITHIN_A_DAY);
  const variables = { id, because: 'OWN_PRACTICE_TIMES_DO_NOT_SUIT', wait: 4_000 };
  const search = { url, token, body: JSON.stringify({ query: OPTIONS, variables }) };
  const small = { url, body: '{"query":"{ __typename }"}' };

  await slowDown(suppliers.url, SUPPLIER_MS);
  const borne = await byClients(search, CLIENTS, BORNE_FOR_SECONDS);
  const borneASecond = borne.length / BORNE_FOR_SECONDS;
  const [flood, meanwhile] = await Promise.all([
    atRate(search, FLOOD_FACTOR * borneASecond, FLOOD_FOR_SECONDS),
    atRate(small, SMALL_A_SECOND, FLOOD_FOR_SECONDS),
  ]);
  await slowDown(suppliers.url, 0);
  const over = performance.now();
  const areTimesOffered = async () => (await findOptions(ask, variables)).elsewhere.length > 0;
  while (!(await areTimesOffered()) && performance.now() - over < RECOVERED_TARGET_MS) await pause(100);
  const results = {
    borneASecond,
    flood: flood.length,
    shed: flood.filter(({ status }) => status === 503).length,
    smallP99Ms: quantile(
      meanwhile.map(({ ms }) => ms),
      0.99,
    ),
    recoveredMs: performance.now() - over,
  };
  return { ...results, problems: problemsOf(results, flood, meanwhile) };
}

function problemsOf(
  { shed, smallP99Ms, recoveredMs }: Omit<Results, 'problems'>,
  flood: readonly Answer[],
  meanwhile: readonly Answer[],
): string[] {
  const odd = flood.filter((answer) => answer.status !== 200 && !isShed(answer));
  const refused = meanwhile.filter(({ status }) => status !== 200);
  return [
    ...(shed === 0 ? ['Nothing was shed.'] : []),
    ...odd.map(({ status, text }) => `A search was answered with ${status}: ${text.slice(0, 200)}`),
    ...refused.map(({ status, text }) => `A small question was answered with ${status}: ${text}`),
    ...(smallP99Ms > SMALL_TARGET_MS ? ['Small questions waited behind the flood.'] : []),
    ...(recoveredMs > RECOVERED_TARGET_MS ? ['No times are offered after the flood.'] : []),
  ];
}

function isShed({ status, text, retryAfter }: Answer): boolean {
  return status === 503 && text.includes('OVERLOADED') && Number(retryAfter) > 0;
}

function print({ borneASecond, flood, shed, smallP99Ms, recoveredMs, problems }: Results): void {
  console.log(
    `${borneASecond.toFixed(1)} searches a second are borne; of ${flood} at ${FLOOD_FACTOR} times that ${shed} were shed`,
  );
  console.log(`{ __typename } took ${smallP99Ms.toFixed(0)} ms at p99 meanwhile`);
  console.log(`Times were offered again ${(recoveredMs / 1_000).toFixed(1)} s after the flood`);
  for (const problem of problems) console.error(problem);
}

async function slowDown(controlUrl: string, ms: number): Promise<void> {
  for (const supplier of supplierIds) {
    const body = JSON.stringify({ supplier, ms });
    const { ok } = await fetch(`${controlUrl}/latency`, { method: 'POST', body });
    if (!ok) throw new Error('The simulated suppliers cannot be slowed down.');
  }
}

/** Enough that nobody waits for a connection: what waits, waits at the gateway. */
const agent = new Agent({ connections: 1_000, headersTimeout: 60_000 });

async function send({ url, token, body }: Question): Promise<Answer> {
  const began = performance.now();
  const headers = {
    'content-type': 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const answer = await request(`${url}/graphql`, { method: 'POST', dispatcher: agent, headers, body });
  const text = await answer.body.text();
  const retryAfter = answer.headers['retry-after']?.toString();
  return { status: answer.statusCode, ms: performance.now() - began, retryAfter, text };
}

/** Keeps `atOnce` questions in flight (a closed loop): the load that can be borne. */
async function byClients(question: Question, atOnce: number, seconds: number): Promise<Answer[]> {
  const until = performance.now() + seconds * 1_000;
  const answers: Answer[] = [];
  const client = async () => {
    while (performance.now() < until) answers.push(await send(question));
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  return answers;
}

/** Sends so many questions a second, whether or not earlier ones have been answered (an open loop). */
async function atRate(question: Question, perSecond: number, seconds: number): Promise<Answer[]> {
  const began = performance.now();
  const answers: Promise<Answer>[] = [];
  for (let now = 0; now < seconds * 1_000; now = performance.now() - began) {
    while (answers.length < (perSecond * now) / 1_000) answers.push(send(question));
    await pause(5);
  }
  return Promise.all(answers);
}

/** The smallest value that at least `share` of the values do not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
