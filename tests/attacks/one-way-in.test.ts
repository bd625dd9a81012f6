import { connect } from 'node:net';
import { join } from 'node:path';
import { demoIssuer } from '../../demo/issuer';
import { trustedDocumentsIn } from '../../gateway/limits/trusted-documents';
import { eventually } from '../../domain/eventually';
import { inOneProcess, type GatewayUnderTest } from '../gateway-under-test';
import { raw, type RawAnswer } from '../patient-journey';

/**
 * There is one reading of a request and one way to its execution, past every guard: as production is set up, where only
 * published documents are taken.
 */
let gateway: GatewayUnderTest;
const tokens: Record<string, string> = {};
const DOCUMENTS = trustedDocumentsIn(join(__dirname, '..', '..', 'schema', 'operations'));
const [ID, { text: TEXT }] = [...DOCUMENTS].find(([, { name }]) => name === 'PracticeByCode')!;
const START = [...DOCUMENTS.values()].find(({ name }) => name === 'StartAssessment')!.text;
const BOOKINGS_ELSEWHERE = [...DOCUMENTS.values()].find(({ name }) => name === 'BookingsElsewhere')!.text;
const VARIABLES = { odsCode: 'Z90001' };
const UNPUBLISHED = '{ __schema { queryType { name } } }';

beforeAll(async () => {
  gateway = await inOneProcess({ TRUSTED_DOCUMENTS: 'on' });
  const issuer = await demoIssuer(gateway.config.dataDir);
  for (const scope of ['analyst', 'operator'])
    tokens[scope] = await issuer.sign('client', `${scope}-1`, { scope });
});
afterAll(() => gateway.close());

interface Sent {
  by?: 'POST' | 'GET';
  as?: 'analyst' | 'operator' | undefined;
  headers?: Record<string, string>;
}

/** The body of a POST, or each field of it in the address of a GET, texts as they are. */
function send(
  body: object | string | Buffer,
  { by = 'POST', as, headers = {} }: Sent = {},
): Promise<RawAnswer> {
  const sent = { ...(as && { authorization: `Bearer ${tokens[as]}` }), ...headers };
  if (by === 'POST') {
    const isText = typeof body === 'string' || Buffer.isBuffer(body);
    return raw(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...sent },
      body: isText ? new Blob([body]) : JSON.stringify(body),
    });
  }
  const texts = Object.entries(body).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return raw(`${gateway.url}/graphql?${new URLSearchParams(texts).toString()}`, {
    headers: { 'apollo-require-preflight': '1', ...sent },
  });
}

const codeOf = ({ status, errors }: RawAnswer) => [status, errors[0]?.extensions?.code];

/** Everything that was ever executed, and what it came to. */
async function executed(): Promise<string> {
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  return metrics.match(/^gp_booking_gateway_operation_seconds_count.*$/gm)?.join('\n') ?? '';
}

async function refusedFor(code: string): Promise<number> {
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  return [
    ...metrics.matchAll(
      new RegExp(`^gp_booking_gateway_(?:refusals|errors)_total\\{code="${code}"\\} (\\d+)`, 'gm'),
    ),
  ]
    .map(([, count]) => Number(count))
    .reduce((sum, count) => sum + count, 0);
}

const WRONG_TEXTS = [5, 0, false, true, {}, []];
const WRONG_OBJECTS = [5, 0, false, true, 'text', []];
const WRONG_HASHES = [
  ...WRONG_OBJECTS,
  {},
  { version: 1 },
  { version: 1, sha256Hash: 5 },
  { version: 2, sha256Hash: ID },
];
const ILL_TYPED: [string, object][] = [
  ...['documentId', 'operationName'].flatMap((name) =>
    WRONG_TEXTS.map((value): [string, object] => [name, { [name]: value }]),
  ),
  ...['variables', 'extensions'].flatMap((name) =>
    WRONG_OBJECTS.map((value): [string, object] => [name, { [name]: value }]),
  ),
  ...WRONG_HASHES.map((persistedQuery): [string, object] => [
    'persistedQuery',
    { extensions: { persistedQuery } },
  ]),
];

describe.each(['nobody', 'analyst'] as const)('a request of %s', (who) => {
  const as = who === 'analyst' ? who : undefined;

  test.each(ILL_TYPED)('with %s as in %j is refused, nothing executed', async (_, wrong) => {
    const before = await executed();
    for (const query of [UNPUBLISHED, TEXT])
      expect(codeOf(await send({ query, variables: VARIABLES, ...wrong }, { as }))).toEqual([
        400,
        'BAD_REQUEST',
      ]);
    expect(await executed()).toBe(before);
  });

  test.each(ILL_TYPED.filter(([name]) => name !== 'documentId' && name !== 'operationName'))(
    'by GET with %s as in %j is refused, nothing executed',
    async (_, wrong) => {
      const before = await executed();
      const answer = await send({ query: UNPUBLISHED, variables: VARIABLES, ...wrong }, { as, by: 'GET' });
      expect(codeOf(answer)).toEqual([400, 'BAD_REQUEST']);
      expect(await executed()).toBe(before);
    },
  );
});

const ABSENT: object[] = [
  {},
  { documentId: null },
  { documentId: '' },
  { operationName: null },
  { operationName: '' },
  { extensions: null },
  { extensions: {} },
  { extensions: { persistedQuery: null } },
  { extensions: { clientLibrary: { name: '@apollo/client', version: '4.0.0' } } },
];

describe.each(['POST', 'GET'] as const)('absent, null and empty parameters, by %s', (by) => {
  test.each(ABSENT.filter((given) => by === 'POST' || !Object.values(given).includes(null)))(
    '%j neither opens a fence nor closes one',
    async (given) => {
      expect(codeOf(await send({ query: UNPUBLISHED, ...given }, { by }))).toEqual([
        403,
        'DOCUMENT_NOT_TRUSTED',
      ]);
      const { status, text } = await send({ query: TEXT, variables: VARIABLES, ...given }, { by });
      expect([status, text]).toEqual([200, expect.stringMatching(/"extensions":\{"cost":\{"estimated":\d/)]);
    },
  );

  test('an empty query is absent beside an id', async () => {
    const answer = await send({ query: '', documentId: ID, variables: VARIABLES }, { by });
    expect(answer.data).toMatchObject({ practice: { odsCode: 'Z90001' } });
  });
});

describe('the id of a document', () => {
  const hash = (sha256Hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });

  test.each<[string, object]>([
    ['the text and its hash', { query: TEXT, ...hash(ID) }],
    ['the text and its id', { query: TEXT, documentId: ID }],
    ['the id both ways', { documentId: `sha256:${ID}`, ...hash(ID) }],
  ])('is taken as %s', async (_, given) => {
    expect((await send({ ...given, variables: VARIABLES })).data).toMatchObject({ practice: {} });
  });

  const OTHER = 'f'.repeat(64);
  test.each<[string, object, number, string]>([
    ['a hash that is not the text’s', { query: TEXT, ...hash(OTHER) }, 400, 'BAD_REQUEST'],
    ['an id that is not the text’s', { query: TEXT, documentId: OTHER }, 400, 'BAD_REQUEST'],
    ['two ids', { documentId: ID, ...hash(OTHER) }, 400, 'BAD_REQUEST'],
    ['a hash that nobody published', hash(OTHER), 200, 'PERSISTED_QUERY_NOT_FOUND'],
    ['an id that nobody published', { documentId: OTHER }, 400, 'DOCUMENT_UNKNOWN'],
  ])('is refused as %s', async (_, given, status, code) => {
    const answer = await send({ ...given, variables: VARIABLES });
    expect([...codeOf(answer), answer.data]).toEqual([status, code, null]);
  });
});

describe('nothing is executed whose answer, or whose text, cannot be sent', () => {
  const input = {
    pathwayId: 'child-rash',
    subject: { relationship: 'CHILD', dateOfBirth: '2019-05-02', sex: 'MALE' },
  };
  const mutation = (key: string) => ({
    query: START,
    variables: { input: { ...input, idempotencyKey: key } },
  });
  const query = { query: TEXT, variables: VARIABLES };

  test.each([
    'application/xml',
    'text/html',
    'application/json;q=0',
    'text/event-stream',
    'multipart/mixed',
    'application/json; charset=utf-16',
  ])('406 where %s alone is accepted', async (accept) => {
    const before = await executed();
    for (const body of [mutation('accepted-0000001'), query])
      expect(codeOf(await send(body, { headers: { accept } }))).toEqual([406, 'BAD_REQUEST']);
    expect(await executed()).toBe(before);
  });

  test.each([
    'application/json; charset=iso-8859-1',
    'application/json; charset=utf-16',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/graphql',
  ])('415 where it is %s', async (contentType) => {
    const before = await executed();
    for (const body of [mutation('media-type-00001'), query])
      expect(
        codeOf(
          await send(body, { headers: { 'content-type': contentType, 'apollo-require-preflight': '1' } }),
        ),
      ).toEqual([415, 'BAD_REQUEST']);
    expect(await executed()).toBe(before);
  });

  test.each<[string, Buffer]>([
    ['Latin 1', Buffer.from('é', 'latin1')],
    ['half a character', Buffer.from('é').subarray(0, 1)],
    ['a surrogate', Buffer.from([0xed, 0xa0, 0x80])],
    ['an overlong form', Buffer.from([0xc0, 0xaf])],
    ['half a character, escaped', Buffer.from('\\ud83d')],
  ])('400 where a text has %s', async (_, bytes) => {
    const before = await executed();
    const [head, tail] = JSON.stringify(mutation('bytes-0000000001@')).split('@');
    const answer = await send(Buffer.concat([Buffer.from(head!), bytes, Buffer.from(tail!)]));
    expect(codeOf(answer)).toEqual([400, 'BAD_REQUEST']);
    expect(await executed()).toBe(before);
  });

  test('405 for other methods, and for a mutation by GET', async () => {
    const before = await executed();
    for (const method of ['PUT', 'DELETE', 'PATCH', 'HEAD'])
      expect((await fetch(`${gateway.url}/graphql`, { method })).status).toBe(405);
    const answer = await send(
      { query: START, variables: mutation('by-get-000000001').variables },
      { by: 'GET', as: 'analyst' },
    );
    expect([...codeOf(answer), answer.headers.get('allow')]).toEqual([405, 'BAD_REQUEST', 'POST']);
    expect(await executed()).toBe(before);
  });

  test('400 for an id in an address, in variables or in a text', async () => {
    const query = 'query ($id: ID!) { assessment(id: $id) { __typename } }';
    for (const given of [
      { query, variables: { id: 'secret' } },
      { query: '{ assessment(id: "secret") { __typename } }' },
    ]) {
      expect(codeOf(await send(given, { by: 'GET', as: 'analyst' }))).toEqual([400, 'BAD_REQUEST']);
      expect((await send(given, { as: 'analyst' })).status).toBe(200);
    }
  });
});

describe('a refusal has the media type that the client accepts', () => {
  const refusals: [string, () => object, Sent, number][] = [
    ['a token that is none', () => ({ query: TEXT }), { headers: { authorization: 'Bearer x.y.z' } }, 401],
    ['an unpublished text', () => ({ query: UNPUBLISHED }), {}, 403],
    ['an unknown id', () => ({ documentId: 'f'.repeat(64) }), {}, 400],
    [
      'an unknown hash',
      () => ({ extensions: { persistedQuery: { version: 1, sha256Hash: 'f'.repeat(64) } } }),
      {},
      200,
    ],
    ['no syntax', () => ({ query: '{' }), { as: 'analyst' }, 400],
    ['what is not in the schema', () => ({ query: '{ a }' }), { as: 'analyst' }, 400],
    ['wrong variables', () => ({ query: TEXT, variables: {} }), {}, 400],
    ['too long a body', () => ({ query: ' '.repeat(300_000) }), {}, 413],
    [
      'another charset',
      () => ({ query: TEXT }),
      { headers: { 'content-type': 'application/json; charset=utf-7' } },
      415,
    ],
    ['too many aliases', () => ({ query: `{ ${'a: __typename '.repeat(50)} }` }), { as: 'analyst' }, 400],
  ];
  test.each(refusals)('%s', async (_, body, sent, status) => {
    for (const type of ['application/json', 'application/graphql-response+json']) {
      const answer = await send(body(), { ...sent, headers: { accept: type, ...sent.headers } });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([status, `${type}; charset=utf-8`]);
      expect(answer.errors[0]?.extensions?.code).toEqual(expect.any(String));
    }
  });
});

describe('refused as a whole, with any other content of the document', () => {
  const OTHERS = [
    'query B($x: Boolean!) { __typename @include(if: $x) }',
    'query B($x: Boolean!) { ...G @skip(if: $x) } fragment G on Query { __typename }',
  ];
  const FOR_OTHERS: [string, string][] = [
    ['a query', 'query A { bookingHealth { holds } }'],
    ['a query in a fragment', 'query A { ...F } fragment F on Query { bookingHealth { holds } }'],
    [
      'a mutation',
      'mutation A { cancelBooking(input: {bookingId: "b", idempotencyKey: "key-0123456789ab", reason: OTHER}) { __typename } setPathwayAvailability(input: {off: true, reason: "a"}) { __typename } }',
    ],
  ];
  test.each(FOR_OTHERS.slice(0, 2))('%s', async (_, query) => {
    const before = await executed();
    for (const other of ['', ...OTHERS]) {
      const answer = await send({ query: `${query} ${other}`, operationName: 'A' }, { as: 'analyst' });
      expect(codeOf(answer)).toEqual([403, 'FORBIDDEN']);
    }
    expect(await executed()).toBe(before);
  });

  test('and another operation of the document causes no refusal', async () => {
    const query = `query A { __typename } query B { bookingHealth { holds } } query C { __schema { queryType { name } } }`;
    const answer = await send({ query, operationName: 'A' }, { as: 'analyst' });
    expect(answer.data).toEqual({ __typename: 'Query' });
  });
});

describe('mistakes of clients are theirs', () => {
  let ours: number;
  beforeAll(async () => {
    ours = await refusedFor('INTERNAL_SERVER_ERROR');
  });
  afterAll(async () => {
    expect(await refusedFor('INTERNAL_SERVER_ERROR')).toBe(ours);
    expect(gateway.logged.filter((line) => /"level":[56]0/.test(line))).toEqual([]);
  });

  test.each<[string, string, object, string]>([
    [
      'null for a default',
      'query ($f: Int) { findPathways(first: $f) { __typename } }',
      { f: null },
      'BAD_USER_INPUT',
    ],
    [
      'a default of null',
      'query ($f: Int = null) { findPathways(first: $f) { __typename } }',
      {},
      'BAD_USER_INPUT',
    ],
    [
      'null for a condition',
      'query ($a: Boolean = true) { dispositions { id @include(if: $a) } }',
      { a: null },
      'BAD_USER_INPUT',
    ],
    [
      'null in a fragment',
      'query ($f: Int) { ...F } fragment F on Query { findPathways(first: $f) { __typename } }',
      { f: null },
      'BAD_USER_INPUT',
    ],
    [
      'null for introspection',
      'query ($a: Boolean) { __schema { types { fields(includeDeprecated: $a) { name } } } }',
      { a: 5 },
      'BAD_USER_INPUT',
    ],
    ['a subscription', 'subscription { x }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['a subscription of nothing', 'subscription { __typename }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a subscription aside',
      'query A { __typename } subscription B { __typename }',
      {},
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['types', 'type A { a: Int } { __typename }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['a directive that there is not', '{ __typename @defer }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['fragments alone', 'fragment F on Query { __typename }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['nothing', ' ', {}, 'GRAPHQL_PARSE_FAILED'],
    ['a comment', '# a', {}, 'GRAPHQL_PARSE_FAILED'],
    ['no type of that name', '{ __type { name } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
  ])('%s', async (_, query, variables, code) => {
    const answer = await send({ query, variables }, { as: 'analyst' });
    expect([...codeOf(answer), answer.data]).toEqual([400, code, null]);
  });

  test('a time that is none is refused in variables and in documents', async () => {
    const to = '2024-11-25T00:00:00Z';
    const inVariables = await send(
      { query: BOOKINGS_ELSEWHERE, variables: { from: 'unmistakable', to } },
      { as: 'operator' },
    );
    expect(codeOf(inVariables)).toEqual([400, 'BAD_USER_INPUT']);
    const query = `{ bookingsElsewhere(from: "unmistakable", to: "${to}") { __typename } }`;
    expect(codeOf(await send({ query }, { as: 'analyst' }))).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
    expect(inVariables.text).not.toContain('unmistakable');
  });

  test.each([
    'query ($f: Int) { findPathways(first: $f) { __typename } }',
    'query ($f: Int = 3) { findPathways(first: $f) { __typename } }',
    'query ($a: Boolean = true) { dispositions { id @include(if: $a) } }',
    'query ($name: String = "Query") { __type(name: $name) { name } }',
    'query ($a: Boolean) { __type(name: "Query") { fields(includeDeprecated: $a) { name } } }',
  ])('what may be left out may be: %s', async (query) => {
    expect((await send({ query }, { as: 'analyst' })).errors).toEqual([]);
  });

  test('a client that goes away while it uploads is at fault no more than we are', async () => {
    const gone = async () => {
      const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
      return Number(/^gp_booking_gateway_client_disconnects_total (\d+)$/m.exec(metrics)?.[1]);
    };
    const before = await gone();
    const { hostname, port } = new URL(gateway.url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          'POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
          () => socket.destroy(),
        );
      });
      socket.once('close', () => resolve());
    });
    await eventually('the client is missed', async () => (await gone()) === before + 1);
  });
});

describe('suggestions are never given', () => {
  test.each<[string, string, object]>([
    ['fields', '{ practce(odsCode: "A") { name } }', {}],
    ['arguments', '{ practice(odsCod: "A") { name } }', {}],
    ['types', 'query ($near: PlaceInpu) { __typename }', {}],
    ['fragments', '{ ...F } fragment F on Qery { __typename }', {}],
    ['directives', '{ __typename @skp(if: true) }', {}],
    ['enum values in a document', '{ findPathways(first: 1) { __typename(a: B) } }', {}],
    ['input fields in a document', '{ practicesNear(near: {postcod: "A"}) { __typename } }', {}],
    [
      'input fields',
      'query ($near: PlaceInput!) { practicesNear(near: $near) { __typename } }',
      { near: { postcod: 'x' } },
    ],
    [
      'enum values',
      'mutation ($input: StartAssessmentInput!) { startAssessment(input: $input) { __typename } }',
      { input: { subject: { sex: 'FEMAL' } } },
    ],
  ])('for %s', async (_, query, variables) => {
    const answer = await send({ query, variables }, { as: 'analyst' });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toMatch(/did you mean|postcode|FEMALE/i);
  });
});

describe('an alias stands for its field', () => {
  let assessmentId: string;
  beforeAll(async () => {
    const input = {
      idempotencyKey: 'aliases-00000001-of-one-way-in-test',
      pathwayId: 'child-rash',
      subject: { relationship: 'CHILD', dateOfBirth: '2019-05-02', sex: 'MALE' },
    };
    const { data } = await send({ query: START, variables: { input } });
    assessmentId = String((data?.startAssessment as { id: unknown }).id);
  });

  const ALIASES = ['__typename', 'id', 'odsCode', 'name', 'odsCode__alias_0', 'constructor'];
  const PLACES: [string, (alias: string) => string][] = [
    ['one subgraph', (alias) => `{ practice(odsCode: "Z90001") { ${alias}: phone } }`],
    [
      'two subgraphs',
      (alias) => `{ practice(odsCode: "Z90001") { ${alias}: phone booking: release { modes } } }`,
    ],
    [
      'a list',
      (alias) =>
        `{ practicesNear(near: {postcode: "WY1 1AA"}, first: 3) { ... on PracticeNearConnection { edges { node { ${alias}: phone } ${alias}: distanceMiles } } } }`,
    ],
    [
      'a fragment',
      (alias) => `{ practice(odsCode: "Z90001") { ...F } } fragment F on Practice { ${alias}: phone }`,
    ],
    ['the root', (alias) => `{ ${alias}: dispositions { ${alias}: title } }`],
    [
      'what another subgraph needs the key of',
      (alias) =>
        `{ assessment(id: "${assessmentId}") { ${alias}: contentVersion appointmentOptions { __typename } } }`,
    ],
    [
      'both at once',
      (alias) =>
        `{ assessment(id: "${assessmentId}") { ${alias}: contentVersion outcome { ${alias}: deadline } appointmentOptions { ${alias}: __typename } } }`,
    ],
  ];
  test.each(PLACES.flatMap(([place, query]) => ALIASES.map((alias) => [place, alias, query] as const)))(
    'in %s as %s',
    async (_, alias, query) => {
      const [named, neutral] = [
        await send({ query: query(alias) }, { as: 'analyst' }),
        await send({ query: query('neutral') }, { as: 'analyst' }),
      ];
      expect(neutral.errors).toEqual([]);
      expect(withoutCost(named.text)).toBe(withoutCost(neutral.text).replaceAll('"neutral"', `"${alias}"`));
    },
  );

  const withoutCost = (text: string) => text.replace(/"extensions".*/, '');
});
