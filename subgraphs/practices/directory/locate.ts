import type { DirectoryPractice, PracticeLocation } from './directory-practice';
import type { Point } from './great-circle';
import { formatUnit, unitKey } from './postcode';
import type { FiledPractice } from './practice-file';

/** Puts a practice on the map: by its unit postcode, else by the centre of its outward code. */
export function located(
  { odsCode, name, addressLines, postcode, phone }: FiledPractice,
  units: ReadonlyMap<string, Point>,
  outcodes: ReadonlyMap<string, Point>,
): DirectoryPractice {
  return {
    odsCode,
    name,
    addressLines,
    postcode: formatUnit(postcode),
    phone,
    location:
      at(units.get(unitKey(postcode)), 'UNIT_POSTCODE') ?? at(outcodes.get(postcode.outward), 'OUTWARD_CODE'),
  };
}

function at(point: Point | undefined, placedBy: PracticeLocation['placedBy']): PracticeLocation | null {
  return point === undefined ? null : { latitude: point.latitude, longitude: point.longitude, placedBy };
}
