import type { CalendarDate } from '../../../domain/london-time';
import { addLondonDays, londonDate, readWallClock, startOfLondonDay } from '../../../domain/london-time';
import type { BankHolidays } from './bank-holidays';

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

/**
 * The period that goes on at a moment.
 * @throws BankHolidaysNotKnown
 */
export function openPeriod(
  rules: readonly OpeningRule[],
  holidays: BankHolidays,
  at: Date,
): OpeningPeriod | null {
  // One that began yesterday may go on past midnight.
  const periods = [-1, 0].flatMap((days) => periodsOn(rules, holidays, dayFrom(at, days)));
  return periods.find(({ opens, closes }) => opens <= at && at < closes) ?? null;
}

/** The first period that begins after a moment; null when there is none in two weeks. @throws BankHolidaysNotKnown */
export function nextOpening(
  rules: readonly OpeningRule[],
  holidays: BankHolidays,
  after: Date,
): OpeningPeriod | null {
  if (rules.length === 0) return null;
  for (let days = 0; days <= LOOK_AHEAD_DAYS; days++) {
    const period = periodsOn(rules, holidays, dayFrom(after, days)).find(({ opens }) => opens > after);
    if (period !== undefined) return period;
  }
  return null;
}

/** The periods that begin in the seven days from a moment's day on. @throws BankHolidaysNotKnown */
export function openingWeek(
  rules: readonly OpeningRule[],
  holidays: BankHolidays,
  at: Date,
): OpeningPeriod[] {
  return Array.from({ length: 7 }, (_, days) => periodsOn(rules, holidays, dayFrom(at, days))).flat();
}

function periodsOn(
  rules: readonly OpeningRule[],
  holidays: BankHolidays,
  day: CalendarDate,
): OpeningPeriod[] {
  const kind = holidays.has(day) ? 'BANK_HOLIDAY' : weekday(day);
  return rules
    .filter((rule) => rule.day === kind)
    .map(({ opens, closes }) => ({
      opens: instantOf(day, opens, 'earlier'),
      closes: instantOf(closes > opens ? day : dayFrom(startOfLondonDay(day), 1), closes, 'later'),
    }))
    .filter(({ opens, closes }) => opens < closes)
    .sort((a, b) => a.opens.getTime() - b.opens.getTime());
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
