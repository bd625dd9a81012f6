import { sql, type Transaction } from 'kysely';
import type { Logger } from 'pino';
import { isUniqueViolation } from '../../database';
import type { Failure } from '../booking/failures';
import {
  after,
  isOneOf,
  LIVE_STATES,
  SWEPT_STATES,
  UNSETTLED_STATES,
  type BookingEvent,
  type BookingState,
} from '../booking/states';
import { noticeOwnPractice } from './practice-notices';
import { bookingRows } from './reading';
import { bookingOf, bookingOn, readable, type Booking, type Evidence } from './records';
import { oneOf } from './states-in-sql';
import type { ActorKind, LedgerTables } from './tables';
import { Undone, type Writing } from './writing';

/** What became of an event. */
export type Moved =
  | { kind: 'moved'; booking: Booking }
  /** It does not apply to that state. */
  | { kind: 'refused' }
  /** The booking is not as it was read any more. */
  | { kind: 'stale' }
  /** Another booking stands where it would: on the slot, or for the person and the same need. */
  | { kind: 'guarded' };

/** What an event may change beside the state. */
export interface Changes {
  failure?: Failure;
  appointment?: { id: string; version?: string | undefined };
  /** What was asked of the supplier and came back, when that is why. */
  evidence?: Omit<Evidence, 'at'> | undefined;
  /** Milliseconds from now until this service looks at the practice's book; null when it need not. */
  checkInMs: number | null;
}

/** A look that settled nothing, and when to look again; null when there is no need to. */
export interface Look {
  absentReads: number;
  failedReads: number;
  /** Left out where everything is as it was. */
  evidence?: Omit<Evidence, 'at'>;
  checkInMs: number | null;
}

/** How long a booking that was replaced may be given back by the process that replaced it, before another does. */
const GIVE_BACK_WITHIN_MS = 15_000;

/** How bookings change: one guarded statement and one event, in one transaction. */
export function ledgerMoving({ write, now, inMs, appendEvent, noteEvidence }: Writing, logger: Logger) {
  return {
    /** Applies an event to the booking as it was read. */
    async move(booking: Booking, event: BookingEvent, actor: ActorKind, changes: Changes): Promise<Moved> {
      const state = after(booking.state, event);
      if (state === null) return { kind: 'refused' };
      try {
        return await write<Moved>(async (transaction) => {
          // In this order everywhere: what is replaced, then what replaces it, so that no two wait for each other.
          if (state === 'CONFIRMED' && booking.replacesId !== null)
            await lock(transaction, booking.replacesId);
          const moved = await moveWithin(transaction, booking, event, actor, changes);
          if (moved === null) throw new Undone<Moved>({ kind: 'stale' });
          if (state === 'CONFIRMED' && booking.replacesId !== null)
            await giveBack(transaction, booking.replacesId, booking.id);
          return { kind: 'moved', booking: moved };
        });
      } catch (error) {
        if (isUniqueViolation(error)) return { kind: 'guarded' };
        throw error;
      }
    },

    /**
     * Notes a look that did not settle anything, and when to look again.
     * @returns false when the booking is not as it was read any more.
     */
    looked(booking: Booking, { absentReads, failedReads, evidence, checkInMs }: Look): Promise<boolean> {
      return write(async (transaction) => {
        const noted = await transaction
          .updateTable('booking')
          .set({
            absent_reads: absentReads,
            failed_reads: failedReads,
            next_check_at: checkInMs === null ? null : inMs(checkInMs),
          })
          .where('id', '=', booking.id)
          .where('version', '=', booking.version)
          .returning('id')
          .executeTakeFirst();
        await noteEvidence(transaction, booking.id, evidence);
        return noted !== undefined;
      });
    },

    /**
     * Bookings that cannot stay as they are and whose time to look has come, each given to one asker alone for the time
     * of the lease: if that process dies, the lease runs out and another takes over.
     */
    claimUnsettled: (limit: number, leaseMs: number) => claim(UNSETTLED_STATES, null, limit, leaseMs),

    /** The same of bookings that the practice may have changed, of one supplier. */
    claimSwept: (supplier: string, limit: number, leaseMs: number) =>
      claim(SWEPT_STATES, supplier, limit, leaseMs),
  };

  async function moveWithin(
    transaction: Transaction<LedgerTables>,
    booking: Booking,
    event: BookingEvent,
    actor: ActorKind,
    changes: Changes & { replacedBy?: string },
  ): Promise<Booking | null> {
    const state = after(booking.state, event);
    if (state === null) return null;
    const version = booking.version + 1;
    let update = transaction
      .updateTable('booking')
      .set({
        state,
        version,
        failure: changes.failure ?? booking.failure,
        appointment_id: changes.appointment?.id ?? booking.appointment?.id ?? null,
        appointment_version: changes.appointment?.version ?? booking.appointment?.version ?? null,
        next_check_at: changes.checkInMs === null ? null : inMs(changes.checkInMs),
        unknown_since: isOneOf(UNSETTLED_STATES, state) ? sql<number>`coalesce(unknown_since, ${now})` : null,
        absent_reads: 0,
        failed_reads: 0,
        ...(changes.replacedBy === undefined ? {} : { replaced_by: changes.replacedBy }),
        changed_at: now,
      })
      .where('id', '=', booking.id)
      .where('version', '=', booking.version);
    // By the time that its cancellation is refused, another booking may have taken its place: then it must not stand.
    if (event === 'CANCEL_REFUSED') update = update.where('replaced_by', 'is', null);
    const moved = await update
      .returningAll()
      .returning(hashOf(transaction, booking).as('hash_before'))
      .executeTakeFirst();
    if (moved === undefined) return null;
    await appendEvent(transaction, moved, { hash: moved.hash_before, state: booking.state }, event, actor);
    await noteEvidence(transaction, booking.id, changes.evidence);
    await noticeOwnPractice(transaction, now, booking, booking.state, state);
    if (isOneOf(LIVE_STATES, booking.state) && !isOneOf(LIVE_STATES, state))
      await transaction
        .updateTable('booking')
        .set({ stand_in: 0 })
        .where('replaces_id', '=', booking.id)
        .where('stand_in', '=', 1)
        .execute();
    return bookingOn(booking, moved);
  }

  async function lock(transaction: Transaction<LedgerTables>, id: string): Promise<void> {
    await transaction.updateTable('booking').set({ id }).where('id', '=', id).execute();
  }

  /** What a booking that is CONFIRMED now was to take the place of is given back from the same moment. */
  async function giveBack(
    transaction: Transaction<LedgerTables>,
    replacedId: string,
    replacedBy: string,
  ): Promise<void> {
    const row = await bookingRows(transaction).where('booking.id', '=', replacedId).executeTakeFirstOrThrow();
    const replaced = bookingOf(row);
    if (replaced.state === 'CONFIRMED') {
      const changes = { checkInMs: GIVE_BACK_WITHIN_MS, replacedBy };
      await moveWithin(transaction, replaced, 'REPLACED', 'PATIENT', changes);
    } else if (isOneOf(LIVE_STATES, replaced.state)) {
      // Its person is cancelling it already; now that must not be given up any more.
      await transaction
        .updateTable('booking')
        .set({ replaced_by: replacedBy })
        .where('id', '=', replacedId)
        .execute();
    }
  }

  async function claim(
    states: readonly BookingState[],
    supplier: string | null,
    limit: number,
    leaseMs: number,
  ): Promise<Booking[]> {
    const claimed = await write(async (transaction) => {
      const ids = await transaction
        .updateTable('booking')
        .set({ next_check_at: inMs(leaseMs) })
        .where('id', 'in', (from) => {
          const due = from
            .selectFrom('booking')
            .select('id')
            .where('state', 'in', oneOf(states))
            .where('next_check_at', '<=', now)
            .orderBy('next_check_at')
            .limit(limit);
          return supplier === null ? due : due.where('supplier', '=', supplier);
        })
        // Judged again when the row is locked: of two processes that saw it due, one finds it leased.
        .where('next_check_at', '<=', now)
        .returning('id')
        .execute();
      if (ids.length === 0) return [];
      return bookingRows(transaction)
        .where(
          'booking.id',
          'in',
          ids.map(({ id }) => id),
        )
        .execute();
    });
    return readable(claimed, logger);
  }
}

/** Of the event that made the booking what it was read as. */
function hashOf(transaction: Transaction<LedgerTables>, { id, version }: Booking) {
  return transaction
    .selectFrom('booking_event')
    .select('hash')
    .where('booking_id', '=', id)
    .where('version', '=', version);
}
