import { PostgresDialect, type Dialect, type PostgresPoolClient } from 'kysely';
import { DatabaseError, Pool, types, type PoolClient, type PoolConfig, type QueryResult } from 'pg';
import { DatabaseUnavailable, type DatabaseFault } from './database-unavailable';

const CONNECTIONS = 20;
/** For a free connection, or a new one. */
const CONNECT_WITHIN_MS = 5_000;
/** For what another transaction holds. */
const LOCK_WITHIN_MS = 5_000;
/** For one statement; nothing that is asked while a person waits takes as long. */
const ANSWER_WITHIN_MS = 10_000;

/** @param isPatient for migrations, which take as long as they take. */
export function postgresDialect(url: string, { isPatient = false } = {}): Dialect {
  const pool = pooled({
    connectionString: url,
    max: isPatient ? 1 : CONNECTIONS,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    ...(isPatient ? {} : { lock_timeout: LOCK_WITHIN_MS, query_timeout: ANSWER_WITHIN_MS }),
    types: { getTypeParser: numbersForBigints },
  });
  return new PostgresDialect({
    pool: { connect: () => connect(pool), end: () => pool.end() },
  });
}

function pooled(config: PoolConfig): Pool {
  const pool = new Pool(config);
  // A connection that breaks says so, in use or not; nobody listening would end the process. Whoever uses it is told by
  // the statement that fails, and the pool replaces it.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

async function connect(pool: Pool): Promise<PostgresPoolClient> {
  try {
    return watched(await answered(pool.connect()));
  } catch (error) {
    // All connections are there, and others have them.
    throw pool.totalCount < CONNECTIONS ? error : new DatabaseUnavailable('BUSY', error);
  }
}

/** A connection that failed other than by PostgreSQL's own word is not given to anybody else. */
function watched(client: PoolClient): PostgresPoolClient {
  let isBroken = false;
  async function query(text: string, values: readonly unknown[]): Promise<QueryResult> {
    try {
      const result = await answered(client.query(text, [...values]));
      // PostgreSQL answers so, and with no error, when a statement before has failed.
      if (text === 'commit' && result.command === 'ROLLBACK') throw new Error('The transaction was undone.');
      return result;
    } catch (error) {
      isBroken ||= error instanceof DatabaseUnavailable && error.fault === 'NOT_ANSWERING';
      throw error;
    }
  }
  return {
    // Kysely types `command` more narrowly than PostgreSQL answers; cursors are not used.
    query: query as unknown as PostgresPoolClient['query'],
    release() {
      client.release(isBroken);
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
async function answered<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    // What PostgreSQL has not said itself is trouble on the way to it.
    if (!(error instanceof DatabaseError)) throw new DatabaseUnavailable('NOT_ANSWERING', error);
    const { code = '' } = error;
    const known = FAULTS.find(([codes]) => codes.test(code));
    throw known === undefined ? error : new DatabaseUnavailable(known[1], error);
  }
}

/** The driver leaves bigints as text: ours are epoch milliseconds and counts, safe as numbers. */
function numbersForBigints(...[type, format]: Parameters<typeof types.getTypeParser>): unknown {
  return type === types.builtins.INT8 ? Number : types.getTypeParser(type, format);
}
