import { SpanKind } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Caller } from '../domain/caller';
import { listen, type Listening } from '../http/listen';
import { readiness } from '../http/readiness';
import { inSpan } from '../http/tracing';
import type { Auditor } from './audit/auditor';
import { errorMask } from './error-mask';
import { explorerFiles } from './explorer/explorer-files';
import { federatedExecutor } from './federated-executor';
import { gatewayMetrics } from './gateway-metrics';
import { graphqlServer } from './graphql-server';
import { admission } from './limits/admission';
import { callerBudget } from './limits/caller-budget';
import { fences } from './limits/fences';
import type { GatewayLimits } from './limits/gateway-limits';
import { loopLag } from './limits/loop-lag';
import { documentFinder, type TrustedDocuments } from './limits/trusted-documents';
import { requestHandler } from './request-handler';
import type { SubgraphTransport } from './subgraph-transport';

export interface GatewayOptions {
  supergraphSdl: string;
  subgraphs: ReadonlyMap<string, SubgraphTransport>;
  /** @throws TokenRefused */
  identify(authorization: string | undefined): Promise<Caller>;
  http: { host: string; port: number };
  limits: GatewayLimits;
  /** How many of the operator's own stand before this gateway; see request-source.ts. */
  proxies: number;
  /** Callers are counted here for all processes together; undefined: each counts for itself. */
  redisUrl?: string | undefined;
  /** The documents that anybody may send. */
  trustedDocuments: TrustedDocuments;
  /** Whether everybody may send others, too, and see the schema. */
  untrusted: 'for-all' | 'for-analysts';
  /** Web pages elsewhere that may use this gateway, such as `https://app.example`. */
  corsOrigins: readonly string[];
  /** The explorer's bundle, made by `npm run build`. */
  explorerFolder: string;
  /** Undefined: `/metrics` is not there. */
  metrics?: Registry | undefined;
  /** Closed with the gateway. */
  audit: Auditor;
  logger: Logger;
}

/** @throws Error with a `code` such as EADDRINUSE when the address cannot be listened on. */
export async function startGateway(options: GatewayOptions): Promise<Listening> {
  const { identify, limits, untrusted, logger } = options;
  const subgraphs = new Map(
    [...options.subgraphs].map(([name, transport]) => [name, traced(name, transport)]),
  );
  const lag = loopLag();
  const inside = admission(limits.operationsAtOnce, () => lag.ms() > limits.loopLagMs);
  const counted = gatewayMetrics(options.metrics, inside.underWay);
  const executor = federatedExecutor(options.supergraphSdl, subgraphs, limits.document, counted);
  const mask = errorMask(logger, counted.error);
  const graphql = graphqlServer(executor.forApolloServer, mask, logger);
  await graphql.start();
  const budget = callerBudget(limits.callerCostPerMinute, options.redisUrl, logger);
  const handle = requestHandler({
    graphql,
    operations: executor.operations,
    documents: documentFinder(options.trustedDocuments, untrusted),
    fences: fences({
      limits,
      budget,
      admission: inside,
      hidesSchema: untrusted === 'for-analysts',
    }),
    limits,
    corsOrigins: options.corsOrigins,
    proxies: options.proxies,
    mask,
    identify,
    explorer: explorerFiles(options.explorerFolder),
    metrics: options.metrics,
    counted,
    audit: options.audit,
    ready: readiness([...subgraphs].map(([name, { ready }]) => ({ name, ready }))),
    logger,
  });
  const { url, close } = await listen(handle, options.http);
  return {
    url,
    async close() {
      await close();
      lag.stop();
      await graphql.stop();
      await budget.close();
      await options.audit.close();
      await Promise.all([...subgraphs.values()].map((transport) => transport.close()));
    },
  };
}

function traced(name: string, transport: SubgraphTransport): SubgraphTransport {
  const span = { name: `subgraph ${name}`, kind: SpanKind.CLIENT };
  return { ...transport, fetch: (...asked) => inSpan(span, () => transport.fetch(...asked)) };
}
