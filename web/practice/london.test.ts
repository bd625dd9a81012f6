import { addDays, instantOf, londonDay, readDay, readTime } from './london';

test('a day is London’s, also in the last hour of a summer day in UTC', () => {
  expect(londonDay(new Date('2026-07-01T23:30:00Z'))).toBe('2026-07-02');
  expect(londonDay(new Date('2026-12-01T23:30:00Z'))).toBe('2026-12-01');
  expect(addDays('2026-03-28', 2)).toBe('2026-03-30');
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
});

test.each([
  ['2026-07-01', '09:30', '2026-07-01T08:30:00.000Z'],
  ['2026-12-01', '09:30', '2026-12-01T09:30:00.000Z'],
  // In autumn there are two of these; the first is in summer time.
  ['2026-10-25', '01:30', '2026-10-25T00:30:00.000Z'],
  // In spring there is none.
  ['2026-03-29', '01:30', null],
])('London’s clocks show %s %s at %s', (day, time, instant) => {
  expect(instantOf(day, time)).toBe(instant);
});

test.each([
  ['1', '3', '2027', '2027-03-01'],
  ['29', '2', '2028', '2028-02-29'],
  ['29', '2', '2027', null],
  ['', '2', '2027', null],
  ['1', '3', '27', null],
  ['x', '3', '2027', null],
])('%s %s %s is the day %s', (day, month, year, text) => {
  expect(readDay({ day, month, year })).toBe(text);
});

test.each([
  ['9:30', '09:30'],
  ['09.30', '09:30'],
  ['14:00', '14:00'],
  ['9am', '09:00'],
  ['1:15 pm', '13:15'],
  ['12am', '00:00'],
  ['12pm', '12:00'],
  ['Midday', '12:00'],
  ['midnight', '00:00'],
  ['9', null],
  ['24:00', null],
  ['13pm', null],
  ['0am', null],
  ['9:60', null],
  ['', null],
])('%j is the time %s', (text, time) => {
  expect(readTime(text)).toBe(time);
});
