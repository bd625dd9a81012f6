import type { Kysely } from 'kysely';
import type { ResolvedPlace, PlaceAnswer, PlaceLookup } from '../../../domain/place-lookup';
import type { PracticesTables } from '../database/tables';
import { currentEdition } from './edition';
import type { Point } from './great-circle';
import { formatUnit, parsePostcode, unitKey, type Postcode } from './postcode';

/** Coordinates of postcodes, wherever they are kept. */
export interface PostcodeTable {
  /** @param key the unit postcode without its space. */
  unit(key: string): Promise<Point | undefined>;
  outcode(outward: string): Promise<Point | undefined>;
}

/** @param tableNow the table to ask; chosen at each look-up, because an import may publish another meanwhile. */
export function placeLookup(tableNow: () => Promise<PostcodeTable>): PlaceLookup {
  return {
    async find(text) {
      const postcode = parsePostcode(text);
      if (postcode === null) return { kind: 'malformed' };
      if (postcode.kind === 'nowhere') return { kind: 'unknown' };
      return findIn(await tableNow(), postcode);
    },
  };
}

/** The current edition's table; `whenNone` stands in until a directory has been imported. */
export function storedPostcodes(
  db: Kysely<PracticesTables>,
  whenNone: () => Promise<PostcodeTable>,
): () => Promise<PostcodeTable> {
  return async () => {
    const edition = await currentEdition(db);
    return edition === undefined ? whenNone() : editionPostcodes(db, edition.id);
  };
}

function editionPostcodes(db: Kysely<PracticesTables>, edition: number): PostcodeTable {
  return {
    unit: (key) =>
      db
        .selectFrom('directory_postcode')
        .select(['latitude', 'longitude'])
        .where('edition', '=', edition)
        .where('postcode', '=', key)
        .executeTakeFirst(),
    outcode: (outward) =>
      db
        .selectFrom('directory_outcode')
        .select(['latitude', 'longitude'])
        .where('edition', '=', edition)
        .where('outcode', '=', outward)
        .executeTakeFirst(),
  };
}

async function findIn(
  table: PostcodeTable,
  postcode: Exclude<Postcode, { kind: 'nowhere' }>,
): Promise<PlaceAnswer> {
  const unit = postcode.kind === 'unit' ? await table.unit(unitKey(postcode)) : undefined;
  const point = unit ?? (await table.outcode(postcode.outward));
  if (point === undefined) return { kind: 'unknown' };
  const place: ResolvedPlace = {
    postcode: postcode.kind === 'unit' ? formatUnit(postcode) : postcode.outward,
    latitude: point.latitude,
    longitude: point.longitude,
    precision: unit === undefined ? 'OUTWARD_CODE' : 'UNIT_POSTCODE',
  };
  return { kind: 'found', place };
}
