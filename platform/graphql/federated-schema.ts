import 'reflect-metadata';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { GraphQLScalarType, lexicographicSortSchema, parse, type GraphQLSchema } from 'graphql';
import { DateTimeISOResolver } from 'graphql-scalars';
import { buildSchemaSync, createResolversMap, type ClassType, type NonEmptyArray } from 'type-graphql';
import { ACCESS_DEFINITION, describeAccess, guardAccess } from './access-directive';
import type { SubgraphContext } from './subgraph-context';

const FEDERATION_LINK = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: ["@key", "@shareable", "@external", "@requires", "@tag", "@inaccessible", "@cost", "@listSize", "@composeDirective"]
)`;

/** Instants in UTC; strict on input. Serialised at once, so that entity representations carry text over any transport. */
export const DateTime = new GraphQLScalarType({
  ...DateTimeISOResolver.toConfig(),
  name: 'DateTime',
  description: 'An instant in UTC, for example 2026-03-02T09:10:00.000Z.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
});

/** Loads an entity from the representation that the gateway sends; null when it does not exist. */
export type ReferenceResolver = (representation: unknown, context: SubgraphContext) => unknown;

export interface SubgraphDefinition {
  /** Each subgraph lists its own: type-graphql keeps one registry for the whole process. */
  resolvers: NonEmptyArray<ClassType>;
  /** Types that no resolver returns, such as entities reached only through `_entities`. */
  orphanedTypes: ClassType[];
  /** Resolver instances by class, so that resolvers have constructors. */
  instances: ReadonlyMap<unknown, object>;
  references: Record<string, ReferenceResolver>;
  /** Enums that subgraphs exchange and clients never see; type-graphql has no directives on enums. */
  inaccessibleEnums?: readonly string[];
}

/** A subgraph as start.ts and the schema script use it. */
export interface Subgraph extends FederatedSchema {
  name: string;
  /** @throws Error while it cannot serve: its database does not answer */
  ready(): Promise<void>;
  /** Closes stores and timers; work in progress is finished first. */
  close(): Promise<void>;
}

export interface FederatedSchema {
  /** Executable, with `_entities` and `_service`. */
  schema: GraphQLSchema;
  /** SDL as committed under `schema/`: sorted, because registration order means nothing. */
  typeDefs: string;
}

/** Turns decorated classes into a federation 2 subgraph. */
export function buildFederatedSchema(definition: SubgraphDefinition): FederatedSchema {
  const { resolvers, orphanedTypes, instances } = definition;
  const schema = buildSchemaSync({
    resolvers,
    orphanedTypes,
    container: { get: (cls) => instances.get(cls) },
    scalarsMap: [{ type: Date, scalar: DateTime }],
    // A federation subgraph is not a complete schema: it may lack a Query of its own.
    skipCheck: true,
    // Input is checked by the services, which answer all problems at once and in words of the API.
    validate: false,
  });
  for (const name of definition.inaccessibleEnums ?? []) {
    const type = schema.getType(name);
    if (type !== undefined) type.extensions = { ...type.extensions, directives: { inaccessible: {} } };
  }
  describeAccess(schema);
  const types = printSchemaWithDirectives(lexicographicSortSchema(schema));
  const typeDefs = `${FEDERATION_LINK}\n\n${ACCESS_DEFINITION}\n\n${types}\n`;
  const executable = buildSubgraphSchema([
    { typeDefs: parse(typeDefs), resolvers: withReferences(definition, schema) },
  ]);
  guardAccess(executable);
  return { typeDefs, schema: executable };
}

function withReferences(definition: SubgraphDefinition, schema: GraphQLSchema): GraphQLResolverMap<unknown> {
  const resolvers = createResolversMap(schema);
  for (const [entity, resolveReference] of Object.entries(definition.references))
    resolvers[entity] = Object.assign({ __resolveReference: resolveReference }, resolvers[entity]);
  // The same shape, typed differently by the two libraries.
  return resolvers as GraphQLResolverMap<unknown>;
}
