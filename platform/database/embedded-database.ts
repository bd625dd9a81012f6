import { setTimeout as sleep } from 'node:timers/promises';
import {
  SelectQueryNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';
import Libsql from 'libsql';
import { z } from 'zod';
import { machineTimers } from '../../domain/timers';
import { DatabaseUnavailable, type DatabaseFault } from './database-unavailable';
import { groupCommit, type Turn } from './group-commit';

/** libsql waits on the thread, so it waits briefly, and what is left of the time is waited for without blocking. */
const BLOCKING_TIMEOUT_MS = 20;
const BUSY_RETRY_MS = 10;
/** Time for which another process that mends the file after a crash may keep us from opening it. */
const OPEN_WITHIN_MS = 5_000;
const MAX_STATEMENTS = 500;

type Connection = InstanceType<typeof Libsql>;

/**
 * FULL: what is acknowledged is on disk. NORMAL: it survives a killed process, but a power cut may cost the last of it;
 * nothing is torn either way.
 */
export type Synchronous = 'FULL' | 'NORMAL';

export interface EmbeddedOptions {
  waitMs?: number | undefined;
  /** Called for every change that found no room. */
  onFull?: () => void;
}

/**
 * One file, written through one connection, by transactions that share commits (group-commit.ts), and read through another, which
 * sees only what is on disk. Every change outside a transaction is made one, so that writers always wait for each other.
 */
export function embeddedDialect(
  file: string,
  synchronous: Synchronous,
  options: EmbeddedOptions = {},
): Dialect {
  return {
    createAdapter: () => new TransactionalSqliteAdapter(),
    createDriver: () => embeddedDriver(file, synchronous, options),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/** SQLite can change tables in a transaction; so of two processes that start at once one migrates and one finds it done. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function embeddedDriver(file: string, synchronous: Synchronous, options: EmbeddedOptions): Driver {
  let opened: Awaited<ReturnType<typeof open>> | undefined;
  const turns = new WeakMap<DatabaseConnection, Turn>();

  return {
    async init() {
      opened = await open(file, synchronous, options);
    },
    acquireConnection() {
      if (opened === undefined) throw new Error('The database is not open.');
      const { turn, write, read } = opened;
      const connection: DatabaseConnection = {
        async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
          const mine = turns.get(connection);
          if (mine !== undefined) return inTurn(mine, () => write(query));
          if (isReading(query)) return read(query);
          return alone(await turn(), () => write<R>(query));
        },
        streamQuery() {
          throw new Error('Rows are not streamed.');
        },
      };
      return Promise.resolve(connection);
    },
    async beginTransaction(connection) {
      if (opened !== undefined) turns.set(connection, await opened.turn());
    },
    commitTransaction: (connection) => ended(connection, 'commit'),
    rollbackTransaction: (connection) => ended(connection, 'rollback'),
    releaseConnection: () => Promise.resolve(),
    async destroy() {
      await opened?.close();
      opened = undefined;
    },
  };

  async function ended(connection: DatabaseConnection, how: 'commit' | 'rollback'): Promise<void> {
    const mine = turns.get(connection);
    turns.delete(connection);
    await mine?.[how]();
  }
}

async function open(file: string, synchronous: Synchronous, { waitMs, onFull }: EmbeddedOptions) {
  const writer = await connect(file, synchronous);
  const reader = await connect(file, 'FULL');
  const { turn } = groupCommit(
    {
      exec: (statement) => answered(() => writer.exec(statement), onFull),
      get inTransaction() {
        return writer.inTransaction;
      },
    },
    (until) => waited(until, () => writer.exec('begin immediate')),
    machineTimers,
    waitMs,
  );
  return {
    turn,
    write: runner(writer, onFull),
    read: runner(reader),
    async close() {
      // What is under way is finished first.
      await turn().then(
        (last) => last.commit(),
        () => undefined,
      );
      writer.close();
      reader.close();
    },
  };
}

async function connect(file: string, synchronous: Synchronous): Promise<Connection> {
  const connection = answered(() => new Libsql(file, { timeout: BLOCKING_TIMEOUT_MS }));
  // FULL is the default and what "acknowledged means on disk" rests on, so it is said.
  // What is deleted is overwritten, so that the file does not keep it.
  const pragmas = [
    'journal_mode = WAL',
    `synchronous = ${synchronous}`,
    'foreign_keys = ON',
    'secure_delete = ON',
  ];
  for (const pragma of pragmas)
    await waited(performance.now() + OPEN_WITHIN_MS, () => connection.exec(`PRAGMA ${pragma}`));
  return connection;
}

/** Tries again while another process writes. @throws DatabaseUnavailable */
async function waited(until: number, attempt: () => void): Promise<void> {
  for (;;)
    try {
      answered(attempt);
      return;
    } catch (error) {
      const isBusy = error instanceof DatabaseUnavailable && error.fault === 'BUSY';
      if (!isBusy || performance.now() > until) throw error;
      await sleep(BUSY_RETRY_MS);
    }
}

async function alone<T>(turn: Turn, work: () => T): Promise<T> {
  let result: T;
  try {
    result = inTurn(turn, work);
  } catch (error) {
    await turn.rollback();
    throw error;
  }
  await turn.commit();
  return result;
}

function inTurn<T>(turn: Turn, work: () => T): T {
  try {
    return work();
  } catch (error) {
    turn.failed(error);
    throw error;
  }
}

/** Runs what Kysely has compiled; each text is prepared once. */
function runner(connection: Connection, onFull?: () => void) {
  const prepared = new Map<string, { statement: ReturnType<Connection['prepare']>; hasRows: boolean }>();

  function prepare(text: string) {
    const known = prepared.get(text);
    if (known !== undefined) return known;
    if (prepared.size >= MAX_STATEMENTS) prepared.clear();
    const statement = connection.prepare(text);
    const made = { statement, hasRows: statement.reader };
    prepared.set(text, made);
    return made;
  }

  return function run<R>({ sql, parameters }: CompiledQuery): QueryResult<R> {
    return answered(() => {
      const { statement, hasRows } = prepare(sql);
      if (hasRows) return { rows: statement.all(parameters) as R[] };
      const { changes } = statement.run(parameters);
      return { rows: [], numAffectedRows: BigInt(changes) };
    }, onFull);
  };
}

function isReading({ query, sql }: CompiledQuery): boolean {
  return SelectQueryNode.is(query) || /^\s*(select|pragma)\b/i.test(sql);
}

const LibsqlError = z.object({ code: z.string() });
const FAULTS: readonly [code: RegExp, fault: DatabaseFault][] = [
  [/^SQLITE_(BUSY|LOCKED)/, 'BUSY'],
  [/^SQLITE_FULL/, 'FULL'],
  [/^SQLITE_(IOERR|CANTOPEN|READONLY)/, 'NOT_ANSWERING'],
];

function answered<T>(ask: () => T, onFull?: () => void): T {
  try {
    return ask();
  } catch (error) {
    const { data } = LibsqlError.safeParse(error);
    const known = FAULTS.find(([code]) => data !== undefined && code.test(data.code));
    if (known?.[1] === 'FULL') onFull?.();
    throw known === undefined ? error : new DatabaseUnavailable(known[1], error);
  }
}
