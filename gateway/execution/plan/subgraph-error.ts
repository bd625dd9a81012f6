import type { ResponsePath } from '@apollo/query-planner';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';

/**
 * A subgraph's error as an error of the whole operation.
 * @param path its path in the client's answer
 */
export function subgraphError(
  error: GraphQLFormattedError,
  serviceName: string,
  path: ResponsePath | undefined,
): GraphQLError {
  return new GraphQLError(error.message || `Error while fetching subquery from service "${serviceName}"`, {
    originalError: error instanceof Error ? error : undefined,
    path,
    extensions: {
      ...error.extensions,
      serviceName,
      code: error.extensions?.code ?? 'DOWNSTREAM_SERVICE_ERROR',
    },
  });
}
