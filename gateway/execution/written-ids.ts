import {
  BREAK,
  getNamedType,
  GraphQLID,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';

/** True when the document itself contains a value for an `ID`, outside the variables. */
export function writesIds(document: DocumentNode, schema: GraphQLSchema): boolean {
  let found = false;
  const types = new TypeInfo(schema);
  const check = () => {
    const type = types.getInputType();
    found ||= type !== null && type !== undefined && getNamedType(type) === GraphQLID;
    return found ? BREAK : undefined;
  };
  visit(document, visitWithTypeInfo(types, { StringValue: check, IntValue: check }));
  return found;
}
