import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { loggableError } from '../../domain/loggable-error';
import { machineTimers, type Timers } from '../../domain/timers';
import { inProcessThrottles, MAX_KEEP_AWAY_MS, type Throttles } from './throttles';

const PREFIX = 'gp-booking:throttle:';

/** Sets a time only where it is longer than the one that is kept. */
const KEEP_AWAY = `
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '', 'PX', ARGV[1]) end
return 1`;

/**
 * Shares throttles between processes. Without Redis each process still honours the Retry-After that it received itself:
 * a call to a supplier must not depend on a courtesy.
 */
export function redisThrottles(
  url: string,
  logger: Logger,
  options: { commandTimeoutMs?: number; timers?: Timers } = {},
): Throttles & { close(): Promise<void> } {
  const { commandTimeoutMs = 250, timers = machineTimers } = options;
  const own = inProcessThrottles(timers);
  const redis = new Redis(url, {
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
    connectTimeout: 2_000,
    // The network may have lost the connection without a word.
    socketTimeout: 2_000,
    retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
  });
  // Without a listener a lost connection would be an uncaught error.
  redis.on('error', (error) => {
    logger.warn({ err: loggableError(error) }, 'throttle store connection');
  });

  return {
    async waitMs(key) {
      const [local, shared] = await Promise.all([own.waitMs(key), redis.pttl(PREFIX + key).catch(() => 0)]);
      return Math.max(local, shared, 0);
    },
    async keepAway(key, forMs) {
      await own.keepAway(key, forMs);
      const ms = Math.ceil(Math.min(forMs, MAX_KEEP_AWAY_MS));
      if (ms > 0) await redis.eval(KEEP_AWAY, 1, PREFIX + key, ms).catch(() => undefined);
    },
    async close() {
      await redis.quit().catch(() => {
        redis.disconnect();
      });
    },
  };
}
