import { sql, type Kysely } from 'kysely';
import { countedSourceColumns } from '../../../platform/insight/counted-source';
import { cubeTables } from '../../../platform/insight/cube-store';

export const APPOINTMENT_CUBES = { cube: 'appointment_cube', state: 'appointment_cube_state' } as const;
export const SEARCH_SOURCES = 'search_counted_source';

/** Columns that every fact about a need has. */
const OF_NEED = `id bigint primary key,
  day text not null,
  hour integer not null,
  cell_key integer not null,
  pathway text,
  disposition text not null,
  age_band text not null,
  sex text,
  practice text,
  outcode text,
  deprivation text not null`;

/** One table of facts for each kind; personal rows may name a fact, and no fact names anything. */
export async function createFacts(db: Kysely<unknown>): Promise<void> {
  await sql`create table search_fact (${sql.raw(OF_NEED)},
    own_answer text not null,
    found text not null,
    not_offered text not null,
    suppliers text not null
  )`.execute(db);
  await sql`create table search_need (
    assessment_digest text primary key,
    fact bigint,
    at bigint not null
  )`.execute(db);
  await sql`create index search_need_at on search_need (at)`.execute(db);
  await sql`create table hold_fact (${sql.raw(OF_NEED)},
    elsewhere_reason text,
    mode text not null,
    supplier text not null,
    result text not null
  )`.execute(db);
  await sql`create table booking_fact (${sql.raw(OF_NEED)},
    event text not null,
    elsewhere_reason text,
    own_answer text,
    distance text not null,
    lead_step text not null,
    mode text not null,
    supplier text not null,
    cancel_reason text
  )`.execute(db);
  await sql`create table slot_seen (
    practice text not null,
    supplier text not null,
    slot_id text not null,
    day text not null,
    hour integer not null,
    cell_key integer not null,
    mode text not null,
    primary key (day, practice, supplier, slot_id)
  )`.execute(db);
  for (const table of ['search_fact', 'hold_fact', 'booking_fact'])
    await sql`create index ${sql.ref(`${table}_day`)} on ${sql.table(table)} (day, id)`.execute(db);
  await sql`alter table hold add column fact bigint`.execute(db);
  await sql`alter table booking add column cancel_reason text`.execute(db);
  await countedSourceColumns(db.schema.createTable(SEARCH_SOURCES))
    .addPrimaryKeyConstraint(`${SEARCH_SOURCES}_key`, ['day', 'source'])
    .execute();
  await sql`create table statistics_question (
    at bigint not null,
    caller_id text not null,
    request_id text not null,
    day text not null,
    question text not null,
    cells integer not null
  )`.execute(db);
  await sql`create index statistics_question_caller on statistics_question (caller_id, day)`.execute(db);
}

export const appointmentCubes = cubeTables(APPOINTMENT_CUBES);
