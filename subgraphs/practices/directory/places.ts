import type { Kysely } from 'kysely';
import type { ResolvedPlace, PlaceAnswer, PlaceLookup } from '../../../domain/place-lookup';
import type { PracticesTables } from '../database/tables';
import { currentEdition } from './edition';
import type { Point } from './great-circle';
import { divisionsOf, formatUnit, parsePostcode, unitKey, type Postcode } from './postcode';

/** A unit postcode's place, and its quintile of deprivation where that is known. */
export type PostcodePlace = Point & { deprivation?: number | null };

/** Coordinates of postcodes, wherever they are kept. */
export interface PostcodeTable {
  /** @param key the unit postcode without its space. */
  unit(key: string): Promise<PostcodePlace | undefined>;
  /** Centres of those outward codes that there are. */
  outcodes(outwards: readonly string[]): Promise<Point[]>;
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
        .select(['latitude', 'longitude', 'deprivation'])
        .where('edition', '=', edition)
        .where('postcode', '=', key)
        .executeTakeFirst(),
    outcodes: (outwards) =>
      db
        .selectFrom('directory_outcode')
        .select(['latitude', 'longitude'])
        .where('edition', '=', edition)
        .where('outcode', 'in', outwards)
        .execute(),
  };
}

async function findIn(
  table: PostcodeTable,
  postcode: Exclude<Postcode, { kind: 'nowhere' }>,
): Promise<PlaceAnswer> {
  if (postcode.kind === 'unit') {
    const unit = await table.unit(unitKey(postcode));
    if (unit !== undefined) return found(unit, formatUnit(postcode), 'UNIT_POSTCODE');
  }
  const half = await findOutward(table, postcode);
  if (half === null) return { kind: 'unknown' };
  const name = postcode.kind === 'unit' ? formatUnit(postcode) : half.outward;
  return found(half.point, name, 'OUTWARD_CODE');
}

/** The centre of an outward code, else of the district that EC1 or SW1 is, else of what the text is a sector of. */
async function findOutward(
  table: PostcodeTable,
  postcode: Exclude<Postcode, { kind: 'nowhere' }>,
): Promise<{ outward: string; point: Point } | null> {
  const sectorOf = postcode.kind === 'outward' ? postcode.sectorOf : undefined;
  for (const outward of [postcode.outward, ...(sectorOf === undefined ? [] : [sectorOf])])
    for (const codes of [[outward], divisionsOf(outward)]) {
      const point = middleOf(await table.outcodes(codes));
      if (point !== null) return { outward, point };
    }
  return null;
}

function middleOf(points: readonly Point[]): Point | null {
  if (points.length === 0) return null;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    latitude: mean(points.map(({ latitude }) => latitude)),
    longitude: mean(points.map(({ longitude }) => longitude)),
  };
}

function found(
  { latitude, longitude, deprivation }: PostcodePlace,
  postcode: string,
  precision: ResolvedPlace['precision'],
): PlaceAnswer {
  const place = { postcode, latitude, longitude, precision };
  return { kind: 'found', place: deprivation == null ? place : { ...place, deprivation } };
}
