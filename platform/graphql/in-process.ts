import { execute, type DocumentNode, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { compiledOperation, type CompiledOperation } from './compiled-operation';
import type { SubgraphContext } from './subgraph-context';

export interface SubgraphOperation {
  /** Parsed once: what is compiled of it is kept as long as the document is. */
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
  const compiled = compiledFor(schema, document);
  if (compiled !== null && (operationName === undefined || operationName === compiled.name))
    return compiled.execute(variables, context);
  return execute({ schema, document, variableValues: variables, operationName, contextValue: context });
}

/** Bounded by who keeps documents: the gateway's plans, a subgraph server's cache. */
const kept = new WeakMap<GraphQLSchema, WeakMap<DocumentNode, CompiledOperation | null>>();

function compiledFor(schema: GraphQLSchema, document: DocumentNode): CompiledOperation | null {
  const ofSchema = kept.get(schema) ?? new WeakMap<DocumentNode, CompiledOperation | null>();
  kept.set(schema, ofSchema);
  const known = ofSchema.get(document);
  if (known !== undefined) return known;
  const compiled = compiledOperation(schema, document);
  ofSchema.set(document, compiled);
  return compiled;
}
