import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';

/**
 * Instants are `Date`s everywhere inside. This file is the only place that knows the United Kingdom's civil time:
 * suppliers and people read and write wall-clock times of Europe/London, with two clock changes a year.
 */
const LONDON = 'Europe/London';

/** A calendar day without a time, `2026-03-29`. */
export const CalendarDate = z.iso.date().brand<'CalendarDate'>();
export type CalendarDate = z.infer<typeof CalendarDate>;

/** A wall-clock time either names one instant, or none (spring), or two (autumn). */
export type WallClockReading =
  | { kind: 'instant'; instant: Date }
  | { kind: 'ambiguous'; earlier: Date; later: Date }
  | { kind: 'missing' };

const WALL_CLOCK = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?$/;

/**
 * Reads `2026-10-25T01:30:00` as London wall-clock time. A fraction of a second is allowed, an offset is not.
 * @throws RangeError when the text is not a wall-clock time.
 */
export function readWallClock(text: string): WallClockReading {
  const asUtc = WALL_CLOCK.test(text) ? Date.parse(`${text}Z`) : NaN;
  // Date.parse makes 2 March of 30 February.
  if (Number.isNaN(asUtc) || !new Date(asUtc).toISOString().startsWith(text.slice(0, 19)))
    throw new RangeError('Not a wall-clock time.');
  const [first, second] = [SUMMER_OFFSET, 0].filter((offset) => offsetAt(asUtc - offset) === offset);
  if (first === undefined) return { kind: 'missing' };
  if (second === undefined) return { kind: 'instant', instant: new Date(asUtc - first) };
  return { kind: 'ambiguous', earlier: new Date(asUtc - first), later: new Date(asUtc - second) };
}

/** `2026-07-01T09:10:00`: London wall-clock time, to the second, without an offset. */
export function wallClock(instant: Date): string {
  return new Date(instant.getTime() + offsetAt(instant.getTime())).toISOString().slice(0, 19);
}

/** `2026-07-01T09:10:00+01:00`: London wall-clock time with the offset valid on that date. */
export function wallClockWithOffset(instant: Date): string {
  return `${wallClock(instant)}${offsetAt(instant.getTime()) === 0 ? '+00:00' : '+01:00'}`;
}

/** The calendar day in London on which the instant falls. */
export function londonDate(instant: Date): CalendarDate {
  return dateAt(instant.getTime());
}

/** The first instant of a calendar day in London. */
export function startOfLondonDay(day: CalendarDate): Date {
  return new Date(Temporal.PlainDate.from(day).toZonedDateTime(LONDON).epochMilliseconds);
}

/** The same wall-clock time so many calendar days later, which may be 23 or 25 hours a day. */
export function addLondonDays(instant: Date, days: number): Date {
  return new Date(inLondon(instant).add({ days }).epochMilliseconds);
}

/** `Monday 3 March 2026, 9:30am`, as the NHS writes dates and times for the public. */
export function spokenTime(instant: Date): string {
  const at = inLondon(instant);
  const day = at.toLocaleString('en-GB', { weekday: 'long' });
  const date = at.toLocaleString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
  const hour = at.hour % 12 === 0 ? 12 : at.hour % 12;
  return `${day} ${date}, ${hour}:${String(at.minute).padStart(2, '0')}${at.hour < 12 ? 'am' : 'pm'}`;
}

/** `2:10pm`, `9am`, `midday`: a time of the day in London, as the NHS writes it for the public. */
export function clockTime(instant: Date): string {
  const { hour, minute } = inLondon(instant);
  if (minute === 0 && hour % 12 === 0) return hour === 0 ? 'midnight' : 'midday';
  const minutes = minute === 0 ? '' : `:${String(minute).padStart(2, '0')}`;
  return `${hour % 12 === 0 ? 12 : hour % 12}${minutes}${hour < 12 ? 'am' : 'pm'}`;
}

/** Formats a time as `2:10pm on Thursday 3 December`, for times at most days away. */
export function timeOnDay(instant: Date): string {
  const at = inLondon(instant);
  const weekday = at.toLocaleString('en-GB', { weekday: 'long' });
  return `${clockTime(instant)} on ${weekday} ${at.toLocaleString('en-GB', { day: 'numeric', month: 'long' })}`;
}

/**
 * Formats the latest time for something, to follow "by": `2:10pm on Thursday 3 December`. A midnight ends the day before, since
 * people read it as belonging to the day that it begins: `the end of Wednesday 2 December`.
 */
export function latestTime(instant: Date): string {
  const at = inLondon(instant);
  if (instant.getTime() !== at.startOfDay().epochMilliseconds) return timeOnDay(instant);
  const last = at.subtract({ days: 1 });
  const weekday = last.toLocaleString('en-GB', { weekday: 'long' });
  return `the end of ${weekday} ${last.toLocaleString('en-GB', { day: 'numeric', month: 'long' })}`;
}

/** Completed months from a birth date to a day; the unit in which release rules state ages. */
export function ageInMonths(birthDate: CalendarDate, on: CalendarDate): number {
  return Temporal.PlainDate.from(birthDate).until(on, { largestUnit: 'months' }).months;
}

/** Days from a birth date to a day; the unit in which triage content states ages. */
export function ageInDays(birthDate: CalendarDate, on: CalendarDate): number {
  return Temporal.PlainDate.from(birthDate).until(on, { largestUnit: 'days' }).days;
}

function inLondon(instant: Date): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(LONDON);
}

const HOUR = 3_600_000;
const SUMMER_OFFSET = HOUR;
const MAX_CACHED_HOURS = 10_000;

/** Milliseconds that London is ahead of UTC. */
const offsetAt = hourly((hour) => inLondon(new Date(hour * HOUR)).offsetNanoseconds / 1e6);

const dateAt = hourly((hour) => CalendarDate.parse(wallClock(new Date(hour * HOUR)).slice(0, 10)));

/**
 * Looked up once for each hour (UTC), in which neither the date nor the clocks change: a supplier's answer holds hundreds
 * of times, and asking the time zone database for each costs more than all the rest.
 */
function hourly<Value>(lookUp: (hour: number) => Value): (epochMilliseconds: number) => Value {
  const values = new Map<number, Value>();
  return (epochMilliseconds) => {
    const hour = Math.floor(epochMilliseconds / HOUR);
    const known = values.get(hour);
    if (known !== undefined) return known;
    const value = lookUp(hour);
    if (values.size >= MAX_CACHED_HOURS) values.clear();
    values.set(hour, value);
    return value;
  };
}
