import { existsSync } from 'node:fs';
import Libsql from 'libsql';
import { Client } from 'pg';
import { z } from 'zod';
import type { DatabaseSettings } from './database';
import { USE_LOCK } from './postgres-database';

const Locked = z.object({ code: z.string().startsWith('SQLITE_BUSY') });
const PROBED_WITHIN_MS = 1_000;

/** True while another process has the database open: then nothing is done that needs the database alone. */
export async function isInUse(settings: DatabaseSettings): Promise<boolean> {
  return settings.kind === 'embedded' ? isFileInUse(settings.file) : hasOtherSessions(settings.url);
}

/** A database, and whose tables in it are meant. */
export type Owned = DatabaseSettings & { owner: string };

/**
 * Does a piece of work while nobody else uses the databases; on PostgreSQL nobody can begin to before it has ended.
 * @param work opens them as reserved
 * @returns false, with nothing done, where anybody uses one
 */
export async function alone(databases: readonly Owned[], work: () => Promise<void>): Promise<boolean> {
  for (const database of databases) if (await isInUse(database)) return false;
  const reserved: Client[] = [];
  try {
    for (const database of databases)
      if (database.kind === 'postgres') {
        const client = await connected(database.url);
        reserved.push(client);
        if (!(await isReservedBy(client, database.owner))) return false;
      }
    await work();
    return true;
  } finally {
    for (const client of reserved) await client.end();
  }
}

async function isReservedBy(client: Client, owner: string): Promise<boolean> {
  const { rows } = await client.query<{ is_reserved: boolean }>(
    `select pg_try_advisory_lock(${USE_LOCK}) as is_reserved`,
    [owner],
  );
  return rows[0]?.is_reserved === true;
}

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** A process that has a file with a write-ahead log open keeps others from having it alone (https://sqlite.org/wal.html). */
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

/** PostgreSQL shows of other roles' sessions only that they exist: `backend_type` is null. Its own have no role. */
async function hasOtherSessions(url: string): Promise<boolean> {
  const client = await connected(url);
  try {
    const { rowCount } = await client.query(
      `select 1 from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()
         and usesysid is not null and coalesce(backend_type, 'client backend') = 'client backend'`,
    );
    return rowCount !== 0;
  } finally {
    await client.end();
  }
}
