import { Supergraph, type Schema } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';

/** One supergraph in the forms that planning, validating and executing want it in. */
export interface LoadedSupergraph {
  sdl: string;
  planner: QueryPlanner;
  /** What clients see: nothing of it is `@inaccessible`. */
  api: GraphQLSchema;
  /** The same for Apollo's libraries. */
  apiSchema: Schema;
  /** With what only subgraphs exchange. */
  whole: GraphQLSchema;
  subgraphs: string[];
}

/** @throws Error when the text is no supergraph, or uses features that this gateway does not execute. */
export function loadSupergraph(sdl: string): LoadedSupergraph {
  // Composition has validated it; doing so again takes longer than all the rest.
  const supergraph = Supergraph.build(sdl, { validateSupergraph: false });
  const apiSchema = supergraph.apiSchema();
  return {
    sdl,
    planner: new QueryPlanner(supergraph, { exposeDocumentNodeInFetchNode: true }),
    api: apiSchema.toGraphQLJSSchema(),
    apiSchema,
    whole: supergraph.schema.toGraphQLJSSchema(),
    subgraphs: supergraph.subgraphsMetadata().map(({ name }) => name),
  };
}
