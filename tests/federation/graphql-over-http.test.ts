import type { IncomingMessage } from 'node:http';
import { HeaderMap, type ApolloServer } from '@apollo/server';
import { serverAudits } from 'graphql-http';
import pino from 'pino';
import type { AuditLog } from '../../gateway/audit/audit-log';
import { auditor } from '../../gateway/audit/auditor';
import { federatedOperations } from '../../gateway/federated-operations';
import type { GatewayContext } from '../../gateway/gateway-context';
import { UNMEASURED } from '../../gateway/gateway-metrics';
import { DEFAULT_LIMITS } from '../../gateway/limits/gateway-limits';
import { requestGuards } from '../../gateway/limits/request-guards';
import { documentFinder } from '../../gateway/limits/trusted-documents';
import { liveStreams } from '../../gateway/live/live-streams';
import { requestHandler } from '../../gateway/request-handler';
import type { SubgraphRequest } from '../../gateway/subgraph-transport';
import { machineTimers } from '../../domain/timers';
import { inProcessChanges } from '../../platform/booking-changes';
import { clientDisconnect } from '../../platform/http/client-disconnect';
import { listen, type Listening } from '../../platform/http/listen';
import { readBody } from '../../platform/http/read-body';
import { readiness } from '../../platform/http/readiness';
import { apolloServer } from './apollo-server';
import { composed } from './composed';
import { subgraphOfGeneratedAnswers } from './generated-answers';
import { SMALL_GRAPHS } from './graphs';
import { executeByGraphql } from './two-gateways';
import { EXECUTOR } from '../executor';

/** Budget left, as in `admittedByAll`. */
const REMAINING = 3;
const logger = pino({ level: 'silent' });
let server: Listening;
let allByApollo: Listening;
let apollo: ApolloServer<GatewayContext>;
/** Requests that subgraphs were asked. */
let fetched = 0;

/** Entries recorded; the audit trail has tests of its own. */
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
        fetch: (request: SubgraphRequest) => {
          fetched += 1;
          return executeByGraphql(schema, request);
        },
        ready: () => Promise.resolve(),
        close: () => Promise.resolve(),
      },
    ] as const;
  });
  const supergraphSdl = composed(graph);
  const operations = federatedOperations({
    supergraphSdl,
    subgraphs: new Map(subgraphs),
    executor: EXECUTOR,
    limits: DEFAULT_LIMITS.document,
    counted: UNMEASURED,
  });
  apollo = await apolloServer(supergraphSdl, operations);
  server = await listen(
    requestHandler({
      operations,
      // The reference of a masked error is new each time; here every error is shown.
      mask: (formatted) => formatted,
      identify: () => Promise.resolve({ kind: 'anonymous' }),
      documents: documentFinder(new Map(), 'for-all'),
      guards: requestGuards({
        limits: { ...DEFAULT_LIMITS, operationCost: Infinity },
        budget: {
          spend: () => Promise.resolve({ remaining: REMAINING, retryAfterSeconds: null }),
          spentFor: () => Promise.resolve(null),
          close: () => Promise.resolve(),
        },
        planning: { spend: () => Promise.resolve(null) },
        admission: { enter: () => () => undefined, underWay: () => 0 },
        auditHasRoom: () => hasRoom,
        hidesSchema: false,
      }),
      limits: DEFAULT_LIMITS,
      corsOrigins: [],
      proxies: 0,
      metrics: undefined,
      counted: UNMEASURED,
      audit: auditor(log, (text) => text),
      live: liveStreams(inProcessChanges(), machineTimers),
      ready: readiness([]),
      explorer: (_, response) => void response.end(),
      logger,
    }),
    { host: '127.0.0.1', port: 0 },
  );
  allByApollo = await listen(
    (request, response) => {
      void bodyOf(request).then(async (body) => {
        const answered = await askApollo({
          method: request.method,
          headers: request.headers as Record<string, string>,
          search: new URL(request.url ?? '', 'http://localhost').search,
          body,
        });
        for (const [name, value] of answered.headers) response.setHeader(name, value);
        response.writeHead(answered.status ?? 200);
        response.end(answered.body.kind === 'complete' ? answered.body.string : '');
      });
    },
    { host: '127.0.0.1', port: 0 },
  );
});
afterAll(async () => {
  await server.close();
  await allByApollo.close();
  await apollo.stop();
});

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  try {
    return JSON.parse(await readBody(request, 100_000));
  } catch {
    return undefined;
  }
}

function askApollo({ method = 'GET', headers = {}, search = '', body }: Sent) {
  return apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method,
      headers: new HeaderMap(Object.entries(headers)),
      search,
      body: method === 'POST' ? body : undefined,
    },
    context: () =>
      Promise.resolve({ caller: { kind: 'anonymous' }, requestId: '', source: '', ...clientDisconnect() }),
  });
}

interface Sent {
  method?: string | undefined;
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

/** Compares valid operations to the letter; of invalid ones the refusal and its code. */
describe('is answered as by Apollo Server', () => {
  it.each<[string, Sent]>([
    ['a query', post(QUERY)],
    ['with a charset', post(QUERY, { 'content-type': 'application/json; charset=utf-8' })],
    ['with a charset in quotes', post(QUERY, { 'content-type': 'Application/JSON;charset="UTF-8"' })],
    ['a query with errors', post({ query: '{ level { up { up { depth } root { list { text } } } } }' })],
    [
      'a mutation',
      post({ query: 'mutation ($id: ID!) { setA(id: $id) { id text } }', variables: { id: '1' } }),
    ],
    [
      'an operation by name',
      post({ query: 'query A { __typename } query B { level { depth } }', operationName: 'B' }),
    ],
    [
      'nulls for what is optional',
      post({ ...QUERY, variables: null, operationName: null, extensions: null }),
    ],
    ['anything accepted', post(QUERY, { accept: '*/*' })],
    ['any type of application', post(QUERY, { accept: 'application/*' })],
    ['the newer type', post(QUERY, { accept: 'application/graphql-response+json' })],
    [
      'as Apollo Client 4 accepts',
      post(QUERY, { accept: 'application/graphql-response+json,application/json;q=0.9' }),
    ],
    [
      'as urql accepts',
      post(QUERY, {
        accept:
          'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
      }),
    ],
    ['as axios accepts', post(QUERY, { accept: 'application/json, text/plain, */*' })],
    ['types with qualities', post(QUERY, { accept: 'text/html;q=0.5, application/json;q=0.2' })],
    [
      'the older type preferred',
      post(QUERY, { accept: 'application/graphql-response+json;q=0.5, application/*' }),
    ],
    ['introspection', post({ query: '{ __schema { queryType { name } } __typename }' })],
    ['extensions', post({ ...QUERY, extensions: { clientLibrary: { name: 'a', version: '1' } } })],
    [
      'GET',
      {
        search: `?query=${encodeURIComponent('{ __typename }')}`,
        headers: { 'apollo-require-preflight': '1' },
      },
    ],
    ['a syntax error', post({ query: '{' })],
    ['an unknown field', post({ query: '{ nothing }' })],
  ])('%s', async (_, sent) => {
    expect(await byOurs(sent)).toEqual(await byApollo(sent));
  });

  it.each<[string, Sent]>([
    ['an empty list accepted', post(QUERY, { accept: 'text/html' })],
    ['the only type that there is not wanted', post(QUERY, { accept: 'application/json;q=0' })],
    ['GET that a browser may send', { search: `?query=${encodeURIComponent('{ __typename }')}` }],
    [
      'GET of a mutation',
      {
        search: `?query=${encodeURIComponent('mutation { forget: bump { depth } }')}`,
        headers: JSON_HEADERS,
      },
    ],
    ['PUT', { ...post(QUERY), method: 'PUT' }],
    ['no query', post({})],
    ['an empty query', post({ query: '' })],
    ['a query that is none', post({ query: 7 })],
    ['variables that are none', post({ ...QUERY, variables: 'no' })],
    ['a list of variables', post({ ...QUERY, variables: [] })],
    ['a batch', post([QUERY, QUERY])],
    ['an unknown operation', post({ ...QUERY, operationName: 'Nothing' })],
    ['two operations and no name', post({ query: 'query A { __typename } query B { __typename }' })],
    [
      'a variable of a wrong type',
      post({ query: 'query ($id: ID) { b(id: $id) { n } }', variables: { id: {} } }),
    ],
    ['a missing variable', post({ query: 'mutation ($id: ID!) { setA(id: $id) { id } }' })],
  ])('%s: refused with the same status and code, and nothing executed', async (_, sent) => {
    fetched = 0;
    const ours = await byOurs(sent);
    expect(fetched).toBe(0);
    const apollos = await byApollo(sent);
    expect({ ...ours, text: codesIn(ours.text) }).toEqual({ ...apollos, text: codesIn(apollos.text) });
  });

  it.each<[string, Sent]>([
    ['a form', post(QUERY, { 'content-type': 'application/x-www-form-urlencoded' })],
    ['text', post(QUERY, { 'content-type': 'text/plain' })],
    ['another charset', post(QUERY, { 'content-type': 'application/json; charset=iso-8859-1' })],
  ])('%s, but for the status: refused as a media type', async (_, sent) => {
    fetched = 0;
    const ours = await byOurs(sent);
    expect([ours.status, codesIn(ours.text), fetched]).toEqual([415, ['BAD_REQUEST'], 0]);
  });
});

function codesIn(text: string): unknown[] {
  const { errors = [] } = JSON.parse(text) as { errors?: { extensions: { code: unknown } }[] };
  return errors.map(({ extensions }) => extensions.code);
}

describe('while the audit trail cannot be written', () => {
  beforeAll(() => (hasRoom = false));
  afterAll(() => (hasRoom = true));

  test.each([
    ['a query', QUERY.query],
    ['a mutation', 'mutation { bump { depth } }'],
  ])('%s is refused, and no subgraph is called', async (_, query) => {
    fetched = recorded.length = 0;
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
    expect({ fetched, recorded }).toEqual({ fetched: 0, recorded: [] });
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

async function byApollo({ headers = {}, ...sent }: Sent) {
  // What Node's client adds.
  const answered = await askApollo({ ...sent, headers: { accept: '*/*', ...headers } });
  const { status = 200, headers: sentBack, body } = answered;
  return { status, type: sentBack.get('content-type'), text: body.kind === 'complete' ? body.string : '' };
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

  it('have the same warnings as with Apollo Server', async () => {
    expect(await audited(server.url, 'warn')).toEqual(await audited(allByApollo.url, 'warn'));
  });
});
