/** Days and times as staff in England write them, in London's civil time. */
const PARTS = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

const DAY_MS = 24 * 60 * 60_000;
const SUMMER_MS = 60 * 60_000;

/** For example `2026-03-02T09:30`. */
function wallClock(instant: Date): string {
  const parts = new Map(PARTS.formatToParts(instant).map(({ type, value }) => [type, value]));
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  return `${of('year')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}`;
}

/** For example `2026-03-02`. */
export function londonDay(instant: Date): string {
  return wallClock(instant).slice(0, 10);
}

/** @param day for example `2026-03-02` */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** An instant of the day, for words about it: its noon. */
export function noonOf(day: string): string {
  return `${day}T12:00:00.000Z`;
}

/**
 * Returns the moment at which London's clocks show this; the first of two in autumn, and null where they skip it in spring.
 * @param day for example `2026-03-02` @param time for example `09:30`
 */
export function instantOf(day: string, time: string): string | null {
  const shown = `${day}T${time}`;
  const asUtc = Date.parse(`${shown}Z`);
  if (Number.isNaN(asUtc)) return null;
  const found = [SUMMER_MS, 0]
    .map((offset) => new Date(asUtc - offset))
    .find((at) => wallClock(at) === shown);
  return found?.toISOString() ?? null;
}

/** Reads a date's three fields. Null where they are no day. */
export function readDay({ day, month, year }: { day: string; month: string; year: string }): string | null {
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T12:00:00Z`));
  return isDay && new Date(`${text}T12:00:00Z`).toISOString().startsWith(text) ? text : null;
}

/** Reads `9:30`, `09.30`, `9am`, `1:15 pm`, `midday`; as `09:30`. Null where it is no time of the day. */
export function readTime(text: string): string | null {
  const written = text.trim().toLowerCase();
  if (written === 'midday') return '12:00';
  if (written === 'midnight') return '00:00';
  const [, hour, minute = '00', half] = /^(\d{1,2})(?:[:.](\d\d))?\s*(am|pm)?$/.exec(written) ?? [];
  if (hour === undefined || (half === undefined && !/[:.]/.test(written))) return null;
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half === 'pm' ? 12 : 0);
  const isTime =
    hours < 24 && Number(minute) < 60 && (half === undefined || (hour !== '0' && Number(hour) <= 12));
  return isTime ? `${String(hours).padStart(2, '0')}:${minute}` : null;
}
