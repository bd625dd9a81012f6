import { z } from 'zod';

export const HumanName = z.object({
  use: z.string().optional(),
  family: z.string().optional(),
  given: z.array(z.string()).optional(),
  prefix: z.array(z.string()).optional(),
});
export type HumanName = z.infer<typeof HumanName>;

/** `Dr Ada Example`; undefined where no word is given. */
export function spokenName(names: readonly HumanName[] | undefined): string | undefined {
  const name = names?.find(({ use }) => use === 'usual') ?? names?.[0];
  const words = [...(name?.prefix ?? []), ...(name?.given ?? []), name?.family].filter(Boolean);
  return words.length > 0 ? words.join(' ') : undefined;
}

/** Splits given names at blanks, for FHIR's list; empty for a person who has none. */
export function givenNames(text: string): string[] {
  return text.split(/\s+/).filter((name) => name !== '');
}

/**
 * Tells whether two spellings are of one family name. Registers differ in case, accents, hyphens, blanks and apostrophes,
 * and in how they write letters that a keyboard lacks (ø, o, oe), not in the letters themselves.
 */
export function isSameFamilyName(one: string | undefined, other: string | undefined): boolean {
  return sharesSpelling([one ?? ''], [other ?? '']);
}

/**
 * Tells whether two lists of given names begin with one name. A register may write it apart ("Mary Jane") where another
 * joins it ("Mary-Jane"), and may leave further names out: some first words of either have to be the same.
 */
export function isSameGivenName(one: string, other: string): boolean {
  const [ours, theirs] = [givenNames(one), givenNames(other)];
  if (ours.length === 0 && theirs.length === 0) return true;
  return sharesSpelling(beginnings(ours), beginnings(theirs));
}

/** `Mary`, `MaryJane`, `MaryJaneAnn`: a name's first words, joined. */
function beginnings(words: readonly string[]): string[] {
  return words.map((_, index) => words.slice(0, index + 1).join(''));
}

function sharesSpelling(names: readonly string[], others: readonly string[]): boolean {
  const known = new Set(names.flatMap(spellings));
  return others.flatMap(spellings).some((spelling) => known.has(spelling));
}

/** Letters that Unicode does not decompose into one with an accent, as a keyboard without them writes them. */
const PLAIN: Readonly<Record<string, string>> = {
  ...{
    ø: 'o',
    ł: 'l',
    đ: 'd',
    ð: 'd',
    ħ: 'h',
    ŧ: 't',
    ı: 'i',
    ĸ: 'k',
    ŋ: 'n',
    ƒ: 'f',
    ə: 'e',
    ɓ: 'b',
    ɗ: 'd',
  },
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', þ: 'th', ĳ: 'ij' },
};
/** Letters that are also written as two: in German, and in the Nordic languages. */
const AS_TWO: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe', ð: 'dh' };

/** Returns the letters of a name, without case and accents, in each way in which they are commonly written; none for no letters. */
function spellings(name: string): string[] {
  const letters = name.normalize('NFKC').toLowerCase();
  const asTwo = letters.replace(/[^a-z]/gu, (letter) => AS_TWO[letter] ?? letter);
  return [...new Set([letters, asTwo].map(withoutAccents))].filter((spelling) => spelling !== '');
}

/** Marks other than the accents of European scripts are vowels, and stay: they tell people apart. */
function withoutAccents(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z]/gu, (letter) => PLAIN[letter] ?? letter)
    .replace(/[^\p{L}\p{M}]|\p{Lm}/gu, '');
}
