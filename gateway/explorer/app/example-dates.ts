/** Days in London, as the API counts them. */
const LONDON = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' });
const DAY_MS = 86_400_000;
/** Four weeks, the last of them up to today. */
const DAYS_BACK = 27;
/** The year for which examples.json was written. */
const WRITTEN = 2026;

/**
 * Moves the dates of an example to now: a period of days ends today, one of months with the last whole month, and a child
 * stays as old as the example has it.
 */
export function withCurrentDates(variables: string, now: Date): string {
  const today = LONDON.format(now);
  const days = { from: LONDON.format(new Date(now.getTime() - DAYS_BACK * DAY_MS)), to: today };
  const months = { from: monthBefore(today, 2), to: monthBefore(today, 1) };
  const years = Number(today.slice(0, 4)) - WRITTEN;
  return variables
    .replaceAll(
      /("(from|to)": ?")\d{4}-\d\d-\d\d/g,
      (_all, start: string, end: 'from' | 'to') => start + days[end],
    )
    .replaceAll(
      /("(from|to)": ?")\d{4}-\d\d(?=")/g,
      (_all, start: string, end: 'from' | 'to') => start + months[end],
    )
    .replaceAll(
      /("dateOfBirth": ?")(\d{4})/g,
      (_all, start: string, year: string) => `${start}${Number(year) + years}`,
    );
}

function monthBefore(today: string, months: number): string {
  const [year = 0, month = 0] = today.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 - months)).toISOString().slice(0, 7);
}
