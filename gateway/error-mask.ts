import { randomUUID } from 'node:crypto';
import { unwrapResolverError } from '@apollo/server/errors';
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { ERROR_CODES, type ErrorCode } from './error-codes';

/** Codes that clients may see as they are; everything else is ours to explain and is masked. */
function isPublic(code: unknown): code is ErrorCode {
  return typeof code === 'string' && code in ERROR_CODES && code !== 'INTERNAL_SERVER_ERROR';
}

/** Puts an error into the words that clients may see. */
export type ErrorMask = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

/**
 * A fault of ours is logged under a reference and answered with the reference alone.
 * @param onError told the code of every error that is answered
 */
export function errorMask(logger: Logger, onError: (code: ErrorCode) => void): ErrorMask {
  return ({ message, locations, path, extensions }, error) => {
    const code = extensions?.code;
    if (isPublic(code)) {
      onError(code);
      const reason = extensions?.reason;
      return { message, locations, path, extensions: reason === undefined ? { code } : { code, reason } };
    }
    onError('INTERNAL_SERVER_ERROR');
    const reference = randomUUID();
    logger.error({ err: unwrapResolverError(error), reference, path }, 'operation failed');
    return {
      message: 'Something went wrong on our side. Try again; if it stays, quote the reference.',
      path,
      extensions: { code: 'INTERNAL_SERVER_ERROR', reference },
    };
  };
}
