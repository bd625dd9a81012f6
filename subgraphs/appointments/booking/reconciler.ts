import { randomUUID } from 'node:crypto';
import { loggableError } from '../../../domain/loggable-error';
import type { Booking } from '../ledger/records';
import type { BookingDeps } from './booking-deps';
import { advance, settle } from './advance';

export interface Reconciler {
  /** Looks once at everything whose time has come; answers how many that were. */
  settleDue(): Promise<number>;
  /** Looks every so often until stopped. */
  start(everyMs: number): void;
  /** Waits for the looks that are under way. */
  stop(): Promise<void>;
}

/** Bookings that one process reads back at once: a supplier that hangs must not keep the others' waiting. */
const AT_ONCE = 50;
/** Standing bookings of each supplier that are compared with its book in each round. */
const SWEPT_EACH_TIME = 5;
/** Longer than any look takes; after it another process may look. */
const LEASE_MS = 60_000;

/**
 * Reads back bookings and cancellations whose answer was lost, also those whose process died, and changes that
 * practices have made in their books. Any number of processes may run one: each booking is leased by one at a time.
 */
export function reconciler(deps: BookingDeps): Reconciler {
  const { ledger, systems, logger } = deps;
  const looking = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;

  async function look(booking: Booking): Promise<void> {
    try {
      await settle(booking, deps);
    } catch (error) {
      // Its lease runs out and it is looked at again; the others are not kept waiting.
      logger.error({ err: loggableError(error), booking: booking.id }, 'reading a booking back failed');
      // A supplier that was unplugged, or a secret that was lost: somebody has to know before it is too late.
      await advance(booking, { kind: 'NOT_ASKED' }, { requestId: randomUUID() }, deps);
    }
  }

  /** Starts reading back the bookings that are due, and returns their number. */
  async function claimDue(): Promise<number> {
    const room = AT_ONCE - looking.size;
    if (room <= 0) return 0;
    const due = await ledger.claimUnsettled(room, LEASE_MS);
    for (const [supplier, { manifest }] of systems)
      if (manifest.capabilities.readBack !== 'none')
        due.push(...(await ledger.claimForComparison(supplier, SWEPT_EACH_TIME, LEASE_MS)));
    for (const booking of due) {
      const ended = look(booking)
        .catch((error: unknown) => {
          logger.error(
            { err: loggableError(error), booking: booking.id },
            'escalating a booking to an operator failed',
          );
        })
        .finally(() => looking.delete(ended));
      looking.add(ended);
    }
    return due.length;
  }

  async function settleDue(): Promise<number> {
    const due = await claimDue();
    await Promise.all(looking);
    return due;
  }

  let claiming = Promise.resolve();
  function next(everyMs: number): void {
    claiming = claimDue()
      .catch((error: unknown) => {
        logger.error({ err: loggableError(error) }, 'reconciling failed; retrying');
      })
      .then(() => {
        if (timer !== undefined) startTimer(everyMs);
      });
  }
  function startTimer(everyMs: number): void {
    timer = setTimeout(next, everyMs, everyMs).unref();
  }

  return {
    settleDue,
    start: startTimer,
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      await claiming;
      await Promise.all(looking);
    },
  };
}
