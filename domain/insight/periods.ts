import { CalendarDate } from '../london-time';

/** Whole periods of London days: `2026-11-30`, `2026-W49` (ISO 8601), `2026-11`. */
export const GRAINS = ['DAY', 'WEEK', 'MONTH'] as const;
export type Grain = (typeof GRAINS)[number];

const DAY_MS = 24 * 60 * 60_000;

/** Calendar days have no hours: counted in UTC, where every day has 24. */
function addDays(day: string, days: number): CalendarDate {
  return CalendarDate.parse(new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10));
}

export function nextDay(day: string): CalendarDate {
  return addDays(day, 1);
}

export function previousDay(day: string): CalendarDate {
  return addDays(day, -1);
}

/** 0 for Monday. */
export function weekdayOf(day: string): number {
  return (new Date(day).getUTCDay() + 6) % 7;
}

export function periodOf(grain: Grain, day: string): string {
  switch (grain) {
    case 'DAY':
      return day;
    case 'WEEK':
      return weekOf(day);
    case 'MONTH':
      return day.slice(0, 7);
  }
}

/** A week belongs to the year of its Thursday. */
function weekOf(day: string): string {
  const thursday = addDays(day, 3 - weekdayOf(day));
  const first = Date.parse(`${thursday.slice(0, 4)}-01-01`);
  const week = 1 + Math.floor((Date.parse(thursday) - first) / (7 * DAY_MS));
  return `${thursday.slice(0, 4)}-W${String(week).padStart(2, '0')}`;
}

const WEEK = /^(\d{4})-W(\d\d)$/;
const MONTH = /^\d{4}-\d\d$/;

/** The first and the last day of a period; null where the text names none of that grain. */
export function daysOf(grain: Grain, period: string): { first: CalendarDate; last: CalendarDate } | null {
  switch (grain) {
    case 'DAY': {
      const day = CalendarDate.safeParse(period);
      return day.success ? { first: day.data, last: day.data } : null;
    }
    case 'WEEK': {
      const [, year, week] = WEEK.exec(period) ?? [];
      if (year === undefined || week === undefined) return null;
      // The fourth of January is in week 1.
      const fourth = `${year}-01-04`;
      const first = addDays(fourth, (Number(week) - 1) * 7 - weekdayOf(fourth));
      return weekOf(first) === period ? { first, last: addDays(first, 6) } : null;
    }
    case 'MONTH': {
      const first = CalendarDate.safeParse(`${period}-01`);
      if (!MONTH.test(period) || !first.success) return null;
      const nextMonth = addDays(first.data, 31).slice(0, 7);
      return { first: first.data, last: addDays(`${nextMonth}-01`, -1) };
    }
  }
}

/** Every period from one to another, both included; empty where they are in the wrong order. */
export function periodsBetween(grain: Grain, from: string, to: string, most: number): string[] {
  const periods: string[] = [];
  let days = daysOf(grain, from);
  const end = daysOf(grain, to);
  while (days !== null && end !== null && days.first <= end.first && periods.length <= most) {
    periods.push(periodOf(grain, days.first));
    days = daysOf(grain, periodOf(grain, nextDay(days.last)));
  }
  return periods;
}
