import { createHash } from 'node:crypto';
import { createEvent } from 'ics';
import type { Booking } from './answers';
import { groupedPhone } from '../kit/texts';

const part = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options });
const PARTS = part({
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  hourCycle: 'h23',
});

function utcParts(instant: string): [number, number, number, number, number] {
  const parts = new Map(
    PARTS.formatToParts(new Date(instant)).map(({ type, value }) => [type, Number(value)]),
  );
  const read = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return [read('year'), read('month'), read('day'), read('hour'), read('minute')];
}

/** The same for the entry that takes the first out again; calendars pass it on, so nothing can be read from it. */
const uidOf = ({ id }: Booking) => `${createHash('sha256').update(id).digest('hex').slice(0, 32)}@gp-booking`;

/**
 * A calendar entry for a booking, without a clinical word: calendars are seen by others. Times are written in UTC, which every
 * calendar shows in the person's own time.
 */
export function calendarFile(booking: Booking): string | null {
  const { practice, reference, status } = booking;
  // A time that is still being checked may never be.
  if (status !== 'CONFIRMED' && status !== 'CANCELLED') return null;
  const phone = practice.phone == null ? '' : `\nPhone: ${groupedPhone(practice.phone)}`;
  const { error, value } = createEvent({
    uid: uidOf(booking),
    method: 'PUBLISH',
    productId: 'gp-booking/website',
    title: 'GP appointment',
    start: utcParts(booking.startsAt),
    startInputType: 'utc',
    startOutputType: 'utc',
    end: utcParts(booking.endsAt),
    endInputType: 'utc',
    endOutputType: 'utc',
    status,
    sequence: Math.max(0, booking.history.length - 1),
    location: [practice.name, ...(practice.address?.lines ?? []), practice.address?.postcode ?? '']
      .filter((text) => text !== '')
      .join(', '),
    description: `Reference: ${reference}${phone}`,
  });
  if (value == null) throw error ?? new Error('The calendar file could not be written.');
  return value;
}
