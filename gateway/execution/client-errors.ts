import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { ErrorCode, RequestRefusal } from '../error-codes';

/** The bound that graphql-js has for variables: https://github.com/graphql/graphql-js/pull/2062. */
export const MAX_ERRORS = 50;
const MAX_MESSAGE_CHARACTERS = 300;
const MAX_LOCATIONS = 5;
const MAX_QUOTED_CHARACTERS = 40;

/** @param errors errors of one kind, at least one, in the words of graphql-js */
export function clientMistakes(errors: readonly GraphQLError[], code: ErrorCode): RequestRefusal {
  const mistakes = errors.slice(0, MAX_ERRORS).map((error) => clientMistake(error, code));
  return { code, message: mistakes[0]?.message ?? code, errors: mistakes };
}

/** Bounds the length, and leaves out hints at fields that the schema has. */
function clientMistake({ message, locations }: GraphQLError, code: ErrorCode): GraphQLFormattedError {
  return {
    message: cut(message.replace(/ ?Did you mean [^]*$/, ''), MAX_MESSAGE_CHARACTERS),
    ...(locations && { locations: locations.slice(0, MAX_LOCATIONS) }),
    extensions: { code },
  };
}

/** Quotes a name of the client's choice for a message. Leaves out what is not a GraphQL name: it may be personal. */
export function quotedName(name: string): string {
  return /^[_A-Za-z]\w*$/.test(name) ? `"${cut(name, MAX_QUOTED_CHARACTERS)}"` : 'of another name';
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max)}…`;
}
