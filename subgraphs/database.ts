import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Kysely,
  Migrator,
  PostgresDialect,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  sql,
  type DialectAdapter,
  type Driver,
  type Migration,
  type RawBuilder,
} from 'kysely';
import Libsql from 'libsql';
import { Pool, types } from 'pg';
import { z } from 'zod';

/**
 * One code base on two databases: an embedded SQLite file (libsql) and PostgreSQL. SQL is kept to what both have:
 * ON CONFLICT, RETURNING, partial unique indexes; times are epoch milliseconds, booleans 0 or 1, JSON is text.
 */
export type DatabaseSettings = { kind: 'embedded'; file: string } | { kind: 'postgres'; url: string };

/** How long a writer waits for another process's before it fails, milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;
/** libsql waits on the thread, so it waits briefly, and what is left of the time is waited for without blocking. */
const BLOCKING_TIMEOUT_MS = 20;
const BUSY_RETRY_MS = 10;

export interface Database<Tables> {
  db: Kysely<Tables>;
  kind: DatabaseSettings['kind'];
  /** The database's own clock inside a statement, epoch milliseconds: rows expire by it, not by ours. */
  now: RawBuilder<number>;
  close(): Promise<void>;
}

/**
 * Opens a subgraph's database and brings its tables up to date.
 * @param owner the subgraph; its migrations are counted apart from those of others in the same PostgreSQL database.
 * @throws Error with one sentence that says what to do, when the database cannot be opened.
 */
export async function openDatabase<Tables>(
  settings: DatabaseSettings,
  owner: string,
  migrations: Record<string, Migration>,
): Promise<Database<Tables>> {
  const database =
    settings.kind === 'embedded' ? embedded<Tables>(settings.file) : postgres<Tables>(settings.url);
  const migrator = new Migrator({
    db: database.db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableName: `${owner}_migration`,
    migrationLockTableName: `${owner}_migration_lock`,
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) {
    await database.close();
    throw new Error(
      `The ${owner} database could not be opened or brought up to date: check ${settings.kind === 'embedded' ? `the file ${settings.file}` : 'DATABASE_URL and that PostgreSQL answers there'}.`,
      { cause: error },
    );
  }
  return database;
}

function embedded<Tables>(file: string): Database<Tables> {
  mkdirSync(dirname(file), { recursive: true });
  const connection = new Libsql(file, { timeout: BLOCKING_TIMEOUT_MS });
  // FULL is the default and what "acknowledged means on disk" rests on, so it is said.
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON'])
    connection.exec(`PRAGMA ${pragma}`);
  const db = new Kysely<Tables>({ dialect: new ImmediateSqliteDialect(connection) });
  return {
    db,
    kind: 'embedded',
    now: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
    close: () => db.destroy(),
  };
}

function postgres<Tables>(url: string): Database<Tables> {
  const pool = new Pool({
    connectionString: url,
    max: 20,
    types: { getTypeParser: numbersForBigints },
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    db,
    kind: 'postgres',
    now: sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`,
    close: () => db.destroy(),
  };
}

/** The driver leaves bigints as text: ours are epoch milliseconds and counts, safe as numbers. */
function numbersForBigints(...[type, format]: Parameters<typeof types.getTypeParser>): unknown {
  return type === types.builtins.INT8 ? Number : types.getTypeParser(type, format);
}

/**
 * A deferred transaction that reads and then writes fails at once when another process wrote meanwhile. A write outside
 * a transaction is not waited for, so where several processes may write, every write is a transaction.
 */
class ImmediateSqliteDialect extends SqliteDialect {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    super({ database: connection });
    this.#connection = connection;
  }

  override createDriver(): Driver {
    return new ImmediateSqliteDriver(this.#connection);
  }

  override createAdapter(): DialectAdapter {
    return new TransactionalSqliteAdapter();
  }
}

/** SQLite can change tables in a transaction; so of two processes that start at once one migrates and one finds it done. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class ImmediateSqliteDriver extends SqliteDriver {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    super({ database: connection });
    this.#connection = connection;
  }

  override async beginTransaction(): Promise<void> {
    const until = performance.now() + BUSY_TIMEOUT_MS;
    for (;;)
      try {
        // A prepared BEGIN that was refused stays open in libsql, and with it a snapshot that spoils what follows.
        this.#connection.exec('begin immediate');
        return;
      } catch (error) {
        if (!Busy.safeParse(error).success || performance.now() > until) throw error;
        await sleep(BUSY_RETRY_MS);
      }
  }
}

type Connection = InstanceType<typeof Libsql>;

const Busy = z.object({ code: z.literal('SQLITE_BUSY') });

/** Whether a statement was refused by a unique index, on either database. */
export function isUniqueViolation(error: unknown): boolean {
  return UniqueViolation.safeParse(error).success;
}

const UniqueViolation = z.object({
  code: z.enum(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY', '23505']),
});

/** Whether PostgreSQL undid a transaction because of another one: the same again may well succeed. */
export function isConflict(error: unknown): boolean {
  return Conflict.safeParse(error).success;
}

/** deadlock_detected, serialization_failure. */
const Conflict = z.object({ code: z.enum(['40P01', '40001']) });
