import { setTimeout as sleep } from 'node:timers/promises';
import { sql, type Transaction } from 'kysely';
import { coalesce } from './coalesce';
import { isConflict, type Database } from './database';
import { DatabaseUnavailable } from './database-unavailable';
import { executedBy } from './execution';
import { transactionSession, type Session } from './row-statement';

/** A transaction, as one operation in it sees it. */
export interface OperationSession<Tables> extends Session<Tables> {
  /**
   * Keeps other operations that ask for the same key out of this transaction: they run again in a later one, and see what
   * this one has written. Ask for it before anything is written.
   * @throws Postponed where another operation has it.
   */
  exclusively(key: string): void;
}

export type Operation<Tables, Input, Answer> = (
  transaction: OperationSession<Tables>,
  input: Input,
) => Promise<Answer>;

/** A call of a shared operation; each is an object of its own, whatever its input. */
interface Call<Input> {
  input: Input;
}

/** Leaves a transaction with an answer, and with nothing written. */
export class Rollback<T> extends Error {
  constructor(readonly answer: T) {
    super('undone');
  }
}

/** Leaves a transaction, to run again in a later one. */
class Postponed extends Error {}

/** Retries of a transaction that PostgreSQL undid because it and another one waited for each other. */
const CONFLICT_RETRIES = 4;
const CONFLICT_PAUSE_MS = 20;
/** Operations that share a transaction. */
const MAX_SHARING = 128;
/** Time that a shared transaction waits for a lock, before each of its operations is tried alone. */
const SHARED_LOCK_MS = 500;

/** The result of a shared transaction that was undone: one of its operations must not be the others' misfortune. */
const TRY_ALONE = Symbol('try alone');

export type SharedTransactions<Tables> = ReturnType<typeof sharedTransactions<Tables>>;

/** Runs operations in transactions: of their own, or shared with those that come at the same time. */
export function sharedTransactions<Tables>(database: Pick<Database<Tables>, 'db' | 'kind' | 'now' | 'rows'>) {
  const { db, kind } = database;

  /** Every write is a transaction, also a single statement: on the embedded database only those wait for each other. */
  async function transact<T>(work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++)
      try {
        return await db.transaction().execute(work);
      } catch (error) {
        if (!isConflict(error) || tries >= CONFLICT_RETRIES) throw error;
        await sleep(Math.random() * CONFLICT_PAUSE_MS * 2 ** tries);
      }
  }

  /** Runs an operation in a transaction of its own. */
  async function write<T>(work: (transaction: OperationSession<Tables>) => Promise<T>): Promise<T> {
    try {
      return await transact((transaction) =>
        work({ ...transactionSession(transaction, database), exclusively: () => undefined }),
      );
    } catch (error) {
      if (error instanceof Rollback) return error.answer as T;
      throw error;
    }
  }

  /** @returns the answers of the calls that were not postponed. */
  function writeAll<Input, Answer>(
    operation: Operation<Tables, Input, Answer>,
    calls: readonly Call<Input>[],
  ): Promise<Map<Call<Input>, Answer>> {
    return transact(async (transaction) => {
      if (kind === 'postgres') {
        const limit = sql`set local lock_timeout = ${sql.lit(SHARED_LOCK_MS)}`.compile(transaction);
        await transaction.executeQuery(executedBy(limit, { isAwaited: false }));
      }
      const session = transactionSession(transaction, database);
      const owners = new Map<string, Call<Input>>();
      const answers = new Map<Call<Input>, Answer>();
      const running = calls.map(async (call) => {
        const exclusively = (key: string) => claim(owners, key, call);
        answers.set(call, await operation({ ...session, exclusively }, call.input));
      });
      for (const outcome of await Promise.allSettled(running))
        if (outcome.status === 'rejected' && !(outcome.reason instanceof Postponed)) throw outcome.reason;
      return answers;
    });
  }

  /** Makes of an operation one that shares its transaction with those that come while another such is under way. */
  function shared<Input, Answer>(
    operation: Operation<Tables, Input, Answer>,
  ): (input: Input) => Promise<Answer> {
    const alone = ({ input }: Call<Input>) => write((transaction) => operation(transaction, input));
    const run = coalesce<Call<Input>, Answer | typeof TRY_ALONE>(async (calls) => {
      const [first, ...others] = calls;
      if (first !== undefined && others.length === 0) return new Map([[first, await alone(first)]]);
      try {
        return await writeAll(operation, calls);
      } catch (error) {
        if (!isUndone(error)) throw error;
        return new Map(calls.map((call) => [call, TRY_ALONE]));
      }
    }, MAX_SHARING);
    return async (input) => {
      const call = { input };
      const answer = await run(call);
      return answer === TRY_ALONE ? alone(call) : answer;
    };
  }

  return { write, shared };
}

/** @throws Postponed where another call has the key. */
function claim<Input>(owners: Map<string, Call<Input>>, key: string, call: Call<Input>): void {
  const owner = owners.get(key);
  if (owner === undefined) owners.set(key, call);
  else if (owner !== call) throw new Postponed();
}

/** Nothing of it was written. Where the database stopped answering that is not known. */
function isUndone(error: unknown): boolean {
  return !(error instanceof DatabaseUnavailable) || error.fault === 'BUSY';
}
