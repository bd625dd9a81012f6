import { execute, type DocumentNode, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import type { SubgraphContext } from './subgraph-context';

export interface SubgraphOperation {
  document: DocumentNode;
  variables: Record<string, unknown>;
  operationName: string | undefined;
}

export interface SubgraphResult {
  data?: Record<string, unknown> | null;
  errors?: readonly GraphQLFormattedError[];
}

/**
 * Executes what the gateway's planner made, without validating it again: the planner works from this very schema.
 */
export async function executeSubgraph(
  schema: GraphQLSchema,
  { document, variables, operationName }: SubgraphOperation,
  context: SubgraphContext,
): Promise<SubgraphResult> {
  return execute({ schema, document, variableValues: variables, operationName, contextValue: context });
}
