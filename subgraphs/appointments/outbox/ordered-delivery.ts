import type { Logger } from 'pino';
import { loggableError } from '../../../domain/loggable-error';
import { backgroundTimers, within, type Timers } from '../../../domain/timers';
import { runPeriodically, type PeriodicTask } from '../../../platform/run-periodically';
import type { Attempt } from './webhook';

/** All in milliseconds. */
export interface DeliveryPace {
  /** Interval between claims while nothing is waiting. */
  lookEveryMs: number;
  /** Deadline of one attempt, everything together. */
  deadlineMs: number;
  /** Longer than any attempt takes; after it another process may try. */
  leaseMs: number;
  /** After the first failure; twice as long after each further one. */
  firstPauseMs: number;
  longestPauseMs: number;
  /** Since the first attempt. */
  giveUpAfterMs: number;
}

export const PACE: DeliveryPace = {
  lookEveryMs: 500,
  deadlineMs: 10_000,
  leaseMs: 60_000,
  firstPauseMs: 1_000,
  longestPauseMs: 5 * 60_000,
  giveUpAfterMs: 24 * 60 * 60_000,
};

/** Deliveries that one process has under way: one that hangs must not keep the others waiting. */
export const AT_ONCE = 20;

/** A change that somebody is to be told, given to one asker for one attempt. */
export interface PendingEvent {
  /** Counts this attempt. */
  attempt: number;
  /** Since its first attempt. */
  triedForMs: number;
}

/** Changes that wait to be delivered; those that have to keep their order are claimed one after the other. */
export interface Outbox<Change> {
  claim(limit: number, leaseMs: number): Promise<Change[]>;
  markDelivered(change: Change): Promise<void>;
  scheduleRetry(change: Change, againInMs: number): Promise<void>;
  /** False when somebody has taken it by now. */
  abandon(change: Change): Promise<boolean>;
}

export interface TellOptions<Change> {
  /** The receiver's name, for the log. */
  whom: string;
  outbox: Outbox<Change>;
  /** Tells a change once. Never throws. */
  post(change: Change, withinMs: number): Promise<Attempt>;
  /** The part of a change that may be logged. */
  about(change: Change): Record<string, unknown>;
  close(): Promise<void>;
  logger: Logger;
  pace: DeliveryPace;
  timers?: Timers | undefined;
}

/**
 * Tells changes at least once, in the order that their outbox keeps, and off the path of any booking. Any number of
 * processes may do it.
 */
export function deliverInOrder<Change extends PendingEvent>(options: TellOptions<Change>): PeriodicTask {
  const { whom, outbox, logger, pace, timers = backgroundTimers } = options;
  const telling = new Set<Promise<void>>();

  async function tell(change: Change, claimedAt: number): Promise<void> {
    const remaining = pace.deadlineMs - (timers.elapsedMs() - claimedAt);
    // This process slept: by now another may have told it, and what comes after it.
    if (remaining <= 0) return;
    const { taken, answer } = await options.post(change, remaining);
    const { attempt } = change;
    const about = { ...options.about(change), attempt, answer };
    if (taken) return outbox.markDelivered(change);
    if (change.triedForMs >= pace.giveUpAfterMs) {
      if (await outbox.abandon(change)) logger.error(about, `gave up telling ${whom}`);
      return;
    }
    logger[attempt === 1 ? 'warn' : 'debug'](about, `${whom} did not take a change`);
    await outbox.scheduleRetry(change, pauseAfter(attempt, pace));
  }

  async function tellDue(): Promise<void> {
    const room = AT_ONCE - telling.size;
    if (room <= 0) return;
    const claimedAt = timers.elapsedMs();
    for (const change of await outbox.claim(room, pace.leaseMs)) {
      const ended = tell(change, claimedAt)
        .catch((error: unknown) => {
          // Its lease runs out and it is tried again.
          logger.error(
            { err: loggableError(error), ...options.about(change) },
            'what came of telling could not be put down',
          );
        })
        .finally(() => telling.delete(ended));
      telling.add(ended);
    }
  }

  const looking = runPeriodically(
    `telling ${whom}`,
    { pauseMs: () => pace.lookEveryMs, logger, timers },
    async (signal) => {
      await tellDue();
      // Whichever ends first makes room, or lets the next change in its turn go.
      while (telling.size > 0) {
        await within(timers, pace.lookEveryMs, Promise.race(telling));
        if (signal.aborted) return;
        await tellDue();
      }
    },
  );

  return {
    async stop() {
      await looking.stop();
      await Promise.all(telling);
      await options.close();
    },
  };
}

/** Growing, and not the same for all: whoever comes back must not meet everything at once. */
function pauseAfter(attempt: number, { firstPauseMs, longestPauseMs }: DeliveryPace): number {
  const grown = Math.min(firstPauseMs * 2 ** (attempt - 1), longestPauseMs);
  return grown * (0.5 + Math.random() / 2);
}
