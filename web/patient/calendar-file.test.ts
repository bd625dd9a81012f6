import ICAL from 'ical.js';
import type { Booking } from './answers';
import { calendarFile } from './calendar-file';

const BOOKING: Booking = {
  id: '7c0ae41e-9f3f-4a55-8a38-0c54ab9fba10',
  reference: 'K7PM-3XQD',
  status: 'CONFIRMED',
  startsAt: '2026-03-02T10:30:00Z',
  endsAt: '2026-03-02T10:40:00Z',
  mode: 'IN_PERSON',
  practice: {
    name: 'Headland Row Surgery',
    phone: '01632960001',
    address: { lines: ['1 Headland Row', 'Westbury; upper floor'], postcode: 'WY1 1AA' },
  },
  history: [{ status: 'CHECKING' }, { status: 'CONFIRMED' }],
};

/** Reads a file as a calendar would. */
function eventIn(file: string | null): ICAL.Event {
  const calendar = ICAL.Component.fromString(file ?? '');
  const event = calendar.getFirstSubcomponent('vevent');
  if (event === null) throw new Error('The file has no event.');
  return new ICAL.Event(event);
}

const inLondon = (time: ICAL.Time) =>
  time
    .toJSDate()
    .toLocaleString('en-GB', { timeZone: 'Europe/London', dateStyle: 'short', timeStyle: 'short' });

describe('the calendar file of an appointment', () => {
  // London's clocks go forward at 1am on 29 March 2026, and back at 2am on 25 October.
  it.each([
    ['2026-03-28T10:30:00Z', '28/03/2026, 10:30'],
    ['2026-03-29T00:50:00Z', '29/03/2026, 00:50'],
    ['2026-03-29T09:30:00Z', '29/03/2026, 10:30'],
    ['2026-10-24T09:30:00Z', '24/10/2026, 10:30'],
    ['2026-10-25T00:30:00Z', '25/10/2026, 01:30'],
    ['2026-10-25T01:30:00Z', '25/10/2026, 01:30'],
    ['2026-10-25T10:30:00Z', '25/10/2026, 10:30'],
  ])('has %s as %s in London, and lasts as long as it is', (startsAt, shown) => {
    const endsAt = new Date(Date.parse(startsAt) + 15 * 60_000).toISOString();
    const { startDate, endDate } = eventIn(calendarFile({ ...BOOKING, startsAt, endsAt }));
    expect(inLondon(startDate)).toBe(shown);
    expect(startDate.toJSDate().getTime()).toBe(Date.parse(startsAt));
    expect(endDate.toJSDate().getTime()).toBe(Date.parse(endsAt));
  });

  it('says where it is, and nothing clinical', () => {
    const { summary, location, description } = eventIn(calendarFile(BOOKING));
    expect([summary, location, description]).toEqual([
      'GP appointment',
      'Headland Row Surgery, 1 Headland Row, Westbury; upper floor, WY1 1AA',
      'Reference: K7PM-3XQD\nPhone: 01632 960 001',
    ]);
  });

  it('is known by an id from which neither the reference nor the booking can be read', () => {
    const { uid } = eventIn(calendarFile(BOOKING));
    expect(uid).toMatch(/^[0-9a-f]{32}@gp-booking$/);
    for (const secret of [BOOKING.reference, BOOKING.id, BOOKING.id.replaceAll('-', '')])
      expect(uid).not.toContain(secret);
    expect(eventIn(calendarFile({ ...BOOKING, id: 'another' })).uid).not.toBe(uid);
  });

  it('takes the same entry out again once it is cancelled', () => {
    const booked = eventIn(calendarFile(BOOKING));
    const history = [...BOOKING.history, { status: 'CANCELLING' }, { status: 'CANCELLED' }];
    const cancelled = eventIn(calendarFile({ ...BOOKING, status: 'CANCELLED', history }));
    expect(cancelled.uid).toBe(booked.uid);
    expect(cancelled.sequence).toBeGreaterThan(booked.sequence);
    expect(cancelled.component.getFirstPropertyValue('status')).toBe('CANCELLED');
  });

  it('is not made of a time that may never be', () => {
    expect(calendarFile({ ...BOOKING, status: 'CHECKING' })).toBeNull();
  });
});
