import { CalendarDate } from './london-time';

/** The bank holidays of whole years. What lies outside is not known, which is not the same as "no holiday". */
export interface BankHolidays {
  /** First and last day of the years that are known; there may be years between that are not. */
  from: CalendarDate;
  until: CalendarDate;
  days: readonly CalendarDate[];
  /**
   * Returns whether surgeries keep their hours for bank holidays: on the day itself too where a weekend has moved it, since GOV.UK
   * lists the substitute day alone. Null where that is not known.
   */
  isHoliday(day: CalendarDate): boolean | null;
}

/** Closed whatever day of the week they fall on: Christmas Day, Boxing Day and New Year's Day. */
const FIXED = ['-12-25', '-12-26', '-01-01'];
/** England and Wales have eight a year; now and then one is added, none has been left out. */
const USUAL_NUMBER = 8;

/**
 * @param days bank holidays in England and Wales; a year of which some are missing is not known.
 * @param beside knows years that `days` do not have.
 */
export function bankHolidays(days: readonly CalendarDate[], beside?: BankHolidays): BankHolidays {
  const complete = yearsOf(days).filter((year) => isComplete(year, days));
  const others = (beside?.days ?? []).filter((day) => !complete.includes(yearOf(day)));
  const known = new Set([...complete, ...yearsOf(others)]);
  const sorted = [...days, ...others].filter((day) => known.has(yearOf(day))).sort();
  const all = new Set(sorted);
  return {
    from: CalendarDate.parse(`${yearOf(sorted[0] ?? NEVER)}-01-01`),
    until: CalendarDate.parse(`${yearOf(sorted.at(-1) ?? NEVER)}-12-31`),
    days: sorted,
    isHoliday(day) {
      if (FIXED.some((end) => day.endsWith(end))) return true;
      return known.has(yearOf(day)) ? all.has(day) : null;
    },
  };
}

const NEVER = CalendarDate.parse('0001-01-01');

export function yearsOf(days: readonly CalendarDate[]): string[] {
  return [...new Set(days.map(yearOf))].sort();
}

/** True when the days are all of a year in England and Wales, as far as can be told: as many as usual, and those that never move. */
export function isComplete(year: string, days: readonly CalendarDate[]): boolean {
  const inYear = new Set(days.filter((day) => yearOf(day) === year));
  return inYear.size >= USUAL_NUMBER && unmovable(Number(year)).every((day) => inYear.has(day));
}

function yearOf(day: CalendarDate): string {
  return day.slice(0, 4);
}

/**
 * Holidays by the Banking and Financial Dealings Act 1971 and common law: Good Friday, Easter Monday, the last Monday in August, and
 * Christmas, Boxing and New Year's Day or the next weekday that is free. The two in May have been moved for jubilees.
 */
function unmovable(year: number): CalendarDate[] {
  const easter = easterSunday(year);
  const august = new Date(Date.UTC(year, 7, 31));
  const christmas = nextWeekday(new Date(Date.UTC(year, 11, 25)));
  const boxing = new Date(Date.UTC(year, 11, 26));
  // A Boxing Day on Monday stays, and it is Christmas Day that moves on.
  const both =
    boxing.getUTCDay() === 1 ? [boxing, addDays(boxing, 1)] : [christmas, nextWeekday(addDays(christmas, 1))];
  return [
    nextWeekday(new Date(Date.UTC(year, 0, 1))),
    addDays(easter, -2),
    addDays(easter, 1),
    addDays(august, -((august.getUTCDay() + 6) % 7)),
    ...both,
  ].map((day) => CalendarDate.parse(day.toISOString().slice(0, 10)));
}

/** The Gregorian computus (Meeus, Astronomical Algorithms, chapter 8). */
function easterSunday(year: number): Date {
  const a = year % 19;
  const [b, c] = [Math.floor(year / 100), year % 100];
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 19 * l) / 433);
  const month = Math.floor((h + l - 7 * m + 90) / 25);
  return new Date(Date.UTC(year, month - 1, (h + l - 7 * m + 33 * month + 19) % 32));
}

function nextWeekday(day: Date): Date {
  return day.getUTCDay() % 6 === 0 ? nextWeekday(addDays(day, 1)) : day;
}

function addDays(day: Date, days: number): Date {
  return new Date(day.getTime() + days * 24 * 60 * 60_000);
}
