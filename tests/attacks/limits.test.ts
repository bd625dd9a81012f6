import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, print } from 'graphql';
import { z } from 'zod';
import { supplierIds } from '../../adapters/registry';
import { demoIssuer } from '../../demo/issuer';
import { manualTimers } from '../../domain/manual-timers';
import { eventually } from '../../domain/eventually';
import { inOneProcess, type GatewayUnderTest } from '../gateway-under-test';
import { asker, checkSymptoms, newFamily, OPTIONS, raw, WITHIN_A_DAY, type Ask } from '../patient-journey';

const FOLDER = join(__dirname, '..', '..', 'schema', 'operations');
const TEXT = print(parse(readFileSync(join(FOLDER, 'PracticeByCode.graphql'), 'utf8')));
const ID = createHash('sha256').update(TEXT).digest('hex');
const VARIABLES = { odsCode: 'Z90001' };

const Manifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  operations: z.array(z.object({ id: z.string(), name: z.string(), type: z.string(), body: z.string() })),
});

const started: GatewayUnderTest[] = [];
async function gatewayWith(...settings: Parameters<typeof inOneProcess>): Promise<GatewayUnderTest> {
  const gateway = await inOneProcess(...settings);
  started.push(gateway);
  return gateway;
}
afterAll(async () => {
  for (const gateway of started) await gateway.close();
});

async function signedIn(gateway: GatewayUnderTest, scope: string): Promise<Ask> {
  const issuer = await demoIssuer(gateway.config.dataDir);
  return asker(gateway.url, await issuer.sign('client', `${scope}-1`, { scope }));
}

describe('where only published documents are taken', () => {
  let gateway: GatewayUnderTest;
  beforeAll(async () => {
    gateway = await gatewayWith({ TRUSTED_DOCUMENTS: 'on' });
  });
  const send = (body: object) =>
    raw(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ variables: VARIABLES, ...body }),
    });

  test.each<[string, object]>([
    ['its text', { query: TEXT }],
    ['its id', { documentId: ID }],
    ['its id with the name of the digest', { documentId: `sha256:${ID}` }],
    [
      'its id as Apollo’s clients send it',
      { extensions: { persistedQuery: { version: 1, sha256Hash: ID } } },
    ],
  ])('one may be asked for by %s', async (_, body) => {
    expect((await send(body)).data).toMatchObject({ practice: { odsCode: 'Z90001' } });
  });

  test('by GET as well', async () => {
    const search = new URLSearchParams({ documentId: ID, variables: JSON.stringify(VARIABLES) });
    const { data } = await raw(`${gateway.url}/graphql?${search.toString()}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
    expect(data).toMatchObject({ practice: { odsCode: 'Z90001' } });
  });

  test('every other is refused by name', async () => {
    const unknown = await send({ documentId: 'f'.repeat(64) });
    expect([unknown.status, unknown.errors[0]?.extensions?.code]).toEqual([400, 'DOCUMENT_UNKNOWN']);
    const other = await send({ query: '{ __typename }' });
    expect([other.status, other.errors[0]?.extensions?.code]).toEqual([403, 'DOCUMENT_NOT_TRUSTED']);
  });

  test.each(['analyst', 'operator'])('%ss may send any document, and see the schema', async (scope) => {
    const ask = await signedIn(gateway, scope);
    expect((await ask('{ __schema { queryType { name } } }')).data).toMatchObject({ __schema: {} });
  });

  test('the manifest tells front ends the id of each', () => {
    const manifest = readFileSync(join(FOLDER, 'manifest.json'), 'utf8');
    const { operations } = Manifest.parse(JSON.parse(manifest));
    expect(operations).toContainEqual({ id: ID, name: 'PracticeByCode', type: 'query', body: TEXT });
  });
});

test('a caller who has used up a minute gets the time to wait, and nobody else does', async () => {
  const gateway = await gatewayWith({ LIMIT_CALLER_COST_PER_MINUTE: '3' });
  const anybody = asker(gateway.url);
  const first = await anybody('{ __typename }');
  expect(first.text).toContain('"cost":{"estimated":0,"maximum":20000,"remaining":2}');
  await anybody('{ __typename }');
  await anybody('{ __typename }');
  const refused = await anybody('{ __typename }');
  expect([refused.status, refused.errors[0]?.extensions?.code]).toEqual([429, 'RATE_LIMITED']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await (await signedIn(gateway, 'operator'))('{ __typename }')).status).toBe(200);
});

test('a query that takes too long is cancelled, with its calls to practices', async () => {
  // No supplier's own time ever runs out.
  const timers = manualTimers();
  const gateway = await gatewayWith({ LIMIT_QUERY_SECONDS: '1' }, timers);
  const { ask, son } = await newFamily(gateway);
  const { id } = await checkSymptoms(ask, son, WITHIN_A_DAY);
  const { faults } = gateway.simulators;
  for (const supplier of supplierIds) faults.add({ supplier, fault: { kind: 'held' } });
  const answer = await ask(OPTIONS, { id, because: 'AWAY_FROM_HOME' });
  expect([answer.status, answer.errors[0]?.extensions?.code]).toEqual([504, 'TIMED_OUT']);
  const exchanges = () => gateway.logged.filter((line) => line.includes('supplier exchange'));
  await eventually('no supplier is waited for any more', () => exchanges().length >= faults.held());
  const givenUp = exchanges();
  // A few are listened to until the supplier's own time has passed.
  timers.advance(10_000);
  await eventually('no supplier is listened to any more', () => timers.waiting === 0);
  expect(givenUp.filter((line) => !line.includes('TIMED_OUT'))).toEqual([]);
  expect(givenUp).not.toEqual([]);
});
