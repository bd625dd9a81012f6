import { randomUUID } from 'node:crypto';
import { sql, type Kysely, type Transaction } from 'kysely';
import { londonDate } from '../../../domain/london-time';
import type { Database } from '../../database';
import type { Failure } from '../booking/failures';
import { after, UNSETTLED_STATES, type BookingEvent, type BookingState } from '../booking/states';
import type { Offer } from '../offers';
import { bookingRows, countOthers, ledgerReading, standing } from './reading';
import { bookingOf, holdOf, newMarker, newReference, type Booking, type Hold } from './records';
import { earlier, remember, type Earlier, type Request } from './requests';
import type { ActorKind, LedgerTables } from './tables';

export type Opened =
  | { kind: 'opened'; booking: Booking }
  | { kind: 'slot-taken' }
  | { kind: 'quota-used-up' }
  | { kind: 'already-booked'; booking: Booking }
  | Earlier;

export type Recorded = { kind: 'recorded'; hold: Hold } | Earlier;

/** What an event may change beside the state. */
export interface Changes {
  failure?: Failure;
  appointment?: { id: string; version?: string | undefined };
  /** Milliseconds from now until the reconciler looks; null when it need not. */
  checkInMs: number | null;
}

export type Ledger = ReturnType<typeof ledger>;

/** Leaves a transaction with an answer, and with nothing written. */
class Undone<T> extends Error {
  constructor(readonly answer: T) {
    super('undone');
  }
}

/**
 * The promise: what this service has taken on, on disk before anybody is told and before any supplier is called.
 * Every change is one guarded statement and one event in the same transaction; times are the database's.
 */
export function ledger({ db, now, close }: Database<LedgerTables>) {
  /** Every write is a transaction, also a single statement: on the embedded database only those wait for each other. */
  async function write<T>(work: (transaction: Transaction<LedgerTables>) => Promise<T>): Promise<T> {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (error instanceof Undone) return error.answer as T;
      throw error;
    }
  }

  const inMs = (ms: number) => sql<number>`${now} + ${Math.round(ms)}`;

  async function appendEvent(
    transaction: Transaction<LedgerTables>,
    booking: { id: string; version: number; state: BookingState },
    event: BookingEvent | 'OPENED',
    actor: ActorKind,
  ): Promise<void> {
    const { id, version, state } = booking;
    await transaction
      .insertInto('booking_event')
      .values({ booking_id: id, version, at: now, event, state, actor })
      .execute();
  }

  return {
    ...ledgerReading(db),
    close,

    earlier: (request: Request) => earlier(db, request),

    /** Writes the request down unless its key is known; what the key led to where it is. */
    remember: (request: Request, resultId: string) =>
      write((transaction) => remember(transaction, now, request, resultId)),

    recordHold(
      hold: { id: string; callerId: string; patientDigest: string; patientSealed: string; offer: Offer },
      ttlMs: number,
      request: Request,
    ): Promise<Recorded> {
      return write(async (transaction) => {
        const known = await remember(transaction, now, request, hold.id);
        if (known !== null) return known;
        const row = await transaction
          .insertInto('hold')
          .values({
            id: hold.id,
            caller_id: hold.callerId,
            patient_digest: hold.patientDigest,
            patient_sealed: hold.patientSealed,
            offer_json: JSON.stringify(hold.offer),
            created_at: now,
            expires_at: inMs(ttlMs),
            released_at: null,
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        return { kind: 'recorded', hold: holdOf(row) };
      });
    },

    async endHold(id: string): Promise<void> {
      await write((transaction) =>
        transaction
          .updateTable('hold')
          .set({ released_at: now })
          .where('id', '=', id)
          .where('released_at', 'is', null)
          .execute(),
      );
    },

    /** Puts a booking down before the supplier is called; the unique indexes refuse a second one. */
    openBooking(hold: Hold, checkInMs: number, request: Request): Promise<Opened> {
      const id = randomUUID();
      const { offer } = hold;
      const startsOn = londonDate(offer.slot.startsAt);
      return write<Opened>(async (transaction) => {
        const known = await remember(transaction, now, request, id);
        if (known !== null) return known;
        if (await quotaUsedUp(transaction, offer, startsOn))
          throw new Undone<Opened>({ kind: 'quota-used-up' });
        const row = await transaction
          .insertInto('booking')
          .values({
            id,
            reference: newReference(),
            hold_id: hold.id,
            caller_id: hold.callerId,
            state: 'BOOKING',
            version: 1,
            failure: null,
            supplier: offer.supplier,
            practice: offer.slot.practice,
            slot_id: offer.slot.id,
            patient_digest: hold.patientDigest,
            assessment_digest: offer.assessmentDigest,
            relation: offer.relation,
            starts_at: offer.slot.startsAt.getTime(),
            starts_on: startsOn,
            marker: newMarker(),
            appointment_id: null,
            appointment_version: null,
            next_check_at: inMs(checkInMs),
            unknown_since: null,
            absent_reads: 0,
            failed_reads: 0,
            created_at: now,
          })
          .onConflict((conflict) => conflict.doNothing())
          .returningAll()
          .executeTakeFirst();
        if (row === undefined) throw new Undone(await whyNot(transaction, hold));
        await appendEvent(transaction, row, 'OPENED', 'PATIENT');
        const { patientSealed: patient_sealed } = hold;
        return {
          kind: 'opened',
          booking: bookingOf({ ...row, patient_sealed, offer_json: JSON.stringify(offer) }),
        };
      });
    },

    /**
     * Applies an event to the booking as it was read. Null when it does not apply, or the booking has moved meanwhile:
     * the caller reads it again.
     */
    move(booking: Booking, event: BookingEvent, actor: ActorKind, changes: Changes): Promise<Booking | null> {
      const state = after(booking.state, event);
      if (state === null) return Promise.resolve(null);
      const unsettled = UNSETTLED_STATES.some((unsettledState) => unsettledState === state);
      const version = booking.version + 1;
      return write(async (transaction) => {
        const moved = await transaction
          .updateTable('booking')
          .set({
            state,
            version,
            failure: changes.failure ?? booking.failure,
            appointment_id: changes.appointment?.id ?? booking.appointment?.id ?? null,
            appointment_version: changes.appointment?.version ?? booking.appointment?.version ?? null,
            next_check_at: changes.checkInMs === null ? null : inMs(changes.checkInMs),
            unknown_since: unsettled ? sql<number>`coalesce(unknown_since, ${now})` : null,
            absent_reads: 0,
            failed_reads: 0,
          })
          .where('id', '=', booking.id)
          .where('version', '=', booking.version)
          .returning('id')
          .executeTakeFirst();
        if (moved === undefined) return null;
        await appendEvent(transaction, { id: booking.id, version, state }, event, actor);
        const row = await bookingRows(transaction)
          .where('booking.id', '=', booking.id)
          .executeTakeFirstOrThrow();
        return bookingOf(row);
      });
    },

    /** Notes a look that did not settle anything, and when to look again. */
    async looked(
      booking: Booking,
      reads: { absent: number; failed: number },
      checkInMs: number,
    ): Promise<void> {
      await write((transaction) =>
        transaction
          .updateTable('booking')
          .set({ absent_reads: reads.absent, failed_reads: reads.failed, next_check_at: inMs(checkInMs) })
          .where('id', '=', booking.id)
          .where('version', '=', booking.version)
          .execute(),
      );
    },

    /**
     * Bookings whose time to look has come, each given to one asker alone for the time of the lease: if that process
     * dies, the lease runs out and another takes over.
     */
    async claimDue(limit: number, leaseMs: number): Promise<Booking[]> {
      const claimed = await write((transaction) =>
        transaction
          .updateTable('booking')
          .set({ next_check_at: inMs(leaseMs) })
          .where('id', 'in', (due) =>
            due
              .selectFrom('booking')
              .select('id')
              .where('next_check_at', 'is not', null)
              .where('next_check_at', '<=', now)
              .orderBy('next_check_at')
              .limit(limit),
          )
          // Judged again when the row is locked: of two processes that saw it due, one finds it leased.
          .where('next_check_at', '<=', now)
          .returning('id')
          .execute(),
      );
      if (claimed.length === 0) return [];
      const ids = claimed.map(({ id }) => id);
      return (await bookingRows(db).where('booking.id', 'in', ids).execute()).map(bookingOf);
    },
  };

  /** Bookings of one practice and day wait for each other here, so that none is counted too late. */
  async function quotaUsedUp(
    transaction: Transaction<LedgerTables>,
    { relation, policy: { dailyQuota }, slot: { practice } }: Offer,
    day: string,
  ): Promise<boolean> {
    if (relation === 'OWN' || dailyQuota === null) return false;
    await transaction
      .insertInto('practice_day')
      .values({ practice, day })
      .onConflict((conflict) => conflict.columns(['practice', 'day']).doUpdateSet({ day }))
      .execute();
    const [counted] = await countOthers(transaction, [practice], day, day);
    return counted !== undefined && counted.booked >= dailyQuota;
  }

  async function whyNot(reader: Kysely<LedgerTables>, { patientDigest, offer }: Hold): Promise<Opened> {
    const row = await standing(reader, patientDigest, offer.assessmentDigest);
    return row === undefined ? { kind: 'slot-taken' } : { kind: 'already-booked', booking: bookingOf(row) };
  }
}
