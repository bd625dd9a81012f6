import { SpanKind } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { HearChanges } from '../domain/booking-changes';
import type { Caller } from '../domain/caller';
import { loggableError } from '../domain/loggable-error';
import { backgroundTimers } from '../domain/timers';
import type { Executor } from '../platform/execution/executor';
import { listen, type Listening, type ListenSettings } from '../platform/http/listen';
import { readiness, type Missing, type Readiness } from '../platform/http/readiness';
import { inSpan } from '../platform/http/tracing';
import type { Auditor } from './audit/auditor';
import { errorMask } from './error-mask';
import { explorerFiles } from './explorer/explorer-files';
import { federatedOperations } from './federated-operations';
import { gatewayMetrics } from './gateway-metrics';
import { admission } from './limits/admission';
import { callerBudget } from './limits/caller-budget';
import type { GatewayLimits } from './limits/gateway-limits';
import { loopLag } from './limits/loop-lag';
import { liveStreams } from './live/live-streams';
import { planningBudget } from './limits/planning-budget';
import { requestGuards } from './limits/request-guards';
import { documentFinder, type TrustedDocuments } from './limits/trusted-documents';
import { requestHandler } from './request-handler';
import type { SubgraphTransport } from './subgraph-transport';

export interface GatewayOptions {
  supergraphSdl: string;
  subgraphs: ReadonlyMap<string, SubgraphTransport>;
  executor: Executor;
  /** @throws TokenRefused */
  identify(authorization: string | undefined, beforeVerifying: () => Promise<void>): Promise<Caller>;
  http: ListenSettings;
  limits: GatewayLimits;
  /** Number of the operator's own proxies in front of this gateway; see request-source.ts. */
  proxies: number;
  /** Keys of servers, such as the website, that are believed for whom they ask; see request-source.ts. */
  frontEndKeys?: readonly string[] | undefined;
  /** Keyed digest; see request-source.ts. */
  digestAddress: (network: string) => string;
  /** Callers are counted here for all processes together; undefined: each counts for itself. */
  redisUrl?: string | undefined;
  /** The documents that anybody may send. */
  trustedDocuments: TrustedDocuments;
  /** Lets every caller send unpublished documents too, and see the schema. */
  untrusted: 'for-all' | 'for-analysts';
  /** Web pages elsewhere that may use this gateway, such as `https://app.example`. */
  corsOrigins: readonly string[];
  /** The explorer's bundle, made by `npm run build`. */
  explorerFolder: string;
  /** Address of the website, to which the explorer links; undefined: there is none, or it is not known. */
  websiteUrl?: string | undefined;
  /** Undefined: `/metrics` is not there. */
  metrics?: Registry | undefined;
  /** Closed with the gateway. */
  audit: Auditor;
  /** Changes of bookings in any process; closed with the gateway. */
  changes: HearChanges;
  logger: Logger;
}

/** @throws Error with a `code` such as EADDRINUSE when the address cannot be listened on. */
export async function startGateway(options: GatewayOptions): Promise<Listening & { ready: Readiness }> {
  const { identify, limits, untrusted, logger } = options;
  const hidesSchema = untrusted === 'for-analysts';
  const subgraphs = new Map(
    [...options.subgraphs].map(([name, transport]) => [name, traced(name, transport)]),
  );
  const lag = loopLag();
  const inside = admission(limits.operationsAtOnce, () => lag.ms() > limits.loopLagMs);
  const counted = gatewayMetrics(options.metrics, inside.underWay);
  const operations = federatedOperations({
    supergraphSdl: options.supergraphSdl,
    subgraphs,
    executor: options.executor,
    limits: limits.document,
    counted,
  });
  const budget = callerBudget(limits.callerCostPerMinute, options.redisUrl, logger);
  const ready = readiness(
    [
      ...[...subgraphs].map(([name, { ready: isReady }]) => ({ name, ready: isReady })),
      { name: 'audit', ready: () => auditReady(options.audit) },
    ],
    backgroundTimers,
    (missing) => logMissing(missing, logger),
  );
  const live = liveStreams(options.changes, backgroundTimers);
  const handle = requestHandler({
    operations,
    documents: documentFinder(options.trustedDocuments, untrusted),
    guards: requestGuards({
      limits,
      budget,
      planning: planningBudget(limits.callerCostPerMinute),
      admission: inside,
      auditHasRoom: options.audit.hasRoom,
      hidesSchema,
    }),
    limits,
    corsOrigins: options.corsOrigins,
    proxies: options.proxies,
    frontEndKeys: options.frontEndKeys,
    digestAddress: options.digestAddress,
    mask: errorMask(logger, counted.error),
    identify,
    explorer: explorerFiles(options.explorerFolder, {
      schemaNeedsToken: hidesSchema,
      statisticsPage: options.websiteUrl === undefined ? null : `${options.websiteUrl}/insight`,
    }),
    metrics: options.metrics,
    counted,
    audit: options.audit,
    live,
    ready,
    logger,
  });
  const { url, close } = await listen(handle, { ...options.http, onStopping: ready.stop });
  return {
    url,
    ready,
    async close() {
      await live.close();
      await close();
      lag.stop();
      await budget.close();
      await options.audit.close();
      await Promise.all([...subgraphs.values()].map((transport) => transport.close()));
    },
  };
}

/** While entries that could not be written wait in memory people are served, and then no more. */
function auditReady(audit: Auditor): Promise<void> {
  return audit.hasRoom()
    ? Promise.resolve()
    : Promise.reject(new Error('The audit trail cannot be written.'));
}

function logMissing(missing: readonly Missing[], logger: Logger): void {
  if (missing.length === 0) logger.warn('ready again');
  for (const { name, reason } of missing)
    logger.warn({ part: name, err: loggableError(reason) }, 'not ready');
}

function traced(name: string, transport: SubgraphTransport): SubgraphTransport {
  const span = { name: `subgraph ${name}`, kind: SpanKind.CLIENT };
  return { ...transport, fetch: (...asked) => inSpan(span, () => transport.fetch(...asked)) };
}
