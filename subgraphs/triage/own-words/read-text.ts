/** Cuts a text into words. Pure, and linear in its length. */

export interface Word {
  text: string;
  /** A comma, a full stop or the like stands before it. */
  startsClause: boolean;
}

/** Most words of a text that are read: 200 characters hold no more that mean something. */
const MAX_WORDS = 80;

const LETTERS: Record<string, string> = {
  ł: 'l',
  đ: 'd',
  ø: 'o',
  ı: 'i',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  أ: 'ا',
  إ: 'ا',
  آ: 'ا',
  ى: 'ي',
  ی: 'ي',
  ک: 'ك',
  ہ: 'ه',
  ھ: 'ه',
  ة: 'ه',
};
const OTHER_LETTERS = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'gu');

/**
 * Lower case, without accents, apostrophes, invisible characters, full stops of abbreviations and
 * letters said three times or more.
 */
export function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f\u064b-\u0652\u0640]|['’‘`´]|\p{Cf}/gu, '')
    .normalize('NFC')
    .replace(OTHER_LETTERS, (letter) => LETTERS[letter] ?? letter)
    .replace(/([a-z])\1{2,}/g, '$1$1')
    .replace(/(?<=\b[a-z])\.(?=[a-z]\b)/g, '');
}

export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const [, between = '', word = ''] of plain(text).matchAll(
    /([^\p{L}\p{M}\p{N}]*)([\p{L}\p{M}\p{N}]+)/gu,
  )) {
    words.push({ text: word, startsClause: /[.,;:!?()\n–—]/.test(between) });
    if (words.length === MAX_WORDS) break;
  }
  return words;
}
