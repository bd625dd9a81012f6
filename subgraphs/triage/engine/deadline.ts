import { ENGLAND_2024_TO_2027 } from '../../../domain/england-bank-holidays';
import { addLondonDays, londonDate, startOfLondonDay } from '../../../domain/london-time';
import type { Timeframe } from '../content/content';

/**
 * Latest time by which the person should be seen or spoken to; null where the disposition has no limit.
 * Working days run to the end of the last one, and are Monday to Friday without bank holidays. Beyond the years whose holidays are
 * known the deadline may be too early, never too late.
 */
export function deadline(reachedAt: Date, timeframe: Timeframe): Date | null {
  switch (timeframe.kind) {
    case 'minutes':
      return new Date(reachedAt.getTime() + timeframe.minutes * 60_000);
    case 'workingDays':
      return endOfWorkingDay(reachedAt, timeframe.days);
    case 'none':
      return null;
  }
}

function endOfWorkingDay(reachedAt: Date, workingDays: number): Date {
  let day = reachedAt;
  for (let left = workingDays; left > 0;) {
    day = addLondonDays(day, 1);
    if (isWorkingDay(day)) left -= 1;
  }
  return startOfLondonDay(londonDate(addLondonDays(day, 1)));
}

function isWorkingDay(instant: Date): boolean {
  const day = londonDate(instant);
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6 && ENGLAND_2024_TO_2027.isHoliday(day) !== true;
}
