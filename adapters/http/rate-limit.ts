import { machineTimers, pause, type Timers } from '../../domain/timers';

const BURST_MS = 1_000;

/** Spreads requests in time. */
export interface RateLimit {
  /**
   * Waits for a turn. A caller that gives up while waiting has taken none, so nobody behind it waits longer.
   * @throws the signal's reason when it is aborted first.
   */
  turn(signal: AbortSignal): Promise<void>;
}

/**
 * Allows at most twice `perSecond` in any one second, and `perSecond` in the long run (the generic cell rate algorithm, with
 * one second's worth as burst).
 */
export function rateLimit(perSecond: number, timers: Timers = machineTimers): RateLimit {
  let theoreticalArrival = Number.NEGATIVE_INFINITY;
  return {
    async turn(signal) {
      for (;;) {
        const now = timers.elapsedMs();
        const next = Math.max(now, theoreticalArrival) + 1_000 / perSecond;
        const waitMs = next - now - BURST_MS;
        if (waitMs <= 0) {
          theoreticalArrival = next;
          return;
        }
        // All waiting callers wake at the same moment, in their order; the first goes, and the others wait for the next.
        await pause(timers, waitMs, signal);
      }
    },
  };
}
