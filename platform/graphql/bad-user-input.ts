import { GraphQLError } from 'graphql';

/**
 * Makes an error for invalid input, which is not an internal error.
 * @param cause locates the mistake in the document
 */
export function badUserInput(message: string, { nodes }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes, extensions: { code: 'BAD_USER_INPUT' } });
}
