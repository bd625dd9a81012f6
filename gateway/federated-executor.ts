import { ApolloGateway, type GraphQLDataSource, type GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import { parse } from 'graphql';
import type { Caller } from '../domain/caller';
import type { SubgraphTransport } from './subgraph-transport';

/** What the gateway knows about the request it serves; made per operation. */
export interface GatewayContext {
  caller: Caller;
  requestId: string;
  /** A digest of the client's address, to count by. */
  source: string;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
}

/**
 * Apollo's federation gateway over our own ways to reach a subgraph.
 * @throws Error when the supergraph names a subgraph that no transport is given for.
 */
export function federatedExecutor(
  supergraphSdl: string,
  subgraphs: ReadonlyMap<string, SubgraphTransport>,
): ApolloGateway {
  return new ApolloGateway({
    supergraphSdl,
    // Otherwise any client may ask for the plan by a header.
    __exposeQueryPlanExperimental: false,
    queryPlannerConfig: { exposeDocumentNodeInFetchNode: true },
    buildService: ({ name }) => {
      const transport = subgraphs.get(name);
      if (transport === undefined)
        throw new Error(`The supergraph names the subgraph ${name}, which is not configured.`);
      return dataSource(transport);
    },
  });
}

function dataSource(transport: SubgraphTransport): GraphQLDataSource<GatewayContext> {
  return {
    process(options: GraphQLDataSourceProcessOptions<GatewayContext>) {
      if (!('incomingRequestContext' in options))
        throw new Error('The supergraph is composed ahead of time.');
      const { request, context } = options;
      const query = request.query ?? '';
      return transport.fetch({
        query,
        document: options.document ?? parse(query),
        variables: request.variables ?? {},
        operationName: request.operationName,
        caller: context.caller,
        requestId: context.requestId,
        source: context.source,
        signal: context.signal,
      });
    },
  };
}
