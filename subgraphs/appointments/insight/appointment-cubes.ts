import { sql, type Kysely } from 'kysely';
import { z } from 'zod';
import { placesOf, type AreasByPractice } from '../../../domain/insight/areas';
import type { CubeReader } from '../../../domain/insight/cubes';
import type { PracticeAreas } from '../../../domain/practice-areas';
import { forgetSources } from '../../../platform/insight/counted-source';
import { cubeStore, type DayFacts, type TopicFact } from '../../../platform/insight/cube-store';
import { APPOINTMENT_CUBES, SEARCH_SOURCES } from '../database/fact-migrations';
import { oneOf } from '../database/states-in-sql';
import type { LedgerTables } from '../database/tables';
import type { BookingState } from '../lifecycle/states';
import { bookingFacts, holdFacts, searchFacts, slotFacts } from './counted-facts';

export interface AppointmentCubesDeps {
  db: Kysely<LedgerTables>;
  areas: PracticeAreas;
  now: () => Date;
}

/** Cubes of searches, holds, bookings and offered times, in the ledger's database. */
export function appointmentCubes({ db, areas, now }: AppointmentCubesDeps): CubeReader {
  return cubeStore({ db, tables: APPOINTMENT_CUBES, facts: factsOfDay(areas), now });
}

const PAGE = 500;
const FACTS = ['search_fact', 'hold_fact', 'booking_fact'] as const;
const Day = z.object({ day: z.string().nullable() });

function factsOfDay(areas: PracticeAreas): DayFacts<LedgerTables> {
  return {
    async firstDay(db) {
      const days = await Promise.all(
        [...FACTS, 'slot_seen' as const].map(async (table) => {
          const { rows } = await sql`select min(day) as day from ${sql.table(table)}`.execute(db);
          return z.array(Day).parse(rows)[0]?.day ?? null;
        }),
      );
      return days.filter((day) => day !== null).sort()[0] ?? null;
    },

    async *of(db, day) {
      const known = await areas.all();
      const placed = (practice: string | null) => placesOf(practice, known);
      yield* pagesOf(db, 'search_fact', day, (row) => searchFacts(row, placed));
      yield* pagesOf(db, 'hold_fact', day, (row) => [holdFacts(row, placed)]);
      yield* pagesOf(db, 'booking_fact', day, (row) => [bookingFacts(row, placed)]);
      yield* slotsOf(db, day, known);
    },

    async forget(db, before, closed) {
      for (const table of [...FACTS, 'slot_seen'] as const)
        await sql`delete from ${sql.table(table)} where day < ${before}`.execute(db);
      await forgetSources(db, SEARCH_SOURCES, closed);
    },
  };
}

type FactTable = (typeof FACTS)[number];

async function* pagesOf<Table extends FactTable>(
  db: Kysely<LedgerTables>,
  table: Table,
  day: string,
  counted: (row: LedgerTables[Table]) => TopicFact[],
): AsyncGenerator<TopicFact[]> {
  for (let after = 0; ;) {
    const { rows } = await sql<LedgerTables[Table]>`select * from ${sql.table(table)}
      where day = ${day} and id > ${after} order by id limit ${PAGE}`.execute(db);
    yield rows.flatMap(counted);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.id;
  }
}

/** States in which a booking has used its time. */
const USED_STATES: readonly BookingState[] = [
  'CONFIRMED',
  'MOVED',
  'MISSING',
  'CANCELLING',
  'CANCEL_UNKNOWN',
  'CANCEL_MANUAL',
];

/** Times by the day on which they start: whether they were used shows when that is over. */
async function* slotsOf(
  db: Kysely<LedgerTables>,
  day: string,
  areas: AreasByPractice,
): AsyncGenerator<TopicFact[]> {
  for (let after = ''; ;) {
    const rows = await db
      .selectFrom('slot_seen')
      .selectAll('slot_seen')
      .select(({ exists, selectFrom }) =>
        sql<number>`case when ${exists(
          selectFrom('booking')
            .select('booking.id')
            .whereRef('booking.practice', '=', 'slot_seen.practice')
            .whereRef('booking.supplier', '=', 'slot_seen.supplier')
            .whereRef('booking.slot_id', '=', 'slot_seen.slot_id')
            .where('booking.state', 'in', oneOf(USED_STATES)),
        )} then 1 else 0 end`.as('is_used'),
      )
      .where('day', '=', day)
      .where('slot_seen.practice', '>', after)
      .where('slot_seen.practice', 'in', (from) =>
        from
          .selectFrom('slot_seen as next')
          .select('next.practice')
          .distinct()
          .where('next.day', '=', day)
          .where('next.practice', '>', after)
          .orderBy('next.practice')
          .limit(PRACTICES_AT_ONCE),
      )
      .orderBy('slot_seen.practice')
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map((row) => slotFacts(row, row.is_used === 1, placesOf(row.practice, areas)));
    after = last.practice;
  }
}

const PRACTICES_AT_ONCE = 20;
