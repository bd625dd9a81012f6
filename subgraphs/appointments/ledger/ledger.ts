import { randomUUID } from 'node:crypto';
import { sql, type Kysely, type Transaction } from 'kysely';
import { londonDate } from '../../../domain/london-time';
import { rulesStoppingSlot, type ReleaseRule } from '../../../domain/release-policy';
import { isUniqueViolation, type Database } from '../../database';
import type { Failure } from '../booking/failures';
import {
  after,
  isOneOf,
  LIVE_STATES,
  statusOf,
  SWEPT_STATES,
  UNSETTLED_STATES,
  type BookingEvent,
  type BookingState,
} from '../booking/states';
import { lockPolicy, type DefaultPolicyOf } from '../releases/stored-policy';
import { eventHash } from './chain';
import { bookingRows, ledgerReading, othersBooked, standing } from './reading';
import {
  bookingOf,
  holdOf,
  newMarker,
  newReference,
  type Booking,
  type Evidence,
  type Hold,
} from './records';
import { earlier, remember, type Earlier, type Request } from './requests';
import type { ActorKind, LedgerEvent, LedgerTables } from './tables';

export type Opened =
  | { kind: 'opened'; booking: Booking }
  | { kind: 'slot-taken' }
  | { kind: 'not-released'; stoppedBy: ReleaseRule[] }
  | { kind: 'already-booked'; booking: Booking }
  | Earlier;

export type NewHold = Omit<Hold, 'expiresAt' | 'released'>;

export type Recorded = { kind: 'recorded'; hold: Hold } | Earlier;

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

export type Ledger = ReturnType<typeof ledger>;

/** By what, and when, a practice's release rules are judged in the transaction that books. */
export interface ReleaseTerms {
  defaultPolicyOf: DefaultPolicyOf;
  now: () => Date;
}

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
export function ledger({ db, now, close }: Database<LedgerTables>, terms: ReleaseTerms) {
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

  /** The event, chained to the one before; and, where the person can see the change, what the front end is told. */
  async function appendEvent(
    transaction: Transaction<LedgerTables>,
    booking: { id: string; version: number; state: BookingState; changed_at: number },
    before: { hash: string | null; state: BookingState } | null,
    event: LedgerEvent,
    actor: ActorKind,
  ): Promise<void> {
    const { id: booking_id, version, state, changed_at: at } = booking;
    const hash = eventHash(before?.hash ?? null, { bookingId: booking_id, version, at, event, state, actor });
    await transaction
      .insertInto('booking_event')
      .values({ booking_id, version, at, event, state, actor, hash })
      .execute();
    const status = statusOf(state);
    if (before === null || status === statusOf(before.state)) return;
    const untried = { attempts: 0, next_try_at: at, delivered_at: null, given_up_at: null };
    await transaction
      .insertInto('outbox')
      .values({ booking_id, version, status, at, ...untried })
      .execute();
  }

  async function noteEvidence(
    transaction: Transaction<LedgerTables>,
    bookingId: string,
    evidence: Omit<Evidence, 'at'> | undefined,
  ): Promise<void> {
    if (evidence === undefined) return;
    await transaction
      .insertInto('booking_evidence')
      .values({ booking_id: bookingId, at: now, ...evidence })
      .execute();
  }

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
    const moved = await transaction
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
        replaced_by: changes.replacedBy ?? booking.replacedBy,
        changed_at: now,
      })
      .where('id', '=', booking.id)
      .where('version', '=', booking.version)
      .returning(['id', 'version', 'state', 'changed_at'])
      .executeTakeFirst();
    if (moved === undefined) return null;
    const row = await bookingRows(transaction)
      .leftJoin('booking_event as before', (join) =>
        join.onRef('before.booking_id', '=', 'booking.id').on('before.version', '=', booking.version),
      )
      .select('before.hash as before_hash')
      .where('booking.id', '=', booking.id)
      .executeTakeFirstOrThrow();
    await appendEvent(transaction, moved, { hash: row.before_hash, state: booking.state }, event, actor);
    await noteEvidence(transaction, booking.id, changes.evidence);
    if (isOneOf(LIVE_STATES, booking.state) && !isOneOf(LIVE_STATES, state))
      await transaction
        .updateTable('booking')
        .set({ stand_in: 0 })
        .where('replaces_id', '=', booking.id)
        .where('stand_in', '=', 1)
        .execute();
    return bookingOf(row);
  }

  /** What a booking that is CONFIRMED now was to take the place of is given back from the same moment. */
  async function giveBackReplaced(
    transaction: Transaction<LedgerTables>,
    { id, state, replacesId }: Booking,
  ): Promise<void> {
    if (state !== 'CONFIRMED' || replacesId === null) return;
    const row = await bookingRows(transaction).where('booking.id', '=', replacesId).executeTakeFirst();
    if (row === undefined) return;
    const changes = { checkInMs: GIVE_BACK_WITHIN_MS, replacedBy: id };
    await moveWithin(transaction, bookingOf(row), 'REPLACED', 'PATIENT', changes);
  }

  return {
    ...ledgerReading({ db, now }),
    close,

    earlier: (request: Request) => earlier(db, request),

    /** Writes the request down unless its key is known; what the key led to where it is. */
    remember: (request: Request, resultId: string) =>
      write((transaction) => remember(transaction, now, request, resultId)),

    recordHold(hold: NewHold, ttlMs: number, request: Request): Promise<Recorded> {
      return write(async (transaction) => {
        const known = await remember(transaction, now, request, hold.id);
        if (known !== null) return known;
        return { kind: 'recorded', hold: await insertHold(transaction, hold, ttlMs) };
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
      return open(request, (transaction, id) => insertBooking(transaction, id, hold, checkInMs, null));
    },

    /** The same for a booking that stands beside the one whose place it takes until it is CONFIRMED. */
    openReplacement(
      newHold: NewHold,
      checkInMs: number,
      request: Request,
      replaces: Booking,
    ): Promise<Opened> {
      return open(request, async (transaction, id) => {
        const hold = await insertHold(transaction, newHold, checkInMs);
        return insertBooking(transaction, id, hold, checkInMs, replaces);
      });
    },

    /**
     * Applies an event to the booking as it was read. Null when it does not apply, when the booking has moved meanwhile,
     * or when another booking stands where it would: the caller reads it again.
     */
    async move(
      booking: Booking,
      event: BookingEvent,
      actor: ActorKind,
      changes: Changes,
    ): Promise<Booking | null> {
      if (after(booking.state, event) === null) return null;
      try {
        return await write(async (transaction) => {
          const moved = await moveWithin(transaction, booking, event, actor, changes);
          if (moved !== null) await giveBackReplaced(transaction, moved);
          return moved;
        });
      } catch (error) {
        if (isUniqueViolation(error)) return null;
        throw error;
      }
    },

    /** Notes a look that did not settle anything, and when to look again. */
    async looked(booking: Booking, { absentReads, failedReads, evidence, checkInMs }: Look): Promise<void> {
      await write(async (transaction) => {
        await transaction
          .updateTable('booking')
          .set({
            absent_reads: absentReads,
            failed_reads: failedReads,
            next_check_at: checkInMs === null ? null : inMs(checkInMs),
          })
          .where('id', '=', booking.id)
          .where('version', '=', booking.version)
          .execute();
        await noteEvidence(transaction, booking.id, evidence);
      });
    },

    /**
     * Bookings that cannot stay as they are and whose time to look has come, each given to one asker alone for the time
     * of the lease: if that process dies, the lease runs out and another takes over.
     */
    claimUnsettled: (limit: number, leaseMs: number) => claim({ states: UNSETTLED_STATES }, limit, leaseMs),

    /** The same of bookings that the practice may have changed, of one supplier. */
    claimSwept: (supplier: string, limit: number, leaseMs: number) =>
      claim({ states: SWEPT_STATES, supplier }, limit, leaseMs),
  };

  function open(
    request: Request,
    insert: (transaction: Transaction<LedgerTables>, id: string) => Promise<Opened>,
  ): Promise<Opened> {
    const id = randomUUID();
    return write<Opened>(async (transaction) => {
      const known = await remember(transaction, now, request, id);
      return known ?? insert(transaction, id);
    });
  }

  async function insertHold(
    transaction: Transaction<LedgerTables>,
    hold: NewHold,
    ttlMs: number,
  ): Promise<Hold> {
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
    return holdOf(row);
  }

  /** @throws Undone with why it may not be. */
  async function insertBooking(
    transaction: Transaction<LedgerTables>,
    id: string,
    hold: Hold,
    checkInMs: number,
    replaces: Booking | null,
  ): Promise<Opened> {
    const { offer } = hold;
    const startsOn = londonDate(offer.slot.startsAt);
    const stoppedBy = await rulesStopping(transaction, hold, startsOn, replaces);
    if (stoppedBy.length > 0) throw new Undone<Opened>({ kind: 'not-released', stoppedBy });
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
        replaces_id: replaces?.id ?? null,
        replaced_by: null,
        stand_in: replaces === null ? 0 : 1,
        changed_at: now,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw new Undone(await whyNot(transaction, hold, replaces));
    await appendEvent(transaction, row, null, 'OPENED', 'PATIENT');
    const { patientSealed: patient_sealed } = hold;
    return {
      kind: 'opened',
      booking: bookingOf({ ...row, patient_sealed, offer_json: JSON.stringify(offer) }),
    };
  }

  async function claim(
    due: { states: readonly BookingState[]; supplier?: string },
    limit: number,
    leaseMs: number,
  ): Promise<Booking[]> {
    const claimed = await write((transaction) =>
      transaction
        .updateTable('booking')
        .set({ next_check_at: inMs(leaseMs) })
        .where('id', 'in', (from) => {
          const waiting = from
            .selectFrom('booking')
            .select('id')
            .where('next_check_at', '<=', now)
            .where('state', 'in', due.states)
            .orderBy('next_check_at')
            .limit(limit);
          return due.supplier === undefined ? waiting : waiting.where('supplier', '=', due.supplier);
        })
        // Judged again when the row is locked: of two processes that saw it due, one finds it leased.
        .where('next_check_at', '<=', now)
        .returning('id')
        .execute(),
    );
    if (claimed.length === 0) return [];
    const ids = claimed.map(({ id }) => id);
    return (await bookingRows(db).where('booking.id', 'in', ids).execute()).map(bookingOf);
  }

  /** By the rules of this moment, whatever they were when the slot was offered. */
  async function rulesStopping(
    transaction: Transaction<LedgerTables>,
    { offer }: Hold,
    day: string,
    replaces: Booking | null,
  ): Promise<ReleaseRule[]> {
    const { practice } = offer.slot;
    const policy = await lockPolicy(transaction, practice, terms.defaultPolicyOf);
    // What is given back for it makes room for it.
    const others = await othersBooked(transaction, [practice], day, day, replaces?.id);
    return rulesStoppingSlot(policy, offer, offer.slot, terms.now(), others(practice, day));
  }

  async function whyNot(
    reader: Kysely<LedgerTables>,
    { patientDigest, offer }: Hold,
    replaces: Booking | null,
  ): Promise<Opened> {
    const others = standing(reader, patientDigest, offer.assessmentDigest);
    const row = await (
      replaces === null ? others : others.where('booking.id', '!=', replaces.id)
    ).executeTakeFirst();
    return row === undefined ? { kind: 'slot-taken' } : { kind: 'already-booked', booking: bookingOf(row) };
  }
}
