import { keysUnchanged } from '../../../platform/database/data-keys';
import type { Secrets } from '../../../domain/secret';
import { type DatabaseSettings, type Database, openDatabase } from '../../../platform/database/database';
import { openLedgerKeys, LEDGER_KEYS, keyName } from './ledger-keys';
import { ledgerMigrations } from './migrations';
import type { LedgerTables } from './tables';

export function openLedger(settings: DatabaseSettings): Promise<Database<LedgerTables>> {
  return openDatabase<LedgerTables>(settings, 'appointments', ledgerMigrations);
}

/** @throws SecretUnknown, ReplacementUnfinished */
export async function openKeyedLedger(settings: DatabaseSettings, secrets: Secrets) {
  const database = await openLedger(settings);
  try {
    const opened = await openLedgerKeys(database, secrets);
    const unchanged = await keysUnchanged(database, LEDGER_KEYS);
    const ready = async () => {
      await database.ready();
      await unchanged();
    };
    return { database: { ...database, ready }, keys: opened.keys, keyName: keyName(opened), unchanged };
  } catch (error) {
    await database.close();
    throw error;
  }
}
