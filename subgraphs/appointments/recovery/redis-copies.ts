import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { CONNECTION_TIMEOUT_MS, redisConnection } from '../../../platform/redis-connection';
import { copiesIn, keptIn, KEPT_MS, type BookingCopies } from './booking-copies';

/** Each copy is forgotten by itself; the ids of a person's copies are listed with when they were kept. */
const COPY = 'gp-booking:copy:';
const PERSON = 'gp-booking:copies-of:';
const COMMAND_TIMEOUT_MS = 250;
const KEYS_AT_ONCE = 200;

/**
 * Copies that all processes share.
 * @param connectionTimeoutMs After so long without a sign of life from Redis its connection is made anew.
 */
export function redisCopies(
  url: string,
  now: () => Date,
  logger: Logger,
  connectionTimeoutMs = CONNECTION_TIMEOUT_MS,
): BookingCopies {
  const redis = redisConnection(url, 'booking copies store', logger, {
    connectTimeout: connectionTimeoutMs,
    socketTimeout: connectionTimeoutMs,
    // Nobody waits for a copy while there is no connection.
    enableOfflineQueue: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
  });

  return {
    async keep(copy) {
      const { keptAt, booking, hold } = copy;
      const person = PERSON + hold.patientDigest;
      // Together with what others are asking: a copy that is not listed is found again by `all`.
      await Promise.all([
        redis.set(COPY + booking.id, JSON.stringify(copy), 'PX', KEPT_MS),
        redis.zremrangebyscore(person, 0, keptAt - KEPT_MS),
        redis.zadd(person, keptAt, booking.id),
        redis.pexpire(person, KEPT_MS),
      ]);
    },
    async drop({ patientDigest, id }) {
      await Promise.all([redis.del(COPY + id), redis.zrem(PERSON + patientDigest, id)]);
    },
    async of(patientDigest) {
      const ids = await redis.zrange(PERSON + patientDigest, '0', '-1');
      const texts = await textsOf(
        redis,
        ids.map((id) => COPY + id),
      );
      return copiesIn(
        texts.map(([, text]) => text),
        now(),
      );
    },
    async *all() {
      for await (const keys of keysOf(redis, COPY)) {
        const texts = await textsOf(redis, keys);
        yield* keptIn(
          texts.map(([key, text]) => [key.slice(COPY.length), text] as const),
          now(),
        );
      }
    },
    async dropAll() {
      for (const prefix of [COPY, PERSON])
        for await (const keys of keysOf(redis, prefix)) await redis.unlink(keys);
    },
    async close() {
      await redis.quit().catch(() => {
        redis.disconnect();
      });
    },
  };
}

async function connected(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    redis.once('ready', resolve);
    redis.once('error', reject);
  });
}

async function* keysOf(redis: Redis, prefix: string): AsyncIterable<string[]> {
  await connected(redis);
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', KEYS_AT_ONCE);
    cursor = next;
    if (keys.length > 0) yield keys;
  } while (cursor !== '0');
}

async function textsOf(redis: Redis, keys: string[]): Promise<[key: string, text: string][]> {
  if (keys.length === 0) return [];
  const texts = await redis.mget(keys);
  return keys.flatMap((key, index): [string, string][] => {
    const text = texts[index] ?? null;
    return text === null ? [] : [[key, text]];
  });
}
