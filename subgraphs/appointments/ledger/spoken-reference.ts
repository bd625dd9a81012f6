import { randomBytes } from 'node:crypto';

/** Letters and digits that are not mistaken for each other when read out (Crockford's base 32). */
const SPOKEN = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** For example `K7QX-2MPD`: 40 random bits, and unique by an index. */
export function newReference(): string {
  const letters = Array.from(randomBytes(8), (byte) => SPOKEN[byte % 32]);
  return written(letters.join(''));
}

/** Longer than any way to write one. */
const MAX_LENGTH = 40;
/** Letters that are taken for digits (https://www.crockford.com/base32.html). */
const MISHEARD = new Map([
  ['O', '0'],
  ['I', '1'],
  ['L', '1'],
]);
const WHOLE = new RegExp(`^[${SPOKEN}]{8}$`);

/**
 * Reads a reference as people write what they hear or see: in small letters, with blanks or hyphens anywhere, O for 0, I or L
 * for 1. Null when it cannot be one.
 */
export function readReference(text: string): string | null {
  if (text.length > MAX_LENGTH) return null;
  const letters = text
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s\p{Pd}.·]/gu, '')
    .replaceAll(/[OIL]/g, (letter) => MISHEARD.get(letter) ?? letter);
  return WHOLE.test(letters) ? written(letters) : null;
}

function written(letters: string): string {
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}
