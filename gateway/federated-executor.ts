import type { ApolloServerOptions, BaseContext } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { asGraphQLError } from './execution/as-graphql-error';
import { operationCache, type OperationCache } from './execution/operation-cache';
import { loadSupergraph } from './execution/supergraph';
import type { GatewayContext } from './gateway-context';
import type { GatewayMetrics } from './gateway-metrics';
import type { DocumentLimits } from './limits/gateway-limits';
import { operationAccess } from './limits/operation-access';
import { operationCosts } from './limits/operation-cost';
import { withCost } from './with-cost';
import type { SubgraphTransport } from './subgraph-transport';

/** The federated graph as the two ways in want it: directly, and as Apollo Server's gateway. */
export interface FederatedExecutor {
  operations: OperationCache;
  forApolloServer: ApolloGatewayInterface;
}

type ApolloGatewayInterface = NonNullable<ApolloServerOptions<GatewayContext & BaseContext>['gateway']>;
type ApolloExecutor = NonNullable<Awaited<ReturnType<ApolloGatewayInterface['load']>>['executor']>;
type ApolloRequest = Parameters<ApolloExecutor>[0];

/**
 * Executes operations over subgraphs, with Apollo's query planner.
 * @param limits of one document
 * @param counted told of documents and of Apollo's own executor
 * @throws Error when the supergraph names a subgraph that no transport is given for.
 */
export function federatedExecutor(
  supergraphSdl: string,
  subgraphs: ReadonlyMap<string, SubgraphTransport>,
  limits: DocumentLimits,
  counted: Pick<GatewayMetrics, 'fallback' | 'documentRead'>,
): FederatedExecutor {
  const supergraph = loadSupergraph(supergraphSdl);
  for (const name of supergraph.subgraphs)
    if (!subgraphs.has(name))
      throw new Error(`The supergraph names the subgraph ${name}, which is not configured.`);
  const operations = operationCache({
    supergraph,
    subgraphs,
    limits,
    costs: operationCosts(supergraphSdl, supergraph.api),
    access: operationAccess(supergraphSdl, supergraph.api),
    onFallback: counted.fallback,
    onDocument: counted.documentRead,
  });

  async function executor({ source, document, request, context }: ApolloRequest) {
    const operation = operations.byDocument(source, document, request.operationName);
    // Apollo Server finds the operation too, and answers by its own error when there is none.
    if (operation === null) return { errors: [new GraphQLError('The operation is not in the document.')] };
    const variables = request.variables ?? {};
    const refused = operation.variableErrors(variables);
    if (refused.length > 0) return { errors: refused };
    // Made by the request handler, and handed through Apollo Server as it is.
    const asked = context as GatewayContext;
    asked.answer = await operation.execute(variables, asked);
    const { data, errors, extensions } = asked.answer;
    return { data, errors: errors?.map(asGraphQLError), extensions: withCost(extensions, asked) };
  }

  return {
    operations,
    forApolloServer: {
      load: () => Promise.resolve({ executor }),
      onSchemaLoadOrUpdate(use) {
        use({ apiSchema: supergraph.api, coreSupergraphSdl: supergraphSdl });
        return () => undefined;
      },
      stop: () => Promise.resolve(),
    },
  };
}
