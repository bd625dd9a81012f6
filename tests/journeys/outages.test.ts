import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { manualTimers, type ManualTimers } from '../../domain/manual-timers';
import { eventually } from '../../domain/eventually';
import { overHttp, type GatewayUnderTest, type Parts } from '../gateway-under-test';
import { checkSymptoms, newFamily, OPTIONS, WITHIN_A_DAY } from '../patient-journey';

const GRAPHQL = 'application/graphql-response+json';
const WARN = 40;

const Line = z.looseObject({ level: z.number(), msg: z.string(), requestId: z.string().optional() });

let gateway: GatewayUnderTest & Parts;
let timers: ManualTimers;
beforeAll(async () => {
  timers = manualTimers();
  gateway = await overHttp(timers);
});
afterAll(() => gateway.close());

interface Question {
  query: string;
  accept?: string;
  variables?: object;
  token?: string;
  signal?: AbortSignal;
}

function send({ query, accept = GRAPHQL, variables = {}, token, signal }: Question) {
  const requestId = randomUUID();
  const response = fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept,
      'x-request-id': requestId,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
    ...(signal && { signal }),
  });
  return { requestId, response };
}

/** Lets a restart's time pass while somebody waits for one. */
async function reply({ requestId, response }: ReturnType<typeof send>) {
  let isThere = false;
  const end = () => (isThere = true);
  response.then(end, end);
  await eventually('there is an answer', () => {
    if (!isThere && timers.waiting > 0) timers.advance(10_000);
    return isThere;
  });
  const { status, headers, json } = await response.then(async (answer) => ({
    status: answer.status,
    headers: answer.headers,
    json: Body.parse(await answer.json()),
  }));
  return { requestId, status, retryAfter: headers.get('retry-after'), ...json };
}

const Body = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.record(z.string(), z.unknown()) }))
    .optional(),
});

function loggedOf(requestId: string) {
  return gateway.logged
    .map((line) => Line.parse(JSON.parse(line)))
    .filter((line) => line.requestId === requestId);
}

async function metrics(): Promise<string> {
  return (await fetch(`${gateway.url}/metrics`)).text();
}

test('a client that disconnects during a search causes no error', async () => {
  const { son, ask, token } = await newFamily(gateway);
  const { id } = await checkSymptoms(ask, son, WITHIN_A_DAY);
  const { faults } = gateway.simulators;
  faults.add({ supplier: 'emis', operation: 'SEARCH', fault: { kind: 'held' } });
  const client = new AbortController();
  const variables = { id, because: 'AWAY_FROM_HOME' };
  const { requestId, response } = send({ query: OPTIONS, variables, token, signal: client.signal });
  await eventually('a practice is being asked', () => faults.held() > 0);
  client.abort();
  await expect(response).rejects.toThrow();
  await eventually('it is over', () => loggedOf(requestId).some(({ msg }) => msg === 'answered'));
  faults.clear();
  faults.release();
  expect(loggedOf(requestId).filter(({ level }) => level >= WARN)).toEqual([]);
  expect(await metrics()).not.toMatch(
    /_errors_total\{[^}]*\} [1-9]|refusals_total\{code="INTERNAL[^}]*\} [1-9]/,
  );
});

describe('while a part is away', () => {
  /** Null where nothing else can be said. */
  const NOTHING_ELSE = '{ dispositions { id } }';
  const MESSAGE = 'A part of the service is unavailable. Send the same request again in a few seconds.';
  const outage = { message: MESSAGE, extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 2 } };
  beforeAll(() => gateway.stopPart('triage'));

  test('the answer has a code, a hint and the status of its media type', async () => {
    const { status, retryAfter, data, errors } = await reply(send({ query: NOTHING_ELSE }));
    expect({ status, retryAfter, data, errors }).toEqual({
      status: 503,
      retryAfter: '2',
      data: undefined,
      errors: [outage],
    });
    const plain = await reply(send({ query: NOTHING_ELSE, accept: 'application/json' }));
    expect(plain).toMatchObject({ status: 200, retryAfter: null, data: null, errors: [outage] });
  });

  test('the answers of other parts are returned', async () => {
    const query = '{ assessment(id: "none") { id } __typename }';
    const partly = await reply(send({ query }));
    expect(partly).toMatchObject({ status: 200, retryAfter: null, errors: [outage] });
    expect(partly.data).toEqual({ assessment: null, __typename: 'Query' });
  });

  test('the log names request, operation and part, and no internal error is counted', async () => {
    const { requestId } = await reply(send({ query: NOTHING_ELSE }));
    expect(loggedOf(requestId).filter(({ level }) => level >= WARN)).toEqual([
      expect.objectContaining({
        level: WARN,
        msg: 'part of the service is unavailable',
        operation: 'other',
        subgraph: 'triage',
      }),
    ]);
    const counted = await metrics();
    expect(counted).toMatch(/_errors_total\{code="SERVICE_UNAVAILABLE"\} [1-9]/);
    expect(counted).not.toMatch(/code="INTERNAL_SERVER_ERROR"\} [1-9]/);
  });

  test('the gateway says that it is not ready, and once why', async () => {
    const { status, body } = await eventually('it has heard', async () => {
      const response = await fetch(`${gateway.url}/health/ready`);
      return response.status === 200 ? null : { status: response.status, body: await response.json() };
    });
    expect({ status, body }).toEqual({ status: 503, body: { status: 'not ready', missing: ['triage'] } });
    expect(gateway.logged.map((line) => Line.parse(JSON.parse(line)))).toContainEqual(
      expect.objectContaining({ level: WARN, msg: 'not ready', part: 'triage' }),
    );
  });
});
