import { newReference, readReference } from './spoken-reference';

test('a reference is read as it was made', () => {
  const made = Array.from({ length: 100 }, newReference);
  expect(made.map(readReference)).toEqual(made);
});

test.each([
  ['K7QX-2MPD', 'K7QX-2MPD'],
  ['k7qx-2mpd', 'K7QX-2MPD'],
  ['k7qx2mpd', 'K7QX-2MPD'],
  [' K7QX 2MPD ', 'K7QX-2MPD'],
  ['k 7 q x  2 m p d', 'K7QX-2MPD'],
  ['K7QX–2MPD', 'K7QX-2MPD'],
  ['K7-QX-2M-PD', 'K7QX-2MPD'],
  ['K7QX\u00a02MPD', 'K7QX-2MPD'],
  ['Ｋ７ＱＸ－２ＭＰＤ', 'K7QX-2MPD'],
  ['O7QX-OM7O', '07QX-0M70'],
  ['o7qx-om7o', '07QX-0M70'],
  ['I7QX-lMP1', '17QX-1MP1'],
])('%j is read as %s', (text, reference) => {
  expect(readReference(text)).toBe(reference);
});

test.each([
  '',
  '-',
  'K7QX',
  'K7QX-2MP',
  'K7QX-2MP7D9',
  'K7QX-2MPU',
  'K7QX-2MP%',
  'Ä7QX-2MPD',
  '-'.repeat(41),
])('%j is none', (text) => {
  expect(readReference(text)).toBeNull();
});
