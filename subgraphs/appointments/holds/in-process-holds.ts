import { machineTimers, type Timers } from '../../../domain/timers';
import type { Holder, HoldStore } from './hold-store';

interface Held {
  holder: Holder;
  /** On the monotonic clock. */
  until: number;
}

/** Holds of one process, gone when it ends. */
export function inProcessHolds(timers: Pick<Timers, 'elapsedMs'> = machineTimers): HoldStore {
  const holds = new Map<string, Held>();

  function standing(key: string): Held | undefined {
    const held = holds.get(key);
    if (held === undefined || held.until > timers.elapsedMs()) return held;
    holds.delete(key);
    return undefined;
  }

  return {
    acquire(key, holder, ttlMs) {
      const held = standing(key);
      if (held !== undefined && held.holder.token !== holder.token)
        return Promise.resolve({
          acquired: false,
          forMs: held.until - timers.elapsedMs(),
          by: held.holder,
        });
      holds.set(key, { holder, until: timers.elapsedMs() + ttlMs });
      return Promise.resolve({ acquired: true, forMs: ttlMs });
    },
    release(key, token) {
      const mine = standing(key)?.holder.token === token;
      return Promise.resolve(mine && holds.delete(key));
    },
    holders(keys) {
      const found = keys.flatMap((key): [string, Holder][] => {
        const held = standing(key);
        return held === undefined ? [] : [[key, held.holder]];
      });
      return Promise.resolve(new Map(found));
    },
    close() {
      holds.clear();
      return Promise.resolve();
    },
  };
}
