import type { Logger } from 'pino';
import type { HearChanges, TellChanges } from '../domain/booking-changes';
import { loggableError } from '../domain/loggable-error';
import { backgroundTimers } from '../domain/timers';
import { redisConnection } from './redis-connection';

const CHANNEL = 'gp-booking:changed';
/** A connection that the network has lost without a word is noticed by a command that has no reply. */
const PING_EVERY_MS = 15_000;

/** Hints within one process. */
export function inProcessChanges(): TellChanges & HearChanges {
  const listeners = new Map<string, Set<() => void>>();
  return {
    changed(bookingId) {
      for (const onChange of listeners.get(bookingId) ?? []) onChange();
    },
    listen(bookingId, onChange) {
      const own = listeners.get(bookingId) ?? new Set();
      listeners.set(bookingId, own.add(onChange));
      return () => {
        own.delete(onChange);
        if (own.size === 0) listeners.delete(bookingId);
      };
    },
    close: () => Promise.resolve(),
  };
}

/** Tells all processes. What Redis does not take is not tried again. */
export function redisTellChanges(url: string, logger: Logger): TellChanges {
  const redis = redisConnection(url, 'booking changes', logger);
  return {
    changed(bookingId) {
      redis.publish(CHANNEL, bookingId).catch((error: unknown) => {
        logger.warn({ err: loggableError(error) }, 'a change of a booking was not told');
      });
    },
    close() {
      redis.disconnect();
      return Promise.resolve();
    },
  };
}

/** Hears what all processes tell. */
export function redisHearChanges(url: string, logger: Logger): HearChanges {
  const { changed, listen } = inProcessChanges();
  const redis = redisConnection(url, 'booking changes', logger, {
    autoResubscribe: false,
  });
  const quietly = (asked: Promise<unknown>) => {
    asked.catch((error: unknown) => {
      logger.warn({ err: loggableError(error) }, 'changes of bookings are not heard');
    });
  };
  redis.on('ready', () => quietly(redis.subscribe(CHANNEL)));
  redis.on('message', (_channel, bookingId) => changed(bookingId));
  let cancel = backgroundTimers.after(PING_EVERY_MS, ping);
  function ping(): void {
    if (redis.status === 'ready') quietly(redis.ping());
    cancel = backgroundTimers.after(PING_EVERY_MS, ping);
  }
  return {
    listen,
    close() {
      cancel();
      redis.disconnect();
      return Promise.resolve();
    },
  };
}
