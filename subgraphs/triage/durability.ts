import { sql } from 'kysely';
import type { Database } from '../database';
import type { TriageTables } from './migrations';

/**
 * In the embedded database answers are not waited for until they are on the platter: they survive a killed process, and a
 * power cut may cost the last of them, which the person gives again. What must outlive a power cut is flushed.
 */
export async function answersWithoutWaiting({ db, kind }: Database<TriageTables>): Promise<void> {
  if (kind === 'embedded') await sql`PRAGMA synchronous = NORMAL`.execute(db);
}

/** Puts everything that was written on disk. */
export async function flush({ db, kind }: Database<TriageTables>): Promise<void> {
  if (kind === 'embedded') await sql`PRAGMA wal_checkpoint(FULL)`.execute(db);
}
