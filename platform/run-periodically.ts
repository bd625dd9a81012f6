import type { Logger } from 'pino';
import { loggableError } from '../domain/loggable-error';
import { backgroundTimers, pause, type Timers } from '../domain/timers';

export interface PeriodicTask {
  /** Lets the work that is under way end, and starts no more. */
  stop(): Promise<void>;
}

export interface PeriodicTaskOptions {
  /** Returns the next pause, in milliseconds. */
  pauseMs: () => number;
  logger: Logger;
  timers?: Timers;
}

/**
 * Does a piece of work again and again, with a pause after each time. Work that fails is logged, and tried again like any
 * other.
 * @param what names the work in the log.
 * @param work ends when the signal is aborted.
 */
export function runPeriodically(
  what: string,
  { pauseMs, logger, timers = backgroundTimers }: PeriodicTaskOptions,
  work: (signal: AbortSignal) => Promise<void>,
): PeriodicTask {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await work(signal).catch((error: unknown) => {
        logger.error({ err: loggableError(error), what }, 'periodic task failed; retrying');
      });
      await pauseUnlessAborted(timers, pauseMs(), signal);
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Ends at once, and without an error, when the signal is aborted. */
export async function pauseUnlessAborted(timers: Timers, ms: number, signal: AbortSignal): Promise<void> {
  await pause(timers, ms, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
