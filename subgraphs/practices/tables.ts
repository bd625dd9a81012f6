import { sql, type Migration } from 'kysely';
import type { PlacedBy } from './directory/directory-practice';

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
  /** A practice's own release rules; without a row the defaults of the world hold. */
  release_policy: { ods_code: string; version: number; rules: string; updated_at: number };
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
};
