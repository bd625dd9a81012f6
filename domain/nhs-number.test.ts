import fc from 'fast-check';
import { withSeed } from '../tests/with-seed';
import { NhsNumber, SYNTHETIC_NHS_NUMBERS, syntheticNhsNumber } from './nhs-number';

const accepted = (text: unknown) => NhsNumber.safeParse(text).success;
/** 999 000 0018: of the range that is never issued. */
const VALID = syntheticNhsNumber(1);

it('is ten digits, whose last one checks the others', () => {
  expect(VALID).toMatch(/^999\d{7}$/);
  expect(accepted(VALID)).toBe(true);
});

it('may be written in groups, and is kept without', () => {
  expect(NhsNumber.parse(`${VALID.slice(0, 3)} ${VALID.slice(3, 6)} ${VALID.slice(6)}`)).toBe(VALID);
});

it.each([
  ['repeated digits that pass modulus 11', '0000000000'],
  ['repeated digits that pass modulus 11', '1111111111'],
  ['repeated digits', '9999999999'],
  ['nine digits', VALID.slice(1)],
  ['eleven digits', `${VALID}0`],
  ['letters', 'ABCDEFGHIJ'],
  ['nothing', ''],
  ['spaces', '          '],
  ['fullwidth digits', VALID.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)))],
  ['Arabic-Indic digits', VALID.replace(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit)))],
  ['a number', Number(VALID)],
  ['a line break', `${VALID}\n`],
  ['a sign', `-${VALID.slice(1)}`],
  ['an exponent', '9.99000e+9'],
  ['null', null],
])('is not %s: %p', (_, text) => {
  expect(accepted(text)).toBe(false);
});

it('is never one whose check digit would be 10', () => {
  // 999000003: the weighted sum leaves 1, so the check digit would be 10.
  const nine = [...Array(200).keys()]
    .map((serial) => `999${String(serial).padStart(6, '0')}`)
    .filter((digits) => weightedSum(digits) % 11 === 1);
  expect(nine.length).toBeGreaterThan(5);
  for (const digits of nine)
    for (let check = 0; check < 10; check++) expect(accepted(`${digits}${check}`)).toBe(false);
});

it('tells every single wrong digit, and every swap of two neighbours', async () => {
  const serial = fc.integer({ min: 0, max: 999_999 });
  const isWrongDigitTold = fc.property(serial, fc.nat(9), fc.nat(9), (from, place, digit) => {
    const right = syntheticNhsNumber(from);
    const wrong = `${right.slice(0, place)}${digit}${right.slice(place + 1)}`;
    return wrong === right || !accepted(wrong);
  });
  const isSwapTold = fc.property(serial, fc.nat(8), (from, place) => {
    const right = syntheticNhsNumber(from);
    const swapped = `${right.slice(0, place)}${right[place + 1]!}${right[place]!}${right.slice(place + 2)}`;
    return swapped === right || !accepted(swapped);
  });
  await withSeed(999_000_001, (_, seed) => {
    fc.assert(isWrongDigitTold, { seed });
    fc.assert(isSwapTold, { seed });
  });
});

it('does not say in its error what was wrong with whom', () => {
  const { error } = NhsNumber.safeParse('9990000001');
  expect(error!.message).not.toContain('9990000001');
});

function weightedSum(nine: string): number {
  return Array.from(nine).reduce((sum, digit, place) => sum + Number(digit) * (10 - place), 0);
}

it('makes another synthetic number for each serial', () => {
  const made = Array.from({ length: SYNTHETIC_NHS_NUMBERS }, (_, serial) => syntheticNhsNumber(serial));
  expect(new Set(made).size).toBe(SYNTHETIC_NHS_NUMBERS);
});
