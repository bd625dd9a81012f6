import type { CalendarDate } from '../../../domain/london-time';
import { addLondonDays, londonDate, readWallClock, startOfLondonDay } from '../../../domain/london-time';
import type { BankHolidays } from '../../../domain/bank-holidays';

export const OPENING_DAYS = [
  'MONDAY',
  'TUESDAY',
  'WEDNESDAY',
  'THURSDAY',
  'FRIDAY',
  'SATURDAY',
  'SUNDAY',
  'BANK_HOLIDAY',
] as const;
export type OpeningDay = (typeof OPENING_DAYS)[number];

/** A practice is open from one time of the London day to another: `08:00` to `18:30`, or over midnight, `20:00` to `02:00`. */
export interface OpeningRule {
  day: OpeningDay;
  opens: string;
  /** `24:00` is the end of the day. */
  closes: string;
}

export interface OpeningPeriod {
  opens: Date;
  closes: Date;
}

/** Beyond this nobody would wait: a practice that opens no more has not told. */
const LOOK_AHEAD_DAYS = 14;

/** Null where that depends on a bank holiday that is not known. */
export function isOpenAt(rules: readonly OpeningRule[], holidays: BankHolidays, at: Date): boolean | null {
  const isIn = (periods: readonly OpeningPeriod[]) =>
    periods.some(({ opens, closes }) => opens <= at && at < closes);
  // One that began yesterday may go on past midnight.
  const days = [-1, 0].map((ahead) => {
    const [first, ...others] = possibilities(rules, holidays, dayFrom(at, ahead)).map(isIn);
    return others.every((other) => other === first) ? first : null;
  });
  if (days.includes(true)) return true;
  return days.includes(null) ? null : false;
}

/** The next time that it opens, after a moment; null when there is none in two weeks, or when that is not known. */
export function nextOpening(
  rules: readonly OpeningRule[],
  holidays: BankHolidays,
  after: Date,
): OpeningPeriod | null {
  const known: OpeningPeriod[] = [];
  for (let ahead = -1; ahead <= LOOK_AHEAD_DAYS; ahead++) {
    const periods = periodsOn(rules, holidays, dayFrom(after, ahead));
    if (periods === null) break;
    known.push(...periods);
  }
  return joined(known).find(({ opens }) => opens > after) ?? null;
}

/** The periods that begin in the seven days from a moment's day on; null where that is not known of all of them. */
export function openingWeek(
  rules: readonly OpeningRule[],
  holidays: BankHolidays,
  at: Date,
): OpeningPeriod[] | null {
  const days = Array.from({ length: 7 }, (_, ahead) => periodsOn(rules, holidays, dayFrom(at, ahead)));
  const known = days.filter((periods) => periods !== null);
  return known.length === days.length ? joined(known.flat()) : null;
}

/** Periods as they add up: those that touch or overlap are one. */
function joined(periods: readonly OpeningPeriod[]): OpeningPeriod[] {
  const all: OpeningPeriod[] = [];
  for (const period of [...periods].sort((a, b) => a.opens.getTime() - b.opens.getTime())) {
    const last = all.at(-1);
    if (last === undefined || period.opens > last.closes) all.push({ ...period });
    else if (period.closes > last.closes) last.closes = period.closes;
  }
  return all;
}

/** Null where it makes a difference whether the day is a bank holiday, and nobody knows. */
function periodsOn(
  rules: readonly OpeningRule[],
  holidays: BankHolidays,
  day: CalendarDate,
): OpeningPeriod[] | null {
  const [first = [], ...others] = possibilities(rules, holidays, day).map(joined);
  return others.every((other) => isSame(first, other)) ? first : null;
}

/** Periods as on a bank holiday, as on any other such day, or both where it is not known which of them it is. */
function possibilities(
  rules: readonly OpeningRule[],
  holidays: BankHolidays,
  day: CalendarDate,
): OpeningPeriod[][] {
  const isHoliday = holidays.isHoliday(day);
  const kinds =
    isHoliday === null ? [weekday(day), 'BANK_HOLIDAY'] : [isHoliday ? 'BANK_HOLIDAY' : weekday(day)];
  return kinds.map((kind) =>
    rules
      .filter((rule) => rule.day === kind)
      .map(({ opens, closes }) => ({
        opens: instantOf(day, opens, 'earlier'),
        closes: instantOf(closes > opens ? day : dayFrom(startOfLondonDay(day), 1), closes, 'later'),
      }))
      .filter(({ opens, closes }) => opens < closes),
  );
}

function isSame(some: readonly OpeningPeriod[], others: readonly OpeningPeriod[]): boolean {
  return (
    some.length === others.length &&
    some.every(
      ({ opens, closes }, at) =>
        +opens === Number(others[at]?.opens) && +closes === Number(others[at]?.closes),
    )
  );
}

/** 1970-01-01 was a Thursday. */
function weekday(day: CalendarDate): OpeningDay {
  const days = Date.parse(day) / (24 * 60 * 60_000);
  return OPENING_DAYS[(((days + 3) % 7) + 7) % 7] ?? 'MONDAY';
}

/**
 * A time that the clock shows twice in autumn opens at the first and closes at the second; one that it skips in spring
 * is the moment of skipping.
 */
function instantOf(day: CalendarDate, time: string, twice: 'earlier' | 'later'): Date {
  if (time === '24:00') return startOfLondonDay(dayFrom(startOfLondonDay(day), 1));
  const reading = readWallClock(`${day}T${time}:00`);
  switch (reading.kind) {
    case 'instant':
      return reading.instant;
    case 'ambiguous':
      return reading[twice];
    case 'missing':
      // The clocks go from 1am to 2am.
      return instantOf(day, '02:00', twice);
  }
}

function dayFrom(moment: Date, days: number): CalendarDate {
  return londonDate(addLondonDays(moment, days));
}
