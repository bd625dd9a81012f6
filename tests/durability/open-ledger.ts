import pino from 'pino';
import { ledger, type Ledger } from '../../subgraphs/appointments/ledger/ledger';
import { ledgerMigrations } from '../../subgraphs/appointments/ledger/migrations';
import type { LedgerTables } from '../../subgraphs/appointments/ledger/tables';
import { EVERYTHING_RELEASED } from '../booking-laboratory';
import { openDatabase, type Database, type DatabaseSettings } from '../../subgraphs/database';

/** A ledger, and the database that it is in, for looking behind it. */
export async function openLedger(
  settings: DatabaseSettings,
): Promise<{ books: Ledger; database: Database<LedgerTables> }> {
  const database = await openDatabase<LedgerTables>(settings, 'appointments', ledgerMigrations);
  return { books: ledger(database, pino({ level: 'silent' }), EVERYTHING_RELEASED), database };
}
