import type { InsertResult, Kysely, Transaction } from 'kysely';
import type { PracticesTables } from '../database/tables';
import { writeBatch } from './edition';
import type { Point } from './great-circle';
import { IMPORT_BATCH, inBatches } from './in-batches';
import type { PlacedCode } from './postcode-files';

export interface CodesImported {
  loaded: number;
  /** Rows whose code was there before; the first one counts. */
  repeated: number;
}

/** Outward codes are few: their centres are kept at hand for placing practices. */
export async function importOutcodes(
  db: Kysely<PracticesTables>,
  edition: number,
  codes: AsyncIterable<PlacedCode>,
): Promise<CodesImported & { centres: ReadonlyMap<string, Point> }> {
  const centres = new Map<string, Point>();
  const imported = await importCodes(db, edition, codes, (trx, batch) => {
    for (const { key, ...point } of batch) centres.set(key, point);
    return trx
      .insertInto('directory_outcode')
      .values(batch.map(({ key, ...point }) => ({ edition, outcode: key, ...point })))
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
  });
  return { ...imported, centres };
}

export function importPostcodes(
  db: Kysely<PracticesTables>,
  edition: number,
  codes: AsyncIterable<PlacedCode>,
): Promise<CodesImported> {
  return importCodes(db, edition, codes, (trx, batch) =>
    trx
      .insertInto('directory_postcode')
      .values(batch.map(({ key, ...point }) => ({ edition, postcode: key, ...point })))
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow(),
  );
}

async function importCodes(
  db: Kysely<PracticesTables>,
  edition: number,
  codes: AsyncIterable<PlacedCode>,
  insert: (trx: Transaction<PracticesTables>, batch: PlacedCode[]) => Promise<InsertResult>,
): Promise<CodesImported> {
  let read = 0;
  let loaded = 0;
  for await (const batch of inBatches(codes, IMPORT_BATCH)) {
    read += batch.length;
    await writeBatch(db, edition, batch.length, async (trx) => {
      loaded += Number((await insert(trx, batch)).numInsertedOrUpdatedRows);
    });
  }
  return { loaded, repeated: read - loaded };
}
