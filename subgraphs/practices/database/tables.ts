import { sql, type Migration } from 'kysely';
import type { PlacedBy } from '../directory/directory-practice';
import type { OpeningDay } from '../opening/opening-hours';

/**
 * An edition is one import of the directory, whole. Rows are written under the edition's id while it is `IMPORTING`
 * and nobody reads them; publishing makes it `CURRENT` in one small transaction. Edition rows are never deleted, so
 * that an id is never used twice: an import that was overtaken can then tell.
 */
export type EditionState = 'IMPORTING' | 'CURRENT' | 'RETIRED' | 'ABANDONED';

export interface PracticesTables {
  directory_edition: {
    id: number;
    state: EditionState;
    /** `2025-04-23`; empty while importing. */
    as_of: string;
    started_at: number;
    rows_written: number;
    published_at: number | null;
    /** What the import reported (`ImportReport`), for whoever asks later. */
    report_json: string | null;
  };
  directory_practice: {
    edition: number;
    ods_code: string;
    name: string;
    /** One line of the address per line. */
    address: string;
    postcode: string;
    phone: string | null;
    latitude: number | null;
    longitude: number | null;
    placed_by: PlacedBy | null;
  };
  /** Unit postcodes, without the space. */
  directory_postcode: { edition: number; postcode: string; latitude: number; longitude: number };
  directory_outcode: { edition: number; outcode: string; latitude: number; longitude: number };
  directory_gp_system: {
    edition: number;
    ods_code: string;
    clinical_system: string | null;
    /** Supplier ids; null where the practice cannot be reached that way. */
    patient_session: string | null;
    network: string | null;
    registered_patients: number | null;
  };
  directory_opening: { edition: number; ods_code: string; day: OpeningDay; opens: string; closes: string };
  directory_bank_holiday: { edition: number; day: string };
}

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
};
