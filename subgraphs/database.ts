import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely, Migrator, sql, type Migration, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { DatabaseUnavailable } from './database-unavailable';
import { embeddedDialect, type Synchronous } from './embedded-database';
import { givenToPostgres, givenToSqlite, type Given } from './given';
import { postgresDialect } from './postgres-database';

/**
 * One code base on two databases: an embedded SQLite file (libsql) and PostgreSQL. SQL is kept to what both have:
 * ON CONFLICT, RETURNING, partial unique indexes; times are epoch milliseconds, booleans 0 or 1, JSON is text.
 * What does not answer is a DatabaseUnavailable on both.
 */
export type DatabaseSettings = ({ kind: 'embedded'; file: string } | { kind: 'postgres'; url: string }) & {
  /** How long a writer waits for what others are writing; five seconds unless it is said. */
  waitMs?: number | undefined;
};

export interface Database<Tables> {
  db: Kysely<Tables>;
  kind: DatabaseSettings['kind'];
  /** The database's own clock inside a statement, epoch milliseconds: rows expire by it, not by ours. */
  now: RawBuilder<number>;
  given: Given<Tables>;
  /** @throws DatabaseUnavailable while it does not answer */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a subgraph's database and brings its tables up to date.
 * @param owner the subgraph; its migrations are counted apart from those of others in the same PostgreSQL database.
 * @param synchronous of an embedded database; PostgreSQL always has what it acknowledges on disk.
 * @throws Error with one sentence that says what to do, when the database cannot be opened, or does not keep what it has
 * acknowledged.
 */
export async function openDatabase<Tables>(
  settings: DatabaseSettings,
  owner: string,
  migrations: Record<string, Migration>,
  synchronous: Synchronous = 'FULL',
): Promise<Database<Tables>> {
  const database = opened<Tables>(settings, synchronous);
  try {
    await migrated(settings, database, owner, migrations);
  } catch (error) {
    await database.close();
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

function opened<Tables>(settings: DatabaseSettings, synchronous: Synchronous): Database<Tables> {
  const { kind } = settings;
  const db = new Kysely<Tables>({ dialect: dialect(settings, synchronous) });
  const now =
    kind === 'embedded'
      ? sql<number>`cast(unixepoch('subsec') * 1000 as integer)`
      : sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;
  const given = kind === 'embedded' ? givenToSqlite<Tables>() : givenToPostgres<Tables>();
  const ready = async () => {
    await sql`select 1`.execute(db);
  };
  return { db, kind, now, given, ready, close: () => db.destroy() };
}

function dialect(settings: DatabaseSettings, synchronous: Synchronous) {
  const { waitMs } = settings;
  if (settings.kind === 'postgres')
    return postgresDialect(settings.url, waitMs === undefined ? {} : { waitMs });
  mkdirSync(dirname(settings.file), { recursive: true });
  return embeddedDialect(settings.file, synchronous, waitMs);
}

async function migrated<Tables>(
  settings: DatabaseSettings,
  { db }: Database<Tables>,
  owner: string,
  migrations: Record<string, Migration>,
): Promise<void> {
  // A migration may take longer than anything that a person waits for.
  const patient =
    settings.kind === 'postgres'
      ? new Kysely<Tables>({ dialect: postgresDialect(settings.url, { isPatient: true }) })
      : db;
  const migrator = new Migrator({
    db: patient,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableName: `${owner}_migration`,
    migrationLockTableName: `${owner}_migration_lock`,
  });
  const { error } = await migrator.migrateToLatest();
  if (patient !== db) await patient.destroy();
  if (error !== undefined) throw asError(error);
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

/** Whether a statement was refused by a unique index, on either database. */
export function isUniqueViolation(error: unknown): boolean {
  return UniqueViolation.safeParse(error).success;
}

const UniqueViolation = z.object({
  code: z.enum(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY', '23505']),
});

/**
 * Whether PostgreSQL undid a transaction because of another one, or of a migration meanwhile: the same again may well
 * succeed.
 */
export function isConflict(error: unknown): boolean {
  return error instanceof DatabaseUnavailable && Conflict.safeParse(error.cause).success;
}

/** deadlock_detected, serialization_failure, and a plan made before a migration. */
const Conflict = z.object({ code: z.enum(['40P01', '40001', '0A000']) });
