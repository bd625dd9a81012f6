import { sql } from 'kysely';
import { testDatabases } from '../../../tests/databases';
import { moveBooking, openBooking, openLedger, recordHold } from '../../../tests/ledger-bookings';
import type { Database } from '../../database';
import type { BookingEvent } from '../booking/states';
import type { Ledger } from './ledger';
import type { LedgerTables } from './tables';

const DAY = 24 * 60 * 60_000;

describe.each(testDatabases())('forgetting, with the ledger on $name', ({ settings }) => {
  let database: Database<LedgerTables>;
  let books: Ledger;
  let elsewhere: Ledger;

  beforeEach(async () => {
    const where = await settings();
    ({ books, database } = await openLedger(where));
    elsewhere = (await openLedger(where)).books;
  });
  afterEach(async () => {
    await books.close();
    await elsewhere.close();
  });

  /** Everything in the ledger is so many days older, as if nothing had happened since. */
  async function daysPass(days: number): Promise<void> {
    for (const [table, columns] of Object.entries({
      hold: ['created_at', 'expires_at', 'released_at'],
      booking: ['created_at', 'changed_at', 'starts_at', 'next_check_at', 'unknown_since'],
      booking_evidence: ['at'],
      outbox: ['at', 'first_tried_at', 'next_try_at', 'delivered_at', 'given_up_at'],
      idempotency: ['created_at'],
    }))
      for (const column of columns)
        await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${sql.ref(column)} - ${days * DAY}`.execute(
          database.db,
        );
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

  async function booking(...events: BookingEvent[]) {
    let current = await openBooking(books, { startsAt: new Date(Date.now() + 30 * DAY) });
    for (const event of events) current = await moveBooking(books, current, event);
    return current;
  }

  test('a hold that came to nothing, and its key, go after seven days', async () => {
    await recordHold(books);
    await daysPass(6.9);
    await forgetAll();
    expect([await count('hold'), await count('idempotency')]).toEqual([1, 1]);
    await daysPass(0.2);
    await forgetAll();
    expect([await count('hold'), await count('idempotency')]).toEqual([0, 0]);
  });

  test('a hold that still runs keeps its key', async () => {
    const { id } = await recordHold(books);
    await daysPass(8);
    await database.db
      .updateTable('hold')
      .set({ expires_at: Date.now() + DAY })
      .where('id', '=', id)
      .execute();
    await forgetAll();
    expect([await count('hold'), await count('idempotency')]).toEqual([1, 1]);
  });

  test.each<[string, BookingEvent[]]>([
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
    await daysPass(20);
    await forgetAll();
    expect(await count('idempotency')).toBe(2);
    expect(await count('hold')).toBe(1);
  });

  test.each<[string, BookingEvent[], boolean]>([
    ['CONFIRMED', ['ACCEPTED'], true],
    ['FAILED', ['REFUSED'], true],
    ['UNKNOWN', ['ANSWER_LOST'], false],
    ['MANUAL', ['ANSWER_LOST', 'OUT_OF_TIME'], false],
    ['CANCEL_UNKNOWN', ['ACCEPTED', 'CANCEL_ASKED', 'ANSWER_LOST'], false],
    ['ORPHAN_MANUAL', ['REFUSED', 'FOUND', 'OUT_OF_TIME'], false],
  ])('when the day of a booking that is %s has passed', async (_, events, goes) => {
    await booking(...events);
    await daysPass(31);
    await forgetAll();
    expect(await count('idempotency')).toBe(goes ? 0 : 2);
  });

  test('what is cancelled needs no key any more, but a booking and its events stay for ever', async () => {
    const { id } = await booking('ACCEPTED', 'CANCEL_ASKED', 'CANCEL_ACCEPTED');
    await daysPass(400);
    await forgetAll();
    expect(await count('idempotency')).toBe(0);
    expect([await count('booking'), await count('booking_event'), await count('hold')]).toEqual([1, 4, 1]);
    expect(await books.brokenHistory(id)).toBeNull();
    expect((await books.findBooking(id))?.state).toBe('CANCELLED');
  });

  test('evidence of what is settled goes after ninety days, of what is not never', async () => {
    await booking('ACCEPTED', 'CANCEL_ASKED', 'CANCEL_ACCEPTED');
    await booking('ANSWER_LOST', 'OUT_OF_TIME');
    await daysPass(89);
    await forgetAll();
    expect(await count('booking_evidence')).toBe(5);
    await daysPass(2);
    await forgetAll();
    expect(await count('booking_evidence')).toBe(2);
  });

  test('what was told, or given up, goes after thirty days; what waits stays', async () => {
    await booking('ACCEPTED');
    await booking('ACCEPTED');
    await booking('ACCEPTED');
    const [told, givenUp] = await books.claimUntold(2, 60_000);
    await books.told(told!);
    await books.giveUpTelling(givenUp!);
    await daysPass(29);
    await forgetAll();
    expect(await count('outbox')).toBe(3);
    await daysPass(2);
    await forgetAll();
    expect(await count('outbox')).toBe(1);
    expect((await books.health()).untold).toBe(1);
  });

  test('goes in small batches, and by two at once', async () => {
    for (let made = 0; made < 25; made++) await recordHold(books);
    await daysPass(8);
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
