import type { Kysely } from 'kysely';
import { insertInto, type LedgerTransactions } from '../database/ledger-database';
import type { LedgerTables } from '../database/tables';
import type { BookingStatus } from '../lifecycle/states';
import { deliveryQueue, revive, type MessageKey } from './delivery-queue';
import { toldSlot, type ToldSlot } from './told-slot';

/** A change that the front end is to be told of, given to one process for one attempt. */
export interface PendingChange {
  bookingId: string;
  reference: string;
  /** The booking's version after the change: with its id it names the change in this ledger. */
  version: number;
  status: BookingStatus;
  /** Null of a change from before it was told. */
  slot: ToldSlot | null;
  at: Date;
  /** Counts this attempt. */
  attempt: number;
  /** Since its first attempt. */
  triedForMs: number;
}

/** A change that the front end has not taken for a day, as operators see it. */
export interface AbandonedChange {
  bookingId: string;
  version: number;
  status: BookingStatus;
  at: Date;
  attempts: number;
  givenUpAt: Date;
  reference: string;
  practice: string;
  /** The appointment's start as it is now. */
  startsAt: Date;
}

/** Changes for the front end: one booking's in the order of its versions. */
export const OUTBOX = { table: 'outbox', stream: 'booking_id', position: 'version' } as const;

export const insertOutboxEntry = insertInto('outbox')();

/** Messages that the front end has not taken yet. */
export function ledgerOutbox(transactions: LedgerTransactions, db: Kysely<LedgerTables>) {
  const queue = deliveryQueue(OUTBOX, transactions);

  return {
    /** Changes whose time has come, each given to one process alone for the time of the lease. */
    claimPending(limit: number, leaseMs: number): Promise<PendingChange[]> {
      return transactions.write(async (transaction) => {
        const claimed = await queue.claim(transaction, limit, leaseMs);
        if (claimed.length === 0) return [];
        const ids = claimed.map(({ booking_id }) => booking_id);
        const bookings = await transaction.db
          .selectFrom('booking')
          .select(['id', 'reference'])
          .where('id', 'in', ids)
          .execute();
        const references = new Map(bookings.map(({ id, reference }) => [id, reference]));
        return claimed.map(({ booking_id, version, status, slot_json, at, attempts, tried_for }) => ({
          bookingId: booking_id,
          reference: references.get(booking_id) ?? '',
          version,
          status,
          slot: slot_json === null ? null : toldSlot(slot_json),
          at: new Date(at),
          attempt: attempts,
          triedForMs: tried_for,
        }));
      });
    },

    markDelivered: (change: PendingChange): Promise<void> => queue.markDelivered(attemptOf(change)),

    scheduleRetry: (change: PendingChange, againInMs: number): Promise<void> =>
      queue.scheduleRetry(attemptOf(change), againInMs),

    abandonDelivery: (change: PendingChange): Promise<boolean> => queue.abandon(attemptOf(change)),

    /** Latest first. */
    async abandonedChanges(limit: number): Promise<AbandonedChange[]> {
      const rows = await db
        .selectFrom('outbox')
        .innerJoin('booking', 'booking.id', 'outbox.booking_id')
        .select([
          'outbox.booking_id',
          'outbox.version',
          'outbox.status',
          'outbox.at',
          'outbox.attempts',
          'outbox.given_up_at',
          'booking.reference',
          'booking.practice',
          'booking.starts_at',
        ])
        .where('outbox.given_up_at', 'is not', null)
        .orderBy('outbox.given_up_at', 'desc')
        .limit(limit)
        .execute();
      return rows.map(({ booking_id, at, given_up_at, starts_at, ...change }) => ({
        ...change,
        bookingId: booking_id,
        at: new Date(at),
        givenUpAt: new Date(given_up_at ?? at),
        startsAt: new Date(starts_at),
      }));
    },

    /** Has changes that were given up delivered once more. @returns their number */
    redeliverChanges: (changes: readonly MessageKey[]): Promise<number> =>
      revive(OUTBOX, transactions, changes),
  };
}

function attemptOf({ bookingId, version, attempt }: PendingChange) {
  return { stream: bookingId, position: version, attempt };
}
