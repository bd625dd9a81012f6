import type { Kysely } from 'kysely';
import type { PracticesTables } from '../database/tables';
import type { DirectoryPractice } from './directory-practice';
import { writeBatch } from './edition';
import type { Point } from './great-circle';
import { IMPORT_BATCH } from './in-batches';
import type { EditionPractices, NextPractices, RefusedPractice } from './next-practices';

export interface PracticesImported {
  loaded: number;
  byUnitPostcode: number;
  byOutwardCode: number;
  /** ODS codes of those whose postcode is nowhere in the files: found by name, near nothing. */
  notPlaced: string[];
  /** Practices whose row was refused, by name and line. */
  refused: RefusedPractice[];
  /** Practices that have left, whose last known record is kept. */
  former: number;
}

/** Refused practices that a report names; more are a file that is wrong as a whole. */
const MAX_REPORTED = 1_000;

export function practicesImported({ current, former, refused }: NextPractices): PracticesImported {
  const placedBy = (by: string) => current.filter(({ location }) => location?.placedBy === by).length;
  return {
    loaded: current.length,
    byUnitPostcode: placedBy('UNIT_POSTCODE'),
    byOutwardCode: placedBy('OUTWARD_CODE'),
    notPlaced: current.filter(({ location }) => location === null).map(({ odsCode }) => odsCode),
    refused: refused.slice(0, MAX_REPORTED),
    former: former.length,
  };
}

export async function writePractices(
  db: Kysely<PracticesTables>,
  edition: number,
  { current, former }: EditionPractices,
): Promise<void> {
  const rows = [
    ...current.map((practice) => toRow(edition, practice, null)),
    ...former.map((practice) => toRow(edition, practice, practice.leftOn)),
  ];
  for (const batch of batchesOf(rows))
    await writeBatch(db, edition, batch.length, async (trx) => {
      await trx.insertInto('directory_practice').values(batch).execute();
    });
}

/** Places of unit postcodes, of those that the edition has. */
export async function placesOfUnits(
  db: Kysely<PracticesTables>,
  edition: number,
  keys: readonly string[],
): Promise<Map<string, Point>> {
  const places = new Map<string, Point>();
  for (const batch of batchesOf(keys)) {
    const rows = await db
      .selectFrom('directory_postcode')
      .select(['postcode', 'latitude', 'longitude'])
      .where('edition', '=', edition)
      .where('postcode', 'in', batch)
      .execute();
    for (const { postcode, ...point } of rows) places.set(postcode, point);
  }
  return places;
}

function batchesOf<Value>(values: readonly Value[]): Value[][] {
  return Array.from({ length: Math.ceil(values.length / IMPORT_BATCH) }, (_, batch) =>
    values.slice(batch * IMPORT_BATCH, (batch + 1) * IMPORT_BATCH),
  );
}

function toRow(
  edition: number,
  { odsCode, name, addressLines, postcode, phone, location, areas }: DirectoryPractice,
  leftOn: string | null,
): PracticesTables['directory_practice'] {
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
    left_on: leftOn,
    region: areas?.region ?? null,
    icb: areas?.icb ?? null,
    sub_icb: areas?.subIcb ?? null,
    pcn: null,
  };
}
