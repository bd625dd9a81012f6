import { isScalarType, type GraphQLSchema } from 'graphql';
import { DateTimeISOResolver } from 'graphql-scalars';

/** Scalars with their implementation in the subgraphs: composition keeps no more of a scalar than its name. */
const KNOWN = new Map([['DateTime', DateTimeISOResolver]]);

/** Lets this gateway refuse values that no subgraph would accept. Does not change the schema that clients see. */
export function readKnownScalars(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    const known = isScalarType(type) ? KNOWN.get(type.name) : undefined;
    if (known === undefined || !isScalarType(type)) continue;
    type.parseValue = known.parseValue.bind(known);
    type.parseLiteral = known.parseLiteral.bind(known);
  }
  return schema;
}
