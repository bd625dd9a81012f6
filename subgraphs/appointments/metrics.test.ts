import { Registry } from 'prom-client';
import type { BreakerState, GpSystem } from '../../adapters/gp-system';
import { bookingLaboratory, SUPPLIER, type BookingLaboratory } from '../../tests/booking-laboratory';
import { EMBEDDED } from '../../tests/databases';
import { moveBooking, openBooking, openLedger, recordHold } from '../../tests/ledger-bookings';
import { countingOutcomes, registerGauges } from './metrics';

let lab: BookingLaboratory;
beforeAll(async () => {
  lab = await bookingLaboratory(await EMBEDDED.settings());
});
afterAll(() => lab.close());

/** One sample's value; undefined when it is not there. */
async function sample(registry: Registry, name: string): Promise<number | undefined> {
  const line = (await registry.metrics()).split('\n').find((text) => text.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length));
}

test('tell of the ledger as it is at the scrape', async () => {
  const registry = new Registry();
  const { ledger: books } = lab.deps;
  registerGauges(books, lab.deps.systems, registry);
  expect(await sample(registry, 'gp_booking_unsettled')).toBe(0);
  expect(await sample(registry, 'gp_booking_oldest_unsettled_seconds')).toBe(0);
  await recordHold(books);
  const lost = await moveBooking(books, await openBooking(books), 'ANSWER_LOST');
  await openBooking(books);
  expect(await sample(registry, 'gp_booking_ledger_up')).toBe(1);
  expect(await sample(registry, 'gp_booking_unsettled')).toBe(2);
  expect(await sample(registry, 'gp_booking_need_operators')).toBe(0);
  expect(await sample(registry, 'gp_booking_holds')).toBe(1);
  await moveBooking(books, lost, 'OUT_OF_TIME');
  expect(await sample(registry, 'gp_booking_unsettled')).toBe(1);
  expect(await sample(registry, 'gp_booking_need_operators')).toBe(1);
  expect(await sample(registry, 'gp_booking_outbox_waiting')).toBe(1);
});

test('a ledger that does not answer is said to be down, and nothing of it is made up', async () => {
  const registry = new Registry();
  const { books, database } = await openLedger(await EMBEDDED.settings());
  registerGauges(books, lab.deps.systems, registry);
  expect(await sample(registry, 'gp_booking_ledger_up')).toBe(1);
  expect(await sample(registry, 'gp_booking_unsettled')).toBe(0);
  await database.close();
  expect(await sample(registry, 'gp_booking_ledger_up')).toBe(0);
  expect(await sample(registry, 'gp_booking_unsettled')).toBeUndefined();
});

test('tell in which state the breaker of each supplier is', async () => {
  const registry = new Registry();
  const [[, system] = []] = [...lab.deps.systems];
  let state: BreakerState = 'CLOSED';
  const systems = new Map<string, GpSystem>([['one', { ...system!, breaker: () => state }]]);
  registerGauges(lab.deps.ledger, systems, registry);
  const breaker = (of: BreakerState) =>
    sample(registry, `gp_booking_supplier_breaker{supplier="one",state="${of}"}`);
  expect([await breaker('CLOSED'), await breaker('OPEN')]).toEqual([1, 0]);
  state = 'OPEN';
  expect([await breaker('CLOSED'), await breaker('OPEN')]).toEqual([0, 1]);
});

test('count each outcome once, with its reason, and no step on the way', async () => {
  const registry = new Registry();
  const books = countingOutcomes(lab.deps.ledger, registry);
  const outcomes = (outcome: string, reason = '') =>
    sample(
      registry,
      `gp_booking_outcomes_total{supplier="${SUPPLIER}",outcome="${outcome}",reason="${reason}"}`,
    );
  let booking = await openBooking(books);
  for (const event of ['ANSWER_LOST', 'FOUND', 'CANCEL_ASKED', 'CANCEL_REFUSED'] as const)
    booking = await moveBooking(books, booking, event);
  expect(await outcomes('CONFIRMED')).toBe(1);
  expect(await outcomes('CANCELLING')).toBeUndefined();
  for (const event of ['CANCEL_ASKED', 'CANCEL_ACCEPTED'] as const)
    booking = await moveBooking(books, booking, event);
  expect(await outcomes('CANCELLED')).toBe(1);
  const refused = await openBooking(books);
  await books.move(refused, 'REFUSED', 'SUPPLIER', { failure: 'SLOT_TAKEN', checkInMs: null });
  expect(await outcomes('FAILED', 'SLOT_TAKEN')).toBe(1);
});
