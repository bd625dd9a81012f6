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

/** Whether an `ID` is written into the document itself. */
export function writesIds(document: DocumentNode, schema: GraphQLSchema): boolean {
  let found = false;
  const types = new TypeInfo(schema);
  const look = () => {
    const type = types.getInputType();
    found ||= type !== null && type !== undefined && getNamedType(type) === GraphQLID;
    return found ? BREAK : undefined;
  };
  visit(document, visitWithTypeInfo(types, { StringValue: look, IntValue: look }));
  return found;
}
