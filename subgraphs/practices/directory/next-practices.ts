import { z } from 'zod';
import type { DirectoryPractice, FormerPractice } from './directory-practice';
import type { Point } from './great-circle';
import { located } from './locate';
import { unitKey } from './postcode';
import type { FiledPractice, PracticeReading } from './practice-file';

/** The practices of an edition: those in it, and the last known record of those that have left. */
export interface EditionPractices {
  current: DirectoryPractice[];
  former: FormerPractice[];
}

/** A practice whose row was refused, and what is in use of it all the same. */
export const RefusedPractice = z.object({
  odsCode: z.string(),
  name: z.string(),
  /** `<file>:12` */
  at: z.string(),
  reason: z.string(),
  inUse: z.enum(['AS_BEFORE', 'BY_OUTWARD_CODE', 'NOTHING']),
});
export type RefusedPractice = z.infer<typeof RefusedPractice>;

export interface NextPractices extends EditionPractices {
  refused: RefusedPractice[];
  /** Practices loaded before that have left: with a row that says so, or (`missing` too) without any. */
  left: string[];
  missing: string[];
  /** Former practices that are in the directory again. */
  returned: string[];
}

/** Former practices that are kept: some 100 leave in a year. */
export const MAX_FORMER = 20_000;

export interface PracticePlaces {
  units: ReadonlyMap<string, Point>;
  outcodes: ReadonlyMap<string, Point>;
}

/**
 * Decides what the next edition has of each practice. A practice leaves when its row says so, or when it has none;
 * a row that is refused changes nothing.
 * @param today the day on which a practice without a date of closing leaves.
 */
export function nextPractices(
  readings: readonly PracticeReading[],
  before: EditionPractices,
  places: PracticePlaces,
  today: string,
): NextPractices {
  const old = new Map(before.current.map((practice) => [practice.odsCode, practice]));
  const known = new Set([...old.keys(), ...before.former.map(({ odsCode }) => odsCode)]);
  const place = (practice: FiledPractice) => located(practice, places.units, places.outcodes);
  const current = new Map<string, DirectoryPractice>();
  const refused: RefusedPractice[] = [];
  for (const reading of readings) {
    const { odsCode } = reading;
    if (reading.kind === 'read') {
      const { value } = reading;
      const phone = value.phone === undefined ? (old.get(value.odsCode)?.phone ?? null) : value.phone;
      current.set(value.odsCode, place({ ...value, phone }));
    } else if (reading.kind === 'refused' && odsCode !== undefined && !current.has(odsCode)) {
      const instead = reading.instead && !known.has(odsCode) ? place(reading.instead) : undefined;
      const kept = old.get(odsCode) ?? instead;
      if (kept !== undefined) current.set(odsCode, kept);
      const inUse = old.has(odsCode) ? 'AS_BEFORE' : kept === undefined ? 'NOTHING' : 'BY_OUTWARD_CODE';
      refused.push({
        odsCode,
        name: nameOf(old.get(odsCode), reading),
        at: reading.at,
        reason: reading.reason,
        inUse,
      });
    }
  }
  return { current: [...current.values()], refused, ...departures(readings, before, current, today) };
}

function departures(
  readings: readonly PracticeReading[],
  before: EditionPractices,
  current: ReadonlyMap<string, DirectoryPractice>,
  today: string,
): Pick<NextPractices, 'former' | 'left' | 'missing' | 'returned'> {
  const closedOn = new Map(readings.map(({ odsCode, closedOn: day }) => [odsCode, day]));
  const leaving = before.current
    .filter(({ odsCode }) => !current.has(odsCode))
    .map((practice): FormerPractice => ({ ...practice, leftOn: closedOn.get(practice.odsCode) ?? today }));
  const stillGone = before.former.filter(({ odsCode }) => !current.has(odsCode));
  const left = leaving.map(({ odsCode }) => odsCode).sort();
  return {
    former: [...stillGone, ...leaving].sort((a, b) => (a.leftOn < b.leftOn ? 1 : -1)).slice(0, MAX_FORMER),
    left,
    missing: left.filter((odsCode) => !closedOn.has(odsCode)),
    returned: before.former.map(({ odsCode }) => odsCode).filter((odsCode) => current.has(odsCode)),
  };
}

function nameOf(before: DirectoryPractice | undefined, { name = '' }: PracticeReading): string {
  return before?.name ?? name;
}

/** Keys of the unit postcodes that the practices stand at. */
export function unitsNeeded(readings: readonly PracticeReading[]): string[] {
  const keys = readings.flatMap((reading) =>
    reading.kind === 'read' && 'inward' in reading.value.postcode ? [unitKey(reading.value.postcode)] : [],
  );
  return [...new Set(keys)];
}
