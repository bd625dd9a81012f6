import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import pino from 'pino';
import { CONSUMER } from '../adapters/conformance/gp-system-at';
import { SupplierError } from '../adapters/gp-system';
import { redisThrottles } from '../adapters/http/redis-throttles';
import { createGpSystems } from '../adapters/registry';
import { ERRORS_IN_LOGS, loggableError, sentenceOf } from '../domain/loggable-error';
import { callerBudget } from '../gateway/limits/caller-budget';
import { redisHolds } from '../subgraphs/appointments/holds/redis-holds';
import { openAuditStore } from '../platform/database/audit-store';
import { eventually } from '../domain/eventually';

const USER = 'svcuser';
const PASSWORD = 'WRONG-SECRET-PW-9434765919';

/** Repeats in its errors the data that it was sent, as old servers do, and hostile ones. */
const REPEATS = (socket: Socket) => {
  socket.on('data', (sent) => {
    const args = sent
      .toString('latin1')
      .split('\r\n')
      .filter((part) => /^[\w-]+$/.test(part));
    const commands = sent.toString('latin1').match(/\*\d+\r\n/g)?.length ?? 1;
    socket.write(
      `-ERR unknown command, with args beginning with: ${args.map((arg) => `'${arg}'`).join(' ')}\r\n`.repeat(
        commands,
      ),
    );
  });
};

/** Asks PostgreSQL's client for its password in clear, and repeats it. */
const REPEATS_TO_POSTGRES = (socket: Socket) => {
  socket.once('data', () => {
    socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
    socket.once('data', () => {
      const fields = `SFATAL\0C28P01\0Mpassword authentication failed for user "${USER}" with '${PASSWORD}'\0D${PASSWORD}\0\0`;
      const head = Buffer.alloc(5);
      head.write('E');
      head.writeInt32BE(fields.length + 4, 1);
      socket.end(Buffer.concat([head, Buffer.from(fields, 'latin1')]));
    });
  });
};

const servers: Server[] = [];
const sockets = new Set<Socket>();

async function serverThat(answers: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    answers(socket);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function closedPort(): Promise<number> {
  const port = await serverThat(() => undefined);
  servers.pop()?.close();
  return port;
}

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** Without the product's options: what the stores say is to be good by itself. */
function recorded(options: pino.LoggerOptions = {}) {
  const lines: string[] = [];
  const logger = pino({ level: 'trace', ...options }, { write: (line) => lines.push(line) });
  return { lines, logger };
}

/** Each way to fail, as an address without its credentials. */
const FAILURES: [how: string, scheme: string, port: () => Promise<number>][] = [
  ['a wrong password, repeated by the server', 'redis', () => serverThat(REPEATS)],
  ['a connection that is refused', 'redis', closedPort],
  ['a TLS handshake with one that speaks none', 'rediss', () => serverThat(REPEATS)],
  ['one that never answers', 'redis', () => serverThat(() => undefined)],
  ['one that hangs up', 'redis', () => serverThat((socket) => socket.destroy())],
];

const { TEST_REDIS_URL } = process.env;
if (TEST_REDIS_URL !== undefined)
  FAILURES.push([
    'a real one, with which the password is not agreed',
    'redis',
    () => Promise.resolve(Number(new URL(TEST_REDIS_URL).port)),
  ]);

interface Store {
  ask(): Promise<unknown>;
  close(): Promise<void>;
}

const STORES: [what: string, open: (url: string, logger: pino.Logger) => Store][] = [
  [
    'holds',
    (url, logger) => {
      const holds = redisHolds(url, logger);
      return { ask: () => holds.holders(['a']), close: () => holds.close() };
    },
  ],
  [
    'throttles',
    (url, logger) => {
      const throttles = redisThrottles(url, logger);
      return { ask: () => throttles.waitMs('a'), close: () => throttles.close() };
    },
  ],
  [
    'budgets of callers',
    (url, logger) => {
      const budget = callerBudget(10, url, logger);
      return { ask: () => budget.spend('a', 1), close: () => budget.close() };
    },
  ],
];

describe.each(FAILURES)('%s', (how, scheme, portOf) => {
  test.each(STORES)('puts no password into the log: %s', async (_, open) => {
    const { lines, logger } = recorded();
    const store = open(`${scheme}://${USER}:${PASSWORD}@127.0.0.1:${await portOf()}`, logger);
    const asked = await store.ask().catch((error: unknown) => error);
    if (!how.includes('never')) await eventually('it says that it cannot be had', () => lines.length > 0);
    logger.error({ err: loggableError(asked) }, 'asked');
    await store.close();
    expect(lines.join('')).not.toContain(PASSWORD);
  });
});

test.each<[string, () => Promise<number>, string?]>([
  ['a wrong password, repeated by the server', () => serverThat(REPEATS_TO_POSTGRES)],
  ['a connection that is refused', closedPort],
  ['one that hangs up', () => serverThat((socket) => socket.destroy())],
  [
    'one without TLS',
    () => serverThat((socket) => socket.once('data', () => socket.write('N'))),
    '?sslmode=verify-full',
  ],
])('PostgreSQL, %s: no password in what is said', async (how, portOf, parameters = '') => {
  const url = `postgres://${USER}:${PASSWORD}@127.0.0.1:${await portOf()}/gp${parameters}`;
  const error: unknown = await openAuditStore({ kind: 'postgres', url }).then(
    (store) => store.close(),
    (failed: unknown) => failed,
  );
  const { lines, logger } = recorded(ERRORS_IN_LOGS);
  logger.error(error);
  const said = sentenceOf(error, 'It failed.');
  expect(said).toMatch(/DATABASE_URL/);
  expect(lines[0]).toContain(how.includes('wrong') ? '28P01' : 'DatabaseUnavailable');
  expect(said + lines.join('')).not.toContain(PASSWORD);
});

/** Answers over HTTP with whatever it was sent. */
const REPEATS_OVER_HTTP = (status: string) => (socket: Socket) => {
  socket.on('data', (sent) => {
    const body = sent.toString('utf8');
    socket.end(`HTTP/1.1 ${status}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  });
};

test.each(['401 No', '400 Bad', '500 Broken', '200 OK'])(
  'a supplier that repeats its secret with %s: not in the log, not in the error',
  async (status) => {
    const { lines, logger } = recorded();
    const url = `http://127.0.0.1:${await serverThat(REPEATS_OVER_HTTP(status))}`;
    const values = { CLIENT_ID: 'our-id', CLIENT_SECRET: PASSWORD };
    const system = createGpSystems({
      suppliers: { meridian: { url, values } },
      consumer: CONSUMER,
      logger,
      now: () => new Date('2026-07-01T11:00:00Z'),
    }).get('meridian')!;
    const range = { from: new Date('2026-07-02T08:00:00Z'), to: new Date('2026-07-02T18:00:00Z') };
    const call = { signal: new AbortController().signal, deadline: Infinity, requestId: 'request-1' };
    const search = { ...range, practice: CONSUMER.odsCode, actor: { kind: 'PATIENT', id: 'a' } } as const;
    const error: unknown = await (async () => {
      for await (const page of system.searchSlots(search, call)) logger.debug({ page }, 'found');
    })().catch((failed: unknown) => failed);
    logger.error({ err: loggableError(error) }, 'asked');
    expect(error).toBeInstanceOf(SupplierError);
    expect(lines.join('')).toContain('supplier exchange');
    expect(lines.join('') + String(error) + JSON.stringify(error)).not.toContain(PASSWORD);
  },
);
