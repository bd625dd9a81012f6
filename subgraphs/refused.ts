import { GraphQLError } from 'graphql';

/** For fields that have no result union: the operation asked for something that this caller may not have. */
export function forbidden(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'FORBIDDEN' } });
}

/** For arguments of fields that have no result union. */
export function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
