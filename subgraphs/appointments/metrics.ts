import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { BREAKER_STATES, SupplierError, type GpSystem } from '../../adapters/gp-system';
import { backgroundTimers, within, type Timers } from '../../domain/timers';
import { statusOf, type BookingStatus } from './lifecycle/states';
import type { Ledger } from './ledger/ledger';
import type { LedgerHealth } from './ledger/queries';
import type { Booking } from './ledger/records';
import type { BookingCopies } from './recovery/booking-copies';
import type { GpSystems } from './gp-systems';

/** Whom somebody is there to tell: what is written for nobody grows for ever, and is no lag. */
export interface Told {
  frontEnd: boolean;
  practices: boolean;
}

type LedgerGauge = readonly [name: string, help: string, of: (health: LedgerHealth, told: Told) => number];

/** What an alarm needs of the ledger. Absent while the ledger does not answer. */
const LEDGER_GAUGES: readonly LedgerGauge[] = [
  ['unsettled', 'Bookings whose outcome is being looked into.', ({ unsettled }) => unsettled],
  ['need_operators', 'Bookings that wait for an operator.', ({ awaitingOperator }) => awaitingOperator],
  [
    'oldest_unsettled_seconds',
    'Age of the oldest booking that is unsettled or waits for an operator; 0 when there is none.',
    ({ oldestUnsettledSeconds }) => oldestUnsettledSeconds ?? 0,
  ],
  ['outbox_waiting', 'Changes that the front end has not been told yet.', ({ undelivered }) => undelivered],
  [
    'outbox_lag_seconds',
    'Age of the oldest change that the front end has not been told yet; 0 when there is none, or no WEBHOOK_URL.',
    ({ outboxLagSeconds }, { frontEnd }) => (frontEnd ? (outboxLagSeconds ?? 0) : 0),
  ],
  [
    'outbox_given_up',
    'Changes that were given up telling in the last 30 days.',
    ({ abandonedDeliveries }) => abandonedDeliveries,
  ],
  [
    'outbox_given_up_last_day',
    'Changes that were given up telling in the last 24 hours.',
    ({ givenUpLastDay }) => givenUpLastDay,
  ],
  [
    'practice_notices_waiting',
    'Notices that own practices have not been told yet.',
    ({ notices }) => notices.waiting,
  ],
  [
    'practice_notices_lag_seconds',
    'Age of the oldest notice that an own practice has not been told yet; 0 when there is none, or no PRACTICE_WEBHOOK_URL.',
    ({ notices }, { practices }) => (practices ? (notices.oldestSeconds ?? 0) : 0),
  ],
  [
    'practice_notices_given_up_last_day',
    'Notices that were given up telling in the last 24 hours.',
    ({ notices }) => notices.givenUpLastDay,
  ],
  ['holds', 'Slots kept for people who are confirming.', ({ holds }) => holds],
];

const PREFIX = 'gp_booking_';
/** A scrape that waits longer is given up by Prometheus, with all that it would have said. */
const WAIT_FOR_LEDGER_MS = 2_000;

/** Read from the ledger and the suppliers' breakers at each scrape. Labels name no person and no booking. */
export function registerGauges(
  ledger: Pick<Ledger, 'health' | 'ready'>,
  systems: ReadonlyMap<string, Pick<GpSystem, 'breaker'>>,
  registry: Registry,
  told: Told = { frontEnd: true, practices: true },
  timers: Timers = backgroundTimers,
): void {
  const registers = [registry];
  const health = askedOnce(async () => {
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
        else this.set(of(known, told));
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
    help: 'What suppliers take, by what was asked and what came of it: an outcome, OK, or a fault.',
    labelNames: ['supplier', 'asked', 'answer'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return new Map([...systems].map(([id, system]) => [id, timed(system, id, seconds)]));
}

type Seconds = Histogram<'supplier' | 'asked' | 'answer'>;

function timed(system: GpSystem, supplier: string, seconds: Seconds): GpSystem {
  const observe = (asked: string, began: number, answer: string) => {
    seconds.observe({ supplier, asked, answer }, (performance.now() - began) / 1_000);
  };
  async function timing<T>(asked: string, work: Promise<T>, answer: (answered: T) => string): Promise<T> {
    const began = performance.now();
    try {
      const answered = await work;
      observe(asked, began, answer(answered));
      return answered;
    } catch (error) {
      observe(asked, began, faultOf(error));
      throw error;
    }
  }
  return {
    ...system,
    async *searchSlots(search, call) {
      const began = performance.now();
      // Of a search that nobody reads to its end.
      let answer = 'GIVEN_UP';
      try {
        yield* system.searchSlots(search, call);
        answer = 'OK';
      } catch (error) {
        answer = faultOf(error);
        throw error;
      } finally {
        observe('SEARCH', began, answer);
      }
    },
    book: (...asked) => timing('BOOK', system.book(...asked), (outcome) => outcome.class),
    cancel: (...asked) => timing('CANCEL', system.cancel(...asked), (outcome) => outcome.class),
    readBack: (...asked) => timing('READ', system.readBack(...asked), () => 'OK'),
  };
}

function faultOf(error: unknown): string {
  return error instanceof SupplierError ? error.fault : 'ERROR';
}

/** The ledger, with every outcome counted that its moves bring about in this process. */
export function countingOutcomes(ledger: Ledger, registry: Registry): Ledger {
  const outcomes = new Counter({
    name: `${PREFIX}outcomes_total`,
    help: 'What bookings have come to, as their people are told; the reason where that is FAILED.',
    labelNames: ['supplier', 'outcome', 'reason'],
    registers: [registry],
  });
  return {
    ...ledger,
    async move(booking, ...change) {
      const moved = await ledger.move(booking, ...change);
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
    help: 'Bookings of which no copy could be kept, by which a restore could find them again.',
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

/** @returns what counts a booking that a restore has lost and that was not taken on again. */
export function countingLostLeft(registry: Registry): () => void {
  const left = new Counter({
    name: `${PREFIX}lost_bookings_left_total`,
    help: 'How often a booking that a restore has lost was met and could not be taken on again.',
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

/** Whoever asks while an answer is awaited gets the same answer. */
function askedOnce<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask().finally(() => (asked = undefined));
    return asked;
  };
}
