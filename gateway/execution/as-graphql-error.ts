import { GraphQLError } from 'graphql';

/** What was thrown, as an error of an answer. */
export function asGraphQLError(error: Error): GraphQLError {
  return error instanceof GraphQLError ? error : new GraphQLError(error.message, { originalError: error });
}
