import type { Logger } from 'pino';
import type { CubeReader } from '../../domain/insight/cubes';
import { backgroundTimers, type Timers } from '../../domain/timers';
import { pauseUnlessAborted, runPeriodically, type PeriodicTask } from '../run-periodically';

const EVERY_MS = 15 * 60_000;
/** All parts of the process are there after this. */
const FIRST_AFTER_MS = 20_000;

/** Rolls up each day when it has closed. Several processes may try: one does it. */
export function rollUpNightly(
  owner: string,
  cubes: Pick<CubeReader, 'rollUp'>,
  logger: Logger,
  timers: Timers = backgroundTimers,
): PeriodicTask {
  let isFirst = true;
  return runPeriodically(
    `rolling up the facts of ${owner}`,
    // Not all processes in the same minute.
    { pauseMs: () => EVERY_MS * (0.9 + Math.random() / 5), logger, timers },
    async (signal) => {
      if (isFirst) await pauseUnlessAborted(timers, FIRST_AFTER_MS, signal);
      isFirst = false;
      if (signal.aborted) return;
      const days = await cubes.rollUp();
      if (days > 0) logger.info({ owner, days }, 'facts rolled up');
    },
  );
}
