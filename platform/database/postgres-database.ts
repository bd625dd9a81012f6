import {
  CompiledQuery,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';
import {
  DatabaseError,
  Pool,
  types,
  type ClientBase,
  type PoolClient,
  type PoolConfig,
  type QueryResult as PostgresResult,
} from 'pg';
import { DatabaseUnavailable, type DatabaseFault } from './database-unavailable';
import { executionOf } from './execution';

const CONNECTIONS = 20;
/** For a free connection, or a new one. */
const CONNECT_WITHIN_MS = 5_000;
/** For what another transaction holds, by default. */
const LOCK_WITHIN_MS = 5_000;
/** For one statement, beyond what it waits for others; nothing that is asked while a person waits takes as long. */
const ANSWER_WITHIN_MS = 5_000;
const MAX_STATEMENTS = 200;
/** The cost on solid-state disks: PostgreSQL's own default makes it read whole tables where an index has the few rows wanted. */
const RANDOM_PAGE_COST = 1.1;

export interface PostgresOptions {
  /** For migrations, which take as long as they take. */
  isPatient?: boolean;
  waitMs?: number | undefined;
  /** Called for every statement that found no room. */
  onFull?: () => void;
  /** The owner of the tables: as long as there is a connection nobody can reserve them. Undefined: they are reserved for us. */
  owner?: string | undefined;
}

/** Somebody has the tables alone, as while their keys are replaced. */
export class DatabaseReserved extends Error {}

/** Shared by all who use an owner's tables; had alone by whoever must be the only one (database-users.ts). */
export const USE_LOCK = `hashtext('gp-booking'), hashtext($1)`;

export function postgresDialect(
  url: string,
  { isPatient = false, waitMs = LOCK_WITHIN_MS, onFull = () => undefined, owner }: PostgresOptions = {},
): Dialect {
  const pool = pooled({
    connectionString: url,
    max: isPatient ? 1 : CONNECTIONS,
    // Kept also where nobody asks anything, so that it is seen that the database is in use.
    min: 1,
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool waits for it, which its types do not say
    ...(owner !== undefined && { onConnect: (client: ClientBase) => shareUse(client, owner) }),
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    pipeline: true,
    options: `-c random_page_cost=${RANDOM_PAGE_COST}`,
    ...(isPatient ? {} : { lock_timeout: waitMs, query_timeout: waitMs + ANSWER_WITHIN_MS }),
    types: { getTypeParser: numbersForBigints },
  });
  const names = statementNames();
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => postgresDriver(pool, names, onFull),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

function postgresDriver(pool: Pool, names: StatementNames, onFull: () => void): Driver {
  const releases = new WeakMap<DatabaseConnection, () => void>();
  const run = async (connection: DatabaseConnection, text: string) => {
    await connection.executeQuery(CompiledQuery.raw(text));
  };
  return {
    init: () => Promise.resolve(),
    async acquireConnection() {
      const { connection, release } = await connect(pool, names, onFull);
      releases.set(connection, release);
      return connection;
    },
    beginTransaction: (connection) => run(connection, 'begin'),
    commitTransaction: (connection) => run(connection, 'commit'),
    rollbackTransaction: (connection) => run(connection, 'rollback'),
    releaseConnection(connection) {
      releases.get(connection)?.();
      return Promise.resolve();
    },
    destroy: () => pool.end(),
  };
}

/** @throws DatabaseReserved */
async function shareUse(client: ClientBase, owner: string): Promise<void> {
  const { rows } = await client.query<{ is_shared: boolean }>(
    `select pg_try_advisory_lock_shared(${USE_LOCK}) as is_shared`,
    [owner],
  );
  if (rows[0]?.is_shared !== true)
    throw new DatabaseReserved(
      `The ${owner} database is being worked on by somebody who must be alone with it, as while its keys are replaced: start this again when that has ended.`,
    );
}

function pooled(config: PoolConfig): Pool {
  const pool = new Pool(config);
  // A connection that breaks says so, in use or not; nobody listening would end the process. Whoever uses it is told by
  // the statement that fails, and the pool replaces it.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

async function connect(pool: Pool, names: StatementNames, onFull: () => void): Promise<OpenConnection> {
  try {
    return watched(await answered(pool.connect()), names, onFull);
  } catch (error) {
    // All connections are there, and others have them.
    throw pool.totalCount < CONNECTIONS ? error : new DatabaseUnavailable('BUSY', error);
  }
}

interface OpenConnection {
  connection: DatabaseConnection;
  release: () => void;
}

/**
 * A connection that failed other than by PostgreSQL's own word is not given to anybody else. Statements that are not awaited
 * go out with the next one, which fails with their error.
 */
function watched(client: PoolClient, names: StatementNames, onFull: () => void): OpenConnection {
  const { stream } = client.connection;
  let isBroken = false;
  let isInTransaction = false;
  let unanswered: Promise<PostgresResult>[] = [];

  async function executeQuery<R>(statement: CompiledQuery): Promise<QueryResult<R>> {
    const { sql: text } = statement;
    if (text === 'begin' || (isInTransaction && !executionOf(statement).isAwaited)) {
      if (unanswered.length === 0) stream.cork();
      const sent = send(statement);
      sent.catch(() => undefined);
      unanswered.push(sent);
      return { rows: [] };
    }
    const before = unanswered;
    unanswered = [];
    const answer = send(statement);
    if (before.length > 0) stream.uncork();
    // PostgreSQL answers in turn, and after the first failure nothing of the transaction but with that it has failed.
    if (text !== 'rollback') await Promise.all([...before, answer]);
    const { command, rowCount, rows }: Omit<PostgresResult, 'rows'> & { rows: R[] } = await answer;
    return /^(INSERT|UPDATE|DELETE)$/.test(command)
      ? { rows, numAffectedRows: BigInt(rowCount ?? 0) }
      : { rows };
  }

  async function send(statement: CompiledQuery): Promise<PostgresResult> {
    const { sql: text, parameters } = statement;
    if (text === 'begin') isInTransaction = true;
    if (text === 'commit' || text === 'rollback') isInTransaction = false;
    const isWithin = isInTransaction;
    try {
      const result = await answered(
        client.query({ text, values: [...parameters], name: names.of(statement) }),
      );
      // PostgreSQL answers so, and with no error, when a statement before has failed.
      if (text === 'commit' && result.command === 'ROLLBACK') throw new Error('The transaction was undone.');
      return result;
    } catch (error) {
      if (isOutdatedPlan(error)) {
        names.forget();
        if (!isWithin) return send(statement);
      }
      isBroken ||= error instanceof DatabaseUnavailable && error.fault === 'NOT_ANSWERING';
      if (error instanceof DatabaseUnavailable && error.fault === 'FULL') onFull();
      throw error;
    }
  }

  return {
    connection: {
      executeQuery,
      streamQuery() {
        throw new Error('Rows are not streamed.');
      },
    },
    release() {
      client.release(isBroken || unanswered.length > 0);
    },
  };
}

type StatementNames = ReturnType<typeof statementNames>;

/**
 * Names under which PostgreSQL keeps what it has parsed and planned, which is half of its work for a statement. Behind
 * PgBouncer that takes its release 1.21 or later.
 */
function statementNames() {
  const names = new Map<string, string>();
  let generation = 0;
  return {
    /** Undefined where no plan is kept: without values, when there are too many, and where it is to be planned anew. */
    of(statement: CompiledQuery): string | undefined {
      const { sql: text, parameters } = statement;
      const known = names.get(text);
      if (known !== undefined) return known;
      if (parameters.length === 0 || names.size >= MAX_STATEMENTS || executionOf(statement).isReplanned)
        return undefined;
      const name = `g${generation}s${names.size}`;
      names.set(text, name);
      return name;
    },
    forget(): void {
      names.clear();
      generation += 1;
    },
  };
}

/** SQLSTATE classes and codes (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const FAULTS: readonly [code: RegExp, fault: DatabaseFault][] = [
  [/^53100/, 'FULL'],
  // Too many connections, too little memory; a lock that was not had; a deadlock or conflict that another one won.
  [/^(53|55P03|40001|40P01|57014)/, 'BUSY'],
  // Shut down, crashed, starting, or standing by since another took over.
  [/^(08|57P|25006)/, 'NOT_ANSWERING'],
];

/** @throws DatabaseUnavailable for what may pass; anything else as it is. */
async function answered<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    // What PostgreSQL has not said itself is trouble on the way to it.
    if (!(error instanceof DatabaseError)) throw new DatabaseUnavailable('NOT_ANSWERING', error);
    // In these it quotes the rows that it was given, which are nobody's to read in a log.
    Object.assign(error, { detail: undefined, where: undefined });
    if (error.message === OUTDATED_PLAN) throw new DatabaseUnavailable('BUSY', error);
    const { code = '' } = error;
    const known = FAULTS.find(([codes]) => codes.test(code));
    throw known === undefined ? error : new DatabaseUnavailable(known[1], error);
  }
}

/** Another process has brought the tables up to date: what was planned before cannot be used any more. */
const OUTDATED_PLAN = 'cached plan must not change result type';

function isOutdatedPlan(error: unknown): boolean {
  return (
    error instanceof DatabaseUnavailable &&
    error.cause instanceof DatabaseError &&
    error.cause.message === OUTDATED_PLAN
  );
}

/** The driver leaves bigints as text: ours are epoch milliseconds and counts, safe as numbers. */
function numbersForBigints(...[type, format]: Parameters<typeof types.getTypeParser>): unknown {
  return type === types.builtins.INT8 ? Number : types.getTypeParser(type, format);
}
