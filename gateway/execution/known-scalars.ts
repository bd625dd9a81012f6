import { isScalarType, type GraphQLSchema } from 'graphql';
import { DateTimeISOResolver } from 'graphql-scalars';

/** Scalars of the schema that take only some values, with what subgraphs take for them. */
const KNOWN = new Map([['DateTime', DateTimeISOResolver]]);

/**
 * Lets this gateway refuse what no subgraph would take: composition keeps of a scalar its name alone. What clients see of the
 * schema stays as it is.
 */
export function readKnownScalars(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    const known = isScalarType(type) ? KNOWN.get(type.name) : undefined;
    if (known === undefined || !isScalarType(type)) continue;
    type.parseValue = known.parseValue.bind(known);
    type.parseLiteral = known.parseLiteral.bind(known);
  }
  return schema;
}
