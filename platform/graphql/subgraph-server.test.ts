import { connect } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { SignJWT } from 'jose';
import pino from 'pino';
import { CALLER_HEADER, REQUEST_ID_HEADER, signCaller } from '../../domain/caller-token';
import { deriveKey } from '../../domain/secret';
import type { Listening } from '../http/listen';
import type { SubgraphContext } from './subgraph-context';
import { serveSubgraph } from './subgraph-server';
import { EXECUTOR } from '../../tests/executor';

const KEY = deriveKey('a shared secret of the processes', 'caller');
const ANALYST = { kind: 'analyst', id: 'analyst-0123456789' } as const;
const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { who: String!, broken: String! }
  type Booking @key(fields: "id") { id: ID! whoAsks: String! }
`);
const resolvers = {
  Query: {
    who: (_: unknown, __: unknown, { caller, requestId }: SubgraphContext) => `${caller.kind} ${requestId}`,
    broken: () => {
      throw new Error('the diary at /var/lib/diary is broken');
    },
  },
  Booking: {
    __resolveReference: ({ id }: { id: string }, { caller }: SubgraphContext) => ({
      id,
      whoAsks: caller.kind,
    }),
  },
};

const schema = buildSubgraphSchema([{ typeDefs, resolvers }]);
const logged: string[] = [];

function serve(ready: () => Promise<void> = () => Promise.resolve()): Promise<Listening> {
  return serveSubgraph(
    { name: 'appointments', schema, typeDefs: '', ready, close: () => Promise.resolve() },
    {
      http: { host: '127.0.0.1', port: 0 },
      callerKeys: [KEY],
      executor: EXECUTOR,
      logger: pino({ level: 'trace' }, { write: (line: string) => logged.push(line) }),
    },
  );
}

let server: Listening;
let resolved: number;
beforeAll(async () => {
  server = await serve();
});
afterAll(() => server.close());
beforeEach(() => {
  resolved = logged.length;
});

const ENTITY = {
  query:
    'query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Booking { id whoAsks } } }',
  variables: { r: [{ __typename: 'Booking', id: '1' }] },
};

async function ask(headers: Record<string, string>, body: unknown = { query: '{ who }' }) {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

function callerToken(change: (token: SignJWT) => SignJWT, caller: unknown = ANALYST): Promise<string> {
  const token = new SignJWT({ caller })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('gp-booking-gateway')
    .setAudience('appointments')
    .setIssuedAt()
    .setExpirationTime('30s');
  return change(token).sign(KEY);
}

const same = (token: SignJWT) => token;
const NOW = Math.floor(Date.now() / 1_000);

it('answers the gateway, as the caller whom it names', async () => {
  const headers = {
    [CALLER_HEADER]: await signCaller(ANALYST, 'appointments', KEY),
    [REQUEST_ID_HEADER]: 'request-1',
  };
  expect(await ask(headers)).toEqual({ status: 200, text: '{"data":{"who":"analyst request-1"}}' });
  expect(JSON.parse((await ask(headers, ENTITY)).text)).toEqual({
    data: { _entities: [{ __typename: 'Booking', id: '1', whoAsks: 'analyst' }] },
  });
});

describe.each<[string, () => Promise<Record<string, string>>]>([
  ['nothing', () => Promise.resolve({})],
  ['an empty header', () => Promise.resolve({ [CALLER_HEADER]: '' })],
  ["a client's bearer token", () => Promise.resolve({ authorization: 'Bearer a.b.c' })],
  ['the caller in plain words', () => Promise.resolve({ [CALLER_HEADER]: JSON.stringify(ANALYST) })],
  [
    'a token of another secret',
    async () => ({
      [CALLER_HEADER]: await signCaller(ANALYST, 'appointments', deriveKey('another', 'caller')),
    }),
  ],
  [
    'a token made with a key for another use',
    async () => ({
      [CALLER_HEADER]: await signCaller(
        ANALYST,
        'appointments',
        deriveKey('a shared secret of the processes', 'offer'),
      ),
    }),
  ],
  [
    'a token for another subgraph',
    async () => ({ [CALLER_HEADER]: await signCaller(ANALYST, 'practices', KEY) }),
  ],
  [
    'an expired token',
    async () => ({
      [CALLER_HEADER]: await callerToken((token) => token.setIssuedAt(NOW - 90).setExpirationTime(NOW - 60)),
    }),
  ],
  [
    'a token that claims a longer life',
    async () => ({
      [CALLER_HEADER]: await callerToken((token) => token.setIssuedAt(NOW - 90).setExpirationTime(NOW + 90)),
    }),
  ],
  [
    'a token of another issuer',
    async () => ({ [CALLER_HEADER]: await callerToken((token) => token.setIssuer('somebody')) }),
  ],
  [
    'a caller that is none',
    async () => ({ [CALLER_HEADER]: await callerToken(same, { kind: 'administrator' }) }),
  ],
  [
    'an unsigned token',
    async () => ({
      [CALLER_HEADER]: [
        Buffer.from('{"alg":"none"}').toString('base64url'),
        (await callerToken(same)).split('.')[1]!,
        '',
      ].join('.'),
    }),
  ],
  [
    'the same token twice',
    async () => {
      const token = await callerToken(same);
      return { [CALLER_HEADER]: `${token}, ${token}` };
    },
  ],
])('with %s', (_, headers) => {
  it.each([
    ['an entity', ENTITY],
    ['a field', { query: '{ who }' }],
    ['the schema', { query: '{ _service { sdl } __schema { queryType { name } } }' }],
    ['nonsense', 'not JSON'],
  ])('it says 401 and nothing else about %s', async (__, body) => {
    expect(await ask(await headers(), body)).toEqual({
      status: 401,
      text: '{"errors":[{"message":"Only the gateway may call this service."}]}',
    });
    expect(logged).toHaveLength(resolved);
  });
});

it('tells the gateway that a request cannot be used, without its insides', async () => {
  const headers = { [CALLER_HEADER]: await signCaller(ANALYST, 'appointments', KEY) };
  expect((await ask(headers, { query: 1 })).status).toBe(400);
  for (const body of ['not JSON', { query: '{ nothing }' }, { query: '{' }]) {
    const { status, text } = await ask(headers, body);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(text).not.toMatch(/ at |\.ts|JSON\.parse/);
  }
});

test('tells whoever asks that it lives, and that it is ready while its database answers', async () => {
  const health = async ({ url }: Listening, check: string) => {
    const response = await fetch(`${new URL(url).origin}/health/${check}`);
    return { status: response.status, body: await response.json() };
  };
  const isLive = { status: 200, body: { status: 'live' } };
  expect(await health(server, 'live')).toEqual(isLive);
  expect(await health(server, 'ready')).toEqual({ status: 200, body: { status: 'ready', missing: [] } });
  const broken = await serve(() => Promise.reject(new Error('the database at /var/lib/postgresql is gone')));
  expect(await health(broken, 'live')).toEqual(isLive);
  expect(await health(broken, 'ready')).toEqual({
    status: 503,
    body: { status: 'not ready', missing: ['database'] },
  });
  await broken.close();
});

test.each([
  ['GET', '/graphql', {}, 405, 'POST'],
  ['DELETE', '/graphql', {}, 405, 'POST'],
  ['POST', '/health/live', {}, 405, 'GET, HEAD'],
  ['PUT', '/health/ready', {}, 405, 'GET, HEAD'],
  ['HEAD', '/health/live', {}, 200, null],
  ['HEAD', '/health/ready', {}, 200, null],
  ['POST', '/graphql', { 'content-encoding': 'gzip' }, 415, null],
])('%s %s with %j is answered with %i', async (method, path, more, status, allow) => {
  const headers = { ...more, [CALLER_HEADER]: await signCaller(ANALYST, 'appointments', KEY) };
  const response = await fetch(`${new URL(server.url).origin}${path}`, { method, headers });
  expect({ status: response.status, allow: response.headers.get('allow') }).toEqual({ status, allow });
});

test('whoever goes away while sending is nobody’s fault', async () => {
  const token = await signCaller(ANALYST, 'appointments', KEY);
  const { port } = new URL(server.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: x\r\n${CALLER_HEADER}: ${token}\r\ncontent-length: 100\r\n\r\n{`,
  );
  // What is asked on another connection afterwards is answered after it was read.
  await ask({ [CALLER_HEADER]: token });
  socket.destroy();
  await new Promise((resolve) => socket.once('close', resolve));
  await ask({ [CALLER_HEADER]: token });
  expect(logged).toHaveLength(resolved);
});
