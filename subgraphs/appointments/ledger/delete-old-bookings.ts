import { sql, type ExpressionBuilder, type Kysely, type SqlBool } from 'kysely';
import { ENDED_STATES, COMPARED_STATES } from '../lifecycle/states';
import { oneOf } from '../database/states-in-sql';
import { ERASED, type HoldTable, type LedgerTables } from '../database/tables';
import type { LedgerSession, LedgerTransactions } from '../database/ledger-database';
import { deleteFinished } from './delivery-queue';
import { OUTBOX } from './outbox';

const DAY_MS = 24 * 60 * 60_000;
/** Clients repeat requests for hours at most. */
const KEYS_KEPT_MS = 7 * DAY_MS;
/** Without a booking nothing refers to it once its offer has expired. */
const HOLDS_KEPT_MS = 7 * DAY_MS;
/** Long enough for a complaint to be looked into. */
const EVIDENCE_KEPT_MS = 90 * DAY_MS;
const DELIVERED_KEPT_MS = 30 * DAY_MS;
/** After the appointment; as long as what may have to be looked into. */
const DETAILS_KEPT_MS = EVIDENCE_KEPT_MS;

type Forget = (writer: Kysely<LedgerTables>, now: LedgerSession['now'], limit: number) => Promise<unknown[]>;

const KINDS: readonly Forget[] = [keys, evidence, details, delivered, abandoned, needs];
/** Longer than any symptom check can be searched for. */
const NEEDS_KEPT_MS = DAY_MS;

/**
 * Deletes data that nobody needs any more. Bookings, their events and the holds that they came from are kept, without the patient's details
 * (UK GDPR Art. 5(1)(e), storage limitation).
 */
export function ledgerRetention({ write }: LedgerTransactions) {
  /** Holds with a booking never go, so each is looked at once in the life of a process. */
  let lastHold: LookedAt = { expires_at: Number.MIN_SAFE_INTEGER, id: '' };

  async function holdsNext(limit: number): Promise<boolean> {
    const looked = await write(({ db, now }) => holdsAfter(lastHold, db, now, limit));
    lastHold = looked.at(-1) ?? lastHold;
    return looked.length >= limit;
  }

  return {
    /**
     * Removes at most `limit` rows of each kind, each kind in a transaction of its own, so that writers wait briefly.
     * @returns whether there may be more.
     */
    async forget(limit: number): Promise<boolean> {
      let mayBeMore = await holdsNext(limit);
      for (const kind of KINDS) {
        const forgotten = await write(({ db, now }) => kind(db, now, limit));
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

function bookingsNotOver(old: ExpressionBuilder<LedgerTables, 'idempotency'>, now: LedgerSession['now']) {
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

function holdsRunning(old: ExpressionBuilder<LedgerTables, 'idempotency'>, now: LedgerSession['now']) {
  return old
    .selectFrom('hold')
    .select('hold.id')
    .whereRef('hold.id', '=', 'idempotency.result_id')
    .where('hold.expires_at', '>=', now)
    .where('hold.released_at', 'is', null);
}

type LookedAt = Pick<HoldTable, 'expires_at' | 'id'>;

/** Looks at the next holds that are old, and removes those that came to nothing. */
async function holdsAfter(last: LookedAt, ...[writer, now, limit]: Parameters<Forget>): Promise<LookedAt[]> {
  const looked = await writer
    .selectFrom('hold')
    .select(['expires_at', 'id'])
    .where('expires_at', '<', before(now, HOLDS_KEPT_MS))
    .where((where) => where(where.refTuple('expires_at', 'id'), '>', where.tuple(last.expires_at, last.id)))
    .orderBy('expires_at')
    .orderBy('id')
    .limit(limit)
    .execute();
  if (looked.length === 0) return [];
  await writer
    .deleteFrom('hold')
    .where(
      'id',
      'in',
      looked.map(({ id }) => id),
    )
    .where((where) =>
      where.not(
        where.exists(where.selectFrom('booking').select('booking.id').whereRef('hold_id', '=', 'hold.id')),
      ),
    )
    .execute();
  return looked;
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

/**
 * Names, date of birth and NHS number are for booking, reading back and cancelling alone, telephone number and words for moving
 * as well, and nothing of that can happen any more.
 */
async function details(...[writer, now, limit]: Parameters<Forget>) {
  const old = before(now, DETAILS_KEPT_MS);
  const erased = await writer
    .updateTable('hold')
    .set({ patient_sealed: ERASED })
    .where('id', 'in', (from) =>
      from
        .selectFrom('hold as old')
        .select('old.id')
        .where('old.patient_sealed', '<>', ERASED)
        .where('old.expires_at', '<', old)
        .where((hold) =>
          hold.not(
            hold.exists(
              hold
                .selectFrom('booking')
                .select('booking.id')
                .whereRef('booking.hold_id', '=', 'old.id')
                .where((booking) => booking.not(booking.and([isOver(now), booking('starts_at', '<', old)]))),
            ),
          ),
        )
        .limit(limit),
    )
    .returning('id')
    .execute();
  const ids = erased.map(({ id }) => id);
  if (ids.length > 0)
    await writer.updateTable('booking').set({ contact_sealed: null }).where('hold_id', 'in', ids).execute();
  return erased;
}

function delivered(...[writer, now, limit]: Parameters<Forget>) {
  return deleteFinished(writer, OUTBOX, {
    finished: 'delivered_at',
    before: before(now, DELIVERED_KEPT_MS),
    limit,
  });
}

function abandoned(...[writer, now, limit]: Parameters<Forget>) {
  return deleteFinished(writer, OUTBOX, {
    finished: 'given_up_at',
    before: before(now, DELIVERED_KEPT_MS),
    limit,
  });
}

/** From then on nothing leads to the facts of a search. */
function needs(...[writer, now, limit]: Parameters<Forget>) {
  return writer
    .deleteFrom('search_need')
    .where('assessment_digest', 'in', (from) =>
      from
        .selectFrom('search_need')
        .select('assessment_digest')
        .where('at', '<', before(now, NEEDS_KEPT_MS))
        .limit(limit),
    )
    .returning('at')
    .execute();
}

/** Nothing can happen to it any more: it has ended, or its day has passed, since when nobody can change it. */
function isOver(now: LedgerSession['now']) {
  return sql<SqlBool>`(booking.state in (${sql.join(oneOf(ENDED_STATES))})
    or (booking.state in (${sql.join(oneOf(COMPARED_STATES))}) and booking.starts_at < ${now}))`;
}

function before(now: LedgerSession['now'], ms: number) {
  return sql<number>`${now} - ${ms}`;
}
