import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { eventually } from '../domain/eventually';
import { MAIN } from './product-process';

const PASSWORD = 'A-PASSWORD-OF-THE-STORES';
const MARKER = 'marker-9434765919';

/** Headers that a client can send, without those that Node makes itself, or that a request needs. */
const HEADERS = [
  'accept-language',
  'apollographql-client-name',
  'apollographql-client-version',
  'b3',
  'baggage',
  'cookie',
  'correlation-context',
  'forwarded',
  'from',
  'origin',
  'referer',
  'tracestate',
  'uber-trace-id',
  'user-agent',
  'via',
  'x-amzn-trace-id',
  'x-apollo-operation-name',
  'x-b3-traceid',
  'x-cloud-trace-context',
  'x-correlation-id',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-gp-booking-caller',
  'x-real-ip',
  'x-request-id',
  'x-anything',
];

/** A collector that refuses, and repeats what it was sent. */
function refusingCollector() {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      response.writeHead(400).end(JSON.stringify(request.headers));
    });
  });
  return { server, bodies };
}

/** A Redis that repeats what it was sent. */
const repeatingRedis = () =>
  createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (sent) => {
      const quoted = sent.toString('latin1').replace(/[\r\n]+/g, "' '");
      socket.write(`-ERR unknown command, with args beginning with: '${quoted}'\r\n`);
    });
  });

const portOf = (address: AddressInfo | string | null) =>
  typeof address === 'object' && address !== null ? address.port : 0;

/** One process of the product, started once: it talks as much as it can, and its stores and its collector refuse it. */
describe('a process that says everything it can', () => {
  const dataDir = join(mkdtempSync(join(tmpdir(), 'gp-booking-')), 'data');
  const { server: collector, bodies } = refusingCollector();
  const redis = repeatingRedis();
  let logged = '';
  let url = '';
  let metrics = '';
  let stop: () => Promise<void>;

  beforeAll(async () => {
    collector.listen(0, '127.0.0.1');
    redis.listen(0, '127.0.0.1');
    await Promise.all([once(collector, 'listening'), once(redis, 'listening')]);
    const child = spawn(process.execPath, [MAIN], {
      env: {
        PATH: process.env.PATH,
        EXECUTOR: process.env.EXECUTOR,
        DATA_DIR: dataDir,
        PORT: '0',
        SIMULATOR_CONTROL_PORT: '0',
        LOG_LEVEL: 'trace',
        REDIS_URL: `redis://svcuser:${PASSWORD}@127.0.0.1:${portOf(redis.address())}`,
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${portOf(collector.address())}`,
        OTEL_EXPORTER_OTLP_HEADERS: `authorization=${PASSWORD}`,
        OTEL_BSP_SCHEDULE_DELAY: '50',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (logged += chunk.toString()));
    stop = async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'close');
    };
    url = await eventually('it says where it listens', () => /API +(\S+)\/graphql/.exec(said)?.[1]);
    for (const query of [
      '{ __typename }',
      `{ a${MARKER.replace('-', '_')}: nothing }`,
      '{ findPathways(first: 1) { __typename } }',
    ])
      await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          ...Object.fromEntries(HEADERS.map((name) => [name, `${MARKER}=${MARKER}`])),
          'content-type': 'application/json',
          traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
        },
        body: JSON.stringify({ query }),
      });
    // Those for which a request is refused, each by itself; and an address with it.
    for (const name of ['authorization', 'accept', 'content-type', 'content-encoding', 'accept-encoding'])
      await fetch(`${url}/graphql?query=${MARKER}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [name]: `${MARKER} ${MARKER}` },
        body: JSON.stringify({
          query: MARKER,
          operationName: MARKER,
          variables: { a: MARKER },
          documentId: MARKER,
        }),
      });
    await fetch(`${url}/${MARKER}?${MARKER}`, { headers: { 'x-request-id': MARKER } });
    await eventually('spans of the requests are sent', () => bodies.join('').includes('a'.repeat(32)));
    await eventually('the stores fail', () => logged.includes('hold store connection'));
    metrics = await (await fetch(`${url}/metrics`)).text();
  });
  afterAll(async () => {
    await stop();
    redis.close();
    collector.close();
  });

  it('names files for its owner alone', async () => {
    const modes = () =>
      readdirSync(dataDir).map((name) => [name, (statSync(join(dataDir, name)).mode & 0o777).toString(8)]);
    expect((statSync(dataDir).mode & 0o777).toString(8)).toBe('700');
    expect(modes().map(([name]) => name)).toEqual(
      expect.arrayContaining([
        'triage.db',
        'triage.db-wal',
        'triage.db-shm',
        'ledger.db',
        'audit.db',
        'secret',
      ]),
    );
    expect(modes().filter(([, mode]) => mode !== '600')).toEqual([]);
    await Promise.resolve();
  });

  it('repeats no header of a client in a log, a span or a metric', () => {
    expect(metrics).toContain('gp_booking_gateway');
    for (const telemetry of [logged, bodies.join(''), metrics])
      expect(telemetry).not.toContain(MARKER.slice(-10));
  });

  it('says no password of a store or a collector, until it has ended', async () => {
    await stop();
    expect(logged).toContain('with args beginning with');
    for (const telemetry of [logged, bodies.join(''), metrics]) expect(telemetry).not.toContain(PASSWORD);
    expect(
      readdirSync(dataDir).map((name) => readFileSync(join(dataDir, name)).includes(PASSWORD)),
    ).not.toContain(true);
  });
});
