import { Supergraph, type Schema } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';
import { readKnownScalars } from './known-scalars';

/** One supergraph in the forms that planning, validation and execution need. */
export interface LoadedSupergraph {
  sdl: string;
  planner: QueryPlanner;
  /** The schema that clients see, without what is `@inaccessible`. */
  api: GraphQLSchema;
  /** The same for Apollo's libraries. */
  apiSchema: Schema;
  /** The schema with what only subgraphs exchange. */
  whole: GraphQLSchema;
  /** Names of all fields of all types, hidden ones too. */
  fieldNames: ReadonlySet<string>;
  subgraphs: string[];
}

/** @throws Error when the text is not a supergraph, or uses features that this gateway does not execute. */
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
