import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { z } from 'zod';
import { HoldStoreUnavailable, type HoldStore } from './hold-store';

const PREFIX = 'gp-booking:hold:';
const COMMAND_TIMEOUT_MS = 500;

/**
 * "Set if absent or mine", in one step. A plain SET NX whose reply was cut and which is sent again answers "held by
 * another" while the stored value is ours.
 */
const ACQUIRE = `
local held = redis.call('GET', KEYS[1])
if held and cjson.decode(held).token ~= ARGV[2] then return {0, redis.call('PTTL', KEYS[1])} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return {1, tonumber(ARGV[3])}`;

const RELEASE = `
local held = redis.call('GET', KEYS[1])
if held and cjson.decode(held).token == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

const AcquireReply = z.tuple([z.number(), z.number()]);
const HolderJson = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(z.object({ token: z.string(), callerId: z.string() }));

/** Holds that several processes share. The connection is its own, with ioredis's silent re-sending off. */
export function redisHolds(url: string, logger: Logger): HoldStore {
  const redis = new Redis(url, {
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: 2_000,
    retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
  });
  // Without a listener a lost connection would be an uncaught error.
  redis.on('error', (error) => {
    logger.warn({ err: error }, 'hold store connection');
  });

  /** An error leaves it unknown what was done; every command here may be asked twice. */
  async function answered<T>(command: () => Promise<T>): Promise<T> {
    try {
      return await command();
    } catch {
      try {
        return await command();
      } catch (error) {
        throw new HoldStoreUnavailable(error);
      }
    }
  }

  return {
    async acquire(key, holder, ttlMs) {
      const ttl = Math.round(ttlMs);
      const reply = await answered(() =>
        redis.eval(ACQUIRE, 1, PREFIX + key, JSON.stringify(holder), holder.token, ttl),
      );
      const [taken, forMs] = AcquireReply.parse(reply);
      return { acquired: taken === 1, forMs };
    },
    async release(key, token) {
      return (await answered(() => redis.eval(RELEASE, 1, PREFIX + key, token))) === 1;
    },
    async holders(keys) {
      if (keys.length === 0) return new Map();
      const values = await answered(() => redis.mget(keys.map((key) => PREFIX + key)));
      return new Map(
        keys.flatMap((key, index) => {
          const holder = HolderJson.safeParse(values[index]);
          return holder.success ? [[key, holder.data] as const] : [];
        }),
      );
    },
    async close() {
      await redis.quit().catch(() => {
        redis.disconnect();
      });
    },
  };
}
