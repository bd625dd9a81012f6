import type { PracticeReading } from './practice-file';

/** Days within which others date their rows, too: the ODS changes some every week. */
const DAYS_TOGETHER = 92;
const DAY_MS = 24 * 60 * 60_000;

/**
 * Finds the day that an edition is of, which the file does not name: the newest date of its rows up to today that
 * others bear out. One row with a mistyped year would otherwise make the whole edition newer than it is.
 * @returns null when no row has a date.
 */
export function editionDate(readings: readonly PracticeReading[], today: string): string | null {
  const newest = readings
    .flatMap(
      ({ dates }) =>
        dates
          .filter((date) => date <= today)
          .sort()
          .at(-1) ?? [],
    )
    .sort()
    .reverse();
  const others = Math.min(10, Math.max(1, Math.floor(newest.length / 1_000)));
  const borneOut = newest.find((date, at) => daysBetween(newest[at + others], date) <= DAYS_TOGETHER);
  return borneOut ?? newest[0] ?? null;
}

/** Rows at the end of the file that are looked at, and how long before the edition the newest of them may be. */
const LAST_ROWS = 100;
const DAYS_WITHOUT_NEW_CODES = 183;

/**
 * Tells a file that was cut short after a whole row: the ODS sorts it by code and gives codes out in order, so that
 * a whole one ends with what has just opened. An extract of one area, whose codes begin alike, cannot be judged.
 */
export function endsEarly(readings: readonly PracticeReading[], asOf: string): boolean {
  const areas = new Set(readings.flatMap(({ odsCode }) => odsCode?.slice(0, 3) ?? []));
  const opened = readings.slice(-LAST_ROWS).flatMap((reading) => reading.opened ?? []);
  if (areas.size < 2 || opened.length === 0) return false;
  return daysBetween(opened.sort().at(-1), asOf) > DAYS_WITHOUT_NEW_CODES;
}

function daysBetween(earlier: string | undefined, later: string): number {
  return earlier === undefined ? Infinity : (Date.parse(later) - Date.parse(earlier)) / DAY_MS;
}
