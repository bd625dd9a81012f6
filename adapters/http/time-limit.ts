import type { Timers } from '../../domain/timers';

/** A limit that passes after less than this share of the supplier's own time passed in our queue. */
const SUPPLIER_SHARE_OF_TIME = 1 / 2;

/** The supplier had its own time and did not answer: this counts as its failure. */
export const supplierTimedOut = new Error('The supplier let its own time limit pass.');
/** The time was over before the supplier had had its own: nobody's failure. */
const deadlinePassed = new Error('The deadline passed.');

export interface TimeLimit {
  /** Aborted with `supplierTimedOut`, with another reason where the deadline passed first, or by `abandon`. */
  signal: AbortSignal;
  abandon(reason: unknown): void;
  clear(): void;
}

/**
 * Starts the total time limit of one exchange: axios' own timeout measures idleness, which a slow drip never reaches.
 * @param limits the supplier's own time, and the caller's deadline on the timers' clock.
 * @param startedAt returns when the supplier began to have its time, once it has begun.
 */
export function timeLimit(
  timers: Timers,
  { timeoutMs, deadline }: { timeoutMs: number; deadline: number },
  startedAt: () => number | undefined,
): TimeLimit {
  const controller = new AbortController();
  const pass = () => {
    const supplierMs = timers.elapsedMs() - (startedAt() ?? Number.POSITIVE_INFINITY);
    controller.abort(supplierMs >= timeoutMs * SUPPLIER_SHARE_OF_TIME ? supplierTimedOut : deadlinePassed);
  };
  const remaining = Math.min(timeoutMs, deadline - timers.elapsedMs());
  if (remaining <= 0) pass();
  const cancel = timers.after(Math.max(0, remaining), pass);
  return {
    signal: controller.signal,
    abandon: (reason) => {
      controller.abort(reason);
    },
    clear: cancel,
  };
}
