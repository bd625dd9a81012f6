import { londonDate } from '../../../domain/london-time';
import type { OdsCode } from '../../../domain/ods-code';
import { rowStatement } from '../../../platform/database/row-statement';
import type { ForLedgerRow, LedgerSession } from '../database/ledger-database';
import { oneOf } from '../database/states-in-sql';
import type { BookingTable } from '../database/tables';
import { slotKey } from '../holds/hold-store';
import { DOUBTFUL_STATES, isOneOf, LIVE_STATES } from '../lifecycle/states';

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
  /** Starts, on a London day, of those by other practices' patients, which the quota counts. */
  others(practice: OdsCode, day: string): readonly Date[];
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
        'booking.relation',
        'booking.starts_on',
        'booking.starts_at',
      ]),
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
  const others = new Map<string, Date[]>();
  await Promise.all(
    [...days].map(async ([key, day]) => {
      const rows = await selectOfDay(reader, day);
      for (const row of rows) slots.add(slotKey(row.supplier, row.practice, row.slot_id));
      others.set(key, startsOfOthers(rows));
    }),
  );
  return {
    slots,
    others: (practice, starts_on) => others.get(dayKey({ practice, starts_on })) ?? [],
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

function startsOfOthers(rows: readonly Pick<BookingTable, 'relation' | 'starts_at'>[]): Date[] {
  return rows.flatMap(({ relation, starts_at }) => (relation === 'OTHER' ? [new Date(starts_at)] : []));
}

/** Rows of bookings that keep a person from another one: for the same need, or any whose outcome is not known. */
export async function bookingsInTheWay(reader: LedgerSession, { patientDigest, assessmentDigest }: Need) {
  const rows = await selectOfPatient(reader, { patient_digest: patientDigest });
  return rows.filter(
    (row) => row.assessment_digest === assessmentDigest || isOneOf(DOUBTFUL_STATES, row.state),
  );
}

function dayKey({ practice, starts_on }: PracticeDay): string {
  return `${practice} ${starts_on}`;
}
