import type { ExpressionBuilder } from 'kysely';
import { londonDate } from '../../../domain/london-time';
import type { OdsCode } from '../../../domain/ods-code';
import { rowStatement } from '../../../platform/database/row-statement';
import type { ForLedgerRow, LedgerSession } from '../database/ledger-database';
import { oneOf } from '../database/states-in-sql';
import type { BookingTable, LedgerTables } from '../database/tables';
import { slotKey } from '../holds/hold-store';
import { Offer } from '../holds/offers';
import { DOUBTFUL_STATES, isOneOf, LIVE_STATES } from '../lifecycle/states';
import { bookingOf, type Booking } from './records';

/** A practice on a London day. */
export type PracticeDay = Pick<BookingTable, 'practice' | 'starts_on'>;

/** A place and time at which a slot is. */
export interface SlotPlace {
  practice: OdsCode;
  startsAt: Date;
}

/** Live bookings, as searching, holding and booking judge by them. */
export interface LiveBookings {
  /** Keys of the slots that we have booked, or may have. */
  slots: ReadonlySet<string>;
  /**
   * Starts, on a London day, of what the quota counts: what other practices' patients have booked or hold.
   * @param callerId leaves out what this caller holds
   */
  others(practice: OdsCode, day: string, callerId?: string | null): readonly Date[];
}

/** A person, and what they need to be seen for. */
export interface Need {
  patientDigest: string;
  assessmentDigest: string;
}

const selectOfDay = rowStatement(
  { table: 'booking', by: ['practice', 'starts_on'], kind: 'lookup' },
  ({ db, input }: ForLedgerRow<PracticeDay>) =>
    db
      .selectFrom(input)
      .crossJoin('booking')
      .whereRef('booking.practice', '=', 'input.practice')
      .whereRef('booking.starts_on', '=', 'input.starts_on')
      .where('booking.state', 'in', oneOf(LIVE_STATES))
      .select([
        'booking.id',
        'booking.supplier',
        'booking.practice',
        'booking.slot_id',
        'booking.seat',
        'booking.relation',
        'booking.starts_on',
        'booking.starts_at',
      ]),
);

/** Holds by other practices' patients that stand, and have not become bookings. */
const selectHoldsOfDay = rowStatement(
  { table: 'hold', by: ['practice', 'starts_on'], kind: 'lookup' },
  ({ db, now, input }: ForLedgerRow<PracticeDay>) =>
    db
      .selectFrom(input)
      .crossJoin('hold')
      .whereRef('hold.practice', '=', 'input.practice')
      .whereRef('hold.starts_on', '=', 'input.starts_on')
      .where('hold.relation', '=', 'OTHER')
      .where('hold.released_at', 'is', null)
      .where('hold.expires_at', '>', now)
      .where(isUnused)
      .select([
        'hold.practice',
        'hold.starts_on',
        'hold.caller_id',
        'hold.assessment_digest',
        'hold.offer_json',
      ])
      .$narrowType<PracticeDay>(),
);

const selectOfPatient = rowStatement(
  { table: 'booking', by: ['patient_digest'], kind: 'lookup' },
  ({ db, input }: ForLedgerRow<Pick<BookingTable, 'patient_digest'>>) =>
    db
      .selectFrom(input)
      .crossJoin('booking')
      .innerJoin('hold', 'hold.id', 'booking.hold_id')
      .selectAll('booking')
      .select(['hold.offer_json', 'hold.patient_sealed'])
      .whereRef('booking.patient_digest', '=', 'input.patient_digest')
      .where('booking.state', 'in', oneOf(LIVE_STATES)),
);

/** Live bookings at the practices of these slots on their London days, whatever the suppliers show. */
export async function liveBeside(reader: LedgerSession, places: readonly SlotPlace[]): Promise<LiveBookings> {
  const days = new Map(
    places.map(({ practice, startsAt }) => {
      const day = { practice, starts_on: londonDate(startsAt) };
      return [dayKey(day), day];
    }),
  );
  const slots = new Set<string>();
  const booked = new Map<string, Date[]>();
  const held = new Map<string, { callerId: string; startsAt: Date }[]>();
  await Promise.all(
    [...days].map(async ([key, day]) => {
      const [rows, holds] = await Promise.all([selectOfDay(reader, day), selectHoldsOfDay(reader, day)]);
      for (const row of rows) slots.add(slotKey(row.supplier, row.practice, row.slot_id, row.seat));
      booked.set(key, startsOfOthers(rows));
      held.set(
        key,
        holds.map(({ caller_id, offer_json }) => ({ callerId: caller_id, startsAt: startIn(offer_json) })),
      );
    }),
  );
  return {
    slots,
    others: (practice, starts_on, callerId) => {
      const key = dayKey({ practice, starts_on });
      const others = (held.get(key) ?? []).filter((hold) => hold.callerId !== callerId);
      return [...(booked.get(key) ?? []), ...others.map(({ startsAt }) => startsAt)];
    },
  };
}

/**
 * Starts of live bookings by other practices' patients at a practice on a London day, which its quota counts.
 * @param exceptId a booking that is given up for another one, and so counts no longer.
 */
export async function bookedByOthers(
  reader: LedgerSession,
  day: PracticeDay,
  exceptId?: string,
): Promise<Date[]> {
  return startsOfOthers((await selectOfDay(reader, day)).filter(({ id }) => id !== exceptId));
}

/**
 * Starts of what other practices' patients hold there that day, as far as it is in the way of a need: nothing where a hold for that
 * need keeps a place there already.
 */
export async function heldByOthers(
  reader: LedgerSession,
  day: PracticeDay,
  assessmentDigest: string,
): Promise<Date[]> {
  const holds = await selectHoldsOfDay(reader, day);
  const isKept = holds.some(({ assessment_digest }) => assessment_digest === assessmentDigest);
  return isKept ? [] : holds.map(({ offer_json }) => startIn(offer_json));
}

/** True of a hold on which nothing was ever booked. */
export function isUnused({ not, exists, selectFrom }: ExpressionBuilder<LedgerTables, 'hold'>) {
  return not(exists(selectFrom('booking').select('id').whereRef('booking.hold_id', '=', 'hold.id')));
}

/** Keys of the slots that anybody holds at a practice on a London day, and has not booked. */
export async function heldSlotsOfDay(
  { db, now }: LedgerSession,
  { practice, starts_on }: PracticeDay,
): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('hold')
    .select('offer_json')
    .where('practice', '=', practice)
    .where('starts_on', '=', starts_on)
    .where('released_at', 'is', null)
    .where('expires_at', '>', now)
    .where(isUnused)
    .limit(MAX_HOLDS_A_DAY)
    .execute();
  const offers = rows.map(({ offer_json }) => Offer.parse(JSON.parse(offer_json)));
  return new Set(offers.map(({ supplier, slot, seat }) => slotKey(supplier, slot.practice, slot.id, seat)));
}

/** No practice has more appointments in a day. */
const MAX_HOLDS_A_DAY = 500;

function startIn(offerJson: string): Date {
  return Offer.parse(JSON.parse(offerJson)).slot.startsAt;
}

function startsOfOthers(rows: readonly Pick<BookingTable, 'relation' | 'starts_at'>[]): Date[] {
  return rows.flatMap(({ relation, starts_at }) => (relation === 'OTHER' ? [new Date(starts_at)] : []));
}

/** Live bookings of a person. */
export async function liveBookingsOf(reader: LedgerSession, patientDigest: string): Promise<Booking[]> {
  return (await selectOfPatient(reader, { patient_digest: patientDigest })).map(bookingOf);
}

/** Bookings that keep a person from another one: for the same need, or any whose outcome is not known. */
export async function bookingsInTheWay(
  reader: LedgerSession,
  { patientDigest, assessmentDigest }: Need,
): Promise<Booking[]> {
  return (await liveBookingsOf(reader, patientDigest)).filter(
    ({ offer, state }) => offer.assessmentDigest === assessmentDigest || isOneOf(DOUBTFUL_STATES, state),
  );
}

function dayKey({ practice, starts_on }: PracticeDay): string {
  return `${practice} ${starts_on}`;
}
