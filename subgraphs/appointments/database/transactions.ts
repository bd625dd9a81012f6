import { setTimeout as sleep } from 'node:timers/promises';
import { sql, type RawBuilder, type Transaction } from 'kysely';
import { isConflict, type Database } from '../../../platform/database/database';
import { DatabaseUnavailable } from '../../../platform/database/database-unavailable';
import { coalesce } from '../../../platform/database/coalesce';
import { pipelined } from '../../../platform/database/pipelined';
import { statusOf, type ActorKind, type BookingState } from '../lifecycle/states';
import { eventHash } from '../ledger/chain';
import type { Evidence } from '../lifecycle/evidence';
import type { LedgerEvent, LedgerTables } from './tables';

/** Leaves a transaction with an answer, and with nothing written. */
export class Rollback<T> extends Error {
  constructor(readonly answer: T) {
    super('undone');
  }
}

export type LedgerTransactions = ReturnType<typeof ledgerTransactions>;
export type LedgerDatabase = Pick<Database<LedgerTables>, 'db' | 'kind' | 'now' | 'given'>;

/** A change that a booking has gone through, as its row is after it. */
export interface Change {
  booking: { id: string; version: number; state: BookingState; changedAt: Date };
  /** The event before it and the state until then; null where the booking begins. */
  before: { hash: string | null; state: BookingState } | null;
  event: LedgerEvent;
  actor: ActorKind;
}

/** Of two transactions that wait for each other PostgreSQL undoes one, which is then tried again so many times. */
const CONFLICT_RETRIES = 4;
const CONFLICT_PAUSE_MS = 20;
/** So many share a transaction at most. */
const MOST_SHARE = 128;
/** How long those who share a transaction wait for what somebody else holds, before each is tried alone. */
const SHARED_LOCK_MS = 500;

/** One of those who were to share a transaction cannot be written, or waits for somebody: that is not to be the others' misfortune. */
const ALONE = Symbol('alone');

/** How the ledger writes: in transactions, by the database's clock, never a change without its event, many by one statement. */
export function ledgerTransactions({ db, kind, now, given }: LedgerDatabase) {
  /** Every write is a transaction, also a single statement: on the embedded database only those wait for each other. */
  async function write<T>(work: (transaction: Transaction<LedgerTables>) => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++)
      try {
        return await db.transaction().execute(work);
      } catch (error) {
        if (error instanceof Rollback) return error.answer as T;
        if (!isConflict(error) || tries >= CONFLICT_RETRIES) throw error;
        await sleep(Math.random() * CONFLICT_PAUSE_MS * 2 ** tries);
      }
  }

  /**
   * Writes in one transaction what many callers want written at the same time.
   * @param nameOf of those that are called the same only the first is written now.
   * @param writeAll may leave out, for later, those that have to see what the others have written.
   */
  function writeTogether<Asked, Answer>(
    nameOf: (asked: Asked) => string,
    writeAll: (
      transaction: Transaction<LedgerTables>,
      asked: readonly Asked[],
    ) => Promise<ReadonlyMap<Asked, Answer>>,
  ): (asked: Asked) => Promise<Answer> {
    const written = (asked: readonly Asked[]) =>
      write(async (transaction) => {
        if (kind === 'postgres' && asked.length > 1)
          await sql`set local lock_timeout = ${sql.lit(SHARED_LOCK_MS)} ${pipelined}`.execute(transaction);
        return writeAll(transaction, asked);
      });
    const shared = coalesce<Asked, Answer | typeof ALONE>(async (asked) => {
      const firsts = new Map<string, Asked>();
      for (const one of asked) if (!firsts.has(nameOf(one))) firsts.set(nameOf(one), one);
      const now = [...firsts.values()];
      try {
        return await written(now);
      } catch (error) {
        if (now.length === 1 || !isUndone(error)) throw error;
        return new Map(now.map((one) => [one, ALONE]));
      }
    }, MOST_SHARE);
    return async (asked) => {
      const answer = await shared(asked);
      return answer === ALONE ? single(written([asked])) : answer;
    };
  }

  /**
   * Inserts rows by one statement.
   * @param stated what the database is to make of a column; it may read the row's own value as `given.<column>`.
   * @param end what comes after the rows: ON CONFLICT, RETURNING.
   */
  async function insertAll<
    Table extends keyof LedgerTables,
    Row extends Partial<LedgerTables[Table]>,
    Returned,
  >(
    transaction: Transaction<LedgerTables>,
    table: Table,
    rows: readonly Row[],
    stated: Stated<LedgerTables[Table], Row>,
    end: RawBuilder<Returned>,
  ): Promise<Returned[]> {
    const [first] = rows;
    if (first === undefined) return [];
    const asGiven = Object.keys(first).filter((column) => !(column in stated));
    const columns = [...asGiven, ...Object.keys(stated)];
    const values = [names(asGiven, 'given.'), ...Object.values<RawBuilder<unknown>>(stated)];
    // SQLite reads ON CONFLICT after a SELECT only where that has a WHERE.
    const inserted = await sql<Returned>`insert into ${sql.table(table)} (${names(columns)})
      select ${sql.join(values)} from ${given(table, rows)} where true ${end}`.execute(transaction);
    return inserted.rows;
  }

  /** A time so many milliseconds from now. */
  const inMs = (ms: RawBuilder<number> | number): RawBuilder<number> =>
    sql<number>`${now} + ${typeof ms === 'number' ? Math.round(ms) : ms}`;

  /** Events, chained to those before; and, where the person can see the change, what the front end is told. */
  async function appendEvents(
    transaction: Transaction<LedgerTables>,
    changes: readonly Change[],
  ): Promise<void> {
    const events = changes.map(({ booking: { id, version, state, changedAt }, before, event, actor }) => {
      const at = changedAt.getTime();
      const hash = eventHash(before?.hash ?? null, { bookingId: id, version, at, event, state, actor });
      return { booking_id: id, version, at, event, state, actor, hash };
    });
    await insertAll(transaction, 'booking_event', events, {}, pipelined);
    const undelivered = changes.flatMap(({ booking: { id, version, state, changedAt }, before }) => {
      const status = statusOf(state);
      if (before === null || status === statusOf(before.state)) return [];
      const at = changedAt.getTime();
      return [{ ...UNTRIED, booking_id: id, version, status, at, next_try_at: at }];
    });
    await insertAll(transaction, 'outbox', undelivered, {}, pipelined);
  }

  async function noteEvidence(
    transaction: Transaction<LedgerTables>,
    found: readonly { bookingId: string; evidence: Evidence | undefined }[],
  ): Promise<void> {
    const rows = found.flatMap(({ bookingId, evidence }) =>
      evidence === undefined ? [] : [{ booking_id: bookingId, ...evidence }],
    );
    await insertAll(transaction, 'booking_evidence', rows, { at: now }, pipelined);
  }

  return { write, writeTogether, insertAll, given, now, inMs, appendEvents, noteEvidence };
}

/** Of what somebody is to be told and has not been tried yet. */
export const UNTRIED = { attempts: 0, first_tried_at: null, delivered_at: null, given_up_at: null };

/** What the rows do not give has to be stated; what they give may be. */
type Stated<Columns, Row> = Record<Exclude<keyof Columns, keyof Row>, RawBuilder<unknown>> &
  Partial<Record<keyof Columns, RawBuilder<unknown>>>;

/** Columns, of a table where it is said which. */
function names(columns: readonly string[], of = ''): RawBuilder<unknown> {
  return sql.raw(columns.map((column) => `${of}"${column}"`).join(', '));
}

/** The answer to the only one asked. */
export async function single<Answer>(answers: Promise<ReadonlyMap<unknown, Answer>>): Promise<Answer> {
  const [answer] = [...(await answers).values()];
  if (answer === undefined) throw new Error('One was asked for, and not answered.');
  return answer;
}

/** Nothing of it was written. Where the database stopped answering that is not known. */
function isUndone(error: unknown): boolean {
  return !(error instanceof DatabaseUnavailable) || error.fault === 'BUSY';
}
