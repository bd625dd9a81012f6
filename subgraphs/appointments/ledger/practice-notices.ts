import { sql, type Kysely } from 'kysely';
import { oneOf } from '../database/states-in-sql';
import { counter, rowStatement } from '../../../platform/database/row-statement';
import {
  insertInto,
  type ForLedgerRow,
  type LedgerTransaction,
  type LedgerTransactions,
} from '../database/ledger-database';
import type { LedgerTables, PracticeNoticeKind, PracticeNoticeTable, WhyElsewhere } from '../database/tables';
import { statusOf, type BookingState, type BookingStatus, type LifecycleEvent } from '../lifecycle/states';
import { deliveryQueue, revive, UNTRIED, type MessageKey } from './delivery-queue';
import { bookingOf, bookingRows, type Booking } from './records';
import { toldSlot, toldSlotJson, type ToldSlot } from './told-slot';

/** Something that a person's own practice is told: that they were booked elsewhere, and what became of that. */
export interface PracticeNotice {
  /** ODS code of the practice that receives it. */
  practice: string;
  /** The notice's number within this practice, from 1 without gaps. */
  sequence: number;
  kind: PracticeNoticeKind;
  at: Date;
  booking: Booking;
  slot: ToldSlot;
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

/** Notices for practices: one practice's in the order of its numbers. */
export const PRACTICE_NOTICES = {
  table: 'practice_notice',
  stream: 'practice',
  position: 'sequence',
} as const;

/** Locks the practice's row: of two notices at once one is first, and no number is left out. */
const nextSequence = counter<LedgerTables>('practice_notice_sequence', { name: 'practice', last: 'last' });

const insertNotice = insertInto('practice_notice')({
  computed: (now) => ({ at: now, next_try_at: now }),
});

const selectNotices = rowStatement(
  { table: 'practice_notice', by: ['booking_id'], kind: 'lookup' },
  ({ db, input }: ForLedgerRow<Pick<PracticeNoticeTable, 'booking_id'>>) =>
    db
      .selectFrom(input)
      .crossJoin('practice_notice as earlier')
      .whereRef('earlier.booking_id', '=', 'input.booking_id')
      .select(['earlier.booking_id', 'earlier.kind']),
);

/**
 * Continuity: who is booked elsewhere has an own practice that should know. Written with the change itself, each kind once
 * for a booking, but for moves; what was never told as booked is not told as cancelled either.
 * @param booking the booking as it was before the change, on the slot that it has after it.
 * @param change the event, and the booking's state after it.
 */
export async function noticeOwnPractice(
  transaction: LedgerTransaction,
  { id, state, offer }: Pick<Booking, 'id' | 'state' | 'offer'>,
  change: { event: LifecycleEvent; state: BookingState },
): Promise<void> {
  const { ownPractice, relation, slot } = offer;
  const isMove = change.event === 'MOVED_AT_PRACTICE';
  const wanted = NOTICES[statusOf(change.state)];
  if (relation === 'OWN' || ownPractice === null || ownPractice === slot.practice) return;
  if (wanted === undefined || (statusOf(state) === statusOf(change.state) && !isMove)) return;
  const earlier = (await selectNotices(transaction, { booking_id: id })).map((notice) => notice.kind);
  const isTold = earlier.includes('BOOKED_ELSEWHERE');
  const kind = wanted === 'MOVED_ELSEWHERE' && !isTold ? 'BOOKED_ELSEWHERE' : wanted;
  if (earlier.includes(kind) && kind !== 'MOVED_ELSEWHERE') return;
  if (kind === 'CANCELLED_ELSEWHERE' && !isTold) return;
  const sequence = await nextSequence(transaction, ownPractice);
  const notice = { practice: ownPractice, sequence, booking_id: id, kind, slot_json: toldSlotJson(slot) };
  await insertNotice(transaction, { ...UNTRIED, ...notice });
}

/** States of bookings that came to nothing, or of which nobody knows. */
const NEVER_STOOD: readonly BookingState[] = [
  'BOOKING',
  'UNKNOWN',
  'MANUAL',
  'FAILED',
  'ORPHAN_FOUND',
  'ORPHAN_MANUAL',
];

/** The notice, if any, that a booking's new status is to the own practice. */
const NOTICES: Partial<Record<BookingStatus, PracticeNoticeKind>> = {
  CONFIRMED: 'BOOKED_ELSEWHERE',
  MOVED_BY_PRACTICE: 'MOVED_ELSEWHERE',
  CANCELLED: 'CANCELLED_ELSEWHERE',
  CANCELLED_BY_PRACTICE: 'CANCELLED_ELSEWHERE',
};

/** Notices that own practices have not taken yet. */
export function ledgerNotices(transactions: LedgerTransactions, db: Kysely<LedgerTables>) {
  const queue = deliveryQueue(PRACTICE_NOTICES, transactions);

  return {
    /** Claims notices for the time of the lease: of one practice always the earliest that waits. */
    claimNotices(limit: number, leaseMs: number): Promise<PracticeNotice[]> {
      return transactions.write(async (transaction) => {
        const claimed = await queue.claim(transaction, limit, leaseMs);
        if (claimed.length === 0) return [];
        const ids = claimed.map(({ booking_id }) => booking_id);
        const rows = await bookingRows(transaction.db).where('booking.id', 'in', ids).execute();
        const bookings = new Map(rows.map((row) => [row.id, bookingOf(row)]));
        return claimed.flatMap(({ practice, sequence, kind, booking_id, slot_json, at, ...delivery }) => {
          const booking = bookings.get(booking_id);
          if (booking === undefined) return [];
          const slot = toldSlot(slot_json ?? toldSlotJson(booking.movedFrom ?? booking.offer.slot));
          const { attempts: attempt, tried_for: triedForMs } = delivery;
          return [{ practice, sequence, kind, booking, slot, at: new Date(at), attempt, triedForMs }];
        });
      });
    },

    markNoticeDelivered: (notice: PracticeNotice): Promise<void> => queue.markDelivered(attemptOf(notice)),

    scheduleNoticeRetry: (notice: PracticeNotice, againInMs: number): Promise<void> =>
      queue.scheduleRetry(attemptOf(notice), againInMs),

    /** Makes it a dead letter. */
    abandonNotice: (notice: PracticeNotice): Promise<boolean> => queue.abandon(attemptOf(notice)),

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

    /** Has notices that were given up delivered once more. @returns their number */
    redeliverNotices: (notices: readonly MessageKey[]): Promise<number> =>
      revive(PRACTICE_NOTICES, transactions, notices),

    /**
     * Appointments at other practices that were booked in a time, by why they were not at the own one: those that came to stand,
     * whatever has become of them since.
     */
    elsewhereReasons(from: Date, to: Date): Promise<{ reason: WhyElsewhere; bookings: number }[]> {
      return db
        .selectFrom('booking')
        .select(['elsewhere_because as reason', sql<number>`count(*)`.as('bookings')])
        .where('elsewhere_because', 'is not', null)
        .where('state', 'not in', oneOf(NEVER_STOOD))
        .$narrowType<{ reason: WhyElsewhere }>()
        .where('created_at', '>=', from.getTime())
        .where('created_at', '<', to.getTime())
        .groupBy('elsewhere_because')
        .orderBy('elsewhere_because')
        .execute();
    },
  };
}

function attemptOf({ practice, sequence, attempt }: PracticeNotice) {
  return { stream: practice, position: sequence, attempt };
}
