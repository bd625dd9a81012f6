import { sql } from 'kysely';
import { NOON } from '../../../tests/booking-laboratory';
import { testDatabases } from '../../../tests/databases';
import { moveBooking, openBooking, recordHold } from '../../../tests/ledger-bookings';
import { testClock, type TestClock } from '../../../tests/test-clock';
import type { Database } from '../../../platform/database/database';
import type { LifecycleEvent } from '../lifecycle/states';
import type { Ledger } from './ledger';
import { sharedLedger, type SharedLedger } from './ledger-under-test';
import type { LedgerTables } from '../database/tables';

const DAY = 24 * 60 * 60_000;

describe.each(testDatabases())('forgetting, with the ledger on $name', (testDatabase) => {
  let shared: SharedLedger;
  let clock: TestClock;
  let database: Database<LedgerTables>;
  let books: Ledger;
  let elsewhere: Ledger;

  beforeAll(async () => {
    shared = await sharedLedger(testDatabase);
    ({ database } = shared);
  });
  beforeEach(async () => {
    clock = testClock(NOON);
    ({ books, elsewhere } = await shared.emptied(clock));
  });
  afterAll(() => shared.close());

  function daysPass(days: number): void {
    clock.advance(days * DAY);
  }

  async function count(table: keyof LedgerTables): Promise<number> {
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(
      database.db,
    );
    return rows[0]!.n;
  }

  async function forgetAll(): Promise<void> {
    while (await books.forget(100));
  }

  async function booking(...events: LifecycleEvent[]) {
    let current = await openBooking(books, { startsAt: new Date(clock.now().getTime() + 30 * DAY) });
    for (const event of events) current = await moveBooking(books, current, event);
    return current;
  }

  test('a hold that came to nothing, and its key, go after seven days', async () => {
    await recordHold(books);
    daysPass(6.9);
    await forgetAll();
    expect([await count('hold'), await count('idempotency')]).toEqual([1, 1]);
    daysPass(0.2);
    await forgetAll();
    expect([await count('hold'), await count('idempotency')]).toEqual([0, 0]);
  });

  test('a hold that still runs keeps its key', async () => {
    const { id } = await recordHold(books);
    daysPass(8);
    await database.db
      .updateTable('hold')
      .set({ expires_at: clock.now().getTime() + DAY })
      .where('id', '=', id)
      .execute();
    await forgetAll();
    expect([await count('hold'), await count('idempotency')]).toEqual([1, 1]);
  });

  test.each<[string, LifecycleEvent[]]>([
    ['BOOKING', []],
    ['UNKNOWN', ['ANSWER_LOST']],
    ['MANUAL', ['ANSWER_LOST', 'OUT_OF_TIME']],
    ['CONFIRMED', ['ACCEPTED']],
    ['CANCELLING', ['ACCEPTED', 'CANCEL_ASKED']],
    ['CANCEL_UNKNOWN', ['ACCEPTED', 'CANCEL_ASKED', 'ANSWER_LOST']],
    ['CANCEL_MANUAL', ['ACCEPTED', 'CANCEL_ASKED', 'OUT_OF_TIME']],
    ['FAILED', ['REFUSED']],
    ['ORPHAN_FOUND', ['REFUSED', 'FOUND']],
    ['ORPHAN_MANUAL', ['REFUSED', 'FOUND', 'OUT_OF_TIME']],
  ])('no key goes while its booking is %s and its day is to come', async (state, events) => {
    expect((await booking(...events)).state).toBe(state);
    daysPass(20);
    await forgetAll();
    expect(await count('idempotency')).toBe(2);
    expect(await count('hold')).toBe(1);
  });

  test.each<[string, LifecycleEvent[], boolean]>([
    ['CONFIRMED', ['ACCEPTED'], true],
    ['FAILED', ['REFUSED'], true],
    ['UNKNOWN', ['ANSWER_LOST'], false],
    ['MANUAL', ['ANSWER_LOST', 'OUT_OF_TIME'], false],
    ['CANCEL_UNKNOWN', ['ACCEPTED', 'CANCEL_ASKED', 'ANSWER_LOST'], false],
    ['ORPHAN_MANUAL', ['REFUSED', 'FOUND', 'OUT_OF_TIME'], false],
  ])('when the day of a booking that is %s has passed', async (_, events, goes) => {
    await booking(...events);
    daysPass(31);
    await forgetAll();
    expect(await count('idempotency')).toBe(goes ? 0 : 2);
  });

  test('what is cancelled needs no key any more, but a booking and its events stay for ever', async () => {
    const { id } = await booking('ACCEPTED', 'CANCEL_ASKED', 'CANCEL_ACCEPTED');
    daysPass(400);
    await forgetAll();
    expect(await count('idempotency')).toBe(0);
    expect([await count('booking'), await count('booking_event'), await count('hold')]).toEqual([1, 4, 1]);
    expect(await books.brokenHistory(id)).toBeNull();
    expect((await books.findBooking(id))?.state).toBe('CANCELLED');
  });

  test('evidence of what is settled goes after ninety days, of what is not never', async () => {
    await booking('ACCEPTED', 'CANCEL_ASKED', 'CANCEL_ACCEPTED');
    await booking('ANSWER_LOST', 'OUT_OF_TIME');
    daysPass(89);
    await forgetAll();
    expect(await count('booking_evidence')).toBe(5);
    daysPass(2);
    await forgetAll();
    expect(await count('booking_evidence')).toBe(2);
  });

  test.each<[string, LifecycleEvent[], boolean]>([
    ['CONFIRMED', ['ACCEPTED'], true],
    ['FAILED', ['REFUSED'], true],
    ['CANCELLED', ['ACCEPTED', 'CANCEL_ASKED', 'CANCEL_ACCEPTED'], true],
    ['UNKNOWN', ['ANSWER_LOST'], false],
    ['MANUAL', ['ANSWER_LOST', 'OUT_OF_TIME'], false],
    ['CANCEL_MANUAL', ['ACCEPTED', 'CANCEL_ASKED', 'OUT_OF_TIME'], false],
  ])(
    "a patient's details go ninety days after an appointment that is %s, where nothing can happen to it any more",
    async (_, events, go) => {
      const { id } = await booking(...events);
      await database.db
        .updateTable('booking')
        .set({ contact_sealed: 'phone' })
        .where('id', '=', id)
        .execute();
      const details = async () => {
        const { patientSealed, contactSealed } = (await books.findBooking(id))!;
        return [patientSealed, contactSealed];
      };
      daysPass(30 + 89);
      await forgetAll();
      expect(await details()).toEqual(['sealed', 'phone']);
      daysPass(2);
      await forgetAll();
      expect(await details()).toEqual(go ? ['', null] : ['sealed', 'phone']);
      expect(await books.forget(100)).toBe(false);
    },
  );

  test('what was told, or given up, goes after thirty days; what waits stays', async () => {
    await booking('ACCEPTED');
    await booking('ACCEPTED');
    await booking('ACCEPTED');
    const [told, givenUp] = await books.claimPending(2, 60_000);
    await books.markDelivered(told!);
    await books.abandonDelivery(givenUp!);
    daysPass(29);
    await forgetAll();
    expect(await count('outbox')).toBe(3);
    daysPass(2);
    await forgetAll();
    expect(await count('outbox')).toBe(1);
    expect((await books.health()).undelivered).toBe(1);
  });

  test('goes in small batches, and by two at once', async () => {
    await Promise.all(Array.from({ length: 25 }, () => recordHold(books)));
    daysPass(8);
    expect(await books.forget(10)).toBe(true);
    expect(await count('idempotency')).toBe(15);
    const both = [books, elsewhere].map(async (one) => {
      while (await one.forget(5));
    });
    await Promise.all(both);
    expect([await count('hold'), await count('idempotency')]).toEqual([0, 0]);
    expect(await books.forget(10)).toBe(false);
  });
});
