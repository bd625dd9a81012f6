import type { Lexicon } from './lexicon';
import { wordsOf, type Word } from './read-text';
import { stem } from './word-forms';
import type { Reading } from './terms';
import type { Vocabulary } from './vocabulary';

/** Shortest word of two that are written as one. */
const PART = 3;
const LONGEST_PHRASE = 4;

/** Reads a text as words with all that they may stand for. */
export function textReader(
  words: Lexicon,
  { fillers, setPhrases, groupPhrases, denials, clauseStarts }: Vocabulary,
): (text: string) => Reading[] {
  const stemsOf = (phrase: string): string => phrase.split(' ').map(stem).join(' ');
  const set = new Map([...setPhrases].map((phrase) => [stemsOf(phrase), phrase]));
  const denying = new Map([...denials].map((phrase) => [stemsOf(phrase), phrase]));
  const grouped = new Map([...groupPhrases].map((phrase) => [stemsOf(phrase), phrase]));

  /** Splits two words that are written as one, where each is known and the whole is not. */
  function parted(word: Word): Word[] {
    if (words.knows(word.text) || word.text.length < 2 * PART) return [word];
    for (let at = PART; at <= word.text.length - PART; at++) {
      const [one, two] = [word.text.slice(0, at), word.text.slice(at)];
      if (words.knows(one) && words.knows(two))
        return [
          { ...word, text: one },
          { text: two, startsClause: false },
        ];
    }
    return [word];
  }
  function phraseAt(text: readonly Word[], place: number, phrases: ReadonlyMap<string, string>) {
    for (let length = LONGEST_PHRASE; length > 1; length--) {
      const said = text.slice(place, place + length);
      const phrase = said.length === length && phrases.get(said.map((word) => stem(word.text)).join(' '));
      if (phrase) return { phrase, length };
    }
    return null;
  }
  return (written) => {
    const text = wordsOf(written).flatMap(parted);
    const read: Reading[] = [];
    for (let place = 0; place < text.length;) {
      const word = text[place];
      if (!word) break;
      const all = phraseAt(text, place, denying);
      const after = text[place + (all?.length ?? 0)];
      const isDenial = all && (after === undefined || after.startsClause || clauseStarts.has(after.text));
      const fixed = isDenial ? all : phraseAt(text, place, set);
      if (fixed) {
        read.push({ ...word, text: fixed.phrase, keys: new Set([fixed.phrase]), filler: isDenial === true });
        place += fixed.length;
        continue;
      }
      const next = text[place + 1];
      const keys = new Set(words.keys(word.text, next === undefined));
      const group = phraseAt(text, place, grouped);
      if (group) keys.add(group.phrase);
      // One word in two: "over dose", "head ache".
      if (next && words.knows(word.text + next.text))
        for (const key of words.keys(word.text + next.text, false)) keys.add(key);
      read.push({ ...word, keys, filler: fillers.has(word.text) });
      place++;
    }
    return read;
  };
}
