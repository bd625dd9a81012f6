import { givenNames, isSameFamilyName, isSameGivenName } from './human-name';

const ONE_GIVEN_NAME = [
  ['Mary-Jane', 'Mary Jane'],
  ['Jean-Luc', 'Jean Luc'],
  ['Jean‑Luc', 'jean luc marie'],
  ['Wei Ling', 'Weiling'],
  ['Wei-Ling', 'WEI LING'],
  ['Mary-Jane', 'Maryjane Ann'],
  ['Åse', 'Ase'],
  ['Åse', 'Aase'],
  ['Zoë', 'Zoe\u0308'],
  ['Zoë', 'ZOE'],
  ['Jürgen', 'Juergen'],
  ['Jürgen', 'Jurgen'],
  ['Søren', 'Soren'],
  ['Łukasz', 'Lukasz'],
  ['Đorđe', 'Dorde'],
  ['Þóra', 'Thora'],
  ['Siân  Mary', 'Sian'],
  ['İpek', 'Ipek'],
  ["D'Arcy", 'D’Arcy'],
  ['Kaʻiulani', 'Kaiulani'],
  ['ﬁona', 'Fiona'],
  ['', ''],
] as const;
const ANOTHER_GIVEN_NAME = [
  ['Jean-Luc', 'Jean-Paul'],
  ['Mary', 'Marie'],
  ['Mary Jane', 'Jane Mary'],
  ['Jo', 'Joanna'],
  ['Mary', ''],
  ['-', '.'],
  ['राम', 'रमा'],
  ['Muller', 'Mueller'],
] as const;
const ONE_FAMILY_NAME = [
  ['Sørensen', 'Sorensen'],
  ['Sørensen', 'SOERENSEN'],
  ['Strauß', 'Strauss'],
  ['STRAUẞ', 'Strauss'],
  ['Kjær', 'Kjaer'],
  ['Wałęsa', 'Walesa'],
  ['Đặng', 'Dang'],
  ['Müller', 'Mueller'],
  ['O’Brien', "O'Brien"],
  ['O’Brien', 'OBRIEN'],
  ['Mc Donald', 'McDonald'],
  ['Smith-Jones', 'Smith Jones'],
  ['Ó Súilleabháin', 'O SUILLEABHAIN'],
  ['李', '李'],
] as const;
const ANOTHER_FAMILY_NAME = [
  ['Smith', 'Smyth'],
  ['Smith-Jones', 'Smith'],
  ['Ó Súilleabháin', 'Sullivan'],
  ['李', '王'],
  ['', ''],
  [undefined, undefined],
  ['-', ''],
] as const;

test.each(ONE_GIVEN_NAME)('%j and %j are one given name, in both directions', (one, other) => {
  expect([isSameGivenName(one, other), isSameGivenName(other, one)]).toEqual([true, true]);
});

test.each(ANOTHER_GIVEN_NAME)('%j and %j are two given names, in both directions', (one, other) => {
  expect([isSameGivenName(one, other), isSameGivenName(other, one)]).toEqual([false, false]);
});

test.each(ONE_FAMILY_NAME)('%j and %j are one family name, in both directions', (one, other) => {
  expect([isSameFamilyName(one, other), isSameFamilyName(other, one)]).toEqual([true, true]);
});

test.each(ANOTHER_FAMILY_NAME)('%j and %j are two family names, or none', (one, other) => {
  expect([isSameFamilyName(one, other), isSameFamilyName(other, one)]).toEqual([false, false]);
});

test.each([
  ['Siân  Mary ', ['Siân', 'Mary']],
  ['', []],
  [' ', []],
] as const)('the given names of %j are a list without empty ones', (text, names) => {
  expect(givenNames(text)).toEqual(names);
});
