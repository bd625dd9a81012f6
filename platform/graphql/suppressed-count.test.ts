import { suppressedCount } from './suppressed-count';

it.each([
  [0, 0],
  [8, 10],
  [12, 10],
  [13, 15],
  [1_001, 1_000],
])('tells %d as %d', (count, value) => {
  expect(suppressedCount(count)).toEqual({ value, suppressed: false });
});

it.each([1, 2, 3, 4, 5, 6, 7])('does not tell %d', (count) => {
  expect(suppressedCount(count)).toEqual({ value: null, suppressed: true });
});
