import type { RequestListener } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import pino from 'pino';
import { ANONYMOUS } from '../../domain/caller';
import { manualTimers } from '../../domain/manual-timers';
import type { CallerKey } from '../../domain/caller-token';
import { deriveKey } from '../../domain/secret';
import { clientDisconnect } from '../../platform/http/client-disconnect';
import { freePort } from '../../platform/http/free-port';
import { listen, type Listening } from '../../platform/http/listen';
import { serveSubgraph } from '../../platform/graphql/subgraph-server';
import { eventually } from '../../domain/eventually';
import type { GatewayContext } from '../../gateway/gateway-context';
import { httpTransport } from '../../gateway/http-transport';
import type { SubgraphTransport } from '../../gateway/subgraph-transport';
import { EXECUTOR } from '../executor';

const KEY = deriveKey('a shared secret of the processes', 'caller');
const ANSWER = JSON.stringify({ data: { who: 'triage' } });
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  // Transports first: they keep connections.
  for (const one of open.splice(0).reverse()) await one.close();
});

async function server(handle: RequestListener, port = 0): Promise<Listening> {
  const listening = await listen(handle, { host: '127.0.0.1', port });
  open.push(listening);
  return listening;
}

function transportTo(url: string, name = 'triage', key: CallerKey = KEY, ...earlier: CallerKey[]) {
  const timers = manualTimers();
  const transport = httpTransport(name, `${url}/graphql`, [key, ...earlier], timers);
  open.push(transport);
  return { timers, transport };
}

function ask(transport: SubgraphTransport, query: string, waiting = clientDisconnect()) {
  const context: GatewayContext = Object.assign(waiting, {
    caller: ANONYMOUS,
    requestId: 'request-1',
    source: 'source',
  });
  return transport.fetch({ query, document: parse(query), variables: {}, operationName: undefined }, context);
}

const OUTAGE = {
  name: 'SubgraphUnavailable',
  extensions: { code: 'SERVICE_UNAVAILABLE', serviceName: 'triage' },
};

test('a request waits for a part that is restarted, and is answered', async () => {
  const port = await freePort();
  const { timers, transport } = transportTo(`http://127.0.0.1:${port}`);
  const answer = ask(transport, 'mutation { start }');
  await eventually('the connection was refused', () => timers.waiting === 1);
  await server((request, response) => void request.resume().once('end', () => response.end(ANSWER)), port);
  timers.advance(50);
  expect(await answer).toEqual({ data: { who: 'triage' } });
});

test('ten seconds after the first refusal nobody waits any more, until the part is there again', async () => {
  const port = await freePort();
  const { timers, transport } = transportTo(`http://127.0.0.1:${port}`);
  const first = ask(transport, '{ who }');
  await eventually('the connection was refused', () => timers.waiting === 1);
  timers.advance(10_000);
  await expect(first).rejects.toMatchObject(OUTAGE);
  await expect(ask(transport, '{ who }')).rejects.toMatchObject(OUTAGE);
  expect(timers.waiting).toBe(0);
  const part = await server((_, response) => void response.end(ANSWER), port);
  expect(await ask(transport, '{ who }')).toEqual({ data: { who: 'triage' } });
  open.splice(open.indexOf(part), 1);
  await part.close();
  const next = ask(transport, '{ who }');
  await eventually('another restart is waited for', () => timers.waiting === 1);
  timers.advance(10_000);
  await expect(next).rejects.toMatchObject(OUTAGE);
});

test('a disconnected client is not waited for', async () => {
  const { timers, transport } = transportTo(`http://127.0.0.1:${await freePort()}`);
  const waiting = clientDisconnect();
  const answer = ask(transport, '{ who }', waiting);
  await eventually('the connection was refused', () => timers.waiting === 1);
  waiting.abandon();
  timers.advance(50);
  await expect(answer).rejects.toMatchObject({ name: 'NobodyWaits' });
});

test.each([
  ['{ who }', 2],
  ['mutation { start }', 1],
])('when the connection breaks, %s is sent %i times', async (query, times) => {
  let come = 0;
  const { url } = await server((request) => {
    come += 1;
    request.socket.destroy();
  });
  await expect(ask(transportTo(url).transport, query)).rejects.toMatchObject(OUTAGE);
  expect(come).toBe(times);
});

test.each([401, 502, 503, 504])('HTTP status %i is an outage', async (status) => {
  const { url } = await server((_, response) => void response.writeHead(status).end());
  await expect(ask(transportTo(url).transport, '{ who }')).rejects.toMatchObject(OUTAGE);
});

test('HTTP status 500 is a fault', async () => {
  const { url } = await server((_, response) => void response.writeHead(500).end());
  await expect(ask(transportTo(url).transport, '{ who }')).rejects.toMatchObject({ name: 'Error' });
});

describe('a part is ready', () => {
  const serving = { resolved: 0 };
  const schema = buildSubgraphSchema([
    {
      typeDefs: parse('type Query { who: String! } type Mutation { be(name: String!): String! }'),
      resolvers: {
        Mutation: {
          be: (_: unknown, { name }: { name: string }) => {
            serving.resolved += 1;
            return name;
          },
        },
      },
    },
  ]);

  async function part(ready: () => Promise<void>, name = 'triage'): Promise<string> {
    const subgraph = { name, schema, typeDefs: '', ready, close: () => Promise.resolve() };
    const logger = pino({ level: 'silent' });
    const listening = await serveSubgraph(subgraph, {
      http: { host: '127.0.0.1', port: 0 },
      callerKeys: [KEY],
      executor: EXECUTOR,
      logger,
    });
    open.push(listening);
    return new URL(listening.url).origin;
  }
  const isThere = () => Promise.resolve();

  test('where it serves, and takes the gateway’s word for a caller', async () => {
    await transportTo(await part(isThere)).transport.ready();
  });

  test('where it knows the secret before the gateway’s, and a request is executed once', async () => {
    const { transport } = transportTo(
      await part(isThere),
      'triage',
      deriveKey('a new secret', 'caller'),
      KEY,
    );
    await transport.ready();
    const served = serving.resolved;
    expect(await ask(transport, 'mutation { be(name: "there") }')).toMatchObject({ data: { be: 'there' } });
    expect(serving.resolved).toBe(served + 1);
  });

  test.each([
    ['its database does not answer', () => part(() => Promise.reject(new Error('no'))), KEY, 'is not ready'],
    ['it has another secret', () => part(isThere), deriveKey('another secret', 'caller'), 'GATEWAY_SECRET'],
    ['another part is at its address', () => part(isThere, 'practices'), KEY, 'GATEWAY_SECRET'],
    ['nothing is at its address', async () => `http://127.0.0.1:${await freePort()}`, KEY, 'ECONNREFUSED'],
  ])('and not where %s', async (_, start, key, reason) => {
    await expect(transportTo(await start(), 'triage', key).transport.ready()).rejects.toThrow(reason);
  });
});
