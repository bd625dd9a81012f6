import { csvReadings, refused, skipped, type RowReading, type RowResult } from './csv-rows';
import type { Point } from './great-circle';
import { parsePostcode, unitKey } from './postcode';
import type { ByteCounter } from './text-file';

/** `key` is a unit postcode without its space, or an outward code. */
export interface PlacedCode extends Point {
  key: string;
}

/** A unit postcode, with the quintile of deprivation of its neighbourhood where the file has it. */
export interface PlacedPostcode extends PlacedCode {
  deprivation: number | null;
}

/** Great Britain and its islands, in degrees; a place outside is a mistake in the file. */
const GREAT_BRITAIN = { south: 49.8, north: 60.9, west: -8.7, east: 1.8 };

/**
 * ONS postcode directory, `Postcode,lat,long`, with or without `imd`, the rank of its neighbourhood (LSOA 2011) in the English indices
 * of deprivation of 2019. The postcode is padded to seven characters ("BD1 1AA", "BD100AA").
 * @throws DirectoryFileError
 */
export function readPostcodes(
  file: string,
  onBytes: ByteCounter,
): AsyncGenerator<RowReading<PlacedPostcode>> {
  const readRow = (cells: readonly string[]): RowResult<PlacedPostcode> => {
    const [text = '', latitude = '', longitude = '', rank = ''] = cells;
    const postcode = parsePostcode(text);
    if (postcode?.kind !== 'unit') return refused('not a full postcode');
    const result = placed(postcode.outward, unitKey(postcode), latitude, longitude);
    if (result.kind !== 'read') return result;
    return { kind: 'read', value: { ...result.value, deprivation: quintileOf(rank) } };
  };
  const header = ['Postcode', 'lat', 'long'];
  return csvReadings({ header, optional: 'imd', readRow, isWrittenWhole: true }, file, onBytes);
}

/** Neighbourhoods (LSOA 2011) that are ranked in England, the most deprived first. */
const RANKED = 32_844;

/** Null outside England, and where the file has none. */
function quintileOf(rank: string): number | null {
  const number = /^[0-9]{1,5}$/.test(rank) ? Number(rank) : 0;
  return number >= 1 && number <= RANKED ? Math.ceil((number * 5) / RANKED) : null;
}

export async function* readPostcodeFiles(
  files: readonly string[],
  onBytes: ByteCounter,
): AsyncGenerator<RowReading<PlacedPostcode>> {
  for (const file of files) yield* readPostcodes(file, onBytes);
}

/** An outward code, with the number of unit postcodes that its centre is the mean of; null where the file has none. */
export interface PlacedOutcode extends PlacedCode {
  unitPostcodes: number | null;
}

/**
 * Centres of outward codes, `outcode,lat,long,unit_postcodes`: the mean of their unit postcodes.
 * @throws DirectoryFileError
 */
export function readOutcodes(file: string, onBytes: ByteCounter): AsyncGenerator<RowReading<PlacedOutcode>> {
  const readRow = (cells: readonly string[]): RowResult<PlacedOutcode> => {
    const [text = '', latitude = '', longitude = '', units = ''] = cells;
    const code = parsePostcode(text);
    if (code?.kind !== 'outward' || code.outward !== text.toUpperCase())
      return refused('not an outward code');
    const result = placed(code.outward, code.outward, latitude, longitude);
    if (result.kind !== 'read') return result;
    const unitPostcodes = /^[0-9]{1,7}$/.test(units) ? Number(units) : null;
    return { kind: 'read', value: { ...result.value, unitPostcodes } };
  };
  const header = ['outcode', 'lat', 'long', 'unit_postcodes'];
  return csvReadings({ header, readRow, isWrittenWhole: true }, file, onBytes);
}

function placed(
  outward: string,
  key: string,
  latitudeText: string,
  longitudeText: string,
): RowResult<PlacedCode> {
  // Northern Ireland's postcodes are under terms of their own, so they are left out.
  if (outward.startsWith('BT')) return skipped('Northern Ireland');
  const latitude = Number(latitudeText);
  const longitude = Number(longitudeText);
  // An empty latitude beside a longitude of 0 is how the ONS writes "not known".
  if (latitudeText === '' || longitudeText === '' || latitude === 0) return skipped('no coordinates');
  return inGreatBritain({ latitude, longitude })
    ? { kind: 'read', value: { key, latitude, longitude } }
    : refused('the coordinates are not in Great Britain');
}

/** False for NaN, too. */
function inGreatBritain({ latitude, longitude }: Point): boolean {
  const { south, north, west, east } = GREAT_BRITAIN;
  return latitude >= south && latitude <= north && longitude >= west && longitude <= east;
}
