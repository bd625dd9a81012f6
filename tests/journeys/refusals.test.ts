import { randomUUID } from 'node:crypto';
import { SignJWT, generateKeyPair } from 'jose';
import { DEMO_AUDIENCE, DEMO_ISSUERS, demoIssuer, type DemoIssuer } from '../../demo/issuer';
import { CASE_STUDY_PRACTICE, patientClaims, staffClaims } from '../../demo/people';
import { inOneProcess, type GatewayUnderTest } from '../gateway-under-test';
import {
  asker,
  BOOKABLE,
  CANCEL,
  checkSymptoms,
  CONFIRM,
  EMERGENCY,
  findOptions,
  HOLD,
  newFamily,
  OPTIONS,
  raw,
  RELEASE,
  result,
  WITHIN_A_DAY,
  type Ask,
  type RawAnswer,
} from '../patient-journey';

let gateway: GatewayUnderTest;
let issuer: DemoIssuer;
let family: Awaited<ReturnType<typeof newFamily>>;
let anybody: Ask;

beforeAll(async () => {
  gateway = await inOneProcess();
  issuer = await demoIssuer(gateway.config.dataDir);
  family = await newFamily(gateway);
  anybody = asker(gateway.url);
});
afterAll(() => gateway.close());

const key = () => randomUUID();
const post = async (init: RequestInit, path = '/graphql') =>
  showingNothing(await raw(`${gateway.url}${path}`, { method: 'POST', ...init }));

/** An answer that does not show our insides. */
function showingNothing(answer: RawAnswer): RawAnswer {
  const { text, headers } = answer;
  expect(text).not.toMatch(/node_modules|\.ts:|\.js:|at Object|stacktrace|sqlite|subgraph|ECONN|ZodError/i);
  expect(headers.get('x-powered-by')).toBeNull();
  return answer;
}

const json = { 'content-type': 'application/json' };
const NAME = JSON.stringify({ query: '{ __typename }' });

/** @param nth index among the practices that have times: tests that hold do not share one. */
async function aSlot({ ask, son }: typeof family, nth: number): Promise<string> {
  const { id } = await checkSymptoms(ask, son, WITHIN_A_DAY);
  const { elsewhere } = await findOptions(ask, {
    id,
    because: 'OWN_PRACTICE_TIMES_DO_NOT_SUIT',
    first: 10,
  });
  return elsewhere[nth]!.slots.at(-1)!.id;
}

async function hold({ ask, son }: typeof family, slotId: string): Promise<string> {
  const held = await ask(HOLD, { input: { slotId, patientId: son.id, idempotencyKey: key() } });
  expect(result(held)).toMatchObject({ __typename: 'Hold' });
  return result(held).id!;
}

describe('a token that is not accepted', () => {
  const refused = (authorization: string) => post({ headers: { ...json, authorization }, body: NAME });

  it('gets 401, a code and the reason', async () => {
    const { status, headers, errors } = await refused('Bearer not.a.token');
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(errors).toHaveLength(1);
    expect(errors[0]!.message).toContain('not accepted');
    expect(errors[0]!.extensions).toEqual({ code: 'UNAUTHENTICATED', reason: 'MALFORMED' });
  });

  it('is not echoed', async () => {
    const { privateKey } = await generateKeyPair('RS512');
    const forged = await new SignJWT(patientClaims(family.mother, []))
      .setProtectedHeader({ alg: 'RS512' })
      .setIssuer(DEMO_ISSUERS['nhs-login'])
      .setAudience(DEMO_AUDIENCE)
      .setSubject('somebody-else')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey);
    const { status, errors, text } = await refused(`Bearer ${forged}`);
    expect(status).toBe(401);
    expect(errors[0]!.extensions).toMatchObject({ reason: 'BAD_SIGNATURE' });
    for (const part of forged.split('.')) expect(text).not.toContain(part);
    expect(gateway.logged.join('\n')).not.toContain(forged.split('.')[1]);
  });
});

describe('callers who may not book', () => {
  let slotId: string;
  let holdId: string;
  beforeAll(async () => {
    slotId = await aSlot(family, 0);
    holdId = await hold(family, slotId);
  });

  async function refusesAll(ask: Ask): Promise<void> {
    const held = await ask(HOLD, { input: { slotId, idempotencyKey: key() } });
    expect(result(held)).toMatchObject({ __typename: 'NotAllowed' });
    const confirmed = await ask(CONFIRM, {
      input: { holdId, contactPhone: '01632 960001', idempotencyKey: key() },
    });
    expect(result(confirmed)).toMatchObject({ __typename: 'NotAllowed' });
    const released = await ask(RELEASE, { input: { holdId } });
    expect(result(released)).toMatchObject({ __typename: 'NotAllowed' });
    const mine = await ask('{ myBookings { edges { node { id } } } bookablePeople { id } }');
    expect(mine.data?.myBookings ?? { edges: [] }).toEqual({ edges: [] });
  }

  it('a caller who has not signed in', () => refusesAll(anybody));

  it.each(['P5', 'P0'])('a patient at proofing level %s', async (level) => {
    const claims = {
      ...patientClaims(family.mother, [family.son]),
      vot: `${level}.Cp`,
      identity_proofing_level: level,
    };
    const token = await issuer.sign('nhs-login', family.mother.id, claims);
    const ask = asker(gateway.url, token);
    const held = await ask(HOLD, { input: { slotId, patientId: family.son.id, idempotencyKey: key() } });
    expect(result(held)).toMatchObject({ __typename: 'NotAllowed' });
    const confirmed = await ask(CONFIRM, {
      input: { holdId, contactPhone: '01632 960001', idempotencyKey: key() },
    });
    expect(result(confirmed)).toMatchObject({ __typename: 'NotAllowed' });
  });

  it.each(['practice staff', 'an analyst', 'an operator'])('%s', async (who) => {
    const token =
      who === 'practice staff'
        ? await issuer.sign('cis2', 'receptionist', staffClaims(CASE_STUDY_PRACTICE))
        : await issuer.sign('client', 'tool', { scope: who.replace('an ', '') });
    await refusesAll(asker(gateway.url, token));
  });

  it('another patient, with a slot that was offered to somebody else', async () => {
    const { ask } = await newFamily(gateway);
    await refusesAll(ask);
  });

  it('a parent, for a child that is not theirs', async () => {
    const { son: stranger } = await newFamily(gateway);
    const held = await family.ask(HOLD, {
      input: { slotId, patientId: stranger.id, idempotencyKey: key() },
    });
    expect(result(held)).toMatchObject({ __typename: 'NotAllowed' });
  });

  it('anybody, with an offer that was tampered with', async () => {
    for (const forged of [`${slotId}x`, slotId.slice(1), '', 'null', `${slotId.slice(0, -4)}AAAA`]) {
      const held = await family.ask(HOLD, { input: { slotId: forged, idempotencyKey: key() } });
      expect(result(held)).toMatchObject({ __typename: 'OfferExpired' });
    }
  });
});

test("another person's booking or hold gives nothing away and cannot be changed", async () => {
  const holdId = await hold(family, await aSlot(family, 1));
  const confirm = { holdId, contactPhone: '01632 960123', idempotencyKey: key() };
  const booked = result(await family.ask(CONFIRM, { input: confirm }));
  expect(booked).toMatchObject({ __typename: 'Booking', status: 'CONFIRMED' });
  const other = await newFamily(gateway);
  const query = 'query ($id: ID!) { booking(id: $id) { id } }';
  const cancel = (id: string) => ({
    input: { bookingId: id, reason: 'OTHER', idempotencyKey: key() },
  });
  const theirs = await other.ask(query, { id: booked.id });
  expect(theirs).toMatchObject({ data: { booking: null }, errors: [] });
  expect(theirs.data).toEqual((await other.ask(query, { id: randomUUID() })).data);
  const refused = await other.ask(CANCEL, cancel(booked.id!));
  const unknown = await other.ask(CANCEL, cancel(randomUUID()));
  expect(result(refused)).toMatchObject({ __typename: 'BookingNotFound' });
  expect([refused.data, refused.errors]).toEqual([unknown.data, unknown.errors]);
  for (const id of [booked.id!, randomUUID()]) {
    expect(await anybody(query, { id })).toMatchObject({
      status: 403,
      data: null,
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    expect(result(await anybody(CANCEL, cancel(id)))).toMatchObject({ __typename: 'NotAllowed' });
  }
  // The same key as its owner's: it does not replay what it did for her.
  for (const ask of [other.ask, anybody])
    expect(result(await ask(CONFIRM, { input: confirm }))).toMatchObject({ __typename: 'NotAllowed' });
  const mine = await family.ask(query, { id: booked.id });
  expect(mine.data).toEqual({ booking: { id: booked.id } });
});

describe('data of other people', () => {
  it('a patient may not see the suppliers, and gets a code', async () => {
    const { data, errors } = await family.ask('{ suppliers { id } }');
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('an entity cannot be fetched directly', async () => {
    for (const query of [
      '{ _entities(representations: [{ __typename: "Booking", id: "1" }]) { __typename } }',
      '{ _service { sdl } }',
    ]) {
      const { status, errors } = await family.ask(query);
      expect(status).toBe(400);
      expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    }
  });

  it('an assessment that nobody started is null', async () => {
    for (const id of [randomUUID(), '', '1 or 1=1', '\u0000']) {
      const { data, errors } = await anybody('query ($id: ID!) { assessment(id: $id) { id } }', { id });
      expect({ id, data, errors }).toEqual({ id, data: { assessment: null }, errors: [] });
    }
  });

  it('before there is an outcome there are no options', async () => {
    const started = await anybody(
      `mutation ($input: StartAssessmentInput!) { startAssessment(input: $input) {
        ... on Assessment { id appointmentOptions { __typename } } } }`,
      {
        input: {
          pathwayId: 'child-rash',
          subject: { relationship: 'CHILD', dateOfBirth: family.son.birthDate, sex: 'MALE' },
          idempotencyKey: key(),
        },
      },
    );
    expect(started.errors).toEqual([]);
    expect(started.data?.startAssessment).toMatchObject({ appointmentOptions: null });
  });
});

describe('an emergency', () => {
  it('offers no slot to any caller, for any query', async () => {
    const { id } = await checkSymptoms(family.ask, family.son, EMERGENCY);
    for (const ask of [family.ask, anybody])
      for (const because of [null, 'OWN_PRACTICE_TIMES_DO_NOT_SUIT', 'NOT_REGISTERED', 'AWAY_FROM_HOME']) {
        const { data, errors, text } = await ask(OPTIONS, { id, because, first: 30, wait: 10_000 });
        expect(errors).toEqual([]);
        expect(data).toMatchObject({
          assessment: {
            appointmentOptions: {
              __typename: 'NotBookable',
              code: 'OUTCOME_NOT_BOOKABLE',
              disposition: { id: 'ambulance' },
            },
          },
        });
        expect(text).not.toContain('startsAt');
      }
  });

  it('takes back the options when an earlier answer becomes one', async () => {
    const { id, revision } = await checkSymptoms(family.ask, family.son, BOOKABLE);
    const changed = await family.ask(
      `mutation ($input: AnswerQuestionInput!) { answerQuestion(input: $input) {
        __typename ... on Assessment { appointmentOptions { __typename } } ... on Problem { message } } }`,
      {
        input: {
          assessmentId: id,
          questionId: 'emergency.screen',
          optionIds: ['fitting'],
          expectedRevision: revision,
        },
      },
    );
    expect(changed.data?.answerQuestion).toEqual({
      __typename: 'Assessment',
      appointmentOptions: { __typename: 'NotBookable' },
    });
  });
});

describe('a request that is not one', () => {
  it('is refused by GET when it changes something', async () => {
    const query = encodeURIComponent('mutation { releaseHold(input: { holdId: "1" }) { __typename } }');
    const answer = await post({ method: 'GET', headers: json, body: undefined }, `/graphql?query=${query}`);
    expect(answer.status).toBe(405);
    expect(answer.data).toBeNull();
  });

  it('is refused without a content type, which a foreign page may leave out', async () => {
    const { status, data } = await post({ body: new TextEncoder().encode(NAME) });
    expect(status).toBe(415);
    expect(data).toBeNull();
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])(
    'is refused as "%s", which a foreign page may send',
    async (type) => {
      const { status, data } = await post({ headers: { 'content-type': type }, body: NAME });
      expect([400, 415]).toContain(status);
      expect(data).toBeNull();
    },
  );

  it('is refused by a GET that a foreign page may send', async () => {
    const { status, data } = await post({ method: 'GET' }, '/graphql?query=%7B__typename%7D');
    expect(status).toBe(400);
    expect(data).toBeNull();
  });

  it.each([
    ['a batch', `[${NAME},${NAME}]`, 400],
    ['not JSON', '{"query":', 400],
    ['nothing', '', 400],
    ['a text', '"query"', 400],
    ['null', 'null', 400],
    ['a query that is a number', '{"query":1}', 400],
    ['variables that are a text', '{"query":"{__typename}","variables":"x"}', 400],
    ['no query', '{}', 400],
    ['a query that does not parse', '{"query":"{"}', 400],
    ['more than 256 kB', JSON.stringify({ query: `{ __typename } #${'x'.repeat(256 * 1024)}` }), 413],
  ])('is refused when it is %s', async (_, body, status) => {
    const answer = await post({ headers: json, body });
    expect(answer.status).toBe(status);
    expect(answer.data).toBeNull();
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors[0]!.extensions!.code).not.toBe('INTERNAL_SERVER_ERROR');
  });

  it.each(['/graphq', '/graphql/', '/admin', '/.env', '//', '/graphql/../secret', '/%00'])(
    'is refused at %s',
    async (path) => {
      const { status } = await post({ headers: json, body: NAME }, path);
      expect(status).toBe(404);
    },
  );

  it.each(['PUT', 'DELETE', 'PATCH', 'HEAD'])('is refused by %s', async (method) => {
    const { status } = await post({ method, headers: json });
    expect([400, 404, 405]).toContain(status);
  });
});

test('no answer includes a query plan, whatever the headers', async () => {
  const { text } = await post({
    headers: { ...json, 'apollo-query-plan-experimental': '1', 'apollo-federation-include-trace': 'ftv1' },
    body: JSON.stringify({ query: '{ dispositions { id } }' }),
  });
  expect(text).not.toMatch(/queryPlan|QueryPlan|ftv1/);
});

test('the schema can be read, for the explorer', async () => {
  const { data, errors } = await anybody('{ __schema { queryType { name } types { name } } }');
  expect(errors).toEqual([]);
  expect(data).toMatchObject({ __schema: { queryType: { name: 'Query' } } });
});

test('headers that only the gateway may write are of no use to a client', async () => {
  const answer = await post({
    headers: {
      ...json,
      'x-gateway-caller': family.token,
      'x-user-id': 'somebody',
      'x-request-id': 'not-a-uuid\u00e4',
    },
    body: JSON.stringify({ query: '{ bookablePeople { id } }' }),
  });
  expect(answer).toMatchObject({ status: 403, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
});

test('odd text in every place is refused or kept, and causes no internal error', async () => {
  const odd = ['\u0000', '\u202Egnp.exe', '\ud800', "' or 1=1--", 'a\r\nX-Evil: 1', '9'.repeat(10_000)];
  for (const text of odd) {
    const asked = await Promise.all([
      anybody('query ($t: String!) { practice(odsCode: $t) { name } }', { t: text }),
      anybody('query ($t: String!) { findPathways(words: $t) { __typename } }', { t: text }),
      family.ask(HOLD, { input: { slotId: text, patientId: text, idempotencyKey: text } }),
      family.ask(CONFIRM, {
        input: { holdId: text, contactPhone: text, reason: text, idempotencyKey: text },
      }),
      family.ask(CANCEL, { input: { bookingId: text, reason: 'OTHER', idempotencyKey: key() } }),
      family.ask('query ($t: String!) { myBookings(after: $t) { edges { cursor } } }', { t: text }),
    ]);
    for (const { errors } of asked.map(showingNothing))
      expect(errors.filter(({ extensions }) => extensions?.code === 'INTERNAL_SERVER_ERROR')).toEqual([]);
  }
});
