import type { IBackoffFactory } from 'cockatiel';
import type { Timers } from './timers';

/**
 * Backoff for a circuit that stays open for `ms` (cockatiel's `halfOpenAfter`). cockatiel compares `duration` with
 * the time of day, which may jump: this returns infinity until our own time has passed, then zero.
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
