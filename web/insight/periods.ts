import { Temporal } from 'temporal-polyfill';
import type { Grain } from './question';

/** Whole periods as the API writes them: `2026-11-30`, `2026-W49`, `2026-11`. */
export const MAX_PERIODS: Readonly<Record<Grain, number>> = { DAY: 92, WEEK: 106, MONTH: 60 };

const WRITTEN: Readonly<Record<Grain, RegExp>> = {
  DAY: /^\d{4}-\d\d-\d\d$/,
  WEEK: /^(\d{4})-W(\d\d)$/,
  MONTH: /^\d{4}-\d\d$/,
};
type Day = Temporal.PlainDate;

/** The period in which a day is. */
export function periodOf(grain: Grain, day: Day): string {
  switch (grain) {
    case 'DAY':
      return day.toString();
    case 'WEEK':
      return `${String(day.yearOfWeek ?? day.year)}-W${String(day.weekOfYear ?? 1).padStart(2, '0')}`;
    case 'MONTH':
      return day.toPlainYearMonth().toString();
  }
}

/** The first and the last day of a period; null where the text names none. */
export function daysOf(grain: Grain, period: string): { first: Day; last: Day } | null {
  if (!WRITTEN[grain].test(period)) return null;
  try {
    switch (grain) {
      case 'DAY': {
        const day = Temporal.PlainDate.from(period, { overflow: 'reject' });
        return { first: day, last: day };
      }
      case 'WEEK': {
        const [, year = '', week = ''] = WRITTEN.WEEK.exec(period) ?? [];
        // The fourth of January is in week 1.
        const fourth = Temporal.PlainDate.from(`${year}-01-04`);
        const first = fourth.add({ days: (Number(week) - 1) * 7 - (fourth.dayOfWeek - 1) });
        return periodOf('WEEK', first) === period ? { first, last: first.add({ days: 6 }) } : null;
      }
      case 'MONTH': {
        const month = Temporal.PlainYearMonth.from(period, { overflow: 'reject' });
        return {
          first: month.toPlainDate({ day: 1 }),
          last: month.toPlainDate({ day: month.daysInMonth }),
        };
      }
    }
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Number of periods from one to another, both included; 0 where one is no period or the order is wrong. */
export function countBetween(grain: Grain, from: string, to: string): number {
  const [first, last] = [daysOf(grain, from)?.first, daysOf(grain, to)?.first];
  if (first === undefined || last === undefined) return 0;
  const { days, months } = first.until(last, { largestUnit: grain === 'MONTH' ? 'months' : 'days' });
  const steps = grain === 'MONTH' ? months : grain === 'WEEK' ? days / 7 : days;
  return Math.max(steps + 1, 0);
}

/** The latest periods that are over, the last one first. */
export function closedPeriods(grain: Grain, lastDay: string, most = MAX_PERIODS[grain]): string[] {
  const end = Temporal.PlainDate.from(lastDay);
  const running = daysOf(grain, periodOf(grain, end));
  if (running === null) return [];
  const isOver = Temporal.PlainDate.compare(running.last, end) <= 0;
  const step = grain === 'DAY' ? { days: 1 } : grain === 'WEEK' ? { weeks: 1 } : { months: 1 };
  let first = isOver ? running.first : running.first.subtract(step);
  return Array.from({ length: most }, () => {
    const period = periodOf(grain, first);
    first = first.subtract(step);
    return period;
  });
}

const DATE = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});
const WEEKDAY = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'long' });
const MONTH = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', month: 'long', year: 'numeric' });

/** For example "2 March 2026". */
export function dateWords(day: string): string {
  return DATE.format(new Date(`${day}T12:00:00Z`));
}

/** For example "October 2026", "week 41 (5 to 11 October 2026)", "Monday 5 October 2026". */
export function periodWords(grain: Grain, period: string): string {
  const days = daysOf(grain, period);
  if (days === null) return period;
  switch (grain) {
    case 'DAY':
      return `${WEEKDAY.format(noonOf(days.first))} ${DATE.format(noonOf(days.first))}`;
    case 'WEEK':
      return `week ${period.slice(-2)} (${wordsBetween(DATE, days.first, days.last)})`;
    case 'MONTH':
      return MONTH.format(noonOf(days.first));
  }
}

/** For example "October to November 2026", "weeks 41 to 44 (5 October to 1 November 2026)". */
export function rangeWords({ grain, from, to }: { grain: Grain; from: string; to: string }): string {
  const [start, end] = [daysOf(grain, from)?.first, daysOf(grain, to)?.last];
  if (from === to || start === undefined || end === undefined) return periodWords(grain, from);
  if (grain === 'MONTH') return wordsBetween(MONTH, start, end);
  const days = wordsBetween(DATE, start, end);
  return grain === 'DAY' ? days : `weeks ${from.slice(-2)} to ${to.slice(-2)} (${days})`;
}

function wordsBetween(format: Intl.DateTimeFormat, first: Day, last: Day): string {
  return format.formatRange(noonOf(first), noonOf(last)).replace(/\s*–\s*/, ' to ');
}

function noonOf(day: Day): Date {
  return new Date(`${day.toString()}T12:00:00Z`);
}
