import { sql, type Kysely } from 'kysely';
import type { Logger } from 'pino';
import { londonDate } from '../../../domain/london-time';
import type { OdsCode } from '../../../domain/ods-code';
import { coalesce } from '../../../platform/database/coalesce';
import {
  DOUBTFUL_STATES,
  LIVE_STATES,
  MANUAL_STATES,
  UNSETTLED_STATES,
  type BookingState,
} from '../lifecycle/states';
import { slotKey } from '../holds/hold-store';
import { firstBroken } from './chain';
import {
  bookingOf,
  holdOf,
  readable,
  type Booking,
  type DatedEvidence,
  type HistoryEntry,
  type Hold,
} from './records';
import { oneOf } from '../database/states-in-sql';
import { earlier, type Request } from './requests';
import type { BookingTable, HoldTable, LedgerTables } from '../database/tables';
import type { LedgerDatabase } from '../database/transactions';

export interface LedgerHealth {
  unsettled: number;
  awaitingOperator: number;
  oldestUnsettledSeconds: number | null;
  undelivered: number;
  outboxLagSeconds: number | null;
  abandonedDeliveries: number;
  /** Of these, those of the last 24 hours: unlike all of them they do not fall when old ones are forgotten. */
  givenUpLastDay: number;
  /** What own practices are to be told of bookings elsewhere. */
  notices: { waiting: number; oldestSeconds: number | null; givenUpLastDay: number };
  holds: number;
}

/** A booking that stands, by what can be read of any. */
export interface StandingAhead extends Pick<Booking, 'id' | 'reference' | 'marker'> {
  supplier: string;
  practice: string;
  startsAt: Date;
  /** Null where the rest of it cannot be read. */
  booking: Booking | null;
}

const DAY_MS = 86_400_000;

/** No practice has more appointments in a day. */
const MOST_A_DAY = 500;

/** What the ledger knows, read without changing anything. */
export function ledgerQueries({ db, now, given }: LedgerDatabase, logger: Logger) {
  const earlierTogether = coalesce(async (requests: readonly Request[]) => {
    const known = await earlier(db, requests, given);
    return new Map(requests.map((request) => [request, known.get(request) ?? null]));
  });
  const holdTogether = coalesce(holdRows);
  const standingTogether = coalesce((needs: readonly Need[]) => standing(db, needs, given));
  const liveTogether = coalesce(async (days: readonly (readonly PracticeDay[])[]) => {
    const live = await liveBookings(db, days.flat(), given);
    return new Map(days.map((asked) => [asked, live]));
  });

  return {
    /** What the same request led to when it was here before. */
    earlier: earlierTogether,

    /** Null when there is none of that id, or it is another caller's. */
    async findHold(id: string, callerId: string): Promise<Hold | null> {
      const row = await holdTogether(id);
      return row === null || row.caller_id !== callerId ? null : holdOf(row);
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
      const [row] = await standingTogether({ patientDigest, assessmentDigest });
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
    async evidence(bookingId: string, limit: number): Promise<DatedEvidence[]> {
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

    /** Bookings that stand ahead of a time, soonest first. @param after the last one of the page before */
    async standingAhead(
      of: Date,
      limit: number,
      after: { startsAt: Date; id: string } | null,
    ): Promise<StandingAhead[]> {
      let query = bookingRows(db)
        .where('booking.state', '=', 'CONFIRMED')
        .where('booking.starts_at', '>', of.getTime())
        .orderBy('booking.starts_at')
        .orderBy('booking.id')
        .limit(limit);
      if (after !== null)
        query = query.where((where) =>
          where.or([
            where('booking.starts_at', '>', after.startsAt.getTime()),
            where.and([
              where('booking.starts_at', '=', after.startsAt.getTime()),
              where('booking.id', '>', after.id),
            ]),
          ]),
        );
      const rows = await query.execute();
      return rows.map((row) => {
        const { id, reference, supplier, practice, marker, starts_at } = row;
        const [booking = null] = readable([row], logger);
        return { id, reference, supplier, practice, marker, startsAt: new Date(starts_at), booking };
      });
    },

    /** What is waiting, and for how long, by the database's clock. */
    async health(): Promise<LedgerHealth> {
      const waiting = db
        .selectFrom('outbox')
        .where('delivered_at', 'is', null)
        .where('given_up_at', 'is', null)
        .select([sql<number>`count(*)`.as('undelivered'), sql<number | null>`min(at)`.as('oldest')]);
      const unsettled = (states: readonly BookingState[]) =>
        db
          .selectFrom('booking')
          .where('state', 'in', oneOf(states))
          .select([sql<number>`count(*)`.as('count'), sql<number | null>`min(changed_at)`.as('oldest')])
          .executeTakeFirstOrThrow();
      const waitingNotices = db
        .selectFrom('practice_notice')
        .where('delivered_at', 'is', null)
        .where('given_up_at', 'is', null)
        .select([sql<number>`count(*)`.as('count'), sql<number | null>`min(at)`.as('oldest')]);
      const [settling, manual, outbox, givenUp, notices, lostNotices, holds, clock] = await Promise.all([
        unsettled(UNSETTLED_STATES),
        unsettled(MANUAL_STATES),
        waiting.executeTakeFirstOrThrow(),
        db
          .selectFrom('outbox')
          .where('given_up_at', 'is not', null)
          .select([
            sql<number>`count(*)`.as('count'),
            sql<number>`count(case when given_up_at > ${now} - ${DAY_MS} then 1 end)`.as('lastDay'),
          ])
          .executeTakeFirstOrThrow(),
        waitingNotices.executeTakeFirstOrThrow(),
        db
          .selectFrom('practice_notice')
          .where('given_up_at', '>', sql<number>`${now} - ${DAY_MS}`)
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
        awaitingOperator: manual.count,
        oldestUnsettledSeconds: seconds(settling.oldest, manual.oldest),
        undelivered: outbox.undelivered,
        outboxLagSeconds: seconds(outbox.oldest),
        abandonedDeliveries: givenUp.count,
        givenUpLastDay: givenUp.lastDay,
        notices: {
          waiting: notices.count,
          oldestSeconds: seconds(notices.oldest),
          givenUpLastDay: lostNotices.count,
        },
        holds: holds.count,
      };
    },

    /** What is booked, or may be, at their practices on their London days, whatever the suppliers show. */
    liveBeside: (slots: readonly SlotPlace[]): Promise<LiveBookings> =>
      liveTogether(slots.map(({ practice, startsAt }) => ({ practice, starts_on: londonDate(startsAt) }))),

    /** How many bookings of other practices' patients a practice's quota counts on a London day. */
    async quotaUsed(practice: OdsCode, day: string): Promise<number> {
      const live = await liveBookings(db, [{ practice, starts_on: day }], given);
      return live.others(practice, day).length;
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

  async function holdRows(ids: readonly string[]): Promise<Map<string, HoldTable | null>> {
    const rows = await db
      .selectFrom(
        given(
          'hold',
          ids.map((id) => ({ id })),
        ),
      )
      .crossJoin('hold')
      .whereRef('hold.id', '=', 'given.id')
      .selectAll('hold')
      .execute();
    const found = new Map(rows.map((row) => [row.id, row]));
    return new Map(ids.map((id) => [id, found.get(id) ?? null]));
  }
}

export type BookingRow = Parameters<typeof bookingOf>[0];

/** Bookings with what their holds know of them. */
export function bookingRows(reader: Kysely<LedgerTables>) {
  return reader
    .selectFrom('booking')
    .innerJoin('hold', 'hold.id', 'booking.hold_id')
    .selectAll('booking')
    .select(['hold.offer_json', 'hold.patient_sealed']);
}

/** A person, and what they need to be seen for. */
export interface Need {
  patientDigest: string;
  assessmentDigest: string;
}

/** What stands in the way of another booking: for the same person one for the same need, or any whose outcome is not known. */
export async function standing<Asked extends Need>(
  reader: Kysely<LedgerTables>,
  needs: readonly Asked[],
  given: LedgerDatabase['given'],
): Promise<Map<Asked, BookingRow[]>> {
  if (needs.length === 0) return new Map();
  const asked = needs.map(({ patientDigest, assessmentDigest }) => ({
    patient_digest: patientDigest,
    assessment_digest: assessmentDigest,
  }));
  const rows = await reader
    .selectFrom(given('booking', asked))
    .crossJoin('booking')
    .innerJoin('hold', 'hold.id', 'booking.hold_id')
    .selectAll('booking')
    .select(['hold.offer_json', 'hold.patient_sealed', 'given.assessment_digest as needed'])
    .whereRef('booking.patient_digest', '=', 'given.patient_digest')
    .where('booking.state', 'in', oneOf(LIVE_STATES))
    .where((where) =>
      where.or([
        where('booking.assessment_digest', '=', where.ref('given.assessment_digest')),
        where('booking.state', 'in', oneOf(DOUBTFUL_STATES)),
      ]),
    )
    .execute();
  const name = (patient: string, need: string) => `${patient} ${need}`;
  const found = new Map<string, BookingRow[]>();
  for (const row of rows) push(found, name(row.patient_digest, row.needed), row);
  return new Map(
    needs.map((need) => [need, found.get(name(need.patientDigest, need.assessmentDigest)) ?? []]),
  );
}

/** Where and when a slot is. */
export interface SlotPlace {
  practice: OdsCode;
  startsAt: Date;
}

/** A practice on a London day. */
export type PracticeDay = Pick<BookingTable, 'practice' | 'starts_on'>;

/** Live bookings, as searching, holding and booking judge by them. */
export interface LiveBookings {
  /** Keys of the slots that we have booked, or may have. */
  slots: ReadonlySet<string>;
  /** By other practices' patients, which the quota counts: their starts on a London day. */
  others(practice: OdsCode, day: string): readonly Date[];
}

/** @param except bookings that are given back for other ones, and so count no longer. */
export async function liveBookings(
  reader: Kysely<LedgerTables>,
  days: readonly PracticeDay[],
  given: LedgerDatabase['given'],
  except: readonly string[] = [],
): Promise<LiveBookings> {
  const name = ({ practice, starts_on }: PracticeDay) => `${practice} ${starts_on}`;
  const distinct = [...new Map(days.map((day) => [name(day), day])).values()];
  if (distinct.length === 0) return { slots: new Set(), others: () => [] };
  let query = reader
    .selectFrom(given('booking', distinct))
    .crossJoin('booking')
    .whereRef('booking.practice', '=', 'given.practice')
    .whereRef('booking.starts_on', '=', 'given.starts_on')
    .where('booking.state', 'in', oneOf(LIVE_STATES))
    .select([
      'booking.supplier',
      'booking.practice',
      'booking.slot_id',
      'booking.relation',
      'booking.starts_on',
      'booking.starts_at',
    ]);
  if (except.length > 0) query = query.where('booking.id', 'not in', except);
  const slots = new Set<string>();
  const starts = new Map<string, Date[]>();
  for (const row of await query.execute()) {
    slots.add(slotKey(row.supplier, row.practice, row.slot_id));
    if (row.relation === 'OTHER') push(starts, name(row), new Date(row.starts_at));
  }
  return { slots, others: (practice, day) => starts.get(name({ practice, starts_on: day })) ?? [] };
}

function push<Value>(lists: Map<string, Value[]>, name: string, value: Value): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [value]);
  else list.push(value);
}
