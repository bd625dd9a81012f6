import type { Point } from './great-circle';

/** A practice as the directory has it. */
export interface DirectoryPractice {
  odsCode: string;
  name: string;
  addressLines: string[];
  postcode: string;
  phone: string | null;
  /** Null where neither the unit postcode nor its outward code is known: such a practice is near nothing. */
  location: PracticeLocation | null;
}

export interface PracticeLocation extends Point {
  placedBy: PlacedBy;
}

export type PlacedBy = 'UNIT_POSTCODE' | 'OUTWARD_CODE';
