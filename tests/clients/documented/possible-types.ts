import { isAbstractType, type GraphQLSchema } from 'graphql';

/** Returns every union and interface of `schema/api.graphql` with its members: compute it when you build. */
export function possibleTypesOf(schema: GraphQLSchema): Record<string, string[]> {
  const abstract = Object.values(schema.getTypeMap()).filter(isAbstractType);
  return Object.fromEntries(
    abstract.map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
  );
}
