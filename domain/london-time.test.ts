import * as fc from 'fast-check';
import { withSeed } from '../tests/with-seed';
import {
  addLondonDays,
  ageInDays,
  ageInMonths,
  CalendarDate,
  clockTime,
  londonDate,
  readWallClock,
  latestTime,
  spokenTime,
  startOfLondonDay,
  timeOnDay,
  wallClock,
  wallClockWithOffset,
} from './london-time';

const day = (text: string) => CalendarDate.parse(text);

describe('London wall-clock time', () => {
  test('is an hour ahead of UTC in summer', () => {
    expect(readWallClock('2026-07-01T09:10:00')).toEqual({
      kind: 'instant',
      instant: new Date('2026-07-01T08:10:00Z'),
    });
    expect(wallClockWithOffset(new Date('2026-07-01T08:10:00Z'))).toBe('2026-07-01T09:10:00+01:00');
  });

  test('is UTC in winter', () => {
    expect(readWallClock('2026-03-02T09:10:00.0')).toEqual({
      kind: 'instant',
      instant: new Date('2026-03-02T09:10:00Z'),
    });
    expect(wallClockWithOffset(new Date('2026-03-02T09:10:00Z'))).toBe('2026-03-02T09:10:00+00:00');
  });

  test('names two instants in the repeated hour of autumn', () => {
    expect(readWallClock('2026-10-25T01:30:00')).toEqual({
      kind: 'ambiguous',
      earlier: new Date('2026-10-25T00:30:00Z'),
      later: new Date('2026-10-25T01:30:00Z'),
    });
  });

  test('names none in the missing hour of spring', () => {
    expect(readWallClock('2026-03-29T01:30:00')).toEqual({ kind: 'missing' });
  });

  test.each([
    '2026-03-29',
    '2026-03-29T10:00:00Z',
    '2026-03-29T10:00:00+01:00',
    '2026-02-30T10:00:00',
    'T010:00:00',
  ])('refuses %s', (text) => {
    expect(() => readWallClock(text)).toThrow(RangeError);
  });

  test('written and read again is the same instant, or one of the two of the repeated hour', async () => {
    const instants = fc.date({
      min: new Date('2020-01-01'),
      max: new Date('2035-12-31'),
      noInvalidDate: true,
    });
    const isReadAgain = fc.property(instants, (instant) => {
      instant.setUTCMilliseconds(0);
      const read = readWallClock(wallClock(instant));
      const named =
        read.kind === 'instant'
          ? [read.instant]
          : read.kind === 'ambiguous'
            ? [read.earlier, read.later]
            : [];
      expect(named.map(Number)).toContain(Number(instant));
    });
    await withSeed(20_260_325, (_, seed) => fc.assert(isReadAgain, { seed, numRuns: 1_000 }));
  });
});

describe('London days', () => {
  test('begin at midnight in London, not in UTC', () => {
    expect(londonDate(new Date('2026-06-30T23:30:00Z'))).toBe('2026-07-01');
    expect(startOfLondonDay(day('2026-07-01'))).toEqual(new Date('2026-06-30T23:00:00Z'));
  });

  test('have 25 hours when the clocks go back', () => {
    expect(addLondonDays(new Date('2026-10-24T12:00:00Z'), 1)).toEqual(new Date('2026-10-25T13:00:00Z'));
  });

  test('are spoken as the NHS writes them', () => {
    expect(spokenTime(new Date('2026-03-03T09:30:00Z'))).toBe('Tuesday 3 March 2026, 9:30am');
    expect(spokenTime(new Date('2026-07-01T11:05:00Z'))).toBe('Wednesday 1 July 2026, 12:05pm');
    expect(timeOnDay(new Date('2026-12-03T14:10:00Z'))).toBe('2:10pm on Thursday 3 December');
    expect(timeOnDay(new Date('2026-07-31T23:00:00Z'))).toBe('midnight on Saturday 1 August');
  });

  test.each([
    ['2026-12-03T00:00:00Z', 'midnight'],
    ['2026-12-03T00:05:00Z', '12:05am'],
    ['2026-12-03T09:00:00Z', '9am'],
    ['2026-12-03T12:00:00Z', 'midday'],
    ['2026-07-01T13:09:59Z', '2:09pm'],
  ])('%s is %s', (instant, spoken) => {
    expect(clockTime(new Date(instant))).toBe(spoken);
  });
});

describe('ages', () => {
  test('count completed months', () => {
    expect(ageInMonths(day('2020-11-22'), day('2026-11-21'))).toBe(71);
    expect(ageInMonths(day('2020-11-22'), day('2026-11-22'))).toBe(72);
  });

  test('count days', () => {
    expect(ageInDays(day('2024-02-28'), day('2024-03-01'))).toBe(2);
  });
});

it.each([
  ['2026-12-03T00:00:00Z', 'the end of Wednesday 2 December'],
  ['2027-04-01T23:00:00Z', 'the end of Thursday 1 April'],
  ['2026-10-25T00:00:00Z', '1am on Sunday 25 October'],
  ['2026-12-03T00:01:00Z', '12:01am on Thursday 3 December'],
])('says of %s that it is %s', (instant, words) => {
  expect(latestTime(new Date(instant))).toBe(words);
});
