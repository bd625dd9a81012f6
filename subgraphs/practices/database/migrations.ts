import { type Migration, sql } from 'kysely';

export const practicesMigrations: Record<string, Migration> = {
  '001-directory-and-policies': {
    async up(db) {
      await db.schema
        .createTable('directory_edition')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('as_of', 'text', (column) => column.notNull())
        .addColumn('started_at', 'bigint', (column) => column.notNull())
        .addColumn('rows_written', 'bigint', (column) => column.notNull())
        .execute();
      await sql`create unique index directory_edition_current on directory_edition (state) where state = 'CURRENT'`.execute(
        db,
      );
      await db.schema
        .createTable('directory_practice')
        .addColumn('edition', 'integer', (column) => column.notNull())
        .addColumn('ods_code', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('address', 'text', (column) => column.notNull())
        .addColumn('postcode', 'text', (column) => column.notNull())
        .addColumn('phone', 'text')
        .addColumn('latitude', 'double precision')
        .addColumn('longitude', 'double precision')
        .addColumn('placed_by', 'text')
        .addPrimaryKeyConstraint('directory_practice_key', ['edition', 'ods_code'])
        .execute();
      await db.schema
        .createTable('directory_postcode')
        .addColumn('edition', 'integer', (column) => column.notNull())
        .addColumn('postcode', 'text', (column) => column.notNull())
        .addColumn('latitude', 'double precision', (column) => column.notNull())
        .addColumn('longitude', 'double precision', (column) => column.notNull())
        .addPrimaryKeyConstraint('directory_postcode_key', ['edition', 'postcode'])
        .execute();
      await db.schema
        .createTable('directory_outcode')
        .addColumn('edition', 'integer', (column) => column.notNull())
        .addColumn('outcode', 'text', (column) => column.notNull())
        .addColumn('latitude', 'double precision', (column) => column.notNull())
        .addColumn('longitude', 'double precision', (column) => column.notNull())
        .addPrimaryKeyConstraint('directory_outcode_key', ['edition', 'outcode'])
        .execute();
      await db.schema
        .createTable('release_policy')
        .addColumn('ods_code', 'text', (column) => column.primaryKey())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('rules', 'text', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .execute();
    },
  },
  '002-systems-hours-and-holidays': {
    async up(db) {
      await sql`alter table directory_edition add column published_at bigint`.execute(db);
      await sql`alter table directory_edition add column report_json text`.execute(db);
      await sql`create table directory_gp_system (
        edition integer not null,
        ods_code text not null,
        clinical_system text,
        patient_session text,
        network text,
        registered_patients integer,
        primary key (edition, ods_code)
      )`.execute(db);
      await sql`create table directory_opening (
        edition integer not null,
        ods_code text not null,
        day text not null,
        opens text not null,
        closes text not null,
        primary key (edition, ods_code, day, opens)
      )`.execute(db);
      await sql`create table directory_bank_holiday (
        edition integer not null,
        day text not null,
        primary key (edition, day)
      )`.execute(db);
      // Nothing ever wrote it: release rules are kept with the bookings that they are judged for.
      await sql`drop table release_policy`.execute(db);
    },
  },
  '003-former-practices': {
    async up(db) {
      await sql`alter table directory_practice add column left_on text`.execute(db);
    },
  },
  '004-access-needs': {
    async up(db) {
      await sql`create table directory_access (
        edition integer not null,
        ods_code text not null,
        need text not null,
        is_met integer not null,
        primary key (edition, ods_code, need)
      )`.execute(db);
    },
  },
  '005-areas-and-deprivation': {
    async up(db) {
      for (const column of ['region', 'icb', 'sub_icb', 'pcn'])
        await sql`alter table directory_practice add column ${sql.ref(column)} text`.execute(db);
      await sql`alter table directory_postcode add column deprivation integer`.execute(db);
    },
  },
};
