const HOUR = 60 * 60_000;

/**
 * To four hours before the latest change of London's clocks, from now: slots of the hours after that lie on both sides.
 * Into the past, because databases keep the machine's time and would find a world of the future overdue.
 */
export function offsetToClockChange(now: number): number {
  const year = new Date(now).getUTCFullYear();
  const changes = [year - 1, year].flatMap((one) => [lastSundayAtOne(one, 2), lastSundayAtOne(one, 9)]);
  const latest = changes.filter((change) => change < now).at(-1) ?? now;
  return latest - 4 * HOUR - now;
}

/** 01:00 UTC on the last Sunday of a month (0 is January): the clocks change in March and October. */
function lastSundayAtOne(year: number, month: number): number {
  const lastDay = new Date(Date.UTC(year, month + 1, 0, 1));
  return lastDay.getTime() - lastDay.getUTCDay() * 24 * HOUR;
}
