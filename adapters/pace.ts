import { machineTimers, type Timers } from '../domain/timers';

const BURST_MS = 1_000;

/**
 * Spreads requests so that in no second more than twice `perSecond` leave, and `perSecond` in the long run (the generic
 * cell rate algorithm, with one second's worth as burst).
 * @returns a function that takes the next turn and answers how many milliseconds to wait for it.
 */
export function pace(perSecond: number, timers: Pick<Timers, 'elapsedMs'> = machineTimers): () => number {
  let theoreticalArrival = Number.NEGATIVE_INFINITY;
  return () => {
    const now = timers.elapsedMs();
    const arrival = Math.max(now, theoreticalArrival);
    theoreticalArrival = arrival + 1_000 / perSecond;
    return Math.max(0, theoreticalArrival - now - BURST_MS);
  };
}
