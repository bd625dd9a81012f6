import type { Timers } from '../../domain/timers';

/** A limit that passes after less than this share of the supplier's own time passed in our queue. */
const SUPPLIER_SHARE_OF_TIME = 1 / 2;

/** The supplier had its own time and did not answer: this counts as its failure. */
export const supplierTimedOut = new Error('The supplier let its own time limit pass.');
/** The time was over before the supplier had had its own: nobody's failure. */
const deadlinePassed = new Error('The deadline passed.');
/** The time was over in our own queue: the supplier was not called. */
export const queuedTooLong = new Error('Our own queue took all the time.');

export interface TimeLimit {
  /** Aborted with `supplierTimedOut`, `queuedTooLong` or `deadlinePassed`, whichever is true, or by `abandon`. */
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
    const started = startedAt();
    if (started === undefined) controller.abort(queuedTooLong);
    else if (timers.elapsedMs() - started >= timeoutMs * SUPPLIER_SHARE_OF_TIME)
      controller.abort(supplierTimedOut);
    else controller.abort(deadlinePassed);
  };
  const remaining = Math.min(timeoutMs, deadline - timers.elapsedMs());
  // Whatever took the time before this request, it was not this request's queue.
  if (remaining <= 0) controller.abort(deadlinePassed);
  const cancel = timers.after(Math.max(0, remaining), pass);
  return {
    signal: controller.signal,
    abandon: (reason) => {
      controller.abort(reason);
    },
    clear: cancel,
  };
}
