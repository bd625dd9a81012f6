// cspell:words bldgs cmnty cntr cres gdns hlth prac pract ptnrs ptrs serv servs surg terr univ
/** Apostrophes as keyboards, phones and word processors write them: they vanish, so that "Mary's" is "Marys". */
const APOSTROPHES = /['`´‘’‛′＇\u02B9\u02BB\u02BC\u02BD\u02C8\u02CA\u02CB\u055A\u05F3\uA78B\uA78C]/g;

/** Letters that do not come apart into a plain one and its accent. */
const LETTERS: Record<string, string> = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ł: 'l', þ: 'th', ħ: 'h', ı: 'i', ŋ: 'ng' },
};

/** Simplifies text to lower-case words without accents, parted by single spaces; "&" and "+" are the word "and". */
export function plain(text: string): string {
  return text
    .replace(APOSTROPHES, '')
    .normalize('NFKD')
    .toLowerCase()
    .replace(APOSTROPHES, '')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .replace(/\P{ASCII}/gu, (letter) => LETTERS[letter] ?? letter)
    .replace(/[&+]/g, ' and ')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

export function compact(text: string): string {
  return plain(text).replaceAll(' ', '');
}

/** Words that are written in several ways, in names and addresses of the ODS and by people. */
const SAME_WORDS = [
  ['and', 'n'],
  ['st', 'saint', 'street', 'str'],
  ['ste', 'sainte'],
  ['dr', 'drs', 'doctor', 'doctors'],
  ['rd', 'road'],
  ['ave', 'av', 'avenue'],
  ['ln', 'la', 'lane'],
  ['cl', 'close'],
  ['ct', 'crt', 'court'],
  ['cres', 'crescent'],
  ['dv', 'drive'],
  ['gdns', 'gdn', 'gardens', 'garden'],
  ['gr', 'gro', 'grove'],
  ['pk', 'park'],
  ['pl', 'place'],
  ['sq', 'square'],
  ['ter', 'terr', 'tce', 'terrace'],
  ['est', 'estate'],
  ['bldg', 'bldgs', 'building', 'buildings'],
  ['hse', 'ho', 'house'],
  ['ctr', 'cntr', 'cen', 'centre', 'center'],
  ['h', 'hlth', 'hth', 'health'],
  ['m', 'med', 'medical'],
  ['surg', 'sgy', 'surgery'],
  ['prac', 'pract', 'prt', 'practice', 'practise'],
  ['ptnrs', 'ptrs', 'partners'],
  ['grp', 'gp', 'group'],
  ['hosp', 'hospital'],
  ['comm', 'cmnty', 'community'],
  ['serv', 'servs', 'service', 'services'],
  ['prim', 'primary'],
  ['univ', 'uni', 'university'],
  ['mt', 'mount'],
  ['gt', 'great'],
  ['lt', 'little'],
  ['upr', 'upper'],
  ['lwr', 'lower'],
  ['nth', 'north'],
  ['sth', 'south'],
  ['n', 'north'],
  ['s', 'south'],
  ['e', 'east'],
  ['w', 'west'],
  ...['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'].map((word, at) => [
    word,
    String(at + 1),
  ]),
];

const spellings = new Map<string, readonly string[]>();
for (const same of SAME_WORDS)
  for (const word of same) spellings.set(word, [...(spellings.get(word) ?? []), ...same]);

/** A word of an entry in every way in which people write it, itself first. */
export function spellingsOf(word: string): string[] {
  return [word, ...(spellings.get(word) ?? [])];
}
