import { randomBytes, randomUUID } from 'node:crypto';
import { sql, type Kysely, type Selectable, type Transaction } from 'kysely';
import { londonDate } from '../../../domain/london-time';
import type { OdsCode } from '../../../domain/ods-code';
import type { Database } from '../../database';
import type { Failure } from '../booking/failures';
import {
  after,
  LIVE_STATES,
  UNSETTLED_STATES,
  type BookingEvent,
  type BookingState,
} from '../booking/states';
import { slotKey } from '../holds/hold-store';
import { Offer } from '../offers';
import type { ActorKind, BookingTable, HoldTable, LedgerTables, Operation } from './tables';

export interface Hold {
  id: string;
  callerId: string;
  patientDigest: string;
  patientSealed: string;
  offer: Offer;
  expiresAt: Date;
  /** The person went back, so it cannot be confirmed any more. */
  released: boolean;
}

export interface Booking {
  id: string;
  reference: string;
  callerId: string;
  state: BookingState;
  version: number;
  failure: Failure | null;
  offer: Offer;
  patientSealed: string;
  marker: string;
  appointment: { id: string; version: string | undefined } | null;
  unknownSince: Date | null;
  absentReads: number;
  failedReads: number;
  createdAt: Date;
  holdId: string;
}

export interface HistoryEntry {
  at: Date;
  state: BookingState;
  actor: ActorKind;
}

/** A request that may be sent again: the same key and content bring about one result, other content is refused. */
export interface Request {
  callerId: string;
  operation: Operation;
  key: string;
  fingerprint: string;
}

/** What an earlier request with the same key led to. */
export type Earlier = { kind: 'repeated'; resultId: string } | { kind: 'key-reused' };

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
  absentReads?: number;
  failedReads?: number;
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

  async function remember(
    writer: Kysely<LedgerTables>,
    { callerId, operation, key, fingerprint }: Request,
    resultId: string,
  ): Promise<Earlier | null> {
    const written = await writer
      .insertInto('idempotency')
      .values({ caller_id: callerId, operation, key, fingerprint, result_id: resultId, created_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .returning('key')
      .executeTakeFirst();
    return written === undefined ? earlier(writer, { callerId, operation, key, fingerprint }) : null;
  }

  async function earlier(reader: Kysely<LedgerTables>, request: Request): Promise<Earlier | null> {
    const row = await reader
      .selectFrom('idempotency')
      .select(['fingerprint', 'result_id'])
      .where('caller_id', '=', request.callerId)
      .where('operation', '=', request.operation)
      .where('key', '=', request.key)
      .executeTakeFirst();
    if (row === undefined) return null;
    return row.fingerprint === request.fingerprint
      ? { kind: 'repeated', resultId: row.result_id }
      : { kind: 'key-reused' };
  }

  const bookings = (reader: Kysely<LedgerTables>) =>
    reader
      .selectFrom('booking')
      .innerJoin('hold', 'hold.id', 'booking.hold_id')
      .selectAll('booking')
      .select(['hold.offer_json', 'hold.patient_sealed']);

  async function othersBooked(
    reader: Kysely<LedgerTables>,
    practices: readonly OdsCode[],
    from: string,
    to: string,
  ) {
    if (practices.length === 0) return [];
    return reader
      .selectFrom('booking')
      .select(['practice', 'starts_on', sql<number>`count(*)`.as('booked')])
      .where('practice', 'in', practices)
      .where('starts_on', '>=', from)
      .where('starts_on', '<=', to)
      .where('relation', '=', 'OTHER')
      .where('state', 'in', LIVE_STATES)
      .groupBy(['practice', 'starts_on'])
      .execute();
  }

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
    close,

    earlier: (request: Request) => earlier(db, request),

    /** Writes the request down unless its key is known; what the key led to where it is. */
    remember: (request: Request, resultId: string) =>
      write((transaction) => remember(transaction, request, resultId)),

    recordHold(
      hold: { id: string; callerId: string; patientDigest: string; patientSealed: string; offer: Offer },
      ttlMs: number,
      request: Request,
    ): Promise<Recorded> {
      return write(async (transaction) => {
        const known = await remember(transaction, request, hold.id);
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

    /** Null when there is none of that id, or it is another caller's. */
    async findHold(id: string, callerId: string): Promise<Hold | null> {
      const row = await db
        .selectFrom('hold')
        .selectAll()
        .where('id', '=', id)
        .where('caller_id', '=', callerId)
        .executeTakeFirst();
      return row === undefined ? null : holdOf(row);
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
        const known = await remember(transaction, request, id);
        if (known !== null) return known;
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
        const { dailyQuota } = offer.policy;
        if (offer.relation === 'OTHER' && dailyQuota !== null) {
          const [counted] = await othersBooked(transaction, [offer.slot.practice], startsOn, startsOn);
          if (counted !== undefined && counted.booked > dailyQuota)
            throw new Undone<Opened>({ kind: 'quota-used-up' });
        }
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
        const row = await bookings(transaction)
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
      return (await bookings(db).where('booking.id', 'in', ids).execute()).map(bookingOf);
    },

    /** @param callerId leaves out other callers' bookings; the service itself may see all. */
    async findBooking(id: string, callerId?: string): Promise<Booking | null> {
      const query = bookings(db).where('booking.id', '=', id);
      const row = await (
        callerId === undefined ? query : query.where('booking.caller_id', '=', callerId)
      ).executeTakeFirst();
      return row === undefined ? null : bookingOf(row);
    },

    /** Latest start first. @param before the last one of the page before. */
    async bookingsOf(
      callerId: string,
      limit: number,
      before: { startsAt: number; id: string } | null,
    ): Promise<Booking[]> {
      let query = bookings(db)
        .where('booking.caller_id', '=', callerId)
        .orderBy('booking.starts_at', 'desc')
        .orderBy('booking.id', 'desc')
        .limit(limit);
      if (before !== null)
        query = query.where((where) =>
          where.or([
            where('booking.starts_at', '<', before.startsAt),
            where.and([
              where('booking.starts_at', '=', before.startsAt),
              where('booking.id', '<', before.id),
            ]),
          ]),
        );
      return (await query.execute()).map(bookingOf);
    },

    async liveBookingFor(patientDigest: string, assessmentDigest: string): Promise<Booking | null> {
      const row = await liveNeed(db, patientDigest, assessmentDigest);
      return row === undefined ? null : bookingOf(row);
    },

    async history(bookingId: string): Promise<HistoryEntry[]> {
      const rows = await db
        .selectFrom('booking_event')
        .select(['at', 'state', 'actor'])
        .where('booking_id', '=', bookingId)
        .orderBy('version')
        .execute();
      return rows.map(({ at, state, actor }) => ({ at: new Date(at), state, actor }));
    },

    /** Slots that we have booked, or may have, whatever the supplier shows: their keys. */
    async slotsTaken(practices: readonly OdsCode[], from: Date, to: Date): Promise<ReadonlySet<string>> {
      if (practices.length === 0) return new Set();
      const rows = await db
        .selectFrom('booking')
        .select(['supplier', 'practice', 'slot_id'])
        .where('practice', 'in', practices)
        .where('starts_on', '>=', londonDate(from))
        .where('starts_on', '<=', londonDate(to))
        .where('state', 'in', LIVE_STATES)
        .execute();
      return new Set(rows.map(({ supplier, practice, slot_id }) => slotKey(supplier, practice, slot_id)));
    },

    /** Live bookings by other practices' patients: a count for each practice and London day that has any. */
    async othersBooked(
      practices: readonly OdsCode[],
      from: Date,
      to: Date,
    ): Promise<(practice: OdsCode, day: string) => number> {
      const rows = await othersBooked(db, practices, londonDate(from), londonDate(to));
      const counts = new Map(
        rows.map(({ practice, starts_on, booked }) => [`${practice} ${starts_on}`, booked]),
      );
      return (practice, day) => counts.get(`${practice} ${day}`) ?? 0;
    },
  };

  function liveNeed(reader: Kysely<LedgerTables>, patientDigest: string, assessmentDigest: string) {
    return bookings(reader)
      .where('booking.patient_digest', '=', patientDigest)
      .where('booking.assessment_digest', '=', assessmentDigest)
      .where('booking.state', 'in', LIVE_STATES)
      .executeTakeFirst();
  }

  async function whyNot(reader: Kysely<LedgerTables>, { patientDigest, offer }: Hold): Promise<Opened> {
    const row = await liveNeed(reader, patientDigest, offer.assessmentDigest);
    return row === undefined ? { kind: 'slot-taken' } : { kind: 'already-booked', booking: bookingOf(row) };
  }
}

function holdOf(row: Selectable<HoldTable>): Hold {
  return {
    id: row.id,
    callerId: row.caller_id,
    patientDigest: row.patient_digest,
    patientSealed: row.patient_sealed,
    offer: Offer.parse(JSON.parse(row.offer_json)),
    expiresAt: new Date(row.expires_at),
    released: row.released_at !== null,
  };
}

function bookingOf(row: Selectable<BookingTable> & { offer_json: string; patient_sealed: string }): Booking {
  return {
    id: row.id,
    reference: row.reference,
    callerId: row.caller_id,
    state: row.state,
    version: row.version,
    failure: row.failure,
    offer: Offer.parse(JSON.parse(row.offer_json)),
    patientSealed: row.patient_sealed,
    marker: row.marker,
    appointment:
      row.appointment_id === null
        ? null
        : { id: row.appointment_id, version: row.appointment_version ?? undefined },
    unknownSince: row.unknown_since === null ? null : new Date(row.unknown_since),
    absentReads: row.absent_reads,
    failedReads: row.failed_reads,
    createdAt: new Date(row.created_at),
    holdId: row.hold_id,
  };
}

/** Letters and digits that are not mistaken for each other when read out (Crockford's base 32). */
const SPOKEN = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** For example `K7QX-2MPD`: 40 random bits, and unique by an index. */
function newReference(): string {
  const letters = Array.from(randomBytes(8), (byte) => SPOKEN[byte % 32]);
  return `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`;
}

/** What read-back looks for in a supplier's free text. */
function newMarker(): string {
  return `GPBG-${randomBytes(9).toString('base64url')}`;
}
