import { sql, type ExpressionBuilder, type Kysely, type SqlBool } from 'kysely';
import { ENDED_STATES, SWEPT_STATES } from '../booking/states';
import type { LedgerTables } from './tables';
import type { LedgerWriting } from './writing';

const DAY_MS = 24 * 60 * 60_000;
/** Clients repeat requests for hours at most. */
const KEYS_KEPT_MS = 7 * DAY_MS;
/** Without a booking nothing refers to it once its offer has expired. */
const HOLDS_KEPT_MS = 7 * DAY_MS;
/** Long enough for a complaint to be looked into. */
const EVIDENCE_KEPT_MS = 90 * DAY_MS;
const TOLD_KEPT_MS = 30 * DAY_MS;

type Forget = (writer: Kysely<LedgerTables>, now: LedgerWriting['now'], limit: number) => Promise<unknown[]>;

const KINDS: readonly Forget[] = [keys, holds, evidence, told, givenUp];

/** What nobody needs any more. Bookings and their events are kept. */
export function ledgerForgetting({ write, now }: LedgerWriting) {
  return {
    /**
     * Removes at most `limit` rows of each kind, each in a transaction of its own, so that writers wait briefly.
     * @returns whether there may be more.
     */
    async forget(limit: number): Promise<boolean> {
      let mayBeMore = false;
      for (const kind of KINDS) {
        const forgotten = await write((transaction) => kind(transaction, now, limit));
        mayBeMore ||= forgotten.length >= limit;
      }
      return mayBeMore;
    },
  };
}

/**
 * A key that died while its booking may still come to stand would let a repetition book a second time. So it stays until
 * nothing can happen to the booking, or to the hold and the booking that it led to.
 */
function keys(...[writer, now, limit]: Parameters<Forget>) {
  return writer
    .deleteFrom('idempotency')
    .where((where) =>
      where(
        where.refTuple('caller_id', 'operation', 'key'),
        'in',
        where
          .selectFrom('idempotency')
          .select(['caller_id', 'operation', 'key'])
          .where('created_at', '<', before(now, KEYS_KEPT_MS))
          .where((old) => old.not(old.exists(bookingsNotOver(old, now))))
          .where((old) => old.not(old.exists(holdsRunning(old, now))))
          .limit(limit)
          .$asTuple('caller_id', 'operation', 'key'),
      ),
    )
    .returning('key')
    .execute();
}

function bookingsNotOver(old: ExpressionBuilder<LedgerTables, 'idempotency'>, now: LedgerWriting['now']) {
  return old
    .selectFrom('booking')
    .select('booking.id')
    .where((booking) =>
      booking.or([
        booking('booking.id', '=', booking.ref('idempotency.result_id')),
        booking('booking.hold_id', '=', booking.ref('idempotency.result_id')),
      ]),
    )
    .where((booking) => booking.not(isOver(now)));
}

function holdsRunning(old: ExpressionBuilder<LedgerTables, 'idempotency'>, now: LedgerWriting['now']) {
  return old
    .selectFrom('hold')
    .select('hold.id')
    .whereRef('hold.id', '=', 'idempotency.result_id')
    .where('hold.expires_at', '>=', now)
    .where('hold.released_at', 'is', null);
}

function holds(...[writer, now, limit]: Parameters<Forget>) {
  return writer
    .deleteFrom('hold')
    .where('id', 'in', (from) =>
      from
        .selectFrom('hold')
        .select('id')
        .where('expires_at', '<', before(now, HOLDS_KEPT_MS))
        .where((where) =>
          where.not(
            where.exists(
              where.selectFrom('booking').select('booking.id').whereRef('hold_id', '=', 'hold.id'),
            ),
          ),
        )
        .limit(limit),
    )
    .returning('id')
    .execute();
}

function evidence(...[writer, now, limit]: Parameters<Forget>) {
  const old = before(now, EVIDENCE_KEPT_MS);
  return writer
    .deleteFrom('booking_evidence')
    .where('at', '<', old)
    .where('booking_id', 'in', (from) =>
      from
        .selectFrom('booking_evidence')
        .select('booking_id')
        .where('at', '<', old)
        .where((where) =>
          where.exists(
            where
              .selectFrom('booking')
              .select('id')
              .whereRef('id', '=', 'booking_evidence.booking_id')
              .where(isOver(now)),
          ),
        )
        .limit(limit),
    )
    .returning('booking_id')
    .execute();
}

function told(...[writer, now, limit]: Parameters<Forget>) {
  return changes(writer, limit, 'delivered_at', before(now, TOLD_KEPT_MS));
}

function givenUp(...[writer, now, limit]: Parameters<Forget>) {
  return changes(writer, limit, 'given_up_at', before(now, TOLD_KEPT_MS));
}

function changes(
  writer: Kysely<LedgerTables>,
  limit: number,
  done: 'delivered_at' | 'given_up_at',
  old: LedgerWriting['now'],
) {
  return writer
    .deleteFrom('outbox')
    .where((where) =>
      where(
        where.refTuple('booking_id', 'version'),
        'in',
        where
          .selectFrom('outbox')
          .select(['booking_id', 'version'])
          .where(done, '<', old)
          .limit(limit)
          .$asTuple('booking_id', 'version'),
      ),
    )
    .returning('version')
    .execute();
}

/** Nothing can happen to it any more: it has ended, or its day has passed, since when nobody can change it. */
function isOver(now: LedgerWriting['now']) {
  return sql<SqlBool>`(booking.state in (${sql.join(ENDED_STATES)})
    or (booking.state in (${sql.join(SWEPT_STATES)}) and booking.starts_at < ${now}))`;
}

function before(now: LedgerWriting['now'], ms: number) {
  return sql<number>`${now} - ${ms}`;
}
