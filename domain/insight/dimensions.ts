import { AGE_BANDS, DISTANCE_BANDS, LEAD_BANDS, leadBandOf, NOT_KNOWN } from './bands';

/** The dimensions by which facts can be counted, and filtered. */
export const DIMENSIONS = [
  'PERIOD',
  'HOUR',
  'WEEKDAY',
  'PATHWAY',
  'DISPOSITION',
  'CARE_LEVEL',
  'AGE_BAND',
  'SEX',
  'DEPRIVATION',
  'OWN_PRACTICE_ANSWER',
  'WHERE_BOOKED',
  'ELSEWHERE_REASON',
  'NOT_OFFERED_REASON',
  'DISTANCE',
  'LEAD_TIME',
  'MODE',
  'SUPPLIER',
  'SUPPLIER_OUTCOME',
  'CANCEL_REASON',
  'PRACTICE',
  'PCN',
  'SUB_ICB',
  'ICB',
  'REGION',
  'OUTWARD_CODE',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** Dimensions that cubes are made of. The waiting time is in steps, for its bands and for medians. */
export type BaseDimension = Exclude<Dimension, 'PERIOD' | DerivedDimension> | 'LEAD_STEP';
export type DerivedDimension = 'CARE_LEVEL' | 'LEAD_TIME' | 'WHERE_BOOKED' | 'REGION';

export interface DimensionFacts {
  title: string;
  /** Every value in order; null where they depend on content, the directory or suppliers. */
  values: readonly string[] | null;
  /** Its values have titles of their own, in a column beside them. */
  isTitled?: true;
}

export const GEOGRAPHIES = ['PRACTICE', 'PCN', 'SUB_ICB', 'ICB', 'REGION', 'OUTWARD_CODE'] as const;
export type Geography = (typeof GEOGRAPHIES)[number];

export const WEEKDAYS = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
] as const;

/** An hour of the day in London as text that stays text in a spreadsheet: `Hour 09`. */
export function hourValue(hour: number): string {
  return `Hour ${String(hour).padStart(2, '0')}`;
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hourValue(hour));

/** Quintiles of the English indices of deprivation of 2019. */
const QUINTILES = ['1 most deprived', '2', '3', '4', '5 least deprived'].map((words) => `Quintile ${words}`);

export function deprivationValue(quintile: number | null): string {
  return (quintile === null ? undefined : QUINTILES[quintile - 1]) ?? NOT_KNOWN;
}

export const OWN_PRACTICE = 'Own practice';
export const ELSEWHERE = 'Elsewhere';

/** GPAD's words for modes. */
export const MODE_WORDS = {
  IN_PERSON: 'Face-to-face',
  TELEPHONE: 'Telephone',
  VIDEO: 'Video/Online',
} as const;

/** A home visit is booked by no supplier's interface; the row is there, because GPAD has it. */
const MODES = [...Object.values(MODE_WORDS), 'Home visit'];

export const SEX_WORDS = { FEMALE: 'Female', MALE: 'Male', UNSPECIFIED: 'Not specified' } as const;

/** The outcome of a check that has none. */
export const NO_OUTCOME = 'No outcome';

export const CARE_LEVELS = {
  AMBULANCE: 'Ambulance',
  EMERGENCY_DEPARTMENT: 'Emergency department',
  URGENT_CALLBACK: 'Call back by a clinician',
  PRIMARY_CARE: 'Primary care',
  PHARMACY: 'Pharmacy',
  OTHER_SERVICE: 'Other service',
  SELF_CARE: 'Self-care',
} as const;

export const DIMENSION_FACTS: Record<Dimension, DimensionFacts> = {
  PERIOD: { title: 'Period', values: null },
  HOUR: { title: 'Hour of the day', values: HOURS },
  WEEKDAY: { title: 'Weekday', values: WEEKDAYS },
  PATHWAY: { title: 'Complaint', values: null, isTitled: true },
  DISPOSITION: { title: 'Outcome', values: null, isTitled: true },
  CARE_LEVEL: { title: 'Care level', values: [...Object.values(CARE_LEVELS), NO_OUTCOME] },
  AGE_BAND: { title: 'Age', values: AGE_BANDS },
  SEX: { title: 'Sex', values: Object.values(SEX_WORDS) },
  DEPRIVATION: { title: 'Deprivation (IMD 2019)', values: [...QUINTILES, NOT_KNOWN] },
  OWN_PRACTICE_ANSWER: { title: 'Answer of the own practice', values: null },
  WHERE_BOOKED: { title: 'Where booked', values: [OWN_PRACTICE, ELSEWHERE] },
  ELSEWHERE_REASON: { title: 'Why elsewhere', values: null },
  NOT_OFFERED_REASON: { title: 'Why other practices were not offered', values: null },
  DISTANCE: { title: 'Distance to the practice', values: DISTANCE_BANDS },
  LEAD_TIME: { title: 'Time from outcome to appointment', values: LEAD_BANDS },
  MODE: { title: 'Appointment mode', values: MODES },
  SUPPLIER: { title: 'Supplier', values: null },
  SUPPLIER_OUTCOME: { title: "Supplier's answer", values: null },
  CANCEL_REASON: { title: 'Why cancelled', values: null },
  PRACTICE: { title: 'Practice', values: null, isTitled: true },
  PCN: { title: 'Primary care network', values: null },
  SUB_ICB: { title: 'Sub-ICB location', values: null },
  ICB: { title: 'Integrated care board', values: null, isTitled: true },
  REGION: { title: 'NHS region', values: null, isTitled: true },
  OUTWARD_CODE: { title: 'Outward code', values: null },
};

/** Dimensions whose value follows from another one's. */
export const DERIVED: Readonly<Record<DerivedDimension, BaseDimension>> = {
  CARE_LEVEL: 'DISPOSITION',
  LEAD_TIME: 'LEAD_STEP',
  WHERE_BOOKED: 'ELSEWHERE_REASON',
  REGION: 'ICB',
};

export function isDerived(dimension: Dimension): dimension is DerivedDimension {
  return Object.hasOwn(DERIVED, dimension);
}

export function baseOf(dimension: Exclude<Dimension, 'PERIOD'>): BaseDimension {
  return isDerived(dimension) ? DERIVED[dimension] : dimension;
}

/** Levels of organisation above a practice that the directory states. */
export type PlaceLevel = 'PCN' | 'SUB_ICB' | 'ICB';

/** Titles, and values that follow from others, of content and directory. */
export interface Vocabulary {
  careLevelOf(disposition: string): string;
  regionOf(icb: string): string;
  /** The practice's organisation at a level; `Not known` where the directory does not say. */
  placeOf(practice: string, level: PlaceLevel): string;
  /** The wider organisation of a network or sub-ICB location. */
  placeWithin(level: Geography, value: string, wider: PlaceLevel): string;
  titleOf(dimension: Dimension, value: string): string;
}

export function derivedValue(dimension: DerivedDimension, value: string, words: Vocabulary): string {
  switch (dimension) {
    case 'CARE_LEVEL':
      return words.careLevelOf(value);
    case 'LEAD_TIME':
      return leadBandOf(value);
    case 'WHERE_BOOKED':
      return value === OWN_PRACTICE ? OWN_PRACTICE : ELSEWHERE;
    case 'REGION':
      return words.regionOf(value);
  }
}
