import { machineTimers, type Timers } from '../../domain/timers';

/**
 * Remembers who told us to stop calling for a while (429 or 503 with Retry-After). All processes share it where there is
 * a Redis (`redis-throttles.ts`).
 */
export interface Throttles {
  /** Returns the milliseconds until it may be called again; 0 when it may be called now. Never throws. */
  waitMs(key: string): Promise<number>;
  /** Never throws. A shorter time does not undo a longer one. */
  keepAway(key: string, forMs: number): Promise<void>;
}

/** Caps the wait: a supplier's slip must not shut it out for days. */
export const MAX_KEEP_AWAY_MS = 3_600_000;

export function inProcessThrottles(timers: Pick<Timers, 'elapsedMs'> = machineTimers): Throttles {
  const until = new Map<string, number>();
  return {
    waitMs(key) {
      const left = (until.get(key) ?? 0) - timers.elapsedMs();
      if (left <= 0) until.delete(key);
      return Promise.resolve(Math.max(0, left));
    },
    keepAway(key, forMs) {
      const end = timers.elapsedMs() + Math.min(forMs, MAX_KEEP_AWAY_MS);
      until.set(key, Math.max(end, until.get(key) ?? 0));
      return Promise.resolve();
    },
  };
}
