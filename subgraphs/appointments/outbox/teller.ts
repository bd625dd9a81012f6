import type { Logger } from 'pino';
import type { Ledger } from '../ledger/ledger';
import type { UntoldChange } from '../ledger/telling';
import { repeatedly, type Repeating } from '../repeatedly';
import { webhook, type WebhookSettings } from './webhook';

/** All in milliseconds. */
export interface Pace {
  /** How often it is looked whether there is something to tell. */
  lookEveryMs: number;
  /** Of one attempt, everything together. */
  deadlineMs: number;
  /** Longer than any attempt takes; after it another process may try. */
  leaseMs: number;
  /** After the first failure; twice as long after each further one. */
  firstPauseMs: number;
  longestPauseMs: number;
  /** Since the first attempt. */
  giveUpAfterMs: number;
}

export const PACE: Pace = {
  lookEveryMs: 500,
  deadlineMs: 10_000,
  leaseMs: 60_000,
  firstPauseMs: 1_000,
  longestPauseMs: 5 * 60_000,
  giveUpAfterMs: 24 * 60 * 60_000,
};

/** How many changes one process tells at once: one that the front end hangs on must not keep the others waiting. */
const AT_ONCE = 20;

export interface TellerOptions {
  ledger: Ledger;
  webhook: WebhookSettings;
  now: () => Date;
  logger: Logger;
  pace?: Pace;
}

/**
 * Tells the front end of every change that a person can see: at least once, in order for each booking, and off the path
 * of any booking. Any number of processes may run one.
 */
export function teller({ ledger, webhook: settings, now, logger, pace = PACE }: TellerOptions): Repeating {
  const frontEnd = webhook(settings, AT_ONCE, now);
  const telling = new Set<Promise<void>>();

  async function tell(change: UntoldChange, claimedAt: number): Promise<void> {
    const remaining = pace.deadlineMs - (performance.now() - claimedAt);
    // This process slept: by now another may have told it, and what comes after it.
    if (remaining <= 0) return;
    const { taken, answer } = await frontEnd.post(change, remaining);
    const { bookingId, attempt, status } = change;
    const about = { booking: bookingId, status, attempt, answer };
    if (taken) return ledger.told(change);
    if (change.triedForMs >= pace.giveUpAfterMs) {
      if (await ledger.giveUpTelling(change)) logger.error(about, 'gave up telling the front end');
      return;
    }
    logger[attempt === 1 ? 'warn' : 'debug'](about, 'the front end did not take a change');
    await ledger.notTold(change, pauseAfter(attempt, pace));
  }

  async function tellDue(): Promise<void> {
    const room = AT_ONCE - telling.size;
    if (room <= 0) return;
    const claimedAt = performance.now();
    for (const change of await ledger.claimUntold(room, pace.leaseMs)) {
      const ended = tell(change, claimedAt)
        .catch((error: unknown) => {
          // Its lease runs out and it is tried again.
          logger.error(
            { err: error, booking: change.bookingId },
            'what came of telling could not be put down',
          );
        })
        .finally(() => telling.delete(ended));
      telling.add(ended);
    }
  }

  const looking = repeatedly(
    'telling the front end',
    () => pace.lookEveryMs,
    async (signal) => {
      await tellDue();
      // Whichever ends first makes room, or lets the next change of its booking go.
      while (telling.size > 0) {
        await firstOf(telling, pace.lookEveryMs);
        if (signal.aborted) return;
        await tellDue();
      }
    },
    logger,
  );

  return {
    async stop() {
      await looking.stop();
      await Promise.all(telling);
      await frontEnd.close();
    },
  };
}

/** Until one ends, but no longer than so many milliseconds. */
async function firstOf(all: ReadonlySet<Promise<void>>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeIsUp = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([...all, timeIsUp]);
  clearTimeout(timer);
}

/** Growing, and not the same for all: a front end that comes back must not meet everything at once. */
function pauseAfter(attempt: number, { firstPauseMs, longestPauseMs }: Pace): number {
  const grown = Math.min(firstPauseMs * 2 ** (attempt - 1), longestPauseMs);
  return grown * (0.5 + Math.random() / 2);
}
