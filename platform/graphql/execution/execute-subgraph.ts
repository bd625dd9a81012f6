import { execute, type DocumentNode, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import type { Executor } from '../../execution/executor';
import type { SubgraphContext } from '../subgraph-context';
import { compileOperation, type CompiledOperation } from './compile-operation';

export interface SubgraphOperation {
  /** The same object each time that the operation comes: its compiled form is kept as long as the document is. */
  document: DocumentNode;
  variables: Record<string, unknown>;
  operationName: string | undefined;
}

export interface SubgraphResult {
  data?: Record<string, unknown> | null;
  errors?: readonly GraphQLFormattedError[];
}

/** Executes operations of the gateway. They are not validated again: the planner works from this very schema. */
export type ExecuteSubgraph = (
  schema: GraphQLSchema,
  operation: SubgraphOperation,
  context: SubgraphContext,
) => Promise<SubgraphResult>;

export function subgraphExecution(executor: Executor): ExecuteSubgraph {
  switch (executor) {
    case 'compiled':
      return executeCompiled;
    case 'apollo':
      return executeByGraphqlJs;
  }
}

const executeCompiled: ExecuteSubgraph = async (schema, operation, context) => {
  const { document, variables, operationName } = operation;
  const compiled = compiledFor(schema, document);
  const isChosen = operationName === undefined || operationName === compiled?.name;
  const result = isChosen ? compiled?.execute(variables, context) : null;
  return result ?? executeByGraphqlJs(schema, operation, context);
};

const executeByGraphqlJs: ExecuteSubgraph = async (
  schema,
  { document, variables, operationName },
  contextValue,
) => execute({ schema, document, variableValues: variables, operationName, contextValue });

/** Bounded by those who keep documents: the gateway's operation cache, a subgraph server's document cache. */
const cache = new WeakMap<GraphQLSchema, WeakMap<DocumentNode, CompiledOperation | null>>();

function compiledFor(schema: GraphQLSchema, document: DocumentNode): CompiledOperation | null {
  const documents = cache.get(schema) ?? new WeakMap<DocumentNode, CompiledOperation | null>();
  cache.set(schema, documents);
  const known = documents.get(document);
  if (known !== undefined) return known;
  const compiled = compileOperation(schema, document);
  documents.set(document, compiled);
  return compiled;
}
