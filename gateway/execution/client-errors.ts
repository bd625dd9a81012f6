import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { ErrorCode, Refusal } from '../error-codes';

/** As graphql-js has it for variables: https://github.com/graphql/graphql-js/pull/2062. */
export const MAX_ERRORS = 50;
const MAX_MESSAGE_CHARACTERS = 300;
const MAX_LOCATIONS = 5;
const MAX_QUOTED_CHARACTERS = 40;

/** @param errors of one kind, at least one, in the words of graphql-js */
export function clientMistakes(errors: readonly GraphQLError[], code: ErrorCode): Refusal {
  const mistakes = errors.slice(0, MAX_ERRORS).map((error) => clientMistake(error, code));
  return { code, message: mistakes[0]?.message ?? code, errors: mistakes };
}

/** Keeps nothing of the document, gives no hints at what the schema has, and is no longer than it may be. */
function clientMistake({ message, locations }: GraphQLError, code: ErrorCode): GraphQLFormattedError {
  return {
    message: cut(message.replace(/ ?Did you mean [^]*$/, ''), MAX_MESSAGE_CHARACTERS),
    ...(locations && { locations: locations.slice(0, MAX_LOCATIONS) }),
    extensions: { code },
  };
}

/** A name that a client chose, for a message; anything that is no name may be somebody's data, and is not repeated. */
export function quotedName(name: string): string {
  return /^[_A-Za-z]\w*$/.test(name) ? `"${cut(name, MAX_QUOTED_CHARACTERS)}"` : 'of another name';
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
