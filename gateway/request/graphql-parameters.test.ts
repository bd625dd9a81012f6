import { parametersOfBody, parametersOfSearch, type ReadParameters } from './graphql-parameters';

const HASH = 'a'.repeat(64);
const READ = {
  query: '{ a }',
  documentId: undefined,
  persistedQueryHash: undefined,
  operationName: undefined,
  variables: {},
};

/** The same parameters as a body and as an address. */
const WAYS: readonly [string, (given: Record<string, unknown>) => ReadParameters][] = [
  ['a body', (given) => parametersOfBody(JSON.stringify(given))],
  [
    'an address',
    (given) => {
      const texts = Object.entries(given).flatMap(([name, value]): [string, string][] => {
        if (value === undefined) return [];
        return [[name, typeof value === 'string' ? value : JSON.stringify(value)]];
      });
      return parametersOfSearch(`?${new URLSearchParams(texts).toString()}`);
    },
  ],
];

describe.each(WAYS)('in %s', (_, read) => {
  test('what is there is read', () => {
    const given = { query: 'query A { a }', operationName: 'A', variables: { a: [1, null] } };
    expect(read(given)).toEqual({ ...READ, ...given });
    const persistedQuery = { version: 1, sha256Hash: HASH.toUpperCase() };
    expect(read({ extensions: { persistedQuery, clientLibrary: { name: 'b' } } })).toEqual({
      ...READ,
      query: undefined,
      persistedQueryHash: HASH,
    });
    expect(read({ documentId: 'sha256:b' })).toEqual({ ...READ, query: undefined, documentId: 'sha256:b' });
  });

  test.each(['documentId', 'operationName', 'variables', 'extensions'])(
    '%s may be absent or empty',
    (name) => {
      expect(read({ query: '{ a }' })).toEqual(READ);
      const isText = name === 'documentId' || name === 'operationName';
      expect(read({ query: '{ a }', [name]: isText ? '' : {} })).toEqual(READ);
    },
  );

  test.each(['variables', 'extensions'])('%s may be null', (name) => {
    expect(read({ query: '{ a }', [name]: null })).toEqual(READ);
  });

  test.each<[string, unknown]>([
    ...['variables', 'extensions'].flatMap((name) =>
      [false, true, 0, 5, [], [{}]].map((wrong): [string, unknown] => [name, wrong]),
    ),
    ...[false, 0, 'text', [], {}, { version: 1 }, { sha256Hash: HASH }].map(
      (persistedQuery): [string, unknown] => ['extensions', { persistedQuery }],
    ),
    ...[
      { version: 2, sha256Hash: HASH },
      { version: '1', sha256Hash: HASH },
      { version: 1, sha256Hash: 'abc' },
      { version: 1, sha256Hash: 5 },
      { version: 1, sha256Hash: null },
    ].map((persistedQuery): [string, unknown] => ['extensions', { persistedQuery }]),
  ])('%s as %j is refused', (name, wrong) => {
    expect(read({ query: '{ a }', [name]: wrong })).toMatchObject({ refusal: { code: 'BAD_REQUEST' } });
  });

  test('nothing to execute is refused', () => {
    for (const given of [{}, { query: '' }, { operationName: 'A' }, { extensions: {} }])
      expect(read(given)).toMatchObject({ refusal: { code: 'BAD_REQUEST' } });
  });

  test('half a character is refused, a whole one is not', () => {
    const half = JSON.parse('{"query":"{ a }","variables":{"a":"\\ud800"}}') as Record<string, unknown>;
    expect(read(half)).toMatchObject({ refusal: { code: 'BAD_REQUEST' } });
    const whole = { query: '{ a }', variables: { a: '\u{1F600}', b: '\\ud800' } };
    expect(read(whole)).toEqual({ ...READ, ...whole });
  });

  test('values nested without end are refused', () => {
    const deep = '['.repeat(200) + ']'.repeat(200);
    expect(read({ query: '{ a }', variables: { a: JSON.parse(deep) as unknown } })).toMatchObject({
      refusal: { code: 'BAD_USER_INPUT' },
    });
  });
});

test.each(
  ['query', 'documentId', 'operationName'].flatMap((name) =>
    [false, true, 0, 5, [], {}].map((wrong): [string, unknown] => [name, wrong]),
  ),
)('%s as %j is refused in a body', (name, wrong) => {
  const given = JSON.stringify({ query: '{ a }', [name]: wrong });
  expect(parametersOfBody(given)).toMatchObject({ refusal: { code: 'BAD_REQUEST' } });
});

test.each(['null', '5', 'true', '"text"', '[]', '[{"query":"{ a }"}]', '', '{', '\uFEFF{}'])(
  'a body that is %s is refused',
  (body) => {
    expect(parametersOfBody(body)).toMatchObject({ refusal: { code: 'BAD_REQUEST' } });
  },
);

test.each(['documentId', 'operationName', 'query'])('%s may be null in a body', (name) => {
  const given = { query: '{ a }', documentId: 'b', [name]: null };
  expect(parametersOfBody(JSON.stringify(given))).not.toHaveProperty('refusal');
});

test.each([
  '?query={a}&query={b}',
  '?query={a}&variables={}&variables={}',
  '?query=%FF',
  '?query={a}&variables={',
])('an address with %s is refused', (search) => {
  expect(parametersOfSearch(search)).toMatchObject({ refusal: { code: 'BAD_REQUEST' } });
});
