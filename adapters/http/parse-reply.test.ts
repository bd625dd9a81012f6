import { z } from 'zod';
import { SupplierError } from '../gp-system';
import { Bundle } from '../fhir/bundle';
import { parseJson } from './parse-reply';

const SIZE = 2_000_000;
const filled = (piece: string) => piece.repeat(Math.floor(SIZE / piece.length));
const failure = (body: string): unknown => {
  try {
    return parseJson('s', Bundle, body);
  } catch (error) {
    return error;
  }
};

/** The largest reply that is read at all, in the shapes that have kept readers busy. */
test.each([
  ['lists inside each other', filled('[')],
  ['lists inside each other, closed', `${'['.repeat(SIZE / 2)}${']'.repeat(SIZE / 2)}`],
  ['objects inside each other', filled('{"a":')],
  ['a field unknown to us, deep', `{"resourceType":"Bundle","x":${'['.repeat(1_000)}${']'.repeat(1_000)}}`],
  ['entries that are none', `{"resourceType":"Bundle","entry":[${filled('{},')}{}]}`],
  ['numbers', `{"resourceType":"Bundle","entry":[${filled('1,')}1]}`],
  ['text that never ends', `"${filled('\\"')}`],
  ['backslashes', `"${filled('\\')}`],
])('a reply of nothing but %s is a SupplierError', (_, body) => {
  const error = failure(body);
  expect(error).toBeInstanceOf(SupplierError);
  expect(error).toMatchObject({ fault: 'BAD_REPLY' });
});

test('brackets in text are text', () => {
  const body = JSON.stringify({ text: '[{"\\'.repeat(200) });
  expect(parseJson('s', z.object({ text: z.string() }), body).text).toHaveLength(800);
});
