import type { InsertResult, Kysely, Transaction } from 'kysely';
import type { PracticesTables } from '../database/tables';
import { writeBatch } from './edition';
import type { Point } from './great-circle';
import { IMPORT_BATCH, inBatches } from './in-batches';
import type { PlacedCode, PlacedOutcode, PlacedPostcode } from './postcode-files';

export interface CodesImported {
  loaded: number;
  /** Rows whose code was there before; the first one counts. */
  repeated: number;
}

/** Outward codes are few: their centres are kept at hand for placing practices, and their counts for the guards. */
export interface OutcodesAtHand {
  centres: ReadonlyMap<string, Point>;
  unitPostcodes: ReadonlyMap<string, number>;
}

export async function importOutcodes(
  db: Kysely<PracticesTables>,
  edition: number,
  codes: AsyncIterable<PlacedOutcode>,
): Promise<CodesImported & OutcodesAtHand> {
  const centres = new Map<string, Point>();
  const unitPostcodes = new Map<string, number>();
  const imported = await importCodes(db, edition, codes, (trx, batch) => {
    for (const { key, latitude, longitude, unitPostcodes: units } of batch) {
      if (centres.has(key)) continue;
      centres.set(key, { latitude, longitude });
      if (units !== null) unitPostcodes.set(key, units);
    }
    return trx
      .insertInto('directory_outcode')
      .values(batch.map(({ key, latitude, longitude }) => ({ edition, outcode: key, latitude, longitude })))
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
  });
  return { ...imported, centres, unitPostcodes };
}

/** @returns the outward codes of the postcodes, too. */
export async function importPostcodes(
  db: Kysely<PracticesTables>,
  edition: number,
  codes: AsyncIterable<PlacedPostcode>,
): Promise<CodesImported & { outwards: ReadonlySet<string> }> {
  const outwards = new Set<string>();
  const imported = await importCodes(db, edition, codes, (trx, batch) => {
    for (const { key } of batch) outwards.add(key.slice(0, -3));
    return trx
      .insertInto('directory_postcode')
      .values(batch.map(({ key, ...point }) => ({ edition, postcode: key, ...point })))
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
  });
  return { ...imported, outwards };
}

async function importCodes<Code extends PlacedCode>(
  db: Kysely<PracticesTables>,
  edition: number,
  codes: AsyncIterable<Code>,
  insert: (trx: Transaction<PracticesTables>, batch: Code[]) => Promise<InsertResult>,
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
