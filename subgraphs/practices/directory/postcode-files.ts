import { csvRowsBelow, type ByteCounter, type RowReading } from './csv-rows';
import type { Point } from './great-circle';
import { parsePostcode, unitKey } from './postcode';

/** `key` is a unit postcode without its space, or an outward code. */
export interface PlacedCode extends Point {
  key: string;
}

/** Great Britain and its islands, in degrees; a place outside is a mistake in the file. */
const GREAT_BRITAIN = { south: 49.8, north: 60.9, west: -8.7, east: 1.8 };

/**
 * ONS postcode directory, `Postcode,lat,long`. The postcode is padded to seven characters ("BD1 1AA", "BD100AA").
 * @throws DirectoryFileError
 */
export async function* readPostcodes(
  file: string,
  onBytes: ByteCounter,
): AsyncGenerator<RowReading<PlacedCode>> {
  for await (const { at, cells } of csvRowsBelow(['Postcode', 'lat', 'long'], file, onBytes)) {
    const [text = '', latitude = '', longitude = ''] = cells;
    const postcode = parsePostcode(text);
    yield postcode?.kind === 'unit'
      ? { at, ...placed(postcode.outward, unitKey(postcode), latitude, longitude) }
      : { at, kind: 'refused', reason: 'not a full postcode' };
  }
}

export async function* readPostcodeFiles(
  files: readonly string[],
  onBytes: ByteCounter,
): AsyncGenerator<RowReading<PlacedCode>> {
  for (const file of files) yield* readPostcodes(file, onBytes);
}

/**
 * Centres of outward codes, `outcode,lat,long,unit_postcodes`: the mean of their unit postcodes.
 * @throws DirectoryFileError
 */
export async function* readOutcodes(
  file: string,
  onBytes: ByteCounter,
): AsyncGenerator<RowReading<PlacedCode>> {
  const header = ['outcode', 'lat', 'long', 'unit_postcodes'];
  for await (const { at, cells } of csvRowsBelow(header, file, onBytes)) {
    const [text = '', latitude = '', longitude = ''] = cells;
    const postcode = parsePostcode(text);
    yield postcode?.kind === 'outward'
      ? { at, ...placed(postcode.outward, postcode.outward, latitude, longitude) }
      : { at, kind: 'refused', reason: 'not an outward code' };
  }
}

function placed(outward: string, key: string, latitudeText: string, longitudeText: string) {
  // Northern Ireland's postcodes are under terms of their own, so they are left out.
  if (outward.startsWith('BT')) return { kind: 'skipped', reason: 'Northern Ireland' } as const;
  const latitude = Number(latitudeText);
  const longitude = Number(longitudeText);
  // An empty latitude beside a longitude of 0 is how the ONS writes "not known".
  if (latitudeText === '' || longitudeText === '' || latitude === 0)
    return { kind: 'skipped', reason: 'no coordinates' } as const;
  return inGreatBritain({ latitude, longitude })
    ? ({ kind: 'read', value: { key, latitude, longitude } } as const)
    : ({ kind: 'refused', reason: 'the coordinates are not in Great Britain' } as const);
}

/** False for NaN, too. */
function inGreatBritain({ latitude, longitude }: Point): boolean {
  const { south, north, west, east } = GREAT_BRITAIN;
  return latitude >= south && latitude <= north && longitude >= west && longitude <= east;
}
