import type { Migration } from 'kysely';

/** Columns with JSON are parsed by `assessment-store.ts` when they are read. Times are epoch milliseconds. */
export interface TriageTables {
  triage_assessment: {
    id: string;
    revision: number;
    pathway_id: string;
    content_version: string;
    content_hash: string;
    subject: string;
    place: string | null;
    declared_practice: string | null;
    answers: string;
    dropped_answers: string;
    started_at: number;
    expires_at: number;
    idempotency_scope: string;
    idempotency_key: string;
    input_digest: string;
  };
}

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

export const triageMigrations: Record<string, Migration> = { '0001-assessments': assessments };
