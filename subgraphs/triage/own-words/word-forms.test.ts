import { isSlipOf, slips, sound, soundsLike, stem } from './word-forms';
import { wordsOf } from './read-text';

it.each([
  ['choking', 'choke'],
  ['chokes', 'choke'],
  ['bleeding', 'bleed'],
  ['fitted', 'fit'],
  ['dizziness', 'dizzy'],
  ['babies', 'baby'],
])('gives "%s" and "%s" one stem', (one, other) => {
  expect(stem(one)).toBe(stem(other));
});

it.each([
  ['unconshus', 'unconscious'],
  ['anafilaxis', 'anaphylaxis'],
  ['suicidle', 'suicidal'],
  ['siezure', 'seizure'],
  ['rsh', 'rash'],
])('hears "%s" as "%s"', (written, word) => {
  expect(soundsLike(written, word)).toBe(true);
});

it.each([
  ['overdsoe', 'overdose', true],
  ['chocking', 'choking', true],
  ['apendicitus', 'appendicitis', true],
  ['headache', 'earache', false],
  ['hit', 'fit', false],
  ['foot', 'food', false],
])('reads "%s" as a slip of "%s": %s', (written, word, expected) => {
  expect(isSlipOf(written, word)).toBe(expected);
});

it('counts slips, and stops where there are too many', () => {
  expect(slips('abc', 'abc', 2)).toBe(0);
  expect(slips('abc', 'acb', 2)).toBe(1);
  expect(slips('abcdef', 'uvwxyz', 2)).toBe(3);
  expect(sound('')).toBe('');
});

it('reads words without accents, apostrophes, invisible characters and full stops of abbreviations', () => {
  const words = (text: string) => wordsOf(text).map((word) => word.text);
  expect(words("Can't BREATHE, T.I.A.!")).toEqual(['cant', 'breathe', 'tia']);
  expect(words('ch\u200best gorączka helpppp')).toEqual(['chest', 'goraczka', 'helpp']);
  expect(wordsOf('pain, chest').map(({ startsClause }) => startsClause)).toEqual([false, true]);
  expect(wordsOf('a '.repeat(500)).length).toBeLessThanOrEqual(80);
});
