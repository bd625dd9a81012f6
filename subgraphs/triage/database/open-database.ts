import { sql } from 'kysely';
import { type DatabaseSettings, type Database, openDatabase } from '../../../platform/database/database';
import { triageMigrations } from './migrations';
import type { TriageTables } from './tables';

/**
 * An embedded database does not wait for the disk after every answer: answers survive a killed process, and a power cut
 * may cost the last of them, which the person gives again. What must outlive a power cut is flushed.
 */
export function openTriageDatabase(settings: DatabaseSettings): Promise<Database<TriageTables>> {
  return openDatabase<TriageTables>(settings, 'triage', triageMigrations, 'NORMAL');
}

/** Puts everything that was written on disk. */
export async function flush({ db, kind }: Database<TriageTables>): Promise<void> {
  if (kind === 'embedded') await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(db);
}
