import { acceptsGzip } from './accept-encoding';

it.each([
  ['gzip', true],
  ['deflate, gzip;q=0.5, br', true],
  ['GZIP ; q=1', true],
  ['x-gzip', true],
  ['*', true],
  ['br;q=1, *;q=0.1', true],
  [undefined, false],
  ['', false],
  ['br', false],
  ['identity', false],
  ['gzip;q=0', false],
  ['gzip; q=0.000, *', false],
  ['*;q=0', false],
  ['gzip-like', false],
])('of %j says that gzip is taken: %s', (header, takes) => {
  expect(acceptsGzip(header)).toBe(takes);
});
