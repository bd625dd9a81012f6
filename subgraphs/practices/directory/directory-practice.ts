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
  /** Organisations that it belongs to, by ODS code; absent where it was imported before they were read. */
  areas?: PracticeAreaCodes | undefined;
}

export interface PracticeAreaCodes {
  region: string | null;
  icb: string | null;
  subIcb: string | null;
}

/** A practice that has left the directory, as it was known last. */
export interface FormerPractice extends DirectoryPractice {
  /** `2025-03-31`: the day on which it closed, else that of the first import without it. */
  leftOn: string;
}

export interface PracticeLocation extends Point {
  placedBy: PlacedBy;
}

export type PlacedBy = 'UNIT_POSTCODE' | 'OUTWARD_CODE';

/** System that holds a practice's book, and the routes to it. */
export interface PracticeGpSystem {
  odsCode: string;
  /** Name of the system in the practice's contract; null where it is unknown. */
  clinicalSystem: string | null;
  /** Ids of suppliers: by the patient's own session, and by the network; null where it cannot be reached that way. */
  patientSession: string | null;
  network: string | null;
  registeredPatients: number | null;
}
