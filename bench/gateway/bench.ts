import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { isDeepStrictEqual } from 'node:util';
import { JOURNEYS, type Journey } from './journeys';
import { underLoad, type Load } from './load';

/**
 * `npm run bench:gateway`: our gateway against the stock one, other JavaScript gateways and a bare server. Each
 * measurement is paired with one of stock right before it; what counts is the ratio, for the machine is nobody's own.
 */
const CONNECTIONS = 16;

interface Contestant {
  name: string;
  /** True for other projects: when their answers differ they are left out, and the bench goes on. */
  isPeer?: boolean;
  /** Starts its servers; the last one receives the requests. */
  start(journey: Journey, expected: string): Promise<Server[]>;
}

interface Server {
  url: string;
  process: ChildProcess;
}

interface Measured extends Load {
  cpuMsPerRequest: number;
  memoryMB: number;
}

/** Processes to end with the bench, whatever ends it. */
const children = new Set<ChildProcess>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

const HERE = __dirname;
/** Folder of the peers, which have a package of their own: running the service does not install them. */
const PEERS = join(HERE, '..', '..', '..', 'bench', 'peers');

const ours = (kind: string) => async () => [await server(kind)];
const over = (subgraphs: string, kind: string) => async () => {
  const behind = await server(subgraphs);
  return [behind, await server(kind, behind.url)];
};
const peer = (file: string) => async () => {
  const behind = await server('stock-subgraphs');
  return [behind, await started([join(PEERS, file), behind.url])];
};

const STOCK: Contestant = { name: 'stock', start: over('stock-subgraphs', 'stock-gateway') };
const CONTESTANTS: Contestant[] = [
  { name: 'ours, in process', start: ours('ours-in-process') },
  { name: 'ours, over HTTP', start: over('our-subgraphs', 'ours-over-http') },
  ...(existsSync(join(PEERS, 'node_modules'))
    ? [
        { name: 'Mercurius + jit', isPeer: true, start: peer('mercurius.mjs') },
        { name: 'Hive', isPeer: true, start: peer('hive.mjs') },
      ]
    : []),
  { name: 'bare Node', start: async (_, expected) => [await server('bare', '-', expected)] },
];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      'warm-up': { type: 'string', default: '10' },
      only: { type: 'string', multiple: true },
    },
  });
  const [rounds, seconds, warmUp] = [values.rounds, values.seconds, values['warm-up']].map(Number) as [
    number,
    number,
    number,
  ];
  const wanted = CONTESTANTS.filter(({ name }) => values.only?.some((only) => name.includes(only)) ?? true);
  const say = (line: string) => {
    if (!values.json) console.log(line);
  };
  if (!existsSync(join(PEERS, 'node_modules')))
    say('Peers are left out: run npm ci in bench/peers for them.');
  say(
    `${rounds} rounds of ${seconds} s, each beside one of stock; ${CONNECTIONS} connections; warmed up for ${warmUp} s`,
  );

  const rows = [];
  for (const journey of JOURNEYS) {
    const body = JSON.stringify({ query: journey.query, variables: journey.variables });
    const stock = await STOCK.start(journey, '');
    const expected = await answerOf(stock, body);
    const running = [];
    for (const contestant of wanted) {
      const servers = await contestant.start(journey, JSON.stringify(expected));
      const answer = await answerOf(servers, body);
      if (!isDeepStrictEqual(answer, expected)) {
        const problem = `${contestant.name} answers ${journey.size} differently`;
        if (!contestant.isPeer) throw new Error(`${problem}.`);
        say(`${problem}, and is left out.`);
        for (const { process: child } of servers) await stop(child);
        continue;
      }
      running.push({ ...contestant, servers, measured: [] as { own: Measured; stock: Measured }[] });
    }
    for (const servers of [stock, ...running.map(({ servers }) => servers)])
      await underLoad(urlOf(servers), body, { connections: CONNECTIONS, seconds: warmUp });
    for (let round = 0; round < rounds; round++)
      for (const { servers, measured } of running) {
        const beside = await measure(stock, body, seconds);
        measured.push({ own: await measure(servers, body, seconds), stock: beside });
      }
    say(`\n${journey.size}: ${Buffer.byteLength(JSON.stringify(expected))} bytes`);
    say(
      '                        × stock  (lowest–highest)   requests/s   p50 ms   p99 ms   CPU of stock   memory MB',
    );
    const stocks = running.flatMap(({ measured }) => measured.map(({ stock: one }) => one));
    say(row('stock', [1], stocks, 1));
    for (const { name, measured } of running) {
      const ratios = measured.map(({ own, stock: one }) => own.requestsPerSecond / one.requestsPerSecond);
      const cpu = median(measured.map(({ own, stock: one }) => own.cpuMsPerRequest / one.cpuMsPerRequest));
      say(
        row(
          name,
          ratios,
          measured.map(({ own }) => own),
          cpu,
        ),
      );
      rows.push({ size: journey.size, name, ratio: median(ratios), ratios, cpuOfStock: cpu, measured });
    }
    for (const { process: child } of [...stock, ...running.flatMap(({ servers }) => servers)])
      await stop(child);
  }
  if (values.json) console.log(JSON.stringify({ rounds, seconds, warmUp, connections: CONNECTIONS, rows }));
}

function row(name: string, ratios: number[], measured: Measured[], cpu: number): string {
  const spread = `(${Math.min(...ratios).toFixed(1)}–${Math.max(...ratios).toFixed(1)})`;
  const of = (key: keyof Measured, digits: number) => median(measured.map((one) => one[key])).toFixed(digits);
  return `  ${name.padEnd(20)} ${median(ratios).toFixed(2).padStart(8)}  ${spread.padEnd(18)} ${of('requestsPerSecond', 0).padStart(10)} ${of('p50', 2).padStart(8)} ${of('p99', 2).padStart(8)} ${cpu.toFixed(2).padStart(14)} ${of('memoryMB', 0).padStart(11)}`;
}

async function measure(servers: Server[], body: string, seconds: number): Promise<Measured> {
  const before = cpuMs(servers);
  const load = await underLoad(urlOf(servers), body, { connections: CONNECTIONS, seconds });
  const requests = load.requestsPerSecond * seconds;
  return { ...load, cpuMsPerRequest: (cpuMs(servers) - before) / requests, memoryMB: memoryMB(servers) };
}

/** User and system time of all processes behind an address, as Linux counts it. */
function cpuMs(servers: Server[]): number {
  const TICK_MS = 10;
  return sum(servers, (pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  });
}

function memoryMB(servers: Server[]): number {
  return sum(servers, (pid) => {
    const kB = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kB) / 1_024;
  });
}

function sum(servers: Server[], of: (pid: number) => number): number {
  return servers
    .flatMap(({ process: { pid } }) => (pid === undefined ? [] : [pid, ...workersOf(pid)]))
    .reduce((total, pid) => total + of(pid), 0);
}

function workersOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? [] : children.split(' ').map(Number);
}

function urlOf(servers: Server[]): string {
  const last = servers.at(-1);
  if (last === undefined) throw new Error('A contestant has a server.');
  return last.url;
}

async function answerOf(servers: Server[], body: string): Promise<unknown> {
  const response = await fetch(urlOf(servers), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  // Extensions, such as the cost, are not compared.
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown };
  return { data, ...(errors === undefined ? {} : { errors }) };
}

function server(kind: string, argument = '', input?: string): Promise<Server> {
  return started([join(HERE, 'server.js'), kind, argument], input);
}

async function started(args: string[], input = ''): Promise<Server> {
  // The flags of `npm start`, which this process has too: the same for every contestant.
  const child = spawn(process.execPath, [...process.execArgv, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  children.add(child);
  child.stdin.end(input);
  for await (const line of createInterface({ input: child.stdout }))
    if (/^(http|\{)/.test(line)) return { url: line, process: child };
  throw new Error(`${args.slice(0, 2).join(' ')} did not start.`);
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  // Some contestants wait for connections to end on other signals.
  child.kill('SIGKILL');
  await gone;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
