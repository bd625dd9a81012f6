import { sql, type Kysely, type Migration } from 'kysely';
import { z } from 'zod';
import { countedSourceColumns } from '../../../platform/insight/counted-source';
import { factChance } from '../../../platform/insight/fact-time';

export const CHECK_CUBE_TABLES = { cube: 'triage_cube', state: 'triage_cube_state' } as const;

const Assessment = z.object({
  id: z.string(),
  started_day: z.string(),
  pathway_id: z.string(),
  age_band: z.string(),
  completed_at: z.coerce.number().nullable(),
  disposition_id: z.string().nullable(),
});
const Counts = z.object({
  started_day: z.string(),
  pathway_id: z.string(),
  disposition_id: z.string(),
  age_band: z.string(),
  completed: z.coerce.number(),
  abandoned: z.coerce.number(),
});

/** Bands were written as 0-4 and 65+ before. */
function inWords(band: string): string {
  return band.replace('-', ' to ').replace(/^(\d+)[+]$/, '$1 and over');
}

function insertFact(
  db: Kysely<unknown>,
  {
    day,
    pathway,
    band,
    disposition,
  }: Record<'day' | 'pathway' | 'band', string> & { disposition: string | null },
) {
  const id = factChance.id();
  const result = disposition === null ? 'STARTED' : 'COMPLETED';
  return sql`insert into triage_check_fact
    (id, day, hour, cell_key, pathway, age_band, sex, practice, outcode, deprivation, result, disposition)
    values (${id}, ${day}, null, ${factChance.cellKey()}, ${pathway}, ${inWords(band)}, null, null, null, 'Not known',
      ${result}, ${disposition})`
    .execute(db)
    .then(() => id);
}

/** Facts in place of counts: what was counted until now becomes facts without hour, sex and place. */
export const checkFactTables: Migration = {
  up: async (db: Kysely<unknown>) => {
    await db.schema
      .createTable('triage_check_fact')
      .addColumn('id', 'bigint', (column) => column.primaryKey())
      .addColumn('day', 'text', (column) => column.notNull())
      .addColumn('hour', 'integer')
      .addColumn('cell_key', 'integer', (column) => column.notNull())
      .addColumn('pathway', 'text', (column) => column.notNull())
      .addColumn('age_band', 'text', (column) => column.notNull())
      .addColumn('sex', 'text')
      .addColumn('practice', 'text')
      .addColumn('outcode', 'text')
      .addColumn('deprivation', 'text', (column) => column.notNull())
      .addColumn('result', 'text', (column) => column.notNull())
      .addColumn('disposition', 'text')
      .execute();
    await db.schema
      .createIndex('triage_check_fact_day')
      .on('triage_check_fact')
      .columns(['day', 'id'])
      .execute();
    await countedSourceColumns(db.schema.createTable('triage_counted_source'))
      .addPrimaryKeyConstraint('triage_counted_source_key', ['day', 'source'])
      .execute();
    await db.schema.alterTable('triage_assessment').addColumn('fact', 'bigint').execute();
    const { rows: assessments } = await sql`select id, started_day, pathway_id, age_band, completed_at,
      disposition_id from triage_assessment`.execute(db);
    for (const row of z.array(Assessment).parse(assessments)) {
      const disposition = row.completed_at === null ? null : row.disposition_id;
      const fact = await insertFact(db, {
        day: row.started_day,
        pathway: row.pathway_id,
        band: row.age_band,
        disposition,
      });
      await sql`update triage_assessment set fact = ${fact} where id = ${row.id}`.execute(db);
    }
    const { rows: counts } = await sql`select * from triage_count`.execute(db);
    for (const row of z.array(Counts).parse(counts)) {
      const kind = { day: row.started_day, pathway: row.pathway_id, band: row.age_band };
      for (let n = 0; n < row.completed; n++)
        await insertFact(db, { ...kind, disposition: row.disposition_id });
      for (let n = 0; n < row.abandoned; n++) await insertFact(db, { ...kind, disposition: null });
    }
    await db.schema.dropTable('triage_count').execute();
  },
};
