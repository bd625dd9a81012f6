import { CircuitState, circuitBreaker, ConsecutiveBreaker, handleAll } from 'cockatiel';
import type { Logger } from 'pino';
import { z } from 'zod';
import { openFor } from '../../../domain/open-for';
import { machineTimers, type Timers } from '../../../domain/timers';
import { CONNECTION_TIMEOUT_MS, redisConnection } from '../../../platform/redis-connection';
import { HoldStoreUnavailable, type HoldStore } from './hold-store';

const PREFIX = 'gp-booking:hold:';
const COMMAND_TIMEOUT_MS = 500;
/** After so many calls in a row that failed nobody waits for Redis for a while, but for one who tries every so often. */
const FAILURES_UNTIL_OPEN = 3;
const TRY_AGAIN_AFTER_MS = 2_000;

/**
 * "Set if absent or mine", in one step. A plain SET NX whose reply was cut and which is sent again answers "held by
 * another" while the stored value is ours.
 */
const ACQUIRE = `
local held = redis.call('GET', KEYS[1])
if held and cjson.decode(held).token ~= ARGV[2] then return {0, redis.call('PTTL', KEYS[1]), held} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return {1, tonumber(ARGV[3])}`;

const RELEASE = `
local held = redis.call('GET', KEYS[1])
if held and cjson.decode(held).token == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

const HolderJson = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(z.object({ token: z.string(), callerId: z.string() }));
const AcquireReply = z.union([
  z.tuple([z.literal(1), z.number()]).transform(([, forMs]) => ({ acquired: true as const, forMs })),
  z
    .tuple([z.literal(0), z.number(), HolderJson])
    .transform(([, forMs, by]) => ({ acquired: false as const, forMs, by })),
]);

/**
 * Holds that several processes share.
 * @param connectionTimeoutMs After so long without a sign of life from Redis its connection is made anew.
 */
export function redisHolds(
  url: string,
  logger: Logger,
  timers: Timers = machineTimers,
  connectionTimeoutMs = CONNECTION_TIMEOUT_MS,
): HoldStore {
  const redis = redisConnection(url, 'hold store', logger, {
    connectTimeout: connectionTimeoutMs,
    socketTimeout: connectionTimeoutMs,
  });

  const breaker = circuitBreaker(handleAll, {
    breaker: new ConsecutiveBreaker(FAILURES_UNTIL_OPEN),
    halfOpenAfter: openFor(TRY_AGAIN_AFTER_MS, timers),
  });

  /**
   * Rejects when Redis has not answered in time. ioredis's own limit also strikes when it is this process that was too
   * busy to read the answer: here what has arrived is read before the limit is judged.
   */
  function inTime<T>(command: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = timers.after(COMMAND_TIMEOUT_MS, () => {
        setImmediate(() => reject(new TimedOut('Redis did not answer in time.')));
      });
      command.then(resolve, reject).finally(cancel);
    });
  }

  /** An error leaves it unknown what was done; every command here may be asked twice. */
  async function twice<T>(command: () => Promise<T>): Promise<T> {
    try {
      return await inTime(command());
    } catch (error) {
      // Who hangs for half a second hangs for another; a connection that was cut is soon made again.
      if (error instanceof TimedOut) throw error;
      return inTime(command());
    }
  }

  async function answered<T>(command: () => Promise<T>): Promise<T> {
    try {
      // The breaker would let all others wait for the one who tries.
      if (breaker.state === CircuitState.HalfOpen) throw new Error('Redis is being tried again.');
      return await breaker.execute(() => twice(command));
    } catch (error) {
      throw new HoldStoreUnavailable(error);
    }
  }

  return {
    async acquire(key, holder, ttlMs) {
      const ttl = Math.round(ttlMs);
      const reply = await answered(() =>
        redis.eval(ACQUIRE, 1, PREFIX + key, JSON.stringify(holder), holder.token, ttl),
      );
      return AcquireReply.parse(reply);
    },
    async release(key, token) {
      return (await answered(() => redis.eval(RELEASE, 1, PREFIX + key, token))) === 1;
    },
    async holders(keys) {
      if (keys.length === 0) return new Map();
      const values = await answered(() => redis.mget(keys.map((key) => PREFIX + key)));
      return new Map(
        keys.flatMap((key, index) => {
          const held = values[index] ?? null;
          const holder = held === null ? null : HolderJson.safeParse(held);
          return holder?.success ? [[key, holder.data] as const] : [];
        }),
      );
    },
    async close() {
      await inTime(redis.quit()).catch(() => {
        redis.disconnect();
      });
    },
  };
}

class TimedOut extends Error {}
