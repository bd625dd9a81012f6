import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { loggableError } from '../domain/loggable-error';
import { ERROR_CODES, type ErrorCode } from './error-codes';

/** Codes that clients may see as they are; everything else is ours to explain and is masked. */
function isPublic(code: unknown): code is ErrorCode {
  return typeof code === 'string' && code in ERROR_CODES && code !== 'INTERNAL_SERVER_ERROR';
}

/** What a log line may say of the request. */
export interface FailedRequest {
  requestId: string;
  /** The published operation; null: some other, whose name is its sender's text. */
  operation: string | null;
}

/** Puts an error into the words that clients may see. */
export type ErrorMask = (
  formatted: GraphQLFormattedError,
  error: unknown,
  request: FailedRequest,
) => GraphQLFormattedError;

/** A part that is restarted is there again by then, most often. */
export const RETRY_OUTAGE_AFTER_SECONDS = 2;

/**
 * A fault of ours is logged under a reference and answered with the reference alone; an outage is logged as one.
 * @param onError told the code of every error that is answered
 */
export function errorMask(logger: Logger, onError: (code: ErrorCode) => void): ErrorMask {
  return ({ message, locations, path, extensions }, error, request) => {
    const code = extensions?.code;
    const logged = () => ({
      requestId: request.requestId,
      operation: request.operation ?? 'other',
      subgraph: extensions?.serviceName,
      err: loggableError(causeOf(error)),
    });
    if (code === 'SERVICE_UNAVAILABLE') {
      onError(code);
      logger.warn(logged(), 'part of the service did not answer');
      const retryAfterSeconds = RETRY_OUTAGE_AFTER_SECONDS;
      return { message: ERROR_CODES[code].example, path, extensions: { code, retryAfterSeconds } };
    }
    if (isPublic(code)) {
      onError(code);
      const reason = extensions?.reason;
      return { message, locations, path, extensions: reason === undefined ? { code } : { code, reason } };
    }
    onError('INTERNAL_SERVER_ERROR');
    const reference = randomUUID();
    logger.error({ ...logged(), reference }, 'operation failed');
    return {
      message: 'Something went wrong on our side. Try again; if it stays, quote the reference.',
      path,
      extensions: { code: 'INTERNAL_SERVER_ERROR', reference },
    };
  };
}

/** What a resolver threw, where graphql-js has put it into an error of its own. */
function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.path && error.originalError ? error.originalError : error;
}
