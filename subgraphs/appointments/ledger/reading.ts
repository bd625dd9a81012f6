import { sql, type Kysely } from 'kysely';
import type { Logger } from 'pino';
import { londonDate } from '../../../domain/london-time';
import type { OdsCode } from '../../../domain/ods-code';
import type { Database } from '../../database';
import {
  DOUBTFUL_STATES,
  LIVE_STATES,
  MANUAL_STATES,
  UNSETTLED_STATES,
  type BookingState,
} from '../booking/states';
import { slotKey } from '../holds/hold-store';
import { firstBroken } from './chain';
import {
  bookingOf,
  holdOf,
  readable,
  type Booking,
  type Evidence,
  type HistoryEntry,
  type Hold,
} from './records';
import { oneOf } from './states-in-sql';
import type { LedgerTables } from './tables';

export interface LedgerHealth {
  unsettled: number;
  needOperators: number;
  oldestUnsettledSeconds: number | null;
  untold: number;
  oldestUntoldSeconds: number | null;
  givenUpTelling: number;
  holds: number;
}

/** No practice has more appointments in a day. */
const MOST_A_DAY = 500;

/** What the ledger knows, read without changing anything. */
export function ledgerReading({ db, now }: Pick<Database<LedgerTables>, 'db' | 'now'>, logger: Logger) {
  return {
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

    /** @param callerId leaves out other callers' bookings; the service itself may see all. */
    async findBooking(id: string, callerId?: string): Promise<Booking | null> {
      const query = bookingRows(db).where('booking.id', '=', id);
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
      let query = bookingRows(db)
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
      return readable(await query.execute(), logger);
    },

    /** What keeps this person from another booking: one for the same need, or any whose outcome is not known. */
    async standingBooking(patientDigest: string, assessmentDigest: string): Promise<Booking | null> {
      const row = await standing(db, patientDigest, assessmentDigest).executeTakeFirst();
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

    /** The first event that does not follow from those before it; null when the history is whole (chain.ts). */
    async brokenHistory(bookingId: string): Promise<number | null> {
      const booking = await db
        .selectFrom('booking')
        .select('version')
        .where('id', '=', bookingId)
        .executeTakeFirstOrThrow();
      const rows = await db
        .selectFrom('booking_event')
        .selectAll()
        .where('booking_id', '=', bookingId)
        .where('version', '<=', booking.version)
        .orderBy('version')
        .execute();
      const events = rows.map(({ booking_id, ...event }) => ({ bookingId: booking_id, ...event }));
      return firstBroken(events, booking.version);
    },

    /** What was asked of the supplier about it, oldest first. */
    async evidence(bookingId: string, limit: number): Promise<Evidence[]> {
      const rows = await db
        .selectFrom('booking_evidence')
        .select(['at', 'asked', 'answer'])
        .where('booking_id', '=', bookingId)
        .orderBy('at', 'desc')
        .limit(limit)
        .execute();
      return rows.reverse().map((row) => ({ ...row, at: new Date(row.at) }));
    },

    /** Bookings that cannot stay as they are, and those that wait for an operator: longest waiting first. */
    async unsettled(limit: number): Promise<Booking[]> {
      const rows = await bookingRows(db)
        .where('booking.state', 'in', oneOf([...UNSETTLED_STATES, ...MANUAL_STATES]))
        .orderBy('booking.changed_at')
        .limit(limit)
        .execute();
      return readable(rows, logger);
    },

    /** What is waiting, and for how long, by the database's clock. */
    async health(): Promise<LedgerHealth> {
      const waiting = db
        .selectFrom('outbox')
        .where('delivered_at', 'is', null)
        .where('given_up_at', 'is', null)
        .select([sql<number>`count(*)`.as('untold'), sql<number | null>`min(at)`.as('oldest')]);
      const unsettled = (states: readonly BookingState[]) =>
        db
          .selectFrom('booking')
          .where('state', 'in', oneOf(states))
          .select([sql<number>`count(*)`.as('count'), sql<number | null>`min(changed_at)`.as('oldest')])
          .executeTakeFirstOrThrow();
      const [settling, manual, outbox, givenUp, holds, clock] = await Promise.all([
        unsettled(UNSETTLED_STATES),
        unsettled(MANUAL_STATES),
        waiting.executeTakeFirstOrThrow(),
        db
          .selectFrom('outbox')
          .where('given_up_at', 'is not', null)
          .select(sql<number>`count(*)`.as('count'))
          .executeTakeFirstOrThrow(),
        db
          .selectFrom('hold')
          .where('expires_at', '>', now)
          .where('released_at', 'is', null)
          .where((where) =>
            where.not(
              where.exists(where.selectFrom('booking').select('id').whereRef('hold_id', '=', 'hold.id')),
            ),
          )
          .select(sql<number>`count(*)`.as('count'))
          .executeTakeFirstOrThrow(),
        sql<{ now: number }>`select ${now} as now`.execute(db),
      ]);
      const at = clock.rows[0]?.now ?? 0;
      const seconds = (...since: (number | null)[]) => {
        const times = since.filter((time) => time !== null);
        return times.length === 0 ? null : Math.max(0, Math.round((at - Math.min(...times)) / 1000));
      };
      return {
        unsettled: settling.count,
        needOperators: manual.count,
        oldestUnsettledSeconds: seconds(settling.oldest, manual.oldest),
        untold: outbox.untold,
        oldestUntoldSeconds: seconds(outbox.oldest),
        givenUpTelling: givenUp.count,
        holds: holds.count,
      };
    },

    /** What is booked there, or may be, on London days between two moments, whatever the suppliers show. */
    liveAt: (practices: readonly OdsCode[], from: Date, to: Date): Promise<LiveBookings> =>
      liveBookings(db, practices, londonDate(from), londonDate(to)),

    /** How many bookings of other practices' patients a practice's quota counts on a London day. */
    async quotaUsed(practice: OdsCode, day: string): Promise<number> {
      return (await liveBookings(db, [practice], day, day)).others(practice, day).length;
    },

    /** Bookings at a practice on a London day, whatever became of them, soonest first. */
    async bookingsAt(practice: OdsCode, day: string): Promise<Booking[]> {
      const rows = await bookingRows(db)
        .where('booking.practice', '=', practice)
        .where('booking.starts_on', '=', day)
        .orderBy('booking.starts_at')
        .orderBy('booking.id')
        .limit(MOST_A_DAY)
        .execute();
      return readable(rows, logger);
    },
  };
}

/** Bookings with what their holds know of them. */
export function bookingRows(reader: Kysely<LedgerTables>) {
  return reader
    .selectFrom('booking')
    .innerJoin('hold', 'hold.id', 'booking.hold_id')
    .selectAll('booking')
    .select(['hold.offer_json', 'hold.patient_sealed']);
}

export function standing(reader: Kysely<LedgerTables>, patientDigest: string, assessmentDigest: string) {
  return bookingRows(reader)
    .where('booking.patient_digest', '=', patientDigest)
    .where('booking.state', 'in', oneOf(LIVE_STATES))
    .where((where) =>
      where.or([
        where('booking.assessment_digest', '=', assessmentDigest),
        where('booking.state', 'in', oneOf(DOUBTFUL_STATES)),
      ]),
    );
}

/** Live bookings, as searching, holding and booking judge by them. */
export interface LiveBookings {
  /** Keys of the slots that we have booked, or may have. */
  slots: ReadonlySet<string>;
  /** By other practices' patients, which the quota counts: their starts on a London day. */
  others(practice: OdsCode, day: string): readonly Date[];
}

/** @param except a booking that is given back for another one, and so counts no longer. */
export async function liveBookings(
  reader: Kysely<LedgerTables>,
  practices: readonly OdsCode[],
  from: string,
  to: string,
  except: string | null = null,
): Promise<LiveBookings> {
  if (practices.length === 0) return { slots: new Set(), others: () => [] };
  let query = reader
    .selectFrom('booking')
    .select(['supplier', 'practice', 'slot_id', 'relation', 'starts_on', 'starts_at'])
    .where('practice', 'in', practices)
    .where('starts_on', '>=', from)
    .where('starts_on', '<=', to)
    .where('state', 'in', oneOf(LIVE_STATES));
  if (except !== null) query = query.where('id', '!=', except);
  const slots = new Set<string>();
  const starts = new Map<string, Date[]>();
  for (const { supplier, practice, slot_id, relation, starts_on, starts_at } of await query.execute()) {
    slots.add(slotKey(supplier, practice, slot_id));
    if (relation !== 'OTHER') continue;
    const key = `${practice} ${starts_on}`;
    const ofTheDay = starts.get(key) ?? [];
    ofTheDay.push(new Date(starts_at));
    starts.set(key, ofTheDay);
  }
  return { slots, others: (practice, day) => starts.get(`${practice} ${day}`) ?? [] };
}
