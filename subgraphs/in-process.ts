import { execute, type DocumentNode, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import type { SubgraphContext } from './subgraph-context';

export interface SubgraphOperation extends SubgraphContext {
  document: DocumentNode;
  variables: Record<string, unknown>;
  operationName: string | undefined;
}

/**
 * Executes what the gateway's planner made, without validating it again: the planner works from this very schema.
 */
export async function executeSubgraph(
  schema: GraphQLSchema,
  { document, variables, operationName, caller, requestId, source, signal }: SubgraphOperation,
): Promise<{ data?: Record<string, unknown> | null; errors?: readonly GraphQLFormattedError[] }> {
  const contextValue: SubgraphContext = { caller, requestId, source, signal };
  return execute({ schema, document, variableValues: variables, operationName, contextValue });
}
