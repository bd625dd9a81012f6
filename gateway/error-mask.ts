import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { loggableError } from '../domain/loggable-error';
import { ERROR_CODES, type ErrorCode } from './error-codes';
import { DEVELOPERS_EN_GB } from '../domain/messages/developers.en-gb';

/** Codes that clients may see as they are; everything else is ours to explain and is masked. */
function isPublic(code: unknown): code is ErrorCode {
  return typeof code === 'string' && code in ERROR_CODES && code !== 'INTERNAL_SERVER_ERROR';
}

/** Facts about the request that a log line may contain. */
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

/** Time after which a restarted part is usually back. */
export const RETRY_OUTAGE_AFTER_SECONDS = 2;

/**
 * Logs an internal error under a reference and answers with the reference alone; logs an outage as an outage.
 * @param onError receives the code of every error in an answer
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
      logger.warn(logged(), 'part of the service is unavailable');
      const retryAfterSeconds = RETRY_OUTAGE_AFTER_SECONDS;
      return {
        message: DEVELOPERS_EN_GB.SERVICE_UNAVAILABLE.PART({}),
        path,
        extensions: { code, retryAfterSeconds },
      };
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
      message: DEVELOPERS_EN_GB.INTERNAL_SERVER_ERROR.OPERATION({}),
      path,
      extensions: { code: 'INTERNAL_SERVER_ERROR', reference },
    };
  };
}

/** Returns the error that a resolver threw, which graphql-js wraps in one of its own. */
function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.path && error.originalError ? error.originalError : error;
}
