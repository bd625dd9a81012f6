import { sql, type Migration } from 'kysely';
import { z } from 'zod';
import { assessmentDigest } from '../../../domain/assessment-digest';
import { ageBand } from '../../../domain/insight/bands';
import { londonDate } from '../../../domain/london-time';
import { cubeTables } from '../../../platform/insight/cube-store';
import { checkFactTables, CHECK_CUBE_TABLES } from './fact-migrations';

const assessments: Migration = {
  up: async (db) => {
    await db.schema
      .createTable('triage_assessment')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('revision', 'integer', (column) => column.notNull())
      .addColumn('pathway_id', 'text', (column) => column.notNull())
      .addColumn('content_version', 'text', (column) => column.notNull())
      .addColumn('content_hash', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('place', 'text')
      .addColumn('declared_practice', 'text')
      .addColumn('answers', 'text', (column) => column.notNull())
      .addColumn('dropped_answers', 'text', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('idempotency_scope', 'text', (column) => column.notNull())
      .addColumn('idempotency_key', 'text', (column) => column.notNull())
      .addColumn('input_digest', 'text', (column) => column.notNull())
      .addUniqueConstraint('triage_assessment_start', ['idempotency_scope', 'idempotency_key'])
      .execute();
  },
};

const Before = z.object({
  id: z.string(),
  started_at: z.number(),
  subject: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.object({ ageInDays: z.number() })),
});

const editionsSwitchesAndCounts: Migration = {
  up: async (db) => {
    const { schema } = db;
    await schema
      .alterTable('triage_assessment')
      .addColumn('locale', 'text', (column) => column.notNull().defaultTo('en-GB'))
      .execute();
    for (const name of ['started_day', 'age_band'])
      await schema
        .alterTable('triage_assessment')
        .addColumn(name, 'text', (column) => column.notNull().defaultTo(''))
        .execute();
    await schema.alterTable('triage_assessment').addColumn('completed_at', 'bigint').execute();
    await schema.alterTable('triage_assessment').addColumn('disposition_id', 'text').execute();
    const rows = await db.selectFrom('triage_assessment').select(['id', 'started_at', 'subject']).execute();
    for (const { id, started_at, subject } of z.array(Before).parse(rows))
      await db
        .updateTable('triage_assessment')
        .set({
          started_day: londonDate(new Date(started_at)),
          age_band: ageBand(subject.ageInDays),
        })
        .where('id', '=', id)
        .execute();
    await schema
      .createIndex('triage_assessment_day')
      .on('triage_assessment')
      .columns(['started_day', 'pathway_id'])
      .execute();
    await schema
      .createTable('triage_content')
      .addColumn('hash', 'text', (column) => column.primaryKey())
      .addColumn('pathway_id', 'text', (column) => column.notNull())
      .addColumn('version', 'text', (column) => column.notNull())
      .addColumn('files', 'text', (column) => column.notNull())
      .addColumn('kept_at', 'bigint', (column) => column.notNull())
      .execute();
    await schema
      .createTable('triage_switch')
      .addColumn('scope', 'text', (column) => column.primaryKey())
      .addColumn('off', 'integer', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('changed_by', 'text', (column) => column.notNull())
      .addColumn('changed_at', 'bigint', (column) => column.notNull())
      .execute();
  },
};

const countsOfDeleted: Migration = {
  up: async (db) => {
    await db.schema
      .createTable('triage_count')
      .addColumn('started_day', 'text', (column) => column.notNull())
      .addColumn('pathway_id', 'text', (column) => column.notNull())
      .addColumn('disposition_id', 'text', (column) => column.notNull())
      .addColumn('age_band', 'text', (column) => column.notNull())
      .addColumn('started', 'bigint', (column) => column.notNull())
      .addColumn('completed', 'bigint', (column) => column.notNull())
      .addColumn('abandoned', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('triage_count_key', [
        'started_day',
        'pathway_id',
        'disposition_id',
        'age_band',
      ])
      .execute();
    // For deleting what has been kept for long enough.
    for (const [name, kind] of [
      ['unfinished', sql`is null`],
      ['completed', sql`is not null`],
    ] as const)
      await sql`create index ${sql.ref(`triage_assessment_${name}`)} on triage_assessment (expires_at)
        where completed_at ${kind}`.execute(db);
  },
};

const foundByDigest: Migration = {
  up: async (db) => {
    await db.schema
      .alterTable('triage_assessment')
      .addColumn('digest', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
    const rows = await db.selectFrom('triage_assessment').select('id').execute();
    for (const { id } of z.array(z.object({ id: z.string() })).parse(rows))
      await db
        .updateTable('triage_assessment')
        .set({ digest: assessmentDigest(id) })
        .where('id', '=', id)
        .execute();
    await db.schema
      .createIndex('triage_assessment_digest')
      .on('triage_assessment')
      .column('digest')
      .execute();
  },
};

const whatWasSaid: Migration = {
  up: async (db) => {
    await db.schema
      .alterTable('triage_assessment')
      .addColumn('amended_answers', 'text', (column) => column.notNull().defaultTo('[]'))
      .execute();
    for (const name of ['earlier_emergency', 'repeat_caller', 'repeat_device', 'emergency_disposition'])
      await db.schema.alterTable('triage_assessment').addColumn(name, 'text').execute();
    await db.schema.alterTable('triage_assessment').addColumn('emergency_at', 'bigint').execute();
    for (const name of ['repeat_caller', 'repeat_device'])
      await sql`create index ${sql.ref(`triage_assessment_${name}`)} on triage_assessment (${sql.ref(name)}, emergency_at)
        where emergency_at is not null`.execute(db);
  },
};

export const triageMigrations: Record<string, Migration> = {
  '0001-assessments': assessments,
  '0002-editions-switches-and-counts': editionsSwitchesAndCounts,
  '0003-counts-of-deleted': countsOfDeleted,
  '0004-found-by-digest': foundByDigest,
  '0005-what-was-said': whatWasSaid,
  '0006-check-facts': checkFactTables,
  '0007-check-cubes': cubeTables(CHECK_CUBE_TABLES),
};
