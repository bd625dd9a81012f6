import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import { loggableError } from '../domain/loggable-error';

/** After so long without a sign of life from Redis its connection is made anew. */
export const CONNECTION_TIMEOUT_MS = 2_000;

/**
 * A connection of its own for one store, with ioredis's silent re-sending off.
 * @param store its name in logs
 */
export function redisConnection(
  url: string,
  store: string,
  logger: Logger,
  options: RedisOptions = {},
): Redis {
  const redis = new Redis(url, {
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECTION_TIMEOUT_MS,
    // The network may have lost the connection without a word.
    socketTimeout: CONNECTION_TIMEOUT_MS,
    // What is asked at the same time is written at once.
    enableAutoPipelining: true,
    retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
    ...options,
  });
  // Without a listener a lost connection would be an uncaught error.
  redis.on('error', (error) => {
    logger.warn({ err: loggableError(error) }, `${store} connection`);
  });
  return redis;
}
