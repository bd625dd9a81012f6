import type { Kysely } from 'kysely';
import type { PracticesTables } from '../database/tables';
import type { DirectoryPractice } from './directory-practice';
import { writeBatch } from './edition';
import type { Point } from './great-circle';
import { IMPORT_BATCH, inBatches } from './in-batches';
import { located } from './locate';
import { unitKey } from './postcode';
import type { FiledPractice } from './practice-file';

export interface PracticesImported {
  loaded: number;
  byUnitPostcode: number;
  byOutwardCode: number;
  /** ODS codes of those whose postcode is nowhere in the files: found by name, near nothing. */
  notPlaced: string[];
}

/** Writes practices, each at the unit postcode of the same edition or else at its outward code's centre. @returns their codes, too. */
export async function importPractices(
  db: Kysely<PracticesTables>,
  edition: number,
  practices: AsyncIterable<FiledPractice>,
  centres: ReadonlyMap<string, Point>,
): Promise<PracticesImported & { codes: ReadonlySet<string> }> {
  const imported: PracticesImported = { loaded: 0, byUnitPostcode: 0, byOutwardCode: 0, notPlaced: [] };
  const codes = new Set<string>();
  for await (const batch of inBatches(practices, IMPORT_BATCH)) {
    const units = await unitsOf(db, edition, batch);
    const placed = batch.map((practice) => located(practice, units, centres));
    await writeBatch(db, edition, placed.length, async (trx) => {
      await trx
        .insertInto('directory_practice')
        .values(placed.map((practice) => toRow(edition, practice)))
        .execute();
    });
    for (const practice of placed) {
      count(imported, practice);
      codes.add(practice.odsCode);
    }
  }
  return { ...imported, codes };
}

function count(imported: PracticesImported, { odsCode, location }: DirectoryPractice): void {
  imported.loaded += 1;
  if (location === null) imported.notPlaced.push(odsCode);
  else if (location.placedBy === 'UNIT_POSTCODE') imported.byUnitPostcode += 1;
  else imported.byOutwardCode += 1;
}

async function unitsOf(
  db: Kysely<PracticesTables>,
  edition: number,
  practices: readonly FiledPractice[],
): Promise<Map<string, Point>> {
  const keys = practices.map(({ postcode }) => unitKey(postcode));
  const rows = await db
    .selectFrom('directory_postcode')
    .select(['postcode', 'latitude', 'longitude'])
    .where('edition', '=', edition)
    .where('postcode', 'in', keys)
    .execute();
  return new Map(rows.map(({ postcode, ...point }) => [postcode, point]));
}

function toRow(edition: number, practice: DirectoryPractice): PracticesTables['directory_practice'] {
  const { odsCode, name, addressLines, postcode, phone, location } = practice;
  return {
    edition,
    ods_code: odsCode,
    name,
    address: addressLines.join('\n'),
    postcode,
    phone,
    latitude: location?.latitude ?? null,
    longitude: location?.longitude ?? null,
    placed_by: location?.placedBy ?? null,
  };
}
