import type { Kysely } from 'kysely';
import { placesOf, type AreasByPractice } from '../../../domain/insight/areas';
import { NOT_KNOWN } from '../../../domain/insight/bands';
import type { CubeReader } from '../../../domain/insight/cubes';
import { hourValue, NO_OUTCOME, WEEKDAYS } from '../../../domain/insight/dimensions';
import { weekdayOf } from '../../../domain/insight/periods';
import type { PracticeAreas } from '../../../domain/practice-areas';
import { forgetSources } from '../../../platform/insight/counted-source';
import { cubeStore, type DayFacts, type TopicFact } from '../../../platform/insight/cube-store';
import { CHECK_CUBE_TABLES } from '../database/fact-migrations';
import type { TriageTables } from '../database/tables';
import type { CheckFactRow } from './check-fact';
import { COUNTED_SOURCES } from './check-facts';

export interface CheckCubesDeps {
  db: Kysely<TriageTables>;
  areas: PracticeAreas;
  now: () => Date;
}

/** Cubes of the symptom checks, in triage's own database. */
export function checkCubes({ db, areas, now }: CheckCubesDeps): CubeReader {
  return cubeStore({ db, tables: CHECK_CUBE_TABLES, facts: checkFactsOfDay(areas), now });
}

const PAGE = 500;

function checkFactsOfDay(areas: PracticeAreas): DayFacts<TriageTables> {
  return {
    async firstDay(db) {
      const row = await db
        .selectFrom('triage_check_fact')
        .select(({ fn }) => fn.min<string | null>('day').as('day'))
        .executeTakeFirst();
      return row?.day ?? null;
    },

    async *of(db, day) {
      const known = await areas.all();
      for (let after = 0; ;) {
        const rows = await db
          .selectFrom('triage_check_fact')
          .selectAll()
          .where('day', '=', day)
          .where('id', '>', after)
          .orderBy('id')
          .limit(PAGE)
          .execute();
        yield rows.map((row) => countedCheck(row, known));
        const last = rows.at(-1);
        if (last === undefined || rows.length < PAGE) return;
        after = last.id;
      }
    },

    async forget(db, before, closed) {
      await db.deleteFrom('triage_check_fact').where('day', '<', before).execute();
      await forgetSources(db, COUNTED_SOURCES, closed);
    },
  };
}

function countedCheck(row: CheckFactRow, areas: AreasByPractice): TopicFact {
  return {
    topic: 'check',
    key: row.cell_key,
    values: {
      HOUR: row.hour === null ? NOT_KNOWN : hourValue(row.hour),
      WEEKDAY: WEEKDAYS[weekdayOf(row.day)] ?? '',
      PATHWAY: row.pathway,
      AGE_BAND: row.age_band,
      SEX: row.sex ?? NOT_KNOWN,
      DEPRIVATION: row.deprivation,
      DISPOSITION: row.disposition ?? NO_OUTCOME,
      ...placesOf(row.practice, areas),
      OUTWARD_CODE: row.outcode ?? NOT_KNOWN,
    },
    counts: [
      row.result !== 'REFUSED',
      row.result === 'COMPLETED',
      // Its day has closed, so nobody can answer it any more.
      row.result === 'STARTED',
      row.result === 'REFUSED',
    ],
  };
}
