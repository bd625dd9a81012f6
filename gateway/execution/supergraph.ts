import { Supergraph, type Schema } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';
import { readKnownScalars } from './known-scalars';

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
  /** Of every field of every type, hidden ones too. */
  fieldNames: ReadonlySet<string>;
  subgraphs: string[];
}

/** @throws Error when the text is no supergraph, or uses features that this gateway does not execute. */
export function loadSupergraph(sdl: string): LoadedSupergraph {
  // Composition has validated it; doing so again takes longer than all the rest.
  const supergraph = Supergraph.build(sdl, { validateSupergraph: false });
  const apiSchema = supergraph.apiSchema();
  const whole = supergraph.schema.toGraphQLJSSchema();
  return {
    sdl,
    planner: new QueryPlanner(supergraph, { exposeDocumentNodeInFetchNode: true }),
    api: readKnownScalars(apiSchema.toGraphQLJSSchema()),
    apiSchema,
    whole,
    fieldNames: fieldNamesOf(whole),
    subgraphs: supergraph.subgraphsMetadata().map(({ name }) => name),
  };
}

function fieldNamesOf(schema: GraphQLSchema): ReadonlySet<string> {
  const names = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()) : [],
  );
  return new Set(names);
}
