import { existsSync } from 'node:fs';
import Libsql from 'libsql';
import { Client } from 'pg';
import { z } from 'zod';
import type { DatabaseSettings } from './database';

const Locked = z.object({ code: z.string().startsWith('SQLITE_BUSY') });
const PROBED_WITHIN_MS = 1_000;

/** Whether another process has the database open at this moment: what only one may do is not done then. */
export async function isInUse(settings: DatabaseSettings): Promise<boolean> {
  return settings.kind === 'embedded' ? isFileInUse(settings.file) : hasOtherSessions(settings.url);
}

/** Whoever has a file with a write-ahead log open keeps others from having it alone (https://sqlite.org/wal.html). */
function isFileInUse(file: string): boolean {
  if (!existsSync(file)) return false;
  const database = new Libsql(file, { timeout: PROBED_WITHIN_MS });
  try {
    database.exec('pragma locking_mode = exclusive');
    database.exec('begin immediate');
    database.exec('rollback');
    return false;
  } catch (error) {
    if (Locked.safeParse(error).success) return true;
    throw error;
  } finally {
    database.close();
  }
}

/** Every part keeps connections, and looks for work on them twice a second. */
async function hasOtherSessions(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rowCount } = await client.query(
      `select 1 from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
    );
    return rowCount !== 0;
  } finally {
    await client.end();
  }
}
