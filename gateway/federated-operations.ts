import { operationCache, type OperationCache } from './execution/operation-cache';
import { loadSupergraph } from './execution/supergraph';
import type { GatewayMetrics } from './gateway-metrics';
import type { DocumentLimits } from './limits/gateway-limits';
import { operationAccess } from './limits/operation-access';
import { operationCosts } from './limits/operation-cost';
import type { SubgraphTransport } from './subgraph-transport';

/**
 * Operations over subgraphs, planned by Apollo's query planner.
 * @param limits of one document
 * @param counted told of documents and of Apollo's own executor
 * @throws Error when the supergraph names a subgraph that no transport is given for.
 */
export function federatedOperations(
  supergraphSdl: string,
  subgraphs: ReadonlyMap<string, SubgraphTransport>,
  limits: DocumentLimits,
  counted: Pick<GatewayMetrics, 'fallback' | 'documentRead'>,
): OperationCache {
  const supergraph = loadSupergraph(supergraphSdl);
  for (const name of supergraph.subgraphs)
    if (!subgraphs.has(name))
      throw new Error(`The supergraph names the subgraph ${name}, which is not configured.`);
  return operationCache({
    supergraph,
    subgraphs,
    limits,
    costs: operationCosts(supergraphSdl, supergraph.api),
    access: operationAccess(supergraphSdl, supergraph.api),
    onFallback: counted.fallback,
    onDocument: counted.documentRead,
  });
}
