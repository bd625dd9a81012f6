import { daysOf, periodOf, periodsBetween } from './periods';

describe('periods', () => {
  it.each([
    ['DAY', '2026-11-30', '2026-11-30', '2026-11-30'],
    ['WEEK', '2026-W49', '2026-11-30', '2026-12-06'],
    ['WEEK', '2026-W53', '2026-12-28', '2027-01-03'],
    ['WEEK', '2027-W01', '2027-01-04', '2027-01-10'],
    ['WEEK', '2020-W01', '2019-12-30', '2020-01-05'],
    ['MONTH', '2026-11', '2026-11-01', '2026-11-30'],
    ['MONTH', '2028-02', '2028-02-01', '2028-02-29'],
    ['MONTH', '2026-12', '2026-12-01', '2026-12-31'],
  ] as const)('%s %s is from %s to %s', (grain, period, first, last) => {
    expect(daysOf(grain, period)).toEqual({ first, last });
    expect(periodOf(grain, first)).toBe(period);
    expect(periodOf(grain, last)).toBe(period);
  });

  it.each([
    ['DAY', '2026-02-30'],
    ['DAY', '2026-W49'],
    ['WEEK', '2026-W54'],
    ['WEEK', '2027-W53'],
    ['WEEK', '2026-W00'],
    ['WEEK', '2026-49'],
    ['MONTH', '2026-13'],
    ['MONTH', '2026-1'],
    ['MONTH', '2026-11-01'],
  ] as const)('%s has no %s', (grain, text) => {
    expect(daysOf(grain, text)).toBeNull();
  });

  it('lists all between two, both included', () => {
    expect(periodsBetween('WEEK', '2026-W52', '2027-W02', 10)).toEqual([
      '2026-W52',
      '2026-W53',
      '2027-W01',
      '2027-W02',
    ]);
    expect(periodsBetween('MONTH', '2026-11', '2027-01', 10)).toEqual(['2026-11', '2026-12', '2027-01']);
    expect(periodsBetween('MONTH', '2026-12', '2026-11', 10)).toEqual([]);
  });
});
