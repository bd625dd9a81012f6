import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import pino from 'pino';
import { ANONYMOUS } from '../../domain/caller';
import type { AuditStore } from '../../domain/audit';
import { auditLog } from '../../gateway/audit/audit-log';
import { auditor } from '../../gateway/audit/auditor';
import { keyedDigest } from '../../domain/secret';
import { startGateway } from '../../gateway/gateway';
import { httpTransport } from '../../gateway/http-transport';
import { DEFAULT_LIMITS } from '../../gateway/limits/gateway-limits';
import type { SubgraphTransport } from '../../gateway/subgraph-transport';
import { inProcessChanges } from '../../platform/booking-changes';
import { subgraphExecution } from '../../platform/graphql/execution/execute-subgraph';
import type { Executor } from '../../platform/execution/executor';
import { serveSubgraph } from '../../platform/graphql/subgraph-server';
import { fixedSubgraph, SUBGRAPH_NAMES } from './fixed-subgraphs';

/**
 * One server of the bench in a process of its own: `server.js <kind> [json]`. Prints its URL, or for subgraphs all of
 * them as JSON, when it listens.
 */
const KINDS: Record<string, (argument: string) => Promise<string>> = {
  'ours-in-process': () => onBothCores(() => ours(inProcess())),
  'ours-over-http': (urls) => ours(overHttp(asUrls(urls))),
  'our-subgraphs': ourSubgraphs,
  'stock-gateway': (urls) => stock(asUrls(urls)),
  'stock-subgraphs': stockSubgraphs,
  bare,
};

const SUPERGRAPH = readFileSync(join(__dirname, '..', '..', 'schema', 'supergraph.graphql'), 'utf8');
/** `EXECUTOR=apollo npm run bench:gateway` measures ours without our executors. */
const EXECUTOR: Executor = process.env.EXECUTOR === 'apollo' ? 'apollo' : 'compiled';
const KEY = new Uint8Array(32).fill(7);
const ANYWHERE = { host: '127.0.0.1', port: 0 };
const logger = pino({ level: 'warn' }, pino.destination(2));

/** No contestant keeps anything: what is measured is the gateway, not a disk. */
const NOWHERE: Omit<AuditStore, 'entries'> = {
  append: () => Promise.resolve(true),
  heads: () => Promise.resolve([]),
  close: () => Promise.resolve(),
};

/** Stock has its subgraphs beside it on the other core; so what is all in one process runs twice, behind one port. */
const WORKERS = 2;

type Urls = Record<string, string>;

function asUrls(json: string): Urls {
  return JSON.parse(json) as Urls;
}

async function onBothCores(start: () => Promise<string>): Promise<string> {
  if (cluster.isWorker) return start();
  const workers = Array.from({ length: WORKERS }, () => cluster.fork());
  // Each says its address, which is the same for all, when it listens.
  await Promise.all(workers.map((worker) => once(worker, 'listening')));
  return '';
}

async function ours(subgraphs: ReadonlyMap<string, SubgraphTransport>): Promise<string> {
  const { url } = await startGateway({
    supergraphSdl: SUPERGRAPH,
    subgraphs,
    executor: EXECUTOR,
    identify: () => Promise.resolve(ANONYMOUS),
    http: ANYWHERE,
    // One client here sends what thousands do elsewhere.
    limits: { ...DEFAULT_LIMITS, operationCost: 1e9, callerCostPerMinute: 1e15, loopLagMs: 1e9 },
    trustedDocuments: new Map(),
    untrusted: 'for-all',
    corsOrigins: [],
    proxies: 0,
    digestAddress: keyedDigest(KEY),
    audit: auditor(await auditLog(NOWHERE, { now: () => new Date(), logger }), keyedDigest(KEY)),
    changes: inProcessChanges(),
    explorerFolder: join(__dirname, '..', '..', 'gateway', 'explorer', 'public'),
    logger,
  });
  return `${url}/graphql`;
}

function inProcess(): Map<string, SubgraphTransport> {
  const execute = subgraphExecution(EXECUTOR);
  return new Map(
    SUBGRAPH_NAMES.map((name) => {
      const schema = fixedSubgraph(name);
      return [
        name,
        {
          fetch: (request, context) => execute(schema, request, context),
          ready: () => Promise.resolve(),
          close: () => Promise.resolve(),
        },
      ];
    }),
  );
}

function overHttp(urls: Urls): Map<string, SubgraphTransport> {
  return new Map(Object.entries(urls).map(([name, url]) => [name, httpTransport(name, url, [KEY])]));
}

async function ourSubgraphs(): Promise<string> {
  const urls: Urls = {};
  for (const name of SUBGRAPH_NAMES) {
    const subgraph = {
      name,
      schema: fixedSubgraph(name),
      typeDefs: '',
      ready: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
    urls[name] = (
      await serveSubgraph(subgraph, { http: ANYWHERE, callerKeys: [KEY], executor: EXECUTOR, logger })
    ).url;
  }
  return JSON.stringify(urls);
}

/** Starts Apollo's gateway as its documentation says, with the committed supergraph. */
function stock(urls: Urls): Promise<string> {
  const gateway = new ApolloGateway({
    supergraphSdl: SUPERGRAPH,
    buildService: ({ name }) => new RemoteGraphQLDataSource({ url: urls[name] }),
  });
  return standalone(new ApolloServer({ gateway }));
}

async function stockSubgraphs(): Promise<string> {
  const urls: Urls = {};
  for (const name of SUBGRAPH_NAMES)
    urls[name] = await standalone(new ApolloServer({ schema: fixedSubgraph(name) }));
  return JSON.stringify(urls);
}

async function standalone(server: ApolloServer): Promise<string> {
  const { url } = await startStandaloneServer(server, { listen: ANYWHERE });
  return url.replace(/\/$/, '');
}

/** Reads each request and sends fixed bytes: no gateway can be faster. */
async function bare(bytes: string): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(bytes),
      });
      response.end(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, ANYWHERE.host, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A server listens on a port.');
  return `http://${ANYWHERE.host}:${address.port}/`;
}

async function main(): Promise<void> {
  process.env.APOLLO_TELEMETRY_DISABLED = 'true';
  const [kind = '', argument = ''] = process.argv.slice(2);
  const start = KINDS[kind];
  if (start === undefined) throw new Error(`There is no "${kind}": choose ${Object.keys(KINDS).join(', ')}.`);
  console.log(await start(argument === '-' ? readFileSync(0, 'utf8') : argument));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
