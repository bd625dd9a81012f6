import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { BREAKER_STATES, SupplierError, type GpSystem } from '../../adapters/gp-system';
import { backgroundTimers, within, type Timers } from '../../domain/timers';
import { statusOf, type BookingStatus } from './lifecycle/states';
import type { Ledger } from './ledger/ledger';
import type { LedgerHealth } from './ledger/health';
import type { Booking } from './ledger/records';
import type { BookingCopies } from './recovery/booking-copies';
import type { GpSystems } from './gp-systems';

/** Receivers that are configured: an outbox without one grows for ever, and that is no lag. */
export interface EventReceivers {
  frontEnd: boolean;
  practices: boolean;
}

type LedgerGauge = readonly [
  name: string,
  help: string,
  of: (health: LedgerHealth, receivers: EventReceivers) => number,
];

/** Gauges of the ledger that alarms need. Absent while the ledger does not answer. */
const LEDGER_GAUGES: readonly LedgerGauge[] = [
  ['unsettled', 'Bookings whose result is being read back.', ({ unsettled }) => unsettled],
  ['awaiting_operator', 'Bookings that wait for an operator.', ({ awaitingOperator }) => awaitingOperator],
  [
    'oldest_unsettled_seconds',
    'Age of the oldest booking that is unsettled or waits for an operator; 0 when there is none.',
    ({ oldestUnsettledSeconds }) => oldestUnsettledSeconds ?? 0,
  ],
  ['outbox_waiting', 'Events not yet delivered to the front end.', ({ undelivered }) => undelivered],
  [
    'outbox_lag_seconds',
    'Age of the oldest event not yet delivered to the front end; 0 when there is none, or no WEBHOOK_URL.',
    ({ outboxLagSeconds }, { frontEnd }) => (frontEnd ? (outboxLagSeconds ?? 0) : 0),
  ],
  [
    'outbox_abandoned',
    'Events whose delivery was abandoned in the last 30 days.',
    ({ abandonedDeliveries }) => abandonedDeliveries,
  ],
  [
    'outbox_abandoned_last_day',
    'Events whose delivery was abandoned in the last 24 hours.',
    ({ givenUpLastDay }) => givenUpLastDay,
  ],
  [
    'practice_notices_waiting',
    'Notices not yet delivered to own practices.',
    ({ notices }) => notices.waiting,
  ],
  [
    'practice_notices_lag_seconds',
    'Age of the oldest notice not yet delivered to an own practice; 0 when there is none, or no PRACTICE_WEBHOOK_URL.',
    ({ notices }, { practices }) => (practices ? (notices.oldestSeconds ?? 0) : 0),
  ],
  [
    'practice_notices_abandoned_last_day',
    'Notices whose delivery was abandoned in the last 24 hours.',
    ({ notices }) => notices.givenUpLastDay,
  ],
  ['holds', 'Slots kept for people who are confirming.', ({ holds }) => holds],
];

const PREFIX = 'gp_booking_';
/** A scrape that waits longer is given up by Prometheus, with all that it would have said. */
const WAIT_FOR_LEDGER_MS = 2_000;

/**
 * Registers gauges that are read from the ledger and the suppliers' breakers at each scrape. Labels name no person
 * and no booking.
 */
export function registerGauges(
  ledger: Pick<Ledger, 'health' | 'ready'>,
  systems: ReadonlyMap<string, Pick<GpSystem, 'breaker'>>,
  registry: Registry,
  {
    receivers = { frontEnd: true, practices: true },
    timers = backgroundTimers,
  }: { receivers?: EventReceivers; timers?: Timers } = {},
): void {
  const registers = [registry];
  const health = sharedCall(async () => {
    const known = await within(
      timers,
      WAIT_FOR_LEDGER_MS,
      // A ledger that can be read and not written is down for everybody who books.
      Promise.all([ledger.health(), ledger.ready()]).then(
        ([read]) => read,
        () => null,
      ),
    );
    return known ?? null;
  });
  new Gauge({
    name: `${PREFIX}ledger_up`,
    help: '1 when the ledger can be read and written.',
    registers,
    async collect() {
      this.set((await health()) === null ? 0 : 1);
    },
  });
  for (const [name, help, of] of LEDGER_GAUGES)
    new Gauge({
      name: PREFIX + name,
      help,
      registers,
      async collect() {
        const known = await health();
        if (known === null) this.remove();
        else this.set(of(known, receivers));
      },
    });
  new Gauge({
    name: `${PREFIX}supplier_breaker`,
    help: '1 for the state in which this process has its breaker towards a supplier.',
    labelNames: ['supplier', 'state'],
    registers,
    collect() {
      for (const [supplier, { breaker }] of systems)
        for (const state of BREAKER_STATES) this.set({ supplier, state }, state === breaker?.() ? 1 : 0);
    },
  });
}

/** The suppliers, with the time counted that each of their answers takes, and what it was. */
export function countingAnswers(systems: GpSystems, registry: Registry): GpSystems {
  const seconds = new Histogram({
    name: `${PREFIX}supplier_seconds`,
    help: 'Duration of calls to suppliers, by operation and outcome: an outcome, OK, or a fault.',
    labelNames: ['supplier', 'operation', 'outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return new Map([...systems].map(([id, system]) => [id, timed(system, id, seconds)]));
}

type Seconds = Histogram<'supplier' | 'operation' | 'outcome'>;

function timed(system: GpSystem, supplier: string, seconds: Seconds): GpSystem {
  const observe = (operation: string, began: number, outcome: string) => {
    seconds.observe({ supplier, operation, outcome }, (performance.now() - began) / 1_000);
  };
  async function timing<T>(
    operation: string,
    work: Promise<T>,
    outcomeOf: (result: T) => string,
  ): Promise<T> {
    const began = performance.now();
    try {
      const result = await work;
      observe(operation, began, outcomeOf(result));
      return result;
    } catch (error) {
      observe(operation, began, faultOf(error));
      throw error;
    }
  }
  return {
    ...system,
    async *searchSlots(search, call) {
      const began = performance.now();
      // The outcome of a search that nobody reads to its end.
      let outcome = 'ABANDONED';
      try {
        yield* system.searchSlots(search, call);
        outcome = 'OK';
      } catch (error) {
        outcome = faultOf(error);
        throw error;
      } finally {
        observe('SEARCH', began, outcome);
      }
    },
    checkSlot: (...check) => timing('CHECK', system.checkSlot(...check), (answer) => answer),
    book: (...command) => timing('BOOK', system.book(...command), ({ class: outcome }) => outcome),
    cancel: (...command) => timing('CANCEL', system.cancel(...command), ({ class: outcome }) => outcome),
    readBack: (...command) => timing('READ', system.readBack(...command), () => 'OK'),
  };
}

function faultOf(error: unknown): string {
  return error instanceof SupplierError ? error.fault : 'ERROR';
}

/** The ledger, with every outcome counted that its moves bring about in this process. */
export function countingOutcomes(ledger: Ledger, registry: Registry): Ledger {
  const outcomes = new Counter({
    name: `${PREFIX}outcomes_total`,
    help: 'Results of bookings by status; the reason where that is FAILED.',
    labelNames: ['supplier', 'outcome', 'reason'],
    registers: [registry],
  });
  return {
    ...ledger,
    async applyTransition(booking, ...change) {
      const moved = await ledger.applyTransition(booking, ...change);
      if (moved.kind === 'moved' && isOutcome(statusOf(booking.state), statusOf(moved.booking.state)))
        outcomes.inc(labelsOf(moved.booking));
      return moved;
    },
  };
}

/** The store of copies, with each counted that it did not take. */
export function countingCopies(copies: BookingCopies, registry: Registry): BookingCopies {
  const notKept = new Counter({
    name: `${PREFIX}copies_not_kept_total`,
    help: 'Bookings of which no copy could be kept; a restore could not find them again.',
    registers: [registry],
  });
  return {
    ...copies,
    async keep(copy) {
      try {
        await copies.keep(copy);
      } catch (error) {
        notKept.inc();
        throw error;
      }
    },
  };
}

/** @returns a function that counts a booking which a restore has lost and which was not taken on again. */
export function countingLostLeft(registry: Registry): () => void {
  const left = new Counter({
    name: `${PREFIX}lost_bookings_left_total`,
    help: 'Lost bookings that were met after a restore and could not be recovered.',
    registers: [registry],
  });
  return () => {
    left.inc();
  };
}

/** Being cancelled is none yet, and to be left standing after all is none again. */
function isOutcome(before: BookingStatus, after: BookingStatus): boolean {
  if (after === before || after === 'CANCELLING') return false;
  return !(before === 'CANCELLING' && after === 'CONFIRMED');
}

function labelsOf({ state, failure, offer: { supplier } }: Booking) {
  const outcome = statusOf(state);
  return { supplier, outcome, reason: outcome === 'FAILED' ? (failure ?? '') : '' };
}

/** Shares one call among all callers that arrive while it is in flight. */
function sharedCall<T>(ask: () => Promise<T>): () => Promise<T> {
  let inFlight: Promise<T> | undefined;
  return () => {
    inFlight ??= ask().finally(() => (inFlight = undefined));
    return inFlight;
  };
}
