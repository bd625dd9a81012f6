import { retryAfter } from './retry-after';
import { MAX_KEEP_AWAY_MS } from './throttles';

const NOW = 'Wed, 01 Jul 2026 11:00:00 GMT';

it.each<[string, number | null]>([
  ['0', 0],
  ['7', 7_000],
  [' 7 ', 7_000],
  ['Wed, 01 Jul 2026 11:00:09 GMT', 9_000],
  ['Wed, 01 Jul 2026 10:59:00 GMT', 0],
  // However long it is said to be, in whatever form.
  ['3601', MAX_KEEP_AWAY_MS],
  ['999999', MAX_KEEP_AWAY_MS],
  ['9999999', MAX_KEEP_AWAY_MS],
  ['9'.repeat(400), MAX_KEEP_AWAY_MS],
  ['Fri, 31 Dec 9999 23:59:59 GMT', MAX_KEEP_AWAY_MS],
  // No number and no date of HTTP.
  ['-5', null],
  ['1.5', null],
  ['soon', null],
  ['', null],
])('Retry-After "%s" is %p milliseconds', (value, expected) => {
  expect(retryAfter({ headers: { 'retry-after': value, date: NOW } })).toBe(expected);
});

it('is bounded although the supplier’s own clock is wrong', () => {
  const headers = { 'retry-after': 'Wed, 01 Jul 2026 11:00:09 GMT', date: 'Fri, 02 Jan 1970 00:00:00 GMT' };
  expect(retryAfter({ headers })).toBe(MAX_KEEP_AWAY_MS);
});
