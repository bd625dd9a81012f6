import { operationFromDocument } from '@apollo/federation-internals';
import {
  buildOperationContext,
  executeQueryPlan,
  type GraphQLDataSource,
  type GraphQLDataSourceProcessOptions,
} from '@apollo/gateway';
import { computeResponse } from '@apollo/gateway/dist/resultShaping';
import type { QueryPlan } from '@apollo/query-planner';
import { GraphQLError, parse, type DocumentNode } from 'graphql';
import { z } from 'zod';
import type { SubgraphTransport } from '../subgraph-transport';
import type { Data } from './data';
import type { Answer } from './answer';
import type { GatewayContext } from '../gateway-context';
import type { LoadedSupergraph } from './supergraph';

/** Executes one planned operation. */
export type Execute = (variables: Record<string, unknown>, context: GatewayContext) => Promise<Answer>;

/** Apollo's own execution of a plan. */
export interface ApolloExecution {
  execute: Execute;
  /** Does the last step alone: propagates nulls, and reports values that their types do not allow. */
  shape(fetched: Data, variables: Record<string, unknown>, errors: readonly Error[]): Answer;
}

/** @param planned a document of one operation, and its plan */
export function apolloExecution(
  { document, plan }: { document: DocumentNode; plan: QueryPlan },
  supergraph: LoadedSupergraph,
  subgraphs: ReadonlyMap<string, SubgraphTransport>,
): ApolloExecution {
  const { api, apiSchema, whole } = supergraph;
  const sources = Object.fromEntries(
    [...subgraphs].map(([name, transport]) => [name, dataSource(transport)]),
  );
  const operationContext = buildOperationContext({ schema: api, operationDocument: document });
  // Made when a value is invalid for the first time.
  let operation: ReturnType<typeof operationFromDocument> | undefined;

  return {
    async execute(variables, context) {
      // The properties that the executor reads; the others are for plugins of Apollo Server, which does not run here.
      const request: unknown = { request: { variables }, context, metrics: {} };
      const { data, errors, extensions } = await executeQueryPlan(
        plan,
        sources,
        request as Parameters<typeof executeQueryPlan>[2],
        operationContext,
        whole,
        apiSchema,
      );
      const missing = MissingValues.safeParse(extensions).data?.valueCompletion;
      // With errors a missing value is nearly always their consequence.
      if (missing === undefined || errors !== undefined) return { data, errors };
      return { data, errors: missing.slice(0, MAX_MISSING).map(missingValue) };
    },

    shape(fetched, variables, errors) {
      operation ??= operationFromDocument(apiSchema, document, { validate: false });
      try {
        const shaped = computeResponse({
          operation,
          variables,
          input: fetched,
          introspectionHandling: () => null,
        });
        // A missing value is nearly always the consequence of an error that is reported already.
        if (errors.length > 0) return { errors, data: shaped.data };
        // Clients read errors; what a missing value has taken with it must not look like an answer.
        return shaped.errors.length > 0
          ? { data: shaped.data, errors: shaped.errors.slice(0, MAX_MISSING).map(missingValue) }
          : { data: shaped.data };
      } catch (error) {
        return { errors: [error instanceof Error ? error : new GraphQLError('Unexpected error.')] };
      }
    },
  };
}

/** The place where Apollo's executor reports them. */
const MissingValues = z.object({ valueCompletion: z.array(z.instanceof(GraphQLError)) });

/** One missing value may be missing in every item of a list. */
const MAX_MISSING = 10;

/** A fault of ours, to be logged and masked: the subgraphs' answers do not agree with each other. */
function missingValue({ message, path }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { path, extensions: { code: 'INTERNAL_SERVER_ERROR' } });
}

function dataSource(transport: SubgraphTransport): GraphQLDataSource<GatewayContext> {
  return {
    process(options: GraphQLDataSourceProcessOptions<GatewayContext>) {
      if (!('incomingRequestContext' in options))
        throw new Error('The supergraph is composed ahead of time.');
      const { request, context } = options;
      const query = request.query ?? '';
      return transport.fetch(
        {
          query,
          document: options.document ?? parse(query),
          variables: request.variables ?? {},
          operationName: request.operationName,
        },
        context,
      );
    },
  };
}
