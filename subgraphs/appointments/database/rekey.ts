import type { Secrets } from '../../../domain/secret';
import { wrapForCurrentAlone, type Rewrapped } from '../../../platform/database/data-keys';
import { openDatabase, type Database, type DatabaseSettings } from '../../../platform/database/database';
import { LEDGER_KEYS, openLedgerKeys } from './ledger-keys';
import { ledgerMigrations } from './migrations';
import { replaceLedgerKeys, type Replacing } from './replace-keys';
import type { LedgerTables } from './tables';

/** Proves that one of the secrets opens the ledger, for parts that share nothing else of it. @throws SecretUnknown */
export async function proveSecret(settings: DatabaseSettings, secrets: Secrets): Promise<void> {
  await withLedger(settings, (database) => openLedgerKeys(database, secrets));
}

/** Leaves the ledger's keys wrapped for the current secret alone; safe beside parts that run. @throws SecretUnknown */
export function rewrapLedger(settings: DatabaseSettings, secrets: Secrets): Promise<Rewrapped> {
  return withLedger(settings, async (database) => {
    await openLedgerKeys(database, secrets);
    return wrapForCurrentAlone(database, LEDGER_KEYS, secrets);
  });
}

/** Replaces the ledger's keys (replace-keys.ts). @throws SecretUnknown, DetailsUnreadable */
export function rekeyLedger(
  settings: DatabaseSettings,
  secrets: Secrets,
  onMoved: (left: number) => void,
  replacing?: Replacing,
): Promise<void> {
  return withLedger(settings, (database) => replaceLedgerKeys(database, secrets, onMoved, replacing));
}

async function withLedger<T>(
  settings: DatabaseSettings,
  use: (database: Database<LedgerTables>) => Promise<T>,
): Promise<T> {
  const database = await openDatabase<LedgerTables>(settings, 'appointments', ledgerMigrations);
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}
