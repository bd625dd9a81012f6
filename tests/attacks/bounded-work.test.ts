import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  buildSchema,
  isEnumType,
  isListType,
  isNonNullType,
  type GraphQLInputType,
  getNamedType,
  isInputObjectType,
  isInputType,
  parse,
  print,
  typeFromAST,
  Kind,
  type GraphQLInputObjectType,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'graphql';
import { demoIssuer } from '../../demo/issuer';
import { CASE_STUDY_PRACTICE, demoFamily, patientClaims, staffClaims } from '../../demo/people';
import { DEFAULT_LIMITS } from '../../gateway/limits/gateway-limits';
import { trustedDocumentsIn } from '../../gateway/limits/trusted-documents';
import { inOneProcess, type GatewayUnderTest } from '../gateway-under-test';
import { withSeed } from '../with-seed';

/**
 * Limits on one request, whatever is in it (docs/security.md, "Bounds"): at most as much CPU as so many harmless
 * operations, a megabyte of answer, fifty errors, and never a fault of ours.
 */
const MAX_CPU_OF_REFERENCES = 500;
const MAX_ANSWER_BYTES = 1_000_000;
const MAX_ERRORS = 50;

const SCHEMA = join(__dirname, '..', '..', 'schema');
const api = buildSchema(readFileSync(join(SCHEMA, 'api.graphql'), 'utf8'), { assumeValidSDL: true });
const DOCUMENTS = [...trustedDocumentsIn(join(SCHEMA, 'operations')).values()];
/** Room for the text of a document beside its variables. */
const MAX_VARIABLE_BYTES = DEFAULT_LIMITS.bodyBytes - 8_000;

let gateway: GatewayUnderTest;
/** Everybody who may send something: by no token, or one of each kind. */
const callers: Record<string, string>[] = [{}];
let referenceMs: number;

beforeAll(async () => {
  gateway = await inOneProcess();
  const issuer = await demoIssuer(gateway.config.dataDir);
  const { mother, son } = demoFamily(CASE_STUDY_PRACTICE, 0, gateway.now());
  const tokens = [
    await issuer.sign('client', 'analyst-1', { scope: 'analyst' }),
    await issuer.sign('client', 'operator-1', { scope: 'operator' }),
    await issuer.sign('nhs-login', mother.id, patientClaims(mother, [son])),
    await issuer.sign('cis2', 'a-clinician', staffClaims(CASE_STUDY_PRACTICE)),
  ];
  callers.push(...tokens.map((token) => ({ authorization: `Bearer ${token}` })));
  const harmless = { body: JSON.stringify({ query: '{ practice(odsCode: "Z90001") { name } }' }) };
  const batch = async () => {
    for (let sent = 0; sent < 50; sent++) await send(harmless);
  };
  await batch();
  const took = [await cpuMs(batch), await cpuMs(batch), await cpuMs(batch)];
  referenceMs = Math.min(...took) / 50;
});
afterAll(async () => {
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  await gateway.close();
  expect(gateway.logged.filter((line) => /"level":[56]0/.test(line))).toEqual([]);
  expect(metrics).not.toMatch(/code="INTERNAL_SERVER_ERROR"\} [1-9]/);
});

/** Measures the CPU time of this process, gateway and client in one. */
async function cpuMs(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

interface Sent {
  body: string | Uint8Array;
  headers?: Record<string, string>;
}

async function send({ body, headers = {} }: Sent): Promise<{ status: number; text: string }> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : new Blob([Buffer.from(body)]),
  });
  return { status: response.status, text: await response.text() };
}

/** The least of a few times: garbage is collected, and code compiled, at any time. */
async function expectBounded(sent: (attempt: number) => Sent): Promise<void> {
  let least = Infinity;
  for (let attempt = 0; attempt < 3; attempt++) {
    let answer = { status: 0, text: '' };
    const request = sent(attempt);
    least = Math.min(least, await cpuMs(async () => (answer = await send(request))));
    expect(answer.text.length).toBeLessThan(MAX_ANSWER_BYTES);
    expect(answer.text).not.toContain('INTERNAL_SERVER_ERROR');
    expect(answer.status).toBeLessThan(500);
    const { errors = [] } = JSON.parse(answer.text || '{}') as { errors?: unknown[] };
    expect(errors.length).toBeLessThanOrEqual(MAX_ERRORS);
    if (least < referenceMs * MAX_CPU_OF_REFERENCES) return;
  }
  expect(least).toBeLessThan(referenceMs * MAX_CPU_OF_REFERENCES);
}

/** One variable of each type that the published documents declare, with its document: equal types are read alike. */
const DECLARED = [
  ...new Map(
    DOCUMENTS.flatMap(({ name, text }) =>
      operationOf(text).variableDefinitions!.map(
        (definition) => [print(definition.type), { name, text, definition }] as const,
      ),
    ),
  ).values(),
];

function operationOf(text: string): OperationDefinitionNode {
  return parse(text).definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  )!;
}

function inputObjectOf(definition: VariableDefinitionNode): GraphQLInputObjectType | null {
  const type = typeFromAST(api, definition.type as never);
  const named = isInputType(type) ? getNamedType(type) : null;
  return isInputObjectType(named) ? named : null;
}

/** Repeats a value until the body is full. */
function filledWith(value: unknown): unknown[] {
  const bytes = JSON.stringify(value).length + 1;
  return Array.from({ length: Math.floor(MAX_VARIABLE_BYTES / bytes) }, () => value);
}

const MANY_FIELDS = Object.fromEntries(
  Array.from({ length: 2_200 }, (_, index) => [`${'a'.repeat(100)}${index}`, 1]),
);
const SHORT_FIELDS = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`a${index}`, 1]));

const FILLINGS: [string, unknown][] = [
  ['a list of objects', filledWith({})],
  ['a list of nulls', filledWith(null)],
  ['a list of lists', filledWith([[]])],
  ['a list of texts', filledWith('a')],
  ['an object of long names', MANY_FIELDS],
  ['an object of short names', SHORT_FIELDS],
  ['a list of objects of unknown fields', filledWith({ a: 1, b: 2, c: 3 })],
  ['a long text', 'x'.repeat(MAX_VARIABLE_BYTES)],
  ['a number', 1e308],
];

/** Within an object: what made most work before there were bounds. */
const WORST: ReadonlySet<string> = new Set(['a list of objects', 'an object of long names', 'a long text']);

describe.each(
  DECLARED.map(
    ({ name, text, definition }) => [name, definition.variable.name.value, text, definition] as const,
  ),
)('%s with $%s filled with mistakes', (_, variable, query, definition) => {
  const object = inputObjectOf(definition);
  const places: [string, (filling: unknown) => unknown][] = [
    ['itself', (filling) => filling],
    ...Object.keys(object?.getFields() ?? {}).map((field): [string, (filling: unknown) => unknown] => [
      field,
      (filling) => ({ [field]: filling }),
    ]),
  ];
  test.each(places)('%s', async (place, at) => {
    const fillings = place === 'itself' ? FILLINGS : FILLINGS.filter(([name]) => WORST.has(name));
    for (const [, filling] of fillings)
      await expectBounded(() => ({
        body: JSON.stringify({ query, variables: { [variable]: at(filling) } }),
      }));
  });
});

/** Runs of each property; they have to be few, and `RUNS=… npx jest tests/attacks/bounded-work` plays more. */
const RUNS = Number(process.env.RUNS ?? 60);

const caller = fc.nat().map((index) => callers[index % callers.length]!);

function holds<Given>(arbitrary: fc.Arbitrary<Given>, sentOf: (given: Given, attempt: number) => Sent) {
  return withSeed(16, (_, seed) =>
    fc.assert(
      fc.asyncProperty(arbitrary, (given) => expectBounded((attempt) => sentOf(given, attempt))),
      { seed, numRuns: RUNS, endOnFailure: true },
    ),
  );
}

/** Text of any length up to a body's, of few different parts: what is long is most often the same over and over. */
const longText = fc
  .tuple(fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }), fc.oneof(fc.nat(20), fc.nat(50_000)))
  .map(([part, times]) => part.repeat(times).slice(0, MAX_VARIABLE_BYTES / 4));

const anyJson = fc.oneof(
  { withCrossShrink: true },
  fc.jsonValue({ maxDepth: 4 }),
  longText,
  fc
    .tuple(fc.jsonValue({ maxDepth: 2 }), fc.nat(2_000))
    .map(([value, times]) => Array.from({ length: times }, () => value)),
  fc
    .tuple(fc.string({ maxLength: 30 }), fc.nat(2_000), fc.jsonValue({ maxDepth: 1 }))
    .map(([name, times, value]) =>
      Object.fromEntries(Array.from({ length: times }, (_, index) => [`${name}${index}`, value])),
    ),
);

/** Mostly what the type wants, so that what is wrong is deep inside; every part may be anything instead. */
function valueOf(type: GraphQLInputType): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 6, arbitrary: rightValueOf(type) }, { weight: 1, arbitrary: anyJson });
}

function rightValueOf(type: GraphQLInputType): fc.Arbitrary<unknown> {
  if (isNonNullType(type)) return rightValueOf(type.ofType);
  if (isListType(type))
    return fc
      .tuple(valueOf(type.ofType), fc.oneof(fc.nat(3), fc.nat(5_000)))
      .map(([value, times]) => Array.from({ length: times }, () => value));
  if (isInputObjectType(type))
    return fc.record(
      Object.fromEntries(Object.values(type.getFields()).map((field) => [field.name, valueOf(field.type)])),
      {
        requiredKeys: Object.values(type.getFields())
          .filter((field) => isNonNullType(field.type))
          .map(({ name }) => name),
      },
    );
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name }) => name));
  if (type.name === 'Boolean') return fc.boolean();
  if (type.name === 'Int') return fc.integer();
  if (type.name === 'Float') return fc.double();
  return fc.oneof(
    fc.constantFrom('Z90001', 'WY1 1AA', '2019-05-02', '2024-11-25T12:00:00Z', 'child-rash'),
    longText,
  );
}

const variablesOfDocument = fc.constantFrom(...DOCUMENTS).chain(({ text }) => {
  const values = (operationOf(text).variableDefinitions ?? []).map(({ variable, type }) => {
    const known = typeFromAST(api, type as never);
    return [variable.name.value, isInputType(known) ? valueOf(known) : anyJson] as const;
  });
  return fc
    .record(Object.fromEntries(values), { requiredKeys: [] })
    .map((variables) => ({ query: text, variables }));
});

test('variables of any kind, from anybody', () =>
  holds(fc.tuple(variablesOfDocument, caller), ([{ query, variables }, headers]) => ({
    body: fitting(JSON.stringify({ query, variables })),
    headers,
  })));

/** Cut where it is too long: then it is no JSON, which is a mistake like any other. */
function fitting(body: string): string {
  return Buffer.byteLength(body) <= DEFAULT_LIMITS.bodyBytes
    ? body
    : body.slice(0, DEFAULT_LIMITS.bodyBytes / 4);
}

/** Words of documents: of the schema, of the language, of variables, and long ones. */
const WORDS = [
  ...new Set(DOCUMENTS.flatMap(({ text }) => text.match(/[\w$]+|\.\.\.|[^\s\w]/g) ?? [])),
  ...[
    'query',
    'mutation',
    'subscription',
    'fragment',
    'on',
    '__schema',
    '__type',
    '__typename',
    '@include(if: $first)',
  ],
  ...[
    '@skip(if: true)',
    '...F',
    'fragment F on Query',
    'null',
    '"text"',
    '"""',
    '[',
    ']',
    '$x',
    '($x: Int = null)',
    '-1',
  ],
  'a'.repeat(3_000),
];

/** A published document with words left out, put in, doubled and changed; or words alone. */
const anyDocument = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(...DOCUMENTS.map(({ text }) => text.match(/[\w$]+|\.\.\.|"[^"]*"|#.*|[^\s\w]/g) ?? [])),
      fc.array(
        fc.tuple(fc.nat(), fc.constantFrom('out', 'in', 'twice', 'instead'), fc.constantFrom(...WORDS)),
        {
          minLength: 1,
          maxLength: 6,
        },
      ),
    )
    .map(([words, changes]) => changes.reduce(changed, [...words]).join(' ')),
  fc.array(fc.constantFrom(...WORDS), { maxLength: 400 }).map((words) => words.join(' ')),
  fc
    .tuple(fc.constantFrom(...WORDS), fc.constantFrom(...WORDS), fc.nat(1_200))
    .map(([one, other, times]) =>
      `{ ${`${one} ${other} `.repeat(times)} }`.slice(0, DEFAULT_LIMITS.bodyBytes / 2),
    ),
  longText,
);

function changed(words: string[], [at, how, word]: [number, string, string]): string[] {
  const place = words.length === 0 ? 0 : at % words.length;
  const old = words[place] ?? word;
  const now = { out: [], in: [old, word], twice: [old, old], instead: [word] }[how] ?? [];
  return [...words.slice(0, place), ...now, ...words.slice(place + 1)];
}

test('documents of any kind, from anybody', () =>
  holds(
    fc.tuple(anyDocument, caller, fc.option(fc.constantFrom('A', 'PracticesNear', ''))),
    (given, attempt) => {
      const [query, headers, operationName] = given;
      // Each time a new text, so that nothing of it is kept.
      return {
        body: fitting(JSON.stringify({ query: `${query}\n# ${attempt}`, operationName, variables: {} })),
        headers,
      };
    },
  ));

const HALF = Buffer.from('{"query":"{ __typename }","variables":{"a":');
const anyBody = fc.oneof(
  fc.uint8Array({ maxLength: 2_000 }),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.concat([HALF, bytes, Buffer.from('}}')])),
  fc.json({ maxDepth: 5 }),
  anyJson.map((query) => fitting(JSON.stringify({ query }))),
  anyJson.map((extensions) => fitting(JSON.stringify({ query: '{ __typename }', extensions }))),
  fc
    .tuple(fc.constantFrom('[', '{"a":', '"\\u', '"query":"{a}",', '1,', '{}', '\\"', ' '), fc.nat(60_000))
    .map(([part, times]) => part.repeat(times).slice(0, DEFAULT_LIMITS.bodyBytes)),
);

test('bodies of any kind, from anybody', () =>
  holds(fc.tuple(anyBody, caller), ([body, headers]) => ({ body, headers })));

const headerText = fc
  .tuple(
    fc.constantFrom(
      'application/json',
      '*/*',
      'text/html',
      ';q=0.5',
      ';',
      ',',
      '"',
      ' ',
      'charset=',
      'Bearer ',
      'a.b.c',
      'é',
      '=,',
    ),
    fc.constantFrom('application/json', ', ', ';q=1', '"', 'x', 'utf-8', '.', '-'),
    fc.oneof(fc.nat(3), fc.nat(3_000)),
  )
  .map(([one, other, times]) => `${one}${other}`.repeat(times).slice(0, 12_000).trim());

test('headers of any kind', () =>
  holds(
    fc.record(
      Object.fromEntries(
        [
          'accept',
          'content-type',
          'authorization',
          'x-request-id',
          'traceparent',
          'tracestate',
          'x-forwarded-for',
          'origin',
          'baggage',
        ].map((name) => [name, headerText]),
      ),
      { requiredKeys: [] },
    ),
    (headers) => ({ body: '{"query":"{ __typename }"}', headers: headers as Record<string, string> }),
  ));
