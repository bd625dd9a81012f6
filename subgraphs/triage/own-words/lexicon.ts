import { isSlipOf, sound, soundsLike, stem } from './word-forms';

/**
 * Meanings that a word of a text may have, as keys: its stem, "=" and the word itself, and phrases that begin with it.
 * A word of a term has keys too; they meet where the word means the term's.
 */
export type Keys = ReadonlySet<string>;

/** A word, as a term has it: `=burn` only as it stands. */
export function keyOf(word: string): string {
  return word.startsWith('=') ? word : stem(word);
}

export interface Lexicon {
  /** @param last the text ends with it, so it may not be finished. */
  keys(word: string, last: boolean): Keys;
  knows(word: string): boolean;
}

/** Shortest beginning of a word that stands for it. */
const BEGINNING = 4;
/** Different words whose meaning is kept: texts repeat themselves, and looking for misspellings costs most. */
const MAX_KEPT = 5000;

/**
 * @param english every word that content has, without "=".
 * @param foreign words of other languages: no misspellings.
 */
export function lexicon(english: Iterable<string>, foreign: ReadonlySet<string>): Lexicon {
  const known = new Set(english);
  const stems = new Set([...known].map(stem));
  const bySound = grouped(known, sound);
  const byLength = grouped(known, (word) => word.length);
  const kept = new Map<string, Keys>();

  function knows(word: string): boolean {
    return known.has(word) || stems.has(stem(word));
  }
  function meant(word: string): string[] {
    const alike = bySound.get(sound(word)) ?? [];
    const near = [-2, -1, 0, 1, 2].flatMap((more) => byLength.get(word.length + more) ?? []);
    return [
      ...alike.filter((each) => soundsLike(word, each)),
      ...near.filter((each) => isSlipOf(word, each)),
    ];
  }
  function find(word: string, last: boolean): Keys {
    const own = [stem(word), `=${word}`];
    if (knows(word) || foreign.has(word) || !/^[a-z]+$/.test(word)) return new Set(own);
    const begun = last && word.length >= BEGINNING ? [...known].filter((each) => each.startsWith(word)) : [];
    return new Set([...own, ...[...meant(word), ...begun].flatMap((each) => [stem(each), `=${each}`])]);
  }
  return {
    knows,
    keys(word, last) {
      const name = last ? `${word}…` : word;
      const found = kept.get(name) ?? find(word, last);
      if (kept.size < MAX_KEPT) kept.set(name, found);
      return found;
    },
  };
}

function grouped<K>(words: Iterable<string>, keyOf: (word: string) => K): Map<K, string[]> {
  const groups = new Map<K, string[]>();
  for (const word of words) groups.set(keyOf(word), [...(groups.get(keyOf(word)) ?? []), word]);
  return groups;
}
