import type { IBackoffFactory } from 'cockatiel';
import type { Timers } from './timers';

/**
 * How long a circuit stays open (cockatiel's `halfOpenAfter`). cockatiel compares `duration` with the time of day, which
 * may jump: for ever until our own time has passed, then no time at all.
 */
export function openFor(ms: number, timers: Pick<Timers, 'elapsedMs'>): IBackoffFactory<unknown> {
  const next = () => {
    const end = timers.elapsedMs() + ms;
    return {
      next,
      get duration() {
        return timers.elapsedMs() < end ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
      },
    };
  };
  return { next };
}
