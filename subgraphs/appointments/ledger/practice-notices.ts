import { sql, type Kysely, type Transaction } from 'kysely';
import { pipelined } from '../../../platform/database/pipelined';
import { statusOf, type BookingState, type BookingStatus } from '../lifecycle/states';
import { bookingRows } from './queries';
import { bookingOf, type Booking } from './records';
import type { LedgerTables, PracticeNoticeKind, WhyElsewhere } from '../database/tables';
import { UNTRIED, type LedgerTransactions } from '../database/transactions';

/** Something that a person's own practice is told: that they were booked elsewhere, or that it was cancelled. */
export interface PracticeNotice {
  /** Whose practice it is. */
  practice: string;
  /** Of this practice, from 1 without gaps. */
  sequence: number;
  kind: PracticeNoticeKind;
  at: Date;
  booking: Booking;
  attempt: number;
  triedForMs: number;
}

/** One that nobody took, as operators see it. */
export interface DeadLetter {
  practice: string;
  sequence: number;
  kind: PracticeNoticeKind;
  at: Date;
  bookingReference: string;
  attempts: number;
  givenUpAt: Date;
}

/**
 * Continuity: who is booked elsewhere has an own practice that should know. Written with the change itself, each kind once
 * for a booking; what was never told as booked is not told as cancelled either.
 * @param changes bookings as they were, and the state that they have now.
 */
export async function noticeOwnPractices(
  transaction: Transaction<LedgerTables>,
  changes: readonly { booking: Booking; after: BookingState }[],
  { insertAll, given, now }: LedgerTransactions,
): Promise<void> {
  const news = changes.flatMap(({ booking, after }) => {
    const { id, state, offer } = booking;
    const { ownPractice, relation, slot } = offer;
    const kind = NOTICES[statusOf(after)];
    if (relation === 'OWN' || ownPractice === null || ownPractice === slot.practice) return [];
    if (kind === undefined || statusOf(state) === statusOf(after)) return [];
    return [{ practice: ownPractice, booking_id: id, kind }];
  });
  if (news.length === 0) return;
  const before = await transaction
    .selectFrom(
      given(
        'practice_notice',
        news.map(({ booking_id }) => ({ booking_id })),
      ),
    )
    .crossJoin('practice_notice as told')
    .whereRef('told.booking_id', '=', 'given.booking_id')
    .select(['told.booking_id', 'told.kind'])
    .execute();
  const told = new Set(before.map(({ booking_id, kind }) => `${booking_id} ${kind}`));
  const isTold = (kind: PracticeNoticeKind, bookingId: string) => told.has(`${bookingId} ${kind}`);
  const notices = news.filter(
    ({ booking_id, kind }) =>
      !isTold(kind, booking_id) && (kind === 'BOOKED_ELSEWHERE' || isTold('BOOKED_ELSEWHERE', booking_id)),
  );
  // Locks the practices' rows, in one order everywhere: of two notices at once one is first, and no number is left out.
  const counts = new Map<string, number>();
  for (const { practice } of notices) counts.set(practice, (counts.get(practice) ?? 0) + 1);
  const lasts = await insertAll(
    transaction,
    'practice_notice_sequence',
    [...counts].sort().map(([practice, last]) => ({ practice, last })),
    {},
    sql<{ practice: string; last: number }>`
      on conflict (practice) do update set last = practice_notice_sequence.last + excluded.last
      returning practice, last`,
  );
  const next = new Map(lasts.map(({ practice, last }) => [practice, last - (counts.get(practice) ?? 0)]));
  const rows = notices.map((notice) => {
    const sequence = (next.get(notice.practice) ?? 0) + 1;
    next.set(notice.practice, sequence);
    return { ...UNTRIED, ...notice, sequence };
  });
  await insertAll(transaction, 'practice_notice', rows, { at: now, next_try_at: now }, pipelined);
}

/** What a booking's new status is to its person's own practice. */
const NOTICES: Partial<Record<BookingStatus, PracticeNoticeKind>> = {
  CONFIRMED: 'BOOKED_ELSEWHERE',
  CANCELLED: 'CANCELLED_ELSEWHERE',
  CANCELLED_BY_PRACTICE: 'CANCELLED_ELSEWHERE',
};

type Named = Pick<PracticeNotice, 'practice' | 'sequence'>;

/** What own practices have yet to be told. */
export function ledgerNotices({ write, now, inMs }: LedgerTransactions, db: Kysely<LedgerTables>) {
  return {
    /** Of one practice always the earliest that waits, given to one asker alone for the time of the lease. */
    claimNotices(limit: number, leaseMs: number): Promise<PracticeNotice[]> {
      return write(async (transaction) => {
        const claimed = await transaction
          .updateTable('practice_notice')
          .set({
            attempts: sql<number>`attempts + 1`,
            first_tried_at: sql<number>`coalesce(first_tried_at, ${now})`,
            next_try_at: inMs(leaseMs),
          })
          .where((where) =>
            where(
              where.refTuple('practice', 'sequence'),
              'in',
              firstInTurn(transaction, now, limit).$asTuple('practice', 'sequence'),
            ),
          )
          .where('next_try_at', '<=', now)
          .where('delivered_at', 'is', null)
          .where('given_up_at', 'is', null)
          .returning(['practice', 'sequence', 'booking_id', 'kind', 'at', 'attempts'])
          .returning(sql<number>`${now} - first_tried_at`.as('tried_for'))
          .execute();
        if (claimed.length === 0) return [];
        const ids = claimed.map(({ booking_id }) => booking_id);
        const rows = await bookingRows(transaction).where('booking.id', 'in', ids).execute();
        const bookings = new Map(rows.map((row) => [row.id, bookingOf(row)]));
        return claimed.flatMap(({ booking_id, at, attempts, tried_for, ...notice }) => {
          const booking = bookings.get(booking_id);
          if (booking === undefined) return [];
          return [{ ...notice, booking, at: new Date(at), attempt: attempts, triedForMs: tried_for }];
        });
      });
    },

    async noticeTold({ practice, sequence }: Named): Promise<void> {
      await write(async (transaction) => {
        await waiting(transaction, practice)
          .set({ delivered_at: now })
          .where('sequence', '=', sequence)
          .execute();
        await waiting(transaction, practice).set({ next_try_at: now }).execute();
      });
    },

    /** All of the practice wait together, so that those in its turn are not looked at in vain. */
    async noticeNotTold({ practice, sequence, attempt }: PracticeNotice, againInMs: number): Promise<void> {
      await write(async (transaction) => {
        const { numUpdatedRows } = await waiting(transaction, practice)
          .set({ next_try_at: inMs(againInMs) })
          .where('sequence', '=', sequence)
          .where('attempts', '=', attempt)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return;
        await waiting(transaction, practice)
          .set({ next_try_at: inMs(againInMs) })
          .execute();
      });
    },

    /** To the dead letters; the next one of the practice may go. False when somebody has taken it by now. */
    giveUpNotice({ practice, sequence, attempt }: PracticeNotice): Promise<boolean> {
      return write(async (transaction) => {
        const { numUpdatedRows } = await waiting(transaction, practice)
          .set({ given_up_at: now })
          .where('sequence', '=', sequence)
          .where('attempts', '=', attempt)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        await waiting(transaction, practice).set({ next_try_at: now }).execute();
        return true;
      });
    },

    /** Latest first. */
    async deadLetters(limit: number): Promise<DeadLetter[]> {
      const rows = await db
        .selectFrom('practice_notice')
        .innerJoin('booking', 'booking.id', 'practice_notice.booking_id')
        .select([
          'practice_notice.practice',
          'sequence',
          'kind',
          'at',
          'attempts',
          'given_up_at',
          'booking.reference',
        ])
        .where('given_up_at', 'is not', null)
        .orderBy('given_up_at', 'desc')
        .limit(limit)
        .execute();
      return rows.map(({ at, given_up_at, reference, ...letter }) => ({
        ...letter,
        at: new Date(at),
        bookingReference: reference,
        givenUpAt: new Date(given_up_at ?? at),
      }));
    },

    /** Bookings at other practices that were made in a time, by why they were not at the own one. */
    elsewhereReasons(from: Date, to: Date): Promise<{ reason: WhyElsewhere; bookings: number }[]> {
      return db
        .selectFrom('booking')
        .select(['elsewhere_because as reason', sql<number>`count(*)`.as('bookings')])
        .where('elsewhere_because', 'is not', null)
        .$narrowType<{ reason: WhyElsewhere }>()
        .where('created_at', '>=', from.getTime())
        .where('created_at', '<', to.getTime())
        .groupBy('elsewhere_because')
        .orderBy('elsewhere_because')
        .execute();
    },
  };
}

function waiting(writer: Kysely<LedgerTables>, practice: string) {
  return writer
    .updateTable('practice_notice')
    .where('practice', '=', practice)
    .where('delivered_at', 'is', null)
    .where('given_up_at', 'is', null);
}

/** Due, and with nothing of the same practice waiting before it. */
function firstInTurn(reader: Kysely<LedgerTables>, now: LedgerTransactions['now'], limit: number) {
  return reader
    .selectFrom('practice_notice as due')
    .select(['due.practice', 'due.sequence'])
    .where('due.delivered_at', 'is', null)
    .where('due.given_up_at', 'is', null)
    .where('due.next_try_at', '<=', now)
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('practice_notice as before')
            .select('before.sequence')
            .whereRef('before.practice', '=', 'due.practice')
            .whereRef('before.sequence', '<', 'due.sequence')
            .where('before.delivered_at', 'is', null)
            .where('before.given_up_at', 'is', null),
        ),
      ),
    )
    .orderBy('due.next_try_at')
    .limit(limit);
}
