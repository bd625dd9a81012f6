import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';
import { loggableError } from '../../domain/loggable-error';

/** Budget that a caller has left for the rest of a minute. */
export interface Budget {
  remaining: number;
  /** Null where the operation may go on. */
  retryAfterSeconds: number | null;
}

/** Counts what operations cost, by who sends them. */
export interface CallerBudget {
  /** @param caller a pseudonym or a digest; never an identity */
  spend(caller: string, cost: number): Promise<Budget>;
  /** @returns null as long as something is left; else after how many seconds there will be */
  spentFor(caller: string): Promise<number | null>;
  close(): Promise<void>;
}

const MINUTE_SECONDS = 60;
/** Timeout for Redis, which is called on every request: one that hangs must not hold requests up. */
const REDIS_MS = 250;

/** Counts for all processes together where there is a Redis; while it is away, each for itself. */
export function callerBudget(
  costPerMinute: number,
  redisUrl: string | undefined,
  logger: Logger,
): CallerBudget {
  const inProcess = new RateLimiterMemory({ points: costPerMinute, duration: MINUTE_SECONDS });
  if (redisUrl === undefined) return budget(inProcess, () => Promise.resolve());
  const redis = new Redis(redisUrl, {
    commandTimeout: REDIS_MS,
    // The network may have lost the connection without a word.
    socketTimeout: 2_000,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
  });
  redis.on('error', (error) => {
    logger.debug({ err: loggableError(error) }, 'rate limits are per process: Redis is unavailable');
  });
  const shared = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: 'budget',
    points: costPerMinute,
    duration: MINUTE_SECONDS,
    insuranceLimiter: inProcess,
  });
  return budget(shared, async () => {
    redis.disconnect();
    await Promise.resolve();
  });
}

function budget(limiter: RateLimiterAbstract, close: () => Promise<void>): CallerBudget {
  return {
    async spend(caller, cost) {
      try {
        const { remainingPoints } = await limiter.consume(caller, cost);
        return { remaining: remainingPoints, retryAfterSeconds: null };
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        return { remaining: 0, retryAfterSeconds: secondsUntil(refused) };
      }
    },
    async spentFor(caller) {
      const known = await limiter.get(caller);
      return known === null || known.remainingPoints > 0 ? null : secondsUntil(known);
    },
    close,
  };
}

function secondsUntil({ msBeforeNext }: RateLimiterRes): number {
  return Math.max(1, Math.ceil(msBeforeNext / 1_000));
}
