import { sql, type Transaction } from 'kysely';
import pino from 'pino';
import { EVERYTHING_RELEASED, LONG_WAIT_MS } from '../../../tests/booking-laboratory';
import type { TestDatabase } from '../../../tests/databases';
import type { TestClock } from '../../../tests/test-clock';
import { openDatabase, type Database, type DatabaseSettings } from '../../../platform/database/database';
import { ledger, type Ledger } from './ledger';
import { ledgerMigrations } from '../database/migrations';
import type { LedgerTables } from '../database/tables';

const TABLES = ['booking_evidence', 'booking_event', 'outbox', 'idempotency', 'booking', 'hold'] as const;

/** One ledger for the tests of a suite: a database of its own would cost each test more than all that it does there. */
export interface SharedLedger {
  settings: DatabaseSettings;
  database: Database<LedgerTables>;
  /**
   * The ledger without a row, by this clock, and with no memory of the tests before; `elsewhere` is on a connection of
   * its own, as another process would be.
   */
  emptied(clock: TestClock): Promise<{ books: Ledger; elsewhere: Ledger }>;
  close(): Promise<void>;
}

export async function sharedLedger(testDatabase: TestDatabase): Promise<SharedLedger> {
  const settings = { ...(await testDatabase.settings()), waitMs: LONG_WAIT_MS };
  const database = await openDatabase<LedgerTables>(settings, 'appointments', ledgerMigrations);
  const other = await openDatabase<LedgerTables>(settings, 'appointments', ledgerMigrations);

  return {
    settings,
    database,
    async emptied(clock) {
      for (const table of TABLES) await database.db.deleteFrom(table).execute();
      const on = (opened: Database<LedgerTables>) =>
        ledger({ ...opened, now: clock.sqlNow }, pino({ level: 'silent' }), EVERYTHING_RELEASED);
      return { books: on(database), elsewhere: on(other) };
    },
    async close() {
      await database.close();
      await other.close();
    },
  };
}

/** Counts transactions that wait for a row that another one holds. On the embedded database nobody can tell. */
export async function waitingForLocks({ db }: Database<LedgerTables>): Promise<number> {
  const { rows } = await sql<{ waiting: number }>`
    select count(*) as waiting from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
  return rows[0]?.waiting ?? 0;
}

/** Runs `meanwhile` while a transaction of somebody else's holds the rows that `hold` takes. */
export function whileHeld<T>(
  { db }: Database<LedgerTables>,
  hold: (transaction: Transaction<LedgerTables>) => Promise<unknown>,
  meanwhile: () => Promise<T>,
): Promise<T> {
  return db.transaction().execute(async (transaction) => {
    await hold(transaction);
    return meanwhile();
  });
}
