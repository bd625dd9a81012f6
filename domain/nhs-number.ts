import { z } from 'zod';

/**
 * Ten digits, the last a modulus 11 check digit (NHS Data Dictionary, NHS NUMBER).
 * Spaces are dropped. Repeated digits (0000000000, 1111111111) pass modulus 11 and are refused all the same;
 * the 999 range is kept for tests and is allowed, because every patient of a demo is in it.
 */
export const NhsNumber = z
  .string()
  .transform((text) => text.replaceAll(' ', ''))
  .refine(isNhsNumber, 'An NHS number has ten digits and a valid check digit.')
  .brand<'NhsNumber'>();
export type NhsNumber = z.infer<typeof NhsNumber>;

function isNhsNumber(digits: string): boolean {
  return /^[0-9]{10}$/.test(digits) && !/^(.)\1{9}$/.test(digits) && checkDigit(digits) === Number(digits[9]);
}

/** The check digit of the first nine digits; 10 where no valid number begins with them. */
function checkDigit(digits: string): number {
  let sum = 0;
  for (let place = 0; place < 9; place++) sum += Number(digits[place]) * (10 - place);
  const remainder = 11 - (sum % 11);
  return remainder === 11 ? 0 : remainder;
}

/** Number of different synthetic numbers. */
export const SYNTHETIC_NHS_NUMBERS = 100_000;

/** A synthetic NHS number in the 999 range, which is never issued: another one for each serial below 100,000. */
export function syntheticNhsNumber(serial: number): NhsNumber {
  const eight = `999${String(serial % SYNTHETIC_NHS_NUMBERS).padStart(5, '0')}`;
  // Of two neighbouring ninth digits at least one has a check digit.
  const nine = checkDigit(`${eight}0`) < 10 ? `${eight}0` : `${eight}1`;
  return NhsNumber.parse(`${nine}${checkDigit(nine)}`);
}
