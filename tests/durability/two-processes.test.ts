import { randomUUID } from 'node:crypto';
import type { Ledger } from '../../subgraphs/appointments/ledger/ledger';
import type { LedgerTables } from '../../subgraphs/appointments/database/tables';
import type { Database, DatabaseSettings } from '../../platform/database/database';
import { newPractice, LONG_WAIT_MS } from '../booking-laboratory';
import { testDatabases } from '../databases';
import { openLedger } from '../ledger-bookings';
import { allBookings, unlikePromised } from './promises';
import { writers, type Writers } from './writers';

const SLOTS = 60;
const PROCESSES = 2;

describe.each(testDatabases())('two processes at once on $name', ({ settings }) => {
  let processes: Writers;
  let where: DatabaseSettings & { waitMs: number };
  let database: Database<LedgerTables>;
  let books: Ledger;
  beforeAll(async () => {
    processes = await writers();
    where = { ...(await settings()), waitMs: LONG_WAIT_MS };
  });
  afterAll(async () => {
    processes.close();
    await books.close();
  });

  test('want the same slots: each slot goes to one, and each gets the result of its requests', async () => {
    const practice = newPractice();
    const slotIds = Array.from({ length: SLOTS }, () => randomUUID());
    // Both make the tables, too: neither knows whether the other was first.
    const [one, two] = Array.from({ length: PROCESSES }, () =>
      processes.start({ database: where, practice, slotIds, atOnce: 8 }),
    );
    await Promise.all([one!.ended(), two!.ended()]);
    ({ books, database } = await openLedger(where));

    const told = [...one!.acknowledged, ...two!.acknowledged];
    expect(told.filter(({ what }) => what === 'failed')).toEqual([]);
    const refused = told.filter((one) => one.what === 'refused');
    expect(refused).toHaveLength(SLOTS * (PROCESSES - 1));
    expect(new Set(refused.map(({ kind }) => kind))).toEqual(new Set(['SLOT_TAKEN']));

    const bookings = await allBookings(database, books);
    expect(bookings).toHaveLength(SLOTS);
    expect(new Set(bookings.map(({ offer }) => offer.slot.id))).toEqual(new Set(slotIds));
    expect(new Set(bookings.map(({ state }) => state))).toEqual(new Set(['CONFIRMED']));
    expect(await unlikePromised(told, database, books)).toEqual([]);
  });
});
