import { sql, type Kysely, type RawBuilder } from 'kysely';
import { inMs, type LedgerSession, type LedgerTransactions } from '../database/ledger-database';
import type { LedgerTables } from '../database/tables';

/**
 * A table of messages to deliver: those of one stream in the order of their positions, one at a time. A transactional
 * outbox: a message is written in the transaction of the change that it reports.
 */
export interface DeliveryTable<Table extends keyof LedgerTables> {
  table: Table;
  /** The columns that make the key of the table. */
  stream: keyof LedgerTables[Table] & string;
  position: keyof LedgerTables[Table] & string;
}

/** One attempt to deliver a message; whoever made an earlier one can no longer say that it failed. */
export interface Attempt {
  stream: string;
  position: number;
  attempt: number;
}

/** A message, by the key of its table. */
export type MessageKey = Pick<Attempt, 'stream' | 'position'>;

/** A message's state before anybody has tried to deliver it. */
export const UNTRIED = { attempts: 0, first_tried_at: null, delivered_at: null, given_up_at: null };

export interface QueueHealth {
  waiting: number;
  /** Epoch milliseconds; null where none is waiting. */
  oldest: number | null;
  abandoned: number;
  abandonedLastDay: number;
}

const DAY_MS = 86_400_000;

/** Neither delivered nor abandoned. */
const isWaiting = sql`delivered_at is null and given_up_at is null`;

/** Claims, delivers, retries and abandons the messages of a table. */
export function deliveryQueue<Table extends 'outbox' | 'practice_notice'>(
  delivery: DeliveryTable<Table>,
  { write }: Pick<LedgerTransactions, 'write'>,
) {
  const table = sql.table(delivery.table);
  const [stream, position] = [sql.ref(delivery.stream), sql.ref(delivery.position)];
  /**
   * Messages whose time has come, each given to one process alone for the time of the lease; of one stream always the
   * earliest that waits. A process that dies lets the lease run out, and another takes over.
   */
  async function claim({ db, now }: Pick<LedgerSession, 'db' | 'now'>, limit: number, leaseMs: number) {
    type Claimed = LedgerTables[Table] & { tried_for: number };
    // What is due is judged again when the row is locked: of two processes that saw it due, one finds it leased.
    const { rows } = await sql<Claimed>`
      update ${table} set
        attempts = attempts + 1,
        first_tried_at = coalesce(first_tried_at, ${now}),
        next_try_at = ${inMs(now, leaseMs)}
      where (${stream}, ${position}) in (
          select due.${stream}, due.${position} from ${table} as due
          where due.delivered_at is null and due.given_up_at is null and due.next_try_at <= ${now}
            and not exists (
              select 1 from ${table} as earlier
              where earlier.${stream} = due.${stream} and earlier.${position} < due.${position}
                and earlier.delivered_at is null and earlier.given_up_at is null)
          order by due.next_try_at limit ${limit})
        and next_try_at <= ${now} and ${isWaiting}
      returning *, ${now} - first_tried_at as tried_for`.execute(db);
    return rows;
  }

  /** It was taken, whoever else may be at it: the next message of its stream may go. */
  function markDelivered(message: MessageKey): Promise<void> {
    return write(async ({ db, now }) => {
      await sql`update ${table} set delivered_at = ${now}
        where ${stream} = ${message.stream} and ${position} = ${message.position} and ${isWaiting}`.execute(
        db,
      );
      await postpone(db, message.stream, now);
    });
  }

  /** This attempt failed: all messages of its stream wait, so that those in its turn are not looked at in vain. */
  function scheduleRetry(attempt: Attempt, againInMs: number): Promise<void> {
    return write(async ({ db, now }) => {
      const again = inMs(now, againInMs);
      if (await update(db, attempt, sql`next_try_at = ${again}`)) await postpone(db, attempt.stream, again);
    });
  }

  /** Nobody took it for too long: the next message of its stream may go. False when somebody has taken it by now. */
  function abandon(attempt: Attempt): Promise<boolean> {
    return write(async ({ db, now }) => {
      const isAbandoned = await update(db, attempt, sql`given_up_at = ${now}`);
      if (isAbandoned) await postpone(db, attempt.stream, now);
      return isAbandoned;
    });
  }

  /** False where another attempt has been made since. */
  async function update(
    db: Kysely<LedgerTables>,
    message: Attempt,
    change: RawBuilder<unknown>,
  ): Promise<boolean> {
    const { numAffectedRows } = await sql`update ${table} set ${change}
      where ${stream} = ${message.stream} and ${position} = ${message.position}
        and attempts = ${message.attempt} and ${isWaiting}`.execute(db);
    return numAffectedRows === 1n;
  }

  async function postpone(db: Kysely<LedgerTables>, of: string, until: RawBuilder<number>): Promise<void> {
    await sql`update ${table} set next_try_at = ${until} where ${stream} = ${of} and ${isWaiting}`.execute(
      db,
    );
  }

  return { claim, markDelivered, scheduleRetry, abandon };
}

/**
 * Has messages that were abandoned wait again, for as long as new ones, each before what waits of its stream; attempts are counted on,
 * since one from before may still be under way.
 * @returns their number: those that are not abandoned (any more) stay as they are.
 */
export function revive<Table extends 'outbox' | 'practice_notice'>(
  delivery: DeliveryTable<Table>,
  { write }: Pick<LedgerTransactions, 'write'>,
  messages: readonly MessageKey[],
): Promise<number> {
  const [stream, position] = [sql.ref(delivery.stream), sql.ref(delivery.position)];
  return write(async ({ db, now }) => {
    let revived = 0;
    for (const message of messages) {
      const { numAffectedRows } = await sql`update ${sql.table(delivery.table)}
        set given_up_at = null, first_tried_at = null, next_try_at = ${now}
        where ${stream} = ${message.stream} and ${position} = ${message.position}
          and given_up_at is not null`.execute(db);
      revived += Number(numAffectedRows ?? 0n);
    }
    return revived;
  });
}

interface Finished {
  finished: 'delivered_at' | 'given_up_at';
  before: RawBuilder<number>;
  limit: number;
}

/**
 * Deletes messages that were delivered or abandoned before a time.
 * @returns the positions of those deleted, at most `limit`.
 */
export async function deleteFinished<Table extends keyof LedgerTables>(
  db: Kysely<LedgerTables>,
  delivery: DeliveryTable<Table>,
  { finished, before, limit }: Finished,
): Promise<unknown[]> {
  const table = sql.table(delivery.table);
  const key = sql`${sql.ref(delivery.stream)}, ${sql.ref(delivery.position)}`;
  const { rows } = await sql`delete from ${table} where (${key}) in
    (select ${key} from ${table} where ${sql.ref(finished)} < ${before} limit ${limit})
    returning ${sql.ref(delivery.position)}`.execute(db);
  return rows;
}

/** Counts messages that wait to be delivered, and those that were abandoned. */
export async function queueHealth(
  { db, now }: Pick<LedgerSession, 'db' | 'now'>,
  { table }: Pick<DeliveryTable<'outbox' | 'practice_notice'>, 'table'>,
): Promise<QueueHealth> {
  const from = sql.table(table);
  const { rows } = await sql<QueueHealth>`
    select w.waiting, w.oldest, a.abandoned, a."abandonedLastDay"
    from (select count(*) as waiting, min(at) as oldest from ${from}
        where delivered_at is null and given_up_at is null) as w,
      (select count(*) as abandoned,
          count(case when given_up_at > ${now} - ${DAY_MS} then 1 end) as "abandonedLastDay"
        from ${from} where given_up_at is not null) as a`.execute(db);
  return rows[0] ?? { waiting: 0, oldest: null, abandoned: 0, abandonedLastDay: 0 };
}
