import type { ExpressionBuilder } from 'kysely';
import type { Logger } from 'pino';
import type { OdsCode } from '../../../domain/ods-code';
import { rowStatement } from '../../../platform/database/row-statement';
import type { ForLedgerRow, LedgerSession } from '../database/ledger-database';
import { oneOf } from '../database/states-in-sql';
import type { LedgerTables } from '../database/tables';
import { MANUAL_STATES, STANDING_STATES, UNSETTLED_STATES } from '../lifecycle/states';
import { firstBroken } from './chain';
import { ledgerHealth, type LedgerHealth } from './health';
import {
  bookedByOthers,
  heldSlotsOfDay,
  liveBeside,
  liveBookingsOf,
  type LiveBookings,
  type SlotPlace,
} from './live-bookings';
import {
  bookingOf,
  bookingRows,
  readable,
  type Booking,
  type DatedEvidence,
  type HistoryEntry,
} from './records';
import { findEarlier, type Earlier, type Request } from './requests';

/** A booking that stands, by what can be read of any. */
export interface StandingAhead extends Pick<Booking, 'id' | 'reference' | 'marker'> {
  supplier: string;
  practice: string;
  startsAt: Date;
  /** Null where the rest of it cannot be read. */
  booking: Booking | null;
}

/** No practice has more appointments in a day. */
const MAX_APPOINTMENTS_A_DAY = 500;

/** People for whom a symptom check has led to a booking. */
const selectPatientsOfCheck = rowStatement(
  { table: 'booking', by: ['assessment_digest'], kind: 'lookup' },
  ({ db, input }: ForLedgerRow<{ assessment_digest: string }>) =>
    db
      .selectFrom(input)
      .crossJoin('booking')
      .whereRef('booking.assessment_digest', '=', 'input.assessment_digest')
      .where('booking.state', '<>', 'FAILED')
      .select(['booking.assessment_digest', 'booking.patient_digest']),
);

/** Reads the ledger without changing anything. */
export function ledgerQueries(reader: LedgerSession, logger: Logger) {
  return {
    ...bookingQueries(reader, logger),
    ...historyQueries(reader),
    ...practiceQueries(reader, logger),
    /** Counts what is waiting, and for how long, by the database's clock. */
    health: (): Promise<LedgerHealth> => ledgerHealth(reader),
  };
}

function bookingQueries(reader: LedgerSession, logger: Logger) {
  const { db } = reader;
  return {
    /** The result of the same request where it was here before. */
    earlier: (request: Request): Promise<Earlier | null> => findEarlier(reader, request),

    async findBooking(id: string): Promise<Booking | null> {
      const row = await bookingRows(db).where('booking.id', '=', id).executeTakeFirst();
      return row === undefined ? null : bookingOf(row);
    },

    /** The booking that a person reads out from their confirmation. */
    async findByReference(reference: string): Promise<Booking | null> {
      const row = await bookingRows(db).where('booking.reference', '=', reference).executeTakeFirst();
      return row === undefined ? null : bookingOf(row);
    },

    /** Bookings of these people, latest start first. @param before the last one of the page before. */
    async bookingsOf(
      patientDigests: readonly string[],
      limit: number,
      before: { startsAt: number; id: string } | null,
    ): Promise<Booking[]> {
      if (patientDigests.length === 0) return [];
      let query = bookingRows(db)
        .where('booking.patient_digest', 'in', patientDigests)
        .orderBy('booking.starts_at', 'desc')
        .orderBy('booking.id', 'desc')
        .limit(limit);
      if (before !== null) query = query.where((where) => isBeyond(where, '<', before.startsAt, before.id));
      return readable(await query.execute(), logger);
    },

    liveBookingsOf: (patientDigest: string): Promise<Booking[]> => liveBookingsOf(reader, patientDigest),

    /** True where a symptom check has led to a booking for somebody else, whatever has become of it, unless it failed. */
    async isUsedForAnother(assessmentDigest: string, patientDigest: string): Promise<boolean> {
      const rows = await selectPatientsOfCheck(reader, { assessment_digest: assessmentDigest });
      return rows.some((row) => row.patient_digest !== patientDigest);
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
        .where('booking.state', 'in', STANDING_STATES)
        .where('booking.starts_at', '>', of.getTime())
        .orderBy('booking.starts_at')
        .orderBy('booking.id')
        .limit(limit);
      if (after !== null)
        query = query.where((where) => isBeyond(where, '>', after.startsAt.getTime(), after.id));
      const rows = await query.execute();
      return rows.map((row) => {
        const { id, reference, supplier, practice, marker, starts_at } = row;
        const [booking = null] = readable([row], logger);
        return { id, reference, supplier, practice, marker, startsAt: new Date(starts_at), booking };
      });
    },
  };
}

/** Condition for the rows after a page's last one, in order of start and id. */
function isBeyond(
  where: ExpressionBuilder<Pick<LedgerTables, 'booking'>, 'booking'>,
  side: '<' | '>',
  startsAt: number,
  id: string,
) {
  return where.or([
    where('booking.starts_at', side, startsAt),
    where.and([where('booking.starts_at', '=', startsAt), where('booking.id', side, id)]),
  ]);
}

function historyQueries({ db }: LedgerSession) {
  return {
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

    /** Questions to the supplier about a booking, and the answers, oldest first. */
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
  };
}

function practiceQueries(reader: LedgerSession, logger: Logger) {
  return {
    /** Live bookings at the practices of these slots on their London days, whatever the suppliers show. */
    liveBeside: (places: readonly SlotPlace[]): Promise<LiveBookings> => liveBeside(reader, places),

    /** Keys of the slots that anybody holds at a practice on a London day, and has not booked. */
    heldSlots: (practice: OdsCode, day: string): Promise<ReadonlySet<string>> =>
      heldSlotsOfDay(reader, { practice, starts_on: day }),

    /** Counts bookings of other practices' patients on a London day, as the practice's quota does. */
    async quotaUsed(practice: OdsCode, day: string): Promise<number> {
      return (await bookedByOthers(reader, { practice, starts_on: day })).length;
    },

    /** Bookings of a practice's own patients at other practices, of which it was told; the latest notice first. */
    async ownPatientsElsewhere(practice: OdsCode, limit: number): Promise<Booking[]> {
      const rows = await bookingRows(reader.db)
        .innerJoin('practice_notice', 'practice_notice.booking_id', 'booking.id')
        .where('practice_notice.practice', '=', practice)
        .where('practice_notice.kind', '=', 'BOOKED_ELSEWHERE')
        .orderBy('practice_notice.sequence', 'desc')
        .limit(limit)
        .execute();
      return readable(rows, logger);
    },

    /** Bookings at a practice on London days, whatever became of them, soonest first. */
    async bookingsAt(practice: OdsCode, days: readonly string[]): Promise<Booking[]> {
      const rows = await bookingRows(reader.db)
        .where('booking.practice', '=', practice)
        .where('booking.starts_on', 'in', days)
        .orderBy('booking.starts_at')
        .orderBy('booking.id')
        .limit(days.length * MAX_APPOINTMENTS_A_DAY)
        .execute();
      return readable(rows, logger);
    },
  };
}
