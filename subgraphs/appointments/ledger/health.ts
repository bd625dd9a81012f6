import { sql } from 'kysely';
import type { LedgerSession } from '../database/ledger-database';
import { oneOf } from '../database/states-in-sql';
import { MANUAL_STATES, UNSETTLED_STATES, type BookingState } from '../lifecycle/states';
import { queueHealth } from './delivery-queue';
import { OUTBOX } from './outbox';
import { PRACTICE_NOTICES } from './practice-notices';

export interface LedgerHealth {
  unsettled: number;
  awaitingOperator: number;
  oldestUnsettledSeconds: number | null;
  undelivered: number;
  outboxLagSeconds: number | null;
  abandonedDeliveries: number;
  /** The abandoned ones of the last 24 hours: unlike all of them their number does not fall when old ones are deleted. */
  givenUpLastDay: number;
  /** Notices for own practices of bookings elsewhere. */
  notices: { waiting: number; oldestSeconds: number | null; givenUpLastDay: number };
  holds: number;
}

/** Counts what is waiting, and for how long, by the database's clock. */
export async function ledgerHealth(reader: LedgerSession): Promise<LedgerHealth> {
  const [settling, manual, outbox, notices, holds, clock] = await Promise.all([
    bookingsIn(reader, UNSETTLED_STATES),
    bookingsIn(reader, MANUAL_STATES),
    queueHealth(reader, OUTBOX),
    queueHealth(reader, PRACTICE_NOTICES),
    runningHolds(reader),
    sql<{ now: number }>`select ${reader.now} as now`.execute(reader.db),
  ]);
  const at = clock.rows[0]?.now ?? 0;
  return {
    unsettled: settling.count,
    awaitingOperator: manual.count,
    oldestUnsettledSeconds: secondsSince(at, settling.oldest, manual.oldest),
    undelivered: outbox.waiting,
    outboxLagSeconds: secondsSince(at, outbox.oldest),
    abandonedDeliveries: outbox.abandoned,
    givenUpLastDay: outbox.abandonedLastDay,
    notices: {
      waiting: notices.waiting,
      oldestSeconds: secondsSince(at, notices.oldest),
      givenUpLastDay: notices.abandonedLastDay,
    },
    holds,
  };
}

function bookingsIn({ db }: LedgerSession, states: readonly BookingState[]) {
  return db
    .selectFrom('booking')
    .where('state', 'in', oneOf(states))
    .select([sql<number>`count(*)`.as('count'), sql<number | null>`min(changed_at)`.as('oldest')])
    .executeTakeFirstOrThrow();
}

/** Holds that have neither ended nor become a booking. */
async function runningHolds({ db, now }: LedgerSession): Promise<number> {
  const { count } = await db
    .selectFrom('hold')
    .where('expires_at', '>', now)
    .where('released_at', 'is', null)
    .where((where) =>
      where.not(where.exists(where.selectFrom('booking').select('id').whereRef('hold_id', '=', 'hold.id'))),
    )
    .select(sql<number>`count(*)`.as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

/** Null where there is no time. */
function secondsSince(at: number, ...times: (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.max(0, Math.round((at - Math.min(...known)) / 1000));
}
