import { GraphQLError } from 'graphql';

/** Wraps an error that is not a GraphQLError. */
export function asGraphQLError(error: Error): GraphQLError {
  return error instanceof GraphQLError ? error : new GraphQLError(error.message, { originalError: error });
}
