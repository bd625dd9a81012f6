import { machineTimers, type Timers } from '../../domain/timers';

/**
 * Whom not to ask for a while, because they said so (429 or 503 with Retry-After). Shared by all processes where there
 * is a Redis (`redis-throttles.ts`).
 */
export interface Throttles {
  /** Milliseconds until it may be asked again; 0 when it may be asked now. Never throws. */
  waitMs(key: string): Promise<number>;
  /** Never throws. A shorter time does not undo a longer one. */
  keepAway(key: string, forMs: number): Promise<void>;
}

/** A supplier's slip must not shut it out for days. */
export const LONGEST_MS = 3_600_000;

export function inProcessThrottles(timers: Pick<Timers, 'elapsedMs'> = machineTimers): Throttles {
  const until = new Map<string, number>();
  return {
    waitMs(key) {
      const left = (until.get(key) ?? 0) - timers.elapsedMs();
      if (left <= 0) until.delete(key);
      return Promise.resolve(Math.max(0, left));
    },
    keepAway(key, forMs) {
      const end = timers.elapsedMs() + Math.min(forMs, LONGEST_MS);
      until.set(key, Math.max(end, until.get(key) ?? 0));
      return Promise.resolve();
    },
  };
}
