import { bookedInstantOf, instantOf, WallClock } from './wall-clock';

test.each([
  ['2026-07-01T14:10:00', true],
  ['2026-07-01T14:10:00.5', true],
  ['2028-02-29T14:10:00', true],
  ['2026-02-29T14:10:00', false],
  ['2026-02-30T14:10:00', false],
  ['2026-13-01T14:10:00', false],
  ['2026-07-01T24:10:00', false],
  ['2026-07-01T010:00:00', false],
  ['2026-07-01T14:10:00Z', false],
  ['', false],
])('%j is a time on a wall clock: %s', (text, is) => {
  expect(WallClock.safeParse(text).success).toBe(is);
});

test('of a time that names two instants, what is booked is at the earlier; one that names none is at none', () => {
  expect(instantOf('2026-10-25T01:30:00')).toBeNull();
  expect(bookedInstantOf('2026-10-25T01:30:00')).toEqual(new Date('2026-10-25T00:30:00Z'));
  expect(bookedInstantOf('2026-03-29T01:30:00')).toBeNull();
});
