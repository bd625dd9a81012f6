import { sql, type Kysely } from 'kysely';
import type { BookingStatus } from '../lifecycle/states';
import type { LedgerTables } from '../database/tables';
import type { LedgerTransactions } from '../database/transactions';

/** A change that the front end is to be told, given to one asker for one attempt. */
export interface PendingChange {
  bookingId: string;
  reference: string;
  /** The booking's version after the change: with its id it names the change in this ledger. */
  version: number;
  status: BookingStatus;
  at: Date;
  /** Counts this attempt; whoever was given an earlier one can no longer say that it failed. */
  attempt: number;
  /** Since its first attempt. */
  triedForMs: number;
}

type Named = Pick<PendingChange, 'bookingId' | 'version'>;

/** What the front end has yet to be told: the outbox. */
export function ledgerOutbox({ write, now, inMs }: LedgerTransactions) {
  return {
    /**
     * Changes whose time has come, each given to one asker alone for the time of the lease; of one booking always the
     * earliest that waits. A process that dies lets the lease run out, and another takes over.
     */
    claimPending(limit: number, leaseMs: number): Promise<PendingChange[]> {
      return write(async (transaction) => {
        const claimed = await transaction
          .updateTable('outbox')
          .set({
            attempts: sql<number>`attempts + 1`,
            first_tried_at: sql<number>`coalesce(first_tried_at, ${now})`,
            next_try_at: inMs(leaseMs),
          })
          .where((where) =>
            where(
              where.refTuple('booking_id', 'version'),
              'in',
              firstInTurn(transaction, now, limit).$asTuple('booking_id', 'version'),
            ),
          )
          // Judged again when the row is locked: of two processes that saw it due, one finds it leased.
          .where('next_try_at', '<=', now)
          .where('delivered_at', 'is', null)
          .where('given_up_at', 'is', null)
          .returning(['booking_id', 'version', 'status', 'at', 'attempts'])
          .returning(sql<number>`${now} - first_tried_at`.as('tried_for'))
          .execute();
        if (claimed.length === 0) return [];
        const ids = claimed.map(({ booking_id }) => booking_id);
        const bookings = await transaction
          .selectFrom('booking')
          .select(['id', 'reference'])
          .where('id', 'in', ids)
          .execute();
        const references = new Map(bookings.map(({ id, reference }) => [id, reference]));
        return claimed.map(({ booking_id, version, status, at, attempts, tried_for }) => ({
          bookingId: booking_id,
          reference: references.get(booking_id) ?? '',
          version,
          status,
          at: new Date(at),
          attempt: attempts,
          triedForMs: tried_for,
        }));
      });
    },

    /** It was taken, whoever else may be at it: the next change of its booking may go. */
    async told({ bookingId, version }: Named): Promise<void> {
      await write(async (transaction) => {
        await waiting(transaction, bookingId)
          .set({ delivered_at: now })
          .where('version', '=', version)
          .execute();
        await waiting(transaction, bookingId).set({ next_try_at: now }).execute();
      });
    },

    /**
     * This attempt failed: the changes of its booking wait together, so that those in its turn are not looked at in vain.
     */
    async scheduleRetry({ bookingId, version, attempt }: PendingChange, againInMs: number): Promise<void> {
      await write(async (transaction) => {
        const { numUpdatedRows } = await waiting(transaction, bookingId)
          .set({ next_try_at: inMs(againInMs) })
          .where('version', '=', version)
          .where('attempts', '=', attempt)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return;
        await waiting(transaction, bookingId)
          .set({ next_try_at: inMs(againInMs) })
          .execute();
      });
    },

    /** Nobody took it for too long: the next change of its booking may go. False when somebody has by now. */
    abandonDelivery({ bookingId, version, attempt }: PendingChange): Promise<boolean> {
      return write(async (transaction) => {
        const { numUpdatedRows } = await waiting(transaction, bookingId)
          .set({ given_up_at: now })
          .where('version', '=', version)
          .where('attempts', '=', attempt)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        await waiting(transaction, bookingId).set({ next_try_at: now }).execute();
        return true;
      });
    },
  };
}

function waiting(writer: Kysely<LedgerTables>, bookingId: string) {
  return writer
    .updateTable('outbox')
    .where('booking_id', '=', bookingId)
    .where('delivered_at', 'is', null)
    .where('given_up_at', 'is', null);
}

/** Due, and with nothing of the same booking waiting before it. */
function firstInTurn(reader: Kysely<LedgerTables>, now: LedgerTransactions['now'], limit: number) {
  return reader
    .selectFrom('outbox as due')
    .select(['due.booking_id', 'due.version'])
    .where('due.delivered_at', 'is', null)
    .where('due.given_up_at', 'is', null)
    .where('due.next_try_at', '<=', now)
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('outbox as before')
            .select('before.version')
            .whereRef('before.booking_id', '=', 'due.booking_id')
            .whereRef('before.version', '<', 'due.version')
            .where('before.delivered_at', 'is', null)
            .where('before.given_up_at', 'is', null),
        ),
      ),
    )
    .orderBy('due.next_try_at')
    .limit(limit);
}
