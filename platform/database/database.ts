import { dirname } from 'node:path';
import { Kysely, Migrator, sql, type Migration, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { closeFileToOthers, makeOwnerOnlyFile, makeOwnerOnlyFolder } from '../../domain/owner-only';
import { machineTimers } from '../../domain/timers';
import { DatabaseUnavailable } from './database-unavailable';
import { embeddedDialect, type Synchronous } from './embedded-database';
import { postgresRows, sqliteRows, type RowsParameter } from './rows-parameter';
import { DatabaseReserved, postgresDialect } from './postgres-database';

/**
 * One code base on two databases: an embedded SQLite file (libsql) and PostgreSQL. SQL is kept to what both have:
 * ON CONFLICT, RETURNING, partial unique indexes; times are epoch milliseconds, booleans 0 or 1, JSON is text.
 * Both throw DatabaseUnavailable when they do not answer.
 */
export type DatabaseSettings = ({ kind: 'embedded'; file: string } | { kind: 'postgres'; url: string }) & {
  /** Time that a writer waits for other writers; five seconds by default. */
  waitMs?: number | undefined;
  /** It is this process's alone (`alone` in database-users.ts). */
  isReserved?: boolean | undefined;
};

export interface Database<Tables> {
  db: Kysely<Tables>;
  kind: DatabaseSettings['kind'];
  /** The database's own clock inside a statement, epoch milliseconds: rows expire by it, not by ours. */
  now: RawBuilder<number>;
  rows: RowsParameter<Tables>;
  /** Writes, as serving does. @throws Error while that fails: not answering, full, or read-only after a fail-over */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a subgraph's database and brings its tables up to date.
 * @param owner the subgraph; its migrations are counted apart from those of others in the same PostgreSQL database.
 * @param synchronous SQLite's pragma of this name; PostgreSQL always has what it acknowledges on disk.
 * @throws Error with one sentence that says what to do, when the database cannot be opened, is reserved, or does not keep what
 * it has acknowledged.
 */
export async function openDatabase<Tables>(
  settings: DatabaseSettings,
  owner: string,
  migrations: Record<string, Migration>,
  synchronous: Synchronous = 'FULL',
): Promise<Database<Tables>> {
  const database = opened<Tables>(settings, owner, synchronous);
  try {
    await migrated(settings, database, owner, migrations);
  } catch (error) {
    await database.close();
    if (error instanceof NewerSchema) throw error;
    if (error instanceof DatabaseUnavailable && error.cause instanceof DatabaseReserved) throw error.cause;
    throw new Error(
      `The ${owner} database could not be opened or brought up to date: check ${settings.kind === 'embedded' ? `the file ${settings.file}` : 'DATABASE_URL and that PostgreSQL answers there'}.`,
      { cause: error },
    );
  }
  const lax = await laxSettings(database);
  if (lax.length > 0) {
    await database.close();
    throw new Error(
      `The ${owner} database would lose what it has acknowledged when the power fails: set ${lax.join(' and ')} to on for it.`,
    );
  }
  return database;
}

function opened<Tables>(
  settings: DatabaseSettings,
  owner: string,
  synchronous: Synchronous,
): Database<Tables> {
  const { kind } = settings;
  const room = roomMemory();
  const db = new Kysely<Tables>({ dialect: dialect(settings, owner, synchronous, room.wasFull) });
  const now =
    kind === 'embedded'
      ? sql<number>`cast(unixepoch('subsec') * 1000 as integer)`
      : sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;
  const rows = kind === 'embedded' ? sqliteRows<Tables>() : postgresRows<Tables>();
  const ready = async () => {
    room.check();
    // The one row there is for migrations, put down as it is: both databases write it to disk, and nobody waits for it.
    await sql`update ${sql.table(migrationLock(owner))} set is_locked = is_locked`.execute(db);
  };
  return { db, kind, now, rows, ready, close: () => db.destroy() };
}

const migrationLock = (owner: string) => `${owner}_migration_lock`;

/** Only a write can tell whether there is room again: traffic comes back when this has passed. */
const FULL_FOR_MS = 15_000;

/**
 * A row can be put down again in the room that it has, so that alone tells nothing of a full disk: what serving has met is
 * remembered for a while.
 */
function roomMemory() {
  let fullUntil = -Infinity;
  return {
    wasFull() {
      fullUntil = machineTimers.elapsedMs() + FULL_FOR_MS;
    },
    /** @throws DatabaseUnavailable */
    check() {
      if (machineTimers.elapsedMs() < fullUntil) throw new DatabaseUnavailable('FULL', undefined);
    },
  };
}

function dialect(settings: DatabaseSettings, owner: string, synchronous: Synchronous, onFull: () => void) {
  const { waitMs } = settings;
  if (settings.kind === 'postgres')
    return postgresDialect(settings.url, { waitMs, onFull, owner: sharing(settings, owner) });
  makeOwnerOnlyFolder(dirname(settings.file));
  // Whatever SQLite makes beside it has its mode.
  makeOwnerOnlyFile(settings.file);
  for (const beside of ['-wal', '-shm', '-journal']) closeFileToOthers(settings.file + beside);
  return embeddedDialect(settings.file, synchronous, { waitMs, onFull });
}

/** Undefined where it is not shared. */
function sharing({ isReserved }: DatabaseSettings, owner: string): string | undefined {
  return isReserved === true ? undefined : owner;
}

/** The tables are those of a later version: what that one writes this one may read wrongly, so it does not start. */
class NewerSchema extends Error {
  constructor(owner: string, unknown: readonly string[]) {
    super(
      `The ${owner} database was brought up to date by a newer version of this program (${unknown.join(', ')}): start that version, or restore the backup from before it.`,
    );
  }
}

/** @throws NewerSchema */
async function refuseNewer<Tables>(
  db: Kysely<Tables>,
  owner: string,
  migrations: Record<string, Migration>,
): Promise<void> {
  const table = migrationTable(owner);
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === table)) return;
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(table)} order by name`.execute(
    db,
  );
  const unknown = rows.map(({ name }) => name).filter((name) => !Object.hasOwn(migrations, name));
  if (unknown.length > 0) throw new NewerSchema(owner, unknown);
}

const migrationTable = (owner: string) => `${owner}_migration`;

async function migrated<Tables>(
  settings: DatabaseSettings,
  { db }: Database<Tables>,
  owner: string,
  migrations: Record<string, Migration>,
): Promise<void> {
  // A migration may take longer than anything that a person waits for.
  const patient =
    settings.kind === 'postgres'
      ? new Kysely<Tables>({
          dialect: postgresDialect(settings.url, { isPatient: true, owner: sharing(settings, owner) }),
        })
      : db;
  const migrator = new Migrator({
    db: patient,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableName: migrationTable(owner),
    migrationLockTableName: migrationLock(owner),
  });
  try {
    await refuseNewer(patient, owner, migrations);
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw asError(error);
  } finally {
    if (patient !== db) await patient.destroy();
  }
}

/** The embedded database's are set by us; a PostgreSQL server, database or role can be set to answer before it has written. */
async function laxSettings<Tables>({ db, kind }: Database<Tables>): Promise<string[]> {
  if (kind === 'embedded') return [];
  const { rows } = await sql<{ name: string }>`
    select name from pg_settings where name in ('fsync', 'synchronous_commit') and setting = 'off'`.execute(
    db,
  );
  return rows.map(({ name }) => name);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('The migration failed.', { cause: error });
}

/** True where a unique index refused the statement, on either database. */
export function isUniqueViolation(error: unknown): boolean {
  return UniqueViolation.safeParse(error).success;
}

const UniqueViolation = z.object({
  code: z.enum(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY', '23505']),
});

/**
 * True where PostgreSQL undid a transaction because of another one, or of a migration meanwhile: the same again may well
 * succeed.
 */
export function isConflict(error: unknown): boolean {
  return error instanceof DatabaseUnavailable && Conflict.safeParse(error.cause).success;
}

/** deadlock_detected, serialization_failure, and a plan made before a migration. */
const Conflict = z.object({ code: z.enum(['40P01', '40001', '0A000']) });
