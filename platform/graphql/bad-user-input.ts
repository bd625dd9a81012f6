import { GraphQLError } from 'graphql';

/** What a client sent is wrong, and no fault of ours. @param cause tells where in the document */
export function badUserInput(message: string, { nodes }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes, extensions: { code: 'BAD_USER_INPUT' } });
}
