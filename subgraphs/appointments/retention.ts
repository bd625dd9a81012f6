import type { Logger } from 'pino';
import { backgroundTimers, type Timers } from '../../domain/timers';
import type { Ledger } from './ledger/ledger';
import { pauseUnlessAborted, runPeriodically, type PeriodicTask } from '../../platform/run-periodically';

const HOUR_MS = 60 * 60_000;
/** Few enough that whoever writes meanwhile does not notice. */
const BATCH = 200;
const BETWEEN_BATCHES_MS = 100;

/**
 * Forgets, once an hour, what nobody needs any more. Several processes may do so at once: what one has removed the other
 * does not find.
 */
export function retention(
  ledger: Pick<Ledger, 'forget'>,
  logger: Logger,
  timers: Timers = backgroundTimers,
): PeriodicTask {
  return runPeriodically(
    'forgetting what is old',
    // Not all processes in the same minute.
    { pauseMs: () => HOUR_MS * (0.9 + Math.random() / 5), logger, timers },
    async (signal) => {
      while ((await ledger.forget(BATCH)) && !signal.aborted)
        await pauseUnlessAborted(timers, BETWEEN_BATCHES_MS, signal);
    },
  );
}
