import { HeaderMap, type ApolloServer } from '@apollo/server';
import { serverAudits } from 'graphql-http';
import pino from 'pino';
import type { AuditLog } from '../../gateway/audit/audit-log';
import { auditor } from '../../gateway/audit/auditor';
import type { OperationCache } from '../../gateway/execution/operation-cache';
import { federatedExecutor } from '../../gateway/federated-executor';
import { UNMEASURED } from '../../gateway/gateway-metrics';
import { graphqlServer } from '../../gateway/graphql-server';
import type { GatewayContext } from '../../gateway/gateway-context';
import { DEFAULT_LIMITS } from '../../gateway/limits/gateway-limits';
import { documentFinder } from '../../gateway/limits/trusted-documents';
import { requestHandler } from '../../gateway/request-handler';
import { abandonment } from '../../http/abandonment';
import { listen, type Listening } from '../../http/listen';
import { composed } from './composed';
import { subgraphOfGeneratedAnswers } from './generated-answers';
import { SMALL_GRAPHS } from './graphs';
import { executeByGraphql } from './two-gateways';

const COST = { estimated: 1, maximum: 2, remaining: 3 };
const logger = pino({ level: 'silent' });
let server: Listening;
let allByApollo: Listening;
let apollo: ApolloServer<GatewayContext>;
/** Requests that Apollo Server was given. */
let left = 0;

/** What was written down; the audit trail has tests of its own. */
const recorded: unknown[] = [];
let hasRoom = true;
const log: AuditLog = {
  record: (entry) => Promise.resolve(void recorded.push(entry)),
  hasRoom: () => hasRoom,
  close: () => Promise.resolve(),
};

beforeAll(async () => {
  const graph = SMALL_GRAPHS.find(({ title }) => title.includes('every scalar'))!;
  const subgraphs = Object.entries(graph.subgraphs).map(([name, sdl]) => {
    const schema = subgraphOfGeneratedAnswers(sdl, `http ${name}`, 'at-once');
    return [
      name,
      {
        fetch: executeByGraphql.bind(null, schema),
        ready: () => Promise.resolve(),
        close: () => Promise.resolve(),
      },
    ] as const;
  });
  const executor = federatedExecutor(
    composed(graph),
    new Map(subgraphs),
    DEFAULT_LIMITS.document,
    UNMEASURED,
  );
  // The reference of a masked error is new each time; here every error is shown.
  const mask = (formatted: object) => ({ message: '', ...formatted });
  apollo = graphqlServer(executor.forApolloServer, mask, logger);
  await apollo.start();
  const counted = Object.assign(Object.create(apollo) as typeof apollo, {
    executeHTTPGraphQLRequest: (...call: Parameters<typeof apollo.executeHTTPGraphQLRequest>) => {
      left++;
      return apollo.executeHTTPGraphQLRequest(...call);
    },
  });
  const serve = (operations: OperationCache, graphql: typeof apollo) => {
    const handle = requestHandler({
      graphql,
      operations,
      mask,
      identify: () => Promise.resolve({ kind: 'anonymous' }),
      documents: documentFinder(new Map(), 'for-all'),
      fences: () => Promise.resolve({ cost: COST, leave: () => undefined }),
      limits: DEFAULT_LIMITS,
      corsOrigins: [],
      proxies: 0,
      metrics: undefined,
      counted: UNMEASURED,
      audit: auditor(log, (text) => text),
      ready: { missing: () => Promise.resolve([]) },
      explorer: (_, response) => void response.end(),
      logger,
    });
    return listen(handle, { host: '127.0.0.1', port: 0 });
  };
  server = await serve(executor.operations, counted);
  allByApollo = await serve({ byText: () => ({ kind: 'invalid' }), byDocument: () => null }, apollo);
});
afterAll(async () => {
  await server.close();
  await allByApollo.close();
  await apollo.stop();
});

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  search?: string;
  body?: unknown;
}

const JSON_HEADERS = { 'content-type': 'application/json' };
const QUERY = { query: '{ scalars { int float string id any matrix } list { id text b { n } } }' };
const post = (body: unknown, headers: Record<string, string> = {}): Sent => ({
  method: 'POST',
  headers: { ...JSON_HEADERS, ...headers },
  body,
});

describe('is answered as by Apollo Server', () => {
  it.each<[string, 'here' | 'there', Sent]>([
    ['a query', 'here', post(QUERY)],
    ['with a charset', 'here', post(QUERY, { 'content-type': 'application/json; charset=utf-8' })],
    [
      'a query with errors',
      'here',
      post({ query: '{ level { up { up { depth } root { list { text } } } } }' }),
    ],
    [
      'a mutation',
      'here',
      post({ query: 'mutation ($id: ID!) { setA(id: $id) { id text } }', variables: { id: '1' } }),
    ],
    [
      'an operation by name',
      'here',
      post({ query: 'query A { __typename } query B { level { depth } }', operationName: 'B' }),
    ],
    ['nulls for what is optional', 'here', post({ ...QUERY, variables: null, operationName: null })],
    ['anything accepted', 'here', post(QUERY, { accept: '*/*' })],
    ['the newer type', 'here', post(QUERY, { accept: 'application/graphql-response+json' })],
    ['introspection', 'here', post({ query: '{ __schema { queryType { name } } __typename }' })],
    ['types with qualities', 'there', post(QUERY, { accept: 'text/html;q=0.5, application/json;q=0.2' })],
    ['no type that there is', 'there', post(QUERY, { accept: 'text/html' })],
    ['a form', 'there', post(QUERY, { 'content-type': 'application/x-www-form-urlencoded' })],
    ['text', 'there', post(QUERY, { 'content-type': 'text/plain' })],
    [
      'GET',
      'there',
      {
        search: `?query=${encodeURIComponent('{ __typename }')}`,
        headers: { 'apollo-require-preflight': '1' },
      },
    ],
    ['GET that a browser may send', 'there', { search: `?query=${encodeURIComponent('{ __typename }')}` }],
    [
      'GET of a mutation',
      'there',
      {
        search: `?query=${encodeURIComponent('mutation { forget: bump { depth } }')}`,
        headers: JSON_HEADERS,
      },
    ],
    ['PUT', 'there', { ...post(QUERY), method: 'PUT' }],
    ['no query', 'there', post({})],
    ['an empty query', 'there', post({ query: '' })],
    ['a query that is none', 'there', post({ query: 7 })],
    ['variables that are none', 'there', post({ ...QUERY, variables: 'no' })],
    ['a list of variables', 'there', post({ ...QUERY, variables: [] })],
    ['a batch', 'there', post([QUERY, QUERY])],
    ['extensions', 'there', post({ ...QUERY, extensions: {} })],
    ['a syntax error', 'there', post({ query: '{' })],
    ['an unknown field', 'there', post({ query: '{ nothing }' })],
    ['an unknown operation', 'there', post({ ...QUERY, operationName: 'Nothing' })],
    ['two operations and no name', 'there', post({ query: 'query A { __typename } query B { __typename }' })],
    [
      'a variable of a wrong type',
      'there',
      post({ query: 'query ($id: ID) { b(id: $id) { n } }', variables: { id: {} } }),
    ],
    ['a missing variable', 'there', post({ query: 'mutation ($id: ID!) { setA(id: $id) { id } }' })],
  ])('%s (%s)', async (_, where, sent) => {
    left = 0;
    expect(await byOurs(sent)).toEqual(await byApollo(sent));
    expect(left === 0 ? 'here' : 'there').toBe(where);
  });
});

describe('while the audit trail cannot be written', () => {
  beforeAll(() => (hasRoom = false));
  afterAll(() => (hasRoom = true));

  test.each([
    ['a query', QUERY.query],
    ['a mutation', 'mutation { bump { depth } }'],
  ])('%s is refused, and nobody is asked', async (_, query) => {
    left = recorded.length = 0;
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: JSON_HEADERS,
      body: JSON.stringify({ query }),
    });
    expect({ status: response.status, retryAfter: response.headers.get('retry-after') }).toEqual({
      status: 503,
      retryAfter: '5',
    });
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'AUDIT_UNAVAILABLE' } }],
    });
    expect({ left, recorded }).toEqual({ left: 0, recorded: [] });
  });
});

async function byOurs({ method = 'GET', headers, search = '', body }: Sent) {
  const response = await fetch(`${server.url}/graphql${search}`, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

async function byApollo({ method = 'GET', headers = {}, search = '', body }: Sent) {
  // What Node's client adds.
  const sent = new HeaderMap(Object.entries({ accept: '*/*', ...headers }));
  const {
    status = 200,
    headers: answered,
    body: text,
  } = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method, headers: sent, search, body: method === 'POST' ? body : undefined },
    context: () =>
      Promise.resolve({
        caller: { kind: 'anonymous' },
        requestId: '',
        source: '',
        cost: COST,
        ...abandonment(),
      }),
  });
  return { status, type: answered.get('content-type'), text: text.kind === 'complete' ? text.string : '' };
}

describe('the GraphQL over HTTP audits', () => {
  async function audited(url: string, status: 'error' | 'warn'): Promise<string[]> {
    const audits = serverAudits({ url: () => `${url}/graphql` });
    const results = await Promise.all(audits.map(async ({ name, fn }) => ({ ...(await fn()), name })));
    return results.filter((result) => result.status === status).map(({ name }) => name);
  }

  it('find no error', async () => {
    expect(await audited(server.url, 'error')).toEqual([]);
  });

  it('warn of what they warn of when Apollo Server answers everything', async () => {
    expect(await audited(server.url, 'warn')).toEqual(await audited(allByApollo.url, 'warn'));
  });
});
