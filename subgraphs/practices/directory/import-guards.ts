import type { DirectoryPractice } from './directory-practice';
import { greatCircleMiles } from './great-circle';

/**
 * Guards that an import is judged by as a whole before it is put into use. Each has an override of its own name, so
 * that accepting one surprise does not accept the next.
 */
export const IMPORT_GUARDS = [
  'older',
  'cut-file',
  'missing-practices',
  'closures',
  'refused-rows',
  'unplaced-practices',
  'coarser-places',
  'moved-practices',
  'missing-outcodes',
  'fewer-outcodes',
  'missing-postcodes',
  'fewer-postcodes',
  'fewer-connections',
  'fewer-opening-hours',
  'fewer-access-facts',
  'fewer-bank-holidays',
] as const;
export type ImportGuard = (typeof IMPORT_GUARDS)[number];

/** A guard that was tripped, in words that complete "The import was refused: …". */
export interface TrippedGuard {
  guard: ImportGuard;
  finding: string;
}

/** Facts of an edition that are compared with those of another. */
export interface EditionFacts {
  asOf: string;
  practices: readonly DirectoryPractice[];
  outcodes: ReadonlySet<string>;
  /** Unit postcodes by area, as LS. */
  postcodes: ReadonlyMap<string, number>;
  /** Codes of the practices that have a connection, opening hours, and facts on access. */
  connected: ReadonlySet<string>;
  withHours: ReadonlySet<string>;
  withAccess: ReadonlySet<string>;
  bankHolidaysUntil: string;
}

/** Facts of an import, those of its files beside those of its contents. */
export interface ImportFacts extends EditionFacts {
  /** Files whose last row is not whole, and the practice file where it ends too early. */
  cutFiles: readonly string[];
  /** Rows that were read and refused, by file. */
  rows: ReadonlyMap<string, { read: number; refused: number }>;
  missing: readonly string[];
  left: readonly string[];
  /** Outward codes of practices and postcodes for which there is no centre. */
  outwardsWithoutCentre: readonly string[];
  /** Unit postcodes that the file of outward codes counts, by area, for the areas that were loaded. */
  statedPostcodes: ReadonlyMap<string, number>;
}

/** Judges an import by itself, and by the edition that it would replace; null for the first. */
export function trippedGuards(next: ImportFacts, before: EditionFacts | null): TrippedGuard[] {
  return [...byItself(next), ...(before === null ? [] : againstBefore(next, before))];
}

/** Practices of a hundred that may be in doubt, and how many may be however few there are. */
const DOUBTFUL = { share: 0.01, atLeast: 5 };
/** In a month a handful close; from 2023 to 2025 3.1% did. */
const CLOSED_SHARE = 0.05;
/** The ONS never withdraws a postcode or an outward code: fewer are a file that was cut, but for a correction. */
const FEWER_POSTCODES_SHARE = 0.001;
/** The outward codes may have been counted in another quarter: some 0.5% of postcodes are new in one. */
const MISSING_POSTCODES_SHARE = 0.01;
const OUTCODES_SHARE = 0.001;
const UNKNOWN_OUTWARDS_SHARE = 0.005;
const DETAILS = { share: 0.05, atLeast: 5 };
/** A practice at the same postcode stays where it is; the ONS corrects places by some yards. */
const MOVED_MILES = 1;

function byItself(next: ImportFacts): TrippedGuard[] {
  const { practices, cutFiles, rows, outwardsWithoutCentre, statedPostcodes } = next;
  const unplaced = practices.filter(({ location }) => location === null);
  const refused = [...rows].filter(([, { read, refused: count }]) => exceeds(count, DOUBTFUL, read + count));
  const outwards = new Set([...next.outcodes, ...outwardsWithoutCentre]);
  const thin = [...statedPostcodes].filter(
    ([area, stated]) => (next.postcodes.get(area) ?? 0) < stated * (1 - MISSING_POSTCODES_SHARE),
  );
  return trippedOf([
    ['cut-file', cutFiles.length > 0, `a file ends too early (${cutFiles.join(', ')})`],
    [
      'refused-rows',
      refused.length > 0,
      refused.map(([file, row]) => `${count(row.refused)} rows of the ${file} are refused`).join(', '),
    ],
    [
      'unplaced-practices',
      exceeds(unplaced.length, DOUBTFUL, practices.length),
      `${count(unplaced.length)} of ${count(practices.length)} practices are nowhere on the map`,
    ],
    [
      'missing-outcodes',
      outwardsWithoutCentre.length > outwards.size * UNKNOWN_OUTWARDS_SHARE,
      `${count(outwardsWithoutCentre.length)} outward codes have no centre${examples(outwardsWithoutCentre)}`,
    ],
    [
      'missing-postcodes',
      thin.length > 0,
      `the file of outward codes counts more postcodes than there are${examples(thin.map(([area]) => area))}`,
    ],
  ]);
}

function againstBefore(next: ImportFacts, before: EditionFacts): TrippedGuard[] {
  const { left, missing } = next;
  const stayed = stayedPractices(next.practices, before.practices);
  const coarser = stayed.filter(
    ([was, is]) => was.location?.placedBy === 'UNIT_POSTCODE' && is.location?.placedBy !== 'UNIT_POSTCODE',
  );
  const moved = stayed.filter(([was, is]) => hasMoved(was, is));
  const outcodes = lostOf(before.outcodes, next.outcodes);
  const areas = [...before.postcodes].filter(
    ([area, was]) => (next.postcodes.get(area) ?? 0) < was * (1 - FEWER_POSTCODES_SHARE),
  );
  const stay = new Set(stayed.map(([{ odsCode }]) => odsCode));
  const lost = (facts: 'connected' | 'withHours' | 'withAccess') =>
    lostOf(before[facts], next[facts]).filter((odsCode) => stay.has(odsCode));
  const connected = lost('connected');
  const hours = lost('withHours');
  const access = lost('withAccess');
  return trippedOf([
    [
      'older',
      next.asOf < before.asOf,
      `its newest entry is of ${next.asOf}, and the directory in use is of ${before.asOf}`,
    ],
    [
      'missing-practices',
      missing.length > 0,
      `the file has no row any more, not even a closed one, for ${count(missing.length)} of ${count(before.practices.length)} practices${examples(missing)}`,
    ],
    [
      'closures',
      left.length > before.practices.length * CLOSED_SHARE,
      `the file would close ${count(left.length)} of ${count(before.practices.length)} practices, and with them their books`,
    ],
    [
      'coarser-places',
      exceeds(coarser.length, DOUBTFUL, stayed.length),
      `${count(coarser.length)} practices would be placed by their outward code only`,
    ],
    [
      'moved-practices',
      exceeds(moved.length, DOUBTFUL, stayed.length),
      `${count(moved.length)} practices would be more than a mile from where they are, at the same postcode`,
    ],
    [
      'fewer-outcodes',
      outcodes.length > before.outcodes.size * OUTCODES_SHARE,
      `${count(outcodes.length)} of ${count(before.outcodes.size)} outward codes are missing${examples(outcodes)}`,
    ],
    [
      'fewer-postcodes',
      areas.length > 0,
      `there are fewer postcodes than before${examples(areas.map(([area]) => area))}`,
    ],
    [
      'fewer-connections',
      exceeds(connected.length, DETAILS, before.connected.size),
      `${count(connected.length)} of ${count(before.connected.size)} practices would lose their connection`,
    ],
    [
      'fewer-opening-hours',
      exceeds(hours.length, DETAILS, before.withHours.size),
      `${count(hours.length)} of ${count(before.withHours.size)} practices would lose their opening hours`,
    ],
    [
      'fewer-access-facts',
      exceeds(access.length, DETAILS, before.withAccess.size),
      `${count(access.length)} of ${count(before.withAccess.size)} practices would lose what is known of their access`,
    ],
    [
      'fewer-bank-holidays',
      next.bankHolidaysUntil < before.bankHolidaysUntil,
      `bank holidays would be known until ${next.bankHolidaysUntil} only, not ${before.bankHolidaysUntil}`,
    ],
  ]);
}

function trippedOf(checks: readonly [ImportGuard, boolean, string][]): TrippedGuard[] {
  return checks.filter(([, isTripped]) => isTripped).map(([guard, , finding]) => ({ guard, finding }));
}

function exceeds(some: number, { share, atLeast }: typeof DOUBTFUL, all: number): boolean {
  return some > Math.max(atLeast, all * share) || (some > 0 && some === all);
}

function lostOf(before: ReadonlySet<string>, now: ReadonlySet<string>): string[] {
  return [...before].filter((code) => !now.has(code)).sort();
}

function stayedPractices(
  now: readonly DirectoryPractice[],
  before: readonly DirectoryPractice[],
): [DirectoryPractice, DirectoryPractice][] {
  const old = new Map(before.map((practice) => [practice.odsCode, practice]));
  return now.flatMap((practice) => {
    const was = old.get(practice.odsCode);
    return was === undefined ? [] : [[was, practice]];
  });
}

function hasMoved(was: DirectoryPractice, is: DirectoryPractice): boolean {
  const [from, to] = [was.location, is.location];
  if (from === null || to === null || was.postcode !== is.postcode) return false;
  return from.placedBy === to.placedBy && greatCircleMiles(from, to) > MOVED_MILES;
}

const MAX_EXAMPLES = 5;

function examples(names: readonly string[]): string {
  if (names.length === 0) return '';
  return ` (${names.slice(0, MAX_EXAMPLES).join(', ')}${names.length > MAX_EXAMPLES ? ', …' : ''})`;
}

function count(value: number): string {
  return value.toLocaleString('en-GB');
}
