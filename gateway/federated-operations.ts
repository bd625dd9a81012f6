import type { Executor } from '../platform/execution/executor';
import { operationCache, type OperationCache } from './execution/operation-cache';
import { loadSupergraph } from './execution/supergraph';
import type { GatewayMetrics } from './gateway-metrics';
import type { DocumentLimits } from './limits/gateway-limits';
import { operationAccess } from './limits/operation-access';
import { operationCosts } from './limits/operation-cost';
import type { SubgraphTransport } from './subgraph-transport';

export interface FederatedOperationsOptions {
  supergraphSdl: string;
  subgraphs: ReadonlyMap<string, SubgraphTransport>;
  executor: Executor;
  /** Limits of one document. */
  limits: DocumentLimits;
  /** Counts documents, and what Apollo's executor does because it is not compiled. */
  counted: Pick<GatewayMetrics, 'fallback' | 'documentRead'>;
}

/**
 * Caches operations over subgraphs, planned by Apollo's query planner.
 * @throws Error when the supergraph names a subgraph that has no transport
 */
export function federatedOperations(options: FederatedOperationsOptions): OperationCache {
  const { supergraphSdl, subgraphs, executor, limits, counted } = options;
  const supergraph = loadSupergraph(supergraphSdl);
  for (const name of supergraph.subgraphs)
    if (!subgraphs.has(name))
      throw new Error(`The supergraph names the subgraph ${name}, which is not configured.`);
  return operationCache({
    supergraph,
    subgraphs,
    executor,
    limits,
    costs: operationCosts(supergraphSdl, supergraph.api),
    access: operationAccess(supergraphSdl, supergraph.api),
    onFallback: counted.fallback,
    onDocument: counted.documentRead,
  });
}
