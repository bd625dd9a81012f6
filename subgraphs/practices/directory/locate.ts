import type { DirectoryPractice, PracticeLocation } from './directory-practice';
import type { Point } from './great-circle';
import { formatUnit, unitKey } from './postcode';
import type { FiledPractice } from './practice-file';

/** Puts a practice on the map: by its unit postcode, else by the centre of its outward code. */
export function located(
  { odsCode, name, addressLines, postcode, phone, areas }: FiledPractice,
  units: ReadonlyMap<string, Point>,
  outcodes: ReadonlyMap<string, Point>,
): DirectoryPractice {
  const unit = 'inward' in postcode ? units.get(unitKey(postcode)) : undefined;
  return {
    odsCode,
    name,
    addressLines,
    postcode: 'inward' in postcode ? formatUnit(postcode) : postcode.mistyped,
    phone: phone ?? null,
    location: at(unit, 'UNIT_POSTCODE') ?? at(outcodes.get(postcode.outward), 'OUTWARD_CODE'),
    areas,
  };
}

function at(point: Point | undefined, placedBy: PracticeLocation['placedBy']): PracticeLocation | null {
  return point === undefined ? null : { latitude: point.latitude, longitude: point.longitude, placedBy };
}
