import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { loggableError } from '../../../domain/loggable-error';
import { copiesIn, KEPT_MS, type BookingCopies } from './booking-copies';

const PREFIX = 'gp-booking:copies:';
const COMMAND_TIMEOUT_MS = 250;
const KEYS_AT_ONCE = 200;

/** Copies that all processes share: a hash for each person, which is forgotten a week after its last booking. */
export function redisCopies(url: string, now: () => Date, logger: Logger): BookingCopies {
  const redis = new Redis(url, {
    autoResendUnfulfilledCommands: false,
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: 2_000,
    retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
  });
  // Without a listener a lost connection would be an uncaught error.
  redis.on('error', (error) => {
    logger.warn({ err: loggableError(error) }, 'connection to the store of booking copies');
  });

  async function connected(): Promise<void> {
    if (redis.status === 'ready') return;
    await new Promise<void>((resolve, reject) => {
      redis.once('ready', resolve);
      redis.once('error', reject);
    });
  }

  return {
    async keep(copy) {
      const key = PREFIX + copy.hold.patientDigest;
      await redis.multi().hset(key, copy.booking.id, JSON.stringify(copy)).pexpire(key, KEPT_MS).exec();
    },
    async drop({ patientDigest, id }) {
      await redis.hdel(PREFIX + patientDigest, id);
    },
    async of(patientDigest) {
      const copies = await redis.hgetall(PREFIX + patientDigest);
      const current = copiesIn(Object.values(copies), now());
      const old = Object.keys(copies).filter((id) => !current.some(({ booking }) => booking.id === id));
      if (old.length > 0) await redis.hdel(PREFIX + patientDigest, ...old);
      return current;
    },
    async *all() {
      await connected();
      let cursor = '0';
      do {
        const [next, keys] = await redis.scan(cursor, 'MATCH', `${PREFIX}*`, 'COUNT', KEYS_AT_ONCE);
        cursor = next;
        for (const key of keys) yield* copiesIn(await redis.hvals(key), now());
      } while (cursor !== '0');
    },
    async close() {
      await redis.quit().catch(() => {
        redis.disconnect();
      });
    },
  };
}
