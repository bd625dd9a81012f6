import pino from 'pino';
import { Registry } from 'prom-client';
import type { BreakerState } from '../../adapters/gp-system';
import { manualTimers } from '../../domain/manual-timers';
import { NOON, SUPPLIER } from '../../tests/booking-laboratory';
import { EMBEDDED } from '../../tests/databases';
import { eventually } from '../../domain/eventually';
import { moveBooking, openBooking, openLedger, recordHold } from '../../tests/ledger-bookings';
import { testClock, type TestClock } from '../../tests/test-clock';
import type { Ledger } from './ledger/ledger';
import { sharedLedger, type SharedLedger } from './ledger/ledger-under-test';
import { countingCopies, countingLostLeft, countingOutcomes, registerGauges } from './metrics';
import { inProcessCopies, type BookingCopy } from './recovery/booking-copies';
import { keepCopy } from './recovery/keep-copies';

const NO_SUPPLIERS = new Map<string, never>();
let shared: SharedLedger;
let clock: TestClock;
let books: Ledger;
beforeAll(async () => {
  shared = await sharedLedger(EMBEDDED);
});
beforeEach(async () => {
  clock = testClock(NOON);
  ({ books } = await shared.emptied(clock));
});
afterAll(() => shared.close());

/** One sample's value; undefined when it is not there. */
async function sample(registry: Registry, name: string): Promise<number | undefined> {
  const line = (await registry.metrics()).split('\n').find((text) => text.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length));
}

test('tell of the ledger as it is at the scrape', async () => {
  const registry = new Registry();
  registerGauges(books, NO_SUPPLIERS, registry);
  expect(await sample(registry, 'gp_booking_unsettled')).toBe(0);
  expect(await sample(registry, 'gp_booking_oldest_unsettled_seconds')).toBe(0);
  await recordHold(books);
  const lost = await moveBooking(books, await openBooking(books), 'ANSWER_LOST');
  await openBooking(books);
  clock.advance(7_000);
  expect(await sample(registry, 'gp_booking_ledger_up')).toBe(1);
  expect(await sample(registry, 'gp_booking_oldest_unsettled_seconds')).toBe(7);
  expect(await sample(registry, 'gp_booking_unsettled')).toBe(2);
  expect(await sample(registry, 'gp_booking_awaiting_operator')).toBe(0);
  expect(await sample(registry, 'gp_booking_holds')).toBe(1);
  await moveBooking(books, lost, 'OUT_OF_TIME');
  expect(await sample(registry, 'gp_booking_unsettled')).toBe(1);
  expect(await sample(registry, 'gp_booking_awaiting_operator')).toBe(1);
  expect(await sample(registry, 'gp_booking_outbox_waiting')).toBe(1);
});

test('copies that are not kept are counted, and nobody waits for them', async () => {
  const registry = new Registry();
  const { now } = clock;
  const logger = pino({ level: 'silent' });
  let isAway = false;
  const store = inProcessCopies(now);
  const keep = (copy: BookingCopy) => (isAway ? Promise.reject(new Error('away')) : store.keep(copy));
  const copies = countingCopies({ ...store, keep }, registry);
  const booking = await openBooking(books);
  await keepCopy(booking, { copies, now, logger });
  expect(await sample(registry, 'gp_booking_copies_not_kept_total')).toBe(0);
  isAway = true;
  await keepCopy(booking, { copies, now, logger });
  expect(await sample(registry, 'gp_booking_copies_not_kept_total')).toBe(1);
});

test('lost bookings that are left are counted', async () => {
  const registry = new Registry();
  const count = countingLostLeft(registry);
  expect(await sample(registry, 'gp_booking_lost_bookings_left_total')).toBe(0);
  count();
  expect(await sample(registry, 'gp_booking_lost_bookings_left_total')).toBe(1);
});

test('a ledger that fails is said to be down, and nothing of it is made up', async () => {
  const registry = new Registry();
  const { books: closing, database } = await openLedger(await EMBEDDED.settings());
  registerGauges(closing, NO_SUPPLIERS, registry);
  expect(await sample(registry, 'gp_booking_ledger_up')).toBe(1);
  expect(await sample(registry, 'gp_booking_unsettled')).toBe(0);
  await database.close();
  expect(await sample(registry, 'gp_booking_ledger_up')).toBe(0);
  expect(await sample(registry, 'gp_booking_unsettled')).toBeUndefined();
});

test('a ledger that has not answered within two seconds is said to be down', async () => {
  const registry = new Registry();
  const timers = manualTimers();
  const hanging = { health: () => new Promise<never>(() => undefined), ready: () => Promise.resolve() };
  registerGauges(hanging, NO_SUPPLIERS, registry, { timers });
  const isUp = sample(registry, 'gp_booking_ledger_up');
  await eventually('the ledger is asked', () => timers.waiting === 1);
  timers.advance(1_999);
  expect(timers.waiting).toBe(1);
  timers.advance(1);
  expect(await isUp).toBe(0);
});

test('a ledger that can be read and not written is said to be down', async () => {
  const registry = new Registry();
  const readOnly = { health: books.health, ready: () => Promise.reject(new Error('read-only')) };
  registerGauges(readOnly, NO_SUPPLIERS, registry);
  expect(await sample(registry, 'gp_booking_ledger_up')).toBe(0);
  expect(await sample(registry, 'gp_booking_unsettled')).toBeUndefined();
});

test('what nobody is there to be told is no lag', async () => {
  const registry = new Registry();
  await moveBooking(books, await openBooking(books), 'ACCEPTED');
  clock.advance(400_000);
  registerGauges(books, NO_SUPPLIERS, registry, { receivers: { frontEnd: false, practices: false } });
  expect(await sample(registry, 'gp_booking_outbox_waiting')).toBe(1);
  expect(await sample(registry, 'gp_booking_outbox_lag_seconds')).toBe(0);
  const told = new Registry();
  registerGauges(books, NO_SUPPLIERS, told);
  expect(await sample(told, 'gp_booking_outbox_lag_seconds')).toBe(400);
});

test('a change that was given up is seen for a day, and no old one hides a new one', async () => {
  const registry = new Registry();
  registerGauges(books, NO_SUPPLIERS, registry);
  const lastDay = () => sample(registry, 'gp_booking_outbox_abandoned_last_day');
  expect(await lastDay()).toBe(0);
  await giveUpAChange();
  expect(await lastDay()).toBe(1);
  clock.advance(86_400_000);
  expect(await lastDay()).toBe(0);
  expect(await sample(registry, 'gp_booking_outbox_abandoned')).toBe(1);
  await giveUpAChange();
  expect(await lastDay()).toBe(1);
});

async function giveUpAChange(): Promise<void> {
  await moveBooking(books, await openBooking(books), 'ACCEPTED');
  const [change] = await books.claimPending(1, 1_000);
  await books.abandonDelivery(change!);
}

test('tell in which state the breaker of each supplier is', async () => {
  const registry = new Registry();
  let state: BreakerState = 'CLOSED';
  registerGauges(books, new Map([['one', { breaker: () => state }]]), registry);
  const breaker = (of: BreakerState) =>
    sample(registry, `gp_booking_supplier_breaker{supplier="one",state="${of}"}`);
  expect([await breaker('CLOSED'), await breaker('OPEN')]).toEqual([1, 0]);
  state = 'OPEN';
  expect([await breaker('CLOSED'), await breaker('OPEN')]).toEqual([0, 1]);
});

test('count each outcome once, with its reason, and no step on the way', async () => {
  const registry = new Registry();
  const counted = countingOutcomes(books, registry);
  const outcomes = (outcome: string, reason = '') =>
    sample(
      registry,
      `gp_booking_outcomes_total{supplier="${SUPPLIER}",outcome="${outcome}",reason="${reason}"}`,
    );
  let booking = await openBooking(counted);
  for (const event of ['ANSWER_LOST', 'FOUND', 'CANCEL_ASKED', 'CANCEL_REFUSED'] as const)
    booking = await moveBooking(counted, booking, event);
  expect(await outcomes('CONFIRMED')).toBe(1);
  expect(await outcomes('CANCELLING')).toBeUndefined();
  for (const event of ['CANCEL_ASKED', 'CANCEL_ACCEPTED'] as const)
    booking = await moveBooking(counted, booking, event);
  expect(await outcomes('CANCELLED')).toBe(1);
  const refused = await openBooking(counted);
  await counted.applyTransition(refused, 'REFUSED', { failure: 'SLOT_TAKEN', nextCheckMs: null });
  expect(await outcomes('FAILED', 'SLOT_TAKEN')).toBe(1);
});
