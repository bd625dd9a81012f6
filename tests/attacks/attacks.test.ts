import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { inOneProcess, type GatewayUnderTest } from '../gateway-under-test';
import { raw, type RawAnswer } from '../patient-journey';

/** Attacks 11 to 20 and 26 of docs/security.md, against the gateway as it is started; the table there names the tests of the others. */
let gateway: GatewayUnderTest;
/** CPU time of a hundred harmless questions. */
let harmlessCpuMs: number;

beforeAll(async () => {
  gateway = await inOneProcess({ CORS_ORIGINS: 'https://app.example' });
  const small = () => ask('{ practice(odsCode: "Z90001") { name } }');
  await small();
  harmlessCpuMs = await cpuMs(async () => {
    for (let asked = 0; asked < 100; asked++) await small();
  });
});
afterAll(() => gateway.close());

/** Measures the CPU time of this process, which is gateway and client in one; waiting for a busy machine costs none. */
async function cpuMs(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

setFlagsFromString('--expose-gc');
const collectGarbage = z.function({ input: [], output: z.void() }).parse(runInNewContext('gc'));

/** Bytes that are in use, and not merely not yet given back. */
function heapInUse(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const JSON_TYPE = { 'content-type': 'application/json' };

function send(body: unknown, headers: Record<string, string> = {}): Promise<RawAnswer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return raw(`${gateway.url}/graphql`, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: text });
}

const ask = (query: string, variables?: object) => send({ query, variables });

const repeated = (times: number, one: (index: number) => string) =>
  Array.from({ length: times }, (_, index) => one(index)).join(' ');
const nested = (depth: number, open: string, inside: string) =>
  `${repeated(depth, () => `${open} {`)} ${inside} ${'}'.repeat(depth)}`;

const ZIPPED = gzipSync(' '.repeat(10_000_000));

/** Each fragment spreads the next one twice: 2^20 fields in a document of forty lines. */
const FAN_OUT = `{ practice(odsCode: "A") { ...F0 } } ${repeated(
  20,
  (index) => `fragment F${index} on Practice { ...F${index + 1} ...F${index + 1} }`,
)} fragment F20 on Practice { name }`;

const ATTACKS: readonly [name: string, code: string, attack: () => Promise<RawAnswer>][] = [
  [
    '11 depth bomb',
    'DOCUMENT_TOO_DEEP',
    () => ask(`{ __schema { types { ${nested(100, 'ofType', 'name')} } } }`),
  ],
  [
    '12 alias bomb',
    'DOCUMENT_TOO_LARGE',
    () => ask(`{ ${repeated(100, (index) => `a${index}: __typename`)} }`),
  ],
  [
    '12 alias bomb of 1,000 searches',
    'DOCUMENT_TOO_LARGE',
    () => ask(`{ ${repeated(1_000, (index) => `a${index}: assessment(id: "x") { id }`)} }`),
  ],
  [
    '13 batch of 1,000',
    'BAD_REQUEST',
    () => send(Array.from({ length: 1_000 }, () => ({ query: '{ __typename }' }))),
  ],
  [
    '14 directive overload',
    'DOCUMENT_TOO_LARGE',
    () => ask(`{ __typename ${repeated(60, () => '@include(if: true)')} }`),
  ],
  [
    '15 fragment cycle',
    'GRAPHQL_VALIDATION_FAILED',
    () =>
      ask(
        '{ practice(odsCode: "A") { ...A } } fragment A on Practice { ...B } fragment B on Practice { ...A }',
      ),
  ],
  ['15 fragment fan-out', 'DOCUMENT_TOO_LARGE', () => ask(FAN_OUT)],
  ['16 50,000 tokens', 'DOCUMENT_TOO_LARGE', () => ask(`{ ${repeated(16_000, () => 'a b c')} }`)],
  [
    '16 the same field over and over',
    'DOCUMENT_TOO_LARGE',
    () => ask(`{ ${repeated(900, () => '__typename')} }`),
  ],
  ['16 3 MB body', 'BODY_TOO_LARGE', () => ask(`{ __typename } # ${'x'.repeat(3_000_000)}`)],
  [
    '16 gzip bomb',
    'ENCODING_NOT_SUPPORTED',
    () =>
      raw(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
        body: ZIPPED,
      }),
  ],
  [
    '16 deep JSON in variables',
    'BAD_USER_INPUT',
    () =>
      send(
        `{"query":"query ($a: String!) { practice(odsCode: $a) { name } }","variables":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
      ),
  ],
  [
    '17 first: 1,000,000',
    'COST_TOO_HIGH',
    () => ask('{ searchPractices(text: "a", first: 1000000) { name } }'),
  ],
  [
    '17 first: 1,000,000 in a variable',
    'COST_TOO_HIGH',
    () => ask('query ($n: Int!) { searchPractices(text: "a", first: $n) { name } }', { n: 1_000_000 }),
  ],
  [
    '17 first: 2^31',
    'GRAPHQL_VALIDATION_FAILED',
    () => ask('{ searchPractices(text: "a", first: 2147483648) { name } }'),
  ],
  [
    '17 first: null',
    'GRAPHQL_VALIDATION_FAILED',
    () => ask('{ searchPractices(text: "a", first: null) { name } }'),
  ],
  ['17 first: -1', 'BAD_USER_INPUT', () => ask('{ searchPractices(text: "a", first: -1) { name } }')],
  [
    '18 looking for what there is',
    'GRAPHQL_VALIDATION_FAILED',
    () => ask('{ practce(odsCode: "A") { name } }'),
  ],
  [
    '19 a form of a foreign page',
    'BAD_REQUEST',
    () => send('query={__typename}', { 'content-type': 'text/plain' }),
  ],
];

test.each(ATTACKS)(
  '%s is answered with %s, for less work than a hundred harmless questions',
  async (_, code, attack) => {
    const took: number[] = [];
    for (let tries = 0; tries < 5; tries++)
      took.push(
        await cpuMs(async () => {
          const { text } = await attack();
          expect(text).toContain(`"code":"${code}"`);
          expect(text).not.toMatch(/did you mean/i);
        }),
      );
    // The best of five: the first of a kind is compiled, and garbage is collected at any time.
    expect(Math.min(...took)).toBeLessThan(harmlessCpuMs);
  },
);

test('all of them, again and again, leave nothing behind', async () => {
  const allOfThem = async () => {
    for (const [, , attack] of ATTACKS) await attack();
  };
  await allOfThem();
  const before = heapInUse();
  for (let times = 0; times < 5; times++) await allOfThem();
  expect(heapInUse() - before).toBeLessThan(10_000_000);
});

describe('20 pages of other origins', () => {
  const preflight = (origin: string) =>
    fetch(`${gateway.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  test('may ask where they are named', async () => {
    const { status, headers } = await preflight('https://app.example');
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, 'https://app.example']);
    // What Apollo's and urql's clients, and the browser's tracing, send.
    expect((headers.get('access-control-allow-headers') ?? '').split(', ')).toEqual(
      expect.arrayContaining([
        'authorization',
        'content-type',
        'x-request-id',
        'apollo-require-preflight',
        'x-apollo-operation-name',
        'apollographql-client-name',
        'apollographql-client-version',
        'traceparent',
        'tracestate',
        'baggage',
      ]),
    );
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  test.each([
    'null',
    'https://app.example.evil.test',
    'https://evil-app.example',
    'http://app.example',
    'https://APP.example',
  ])('are not let in as %s', async (origin) => {
    expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
    const answer = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { ...JSON_TYPE, origin },
      body: '{"query":"{ __typename }"}',
    });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});

test.each([-1, 50.0001, 25_000, 1e9])(
  '26 a radius of %d miles finds nobody and is explained',
  async (withinMiles) => {
    const { text } = await ask(
      `query ($near: PlaceInput!, $withinMiles: Float!) { practicesNear(near: $near, withinMiles: $withinMiles) {
      __typename ... on Problem { code message } } }`,
      { near: { postcode: 'WY1 1AA' }, withinMiles },
    );
    expect(text).toContain('INVALID_INPUT');
  },
);
