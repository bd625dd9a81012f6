import type { Kysely, Transaction } from 'kysely';
import type { PracticesTables } from '../database/tables';

/** Another import has begun: the newest one wins, and an older one that still runs must stop. */
export class ImportOvertaken extends Error {
  constructor() {
    super(
      'Another directory import has begun meanwhile, so this one was stopped; nothing it wrote is in use.',
    );
    this.name = 'ImportOvertaken';
  }
}

export interface DirectoryEdition {
  id: number;
  asOf: string;
}

/** The edition in use; undefined before the first import. */
export async function currentEdition(db: Kysely<PracticesTables>): Promise<DirectoryEdition | undefined> {
  const row = await db
    .selectFrom('directory_edition')
    .select(['id', 'as_of'])
    .where('state', '=', 'CURRENT')
    .executeTakeFirst();
  return row && { id: row.id, asOf: row.as_of };
}

/** Returns the import report of an edition as JSON; null for editions older than such reports. */
export async function editionReport(
  db: Kysely<PracticesTables>,
  edition: number,
): Promise<{ publishedAt: Date; report: unknown } | null> {
  const row = await db
    .selectFrom('directory_edition')
    .select(['published_at', 'report_json'])
    .where('id', '=', edition)
    .executeTakeFirst();
  if (row?.published_at == null || row.report_json === null) return null;
  return { publishedAt: new Date(row.published_at), report: JSON.parse(row.report_json) };
}

/** Starts an edition under an id of its own; imports that were under way, or were broken off, are abandoned. */
export async function beginEdition(db: Kysely<PracticesTables>, startedAt: Date): Promise<number> {
  return db.transaction().execute(async (trx) => {
    await trx
      .updateTable('directory_edition')
      .set({ state: 'ABANDONED' })
      .where('state', '=', 'IMPORTING')
      .execute();
    const last = await trx
      .selectFrom('directory_edition')
      .select(({ fn }) => fn.max<number | null>('id').as('id'))
      .executeTakeFirst();
    const id = (last?.id ?? 0) + 1;
    await trx
      .insertInto('directory_edition')
      .values({
        id,
        state: 'IMPORTING',
        as_of: '',
        started_at: startedAt.getTime(),
        rows_written: 0,
        published_at: null,
        report_json: null,
      })
      .execute();
    return id;
  });
}

/**
 * Writes a batch under an edition that is still being imported. The guard comes first and locks the edition's row:
 * abandoning the edition waits for this batch, or makes it fail.
 * @throws ImportOvertaken
 */
export async function writeBatch(
  db: Kysely<PracticesTables>,
  edition: number,
  rows: number,
  write: (trx: Transaction<PracticesTables>) => Promise<void>,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const guard = await trx
      .updateTable('directory_edition')
      .set(({ eb }) => ({ rows_written: eb('rows_written', '+', rows) }))
      .where('id', '=', edition)
      .where('state', '=', 'IMPORTING')
      .executeTakeFirst();
    if (guard.numUpdatedRows !== 1n) throw new ImportOvertaken();
    await write(trx);
  });
}

/**
 * Puts the edition into use, whole and at once. The one before keeps its rows until the next import, for readers that
 * are in the middle of it.
 * @throws ImportOvertaken
 */
export async function publishEdition(
  db: Kysely<PracticesTables>,
  edition: number,
  { asOf, publishedAt, report }: { asOf: string; publishedAt: Date; report: unknown },
): Promise<void> {
  await writeBatch(db, edition, 0, async (trx) => {
    await trx
      .updateTable('directory_edition')
      .set({ state: 'RETIRED' })
      .where('state', '=', 'CURRENT')
      .execute();
    await trx
      .updateTable('directory_edition')
      .set({
        state: 'CURRENT',
        as_of: asOf,
        published_at: publishedAt.getTime(),
        report_json: JSON.stringify(report),
      })
      .where('id', '=', edition)
      .execute();
  });
}

/** Rows deleted at a time, so that nobody waits long for the embedded database's one writer. */
const DELETED_AT_ONCE = 20_000;

/** Removes the rows of editions that are retired or abandoned. */
export async function deleteOldEditions(db: Kysely<PracticesTables>): Promise<void> {
  const editions = await db
    .selectFrom('directory_edition')
    .select('id')
    .where('state', 'in', ['RETIRED', 'ABANDONED'])
    .execute();
  for (const { id } of editions) {
    await db.deleteFrom('directory_practice').where('edition', '=', id).execute();
    await db.deleteFrom('directory_outcode').where('edition', '=', id).execute();
    await db.deleteFrom('directory_gp_system').where('edition', '=', id).execute();
    await db.deleteFrom('directory_opening').where('edition', '=', id).execute();
    await db.deleteFrom('directory_access').where('edition', '=', id).execute();
    await db.deleteFrom('directory_bank_holiday').where('edition', '=', id).execute();
    while (await deletePostcodes(db, id));
  }
}

async function deletePostcodes(db: Kysely<PracticesTables>, edition: number): Promise<boolean> {
  const swept = await db
    .deleteFrom('directory_postcode')
    .where('edition', '=', edition)
    .where('postcode', 'in', (query) =>
      query
        .selectFrom('directory_postcode')
        .select('postcode')
        .where('edition', '=', edition)
        .limit(DELETED_AT_ONCE),
    )
    .executeTakeFirst();
  return swept.numDeletedRows > 0n;
}
