import type { LanguagesFile } from '../content/own-words-files';
import type { Lexicon } from './lexicon';
import { plain, wordsOf } from './read-text';

/** A language's id, or the name of one that its script alone tells. */
export type LanguageId = string;

/** Beginnings of words count from this length on: many languages inflect at the end. */
const BEGINNING = 5;
const LATIN_ACCENT = /[\u00c0-\u024f\u1e00-\u1eff]/u;

interface Language {
  id: LanguageId;
  script: RegExp | null;
  letters: ReadonlySet<string> | null;
  words: ReadonlySet<string>;
  dangers: readonly (readonly string[])[];
}

export interface LanguageRecogniser {
  /** The language of a text that is not in English; null for English and for what may be English. */
  recognise(text: string): LanguageId | null;
  /** The language in which a text names a danger, or null. */
  dangerIn(text: string): LanguageId | null;
}

/** @param english the words that this service understands: they say nothing of another language. */
export function languageRecogniser(
  { languages, scripts }: LanguagesFile,
  english: Lexicon,
): LanguageRecogniser {
  const all = Object.entries(languages).map(([id, { script, letters, words, dangers }]): Language => ({
    id,
    script: script === undefined ? null : scriptPattern(script),
    letters: letters === undefined ? null : new Set(letters),
    words: new Set(words.map(plain).filter((word) => !english.knows(word))),
    dangers: dangers.map((term) => plain(term).split(/\s+/)),
  }));
  const named = Object.entries(scripts).map(([script, name]): [RegExp, string] => [
    scriptPattern(script),
    name,
  ]);

  const byScript = (text: string): LanguageId | null => {
    const written = all.filter(({ script }) => script?.test(text));
    const told = written.find(
      ({ letters }) => letters && Array.from(text).some((letter) => letters.has(letter)),
    );
    const found = told ?? written.find(({ letters }) => letters === null) ?? written[0];
    if (found) return found.id;
    const other = named.find(([script]) => script.test(text));
    if (other) return other[1];
    return /(?!\p{Script=Latin})\p{L}/u.test(text) ? '' : null;
  };
  const byWords = (text: string): LanguageId | null => {
    const said = wordsOf(text).map((word) => word.text);
    const strange = said.filter((word) => !english.knows(word));
    const counts = all.map(({ id, words }): [string, number] => [
      id,
      said.filter((word) => words.has(word)).length,
    ]);
    const [best, count] = counts.reduce((one, other) => (other[1] > one[1] ? other : one), ['', 0]);
    if (count > 0 && 2 * strange.length >= said.length) return best;
    return LATIN_ACCENT.test(text) && strange.length === said.length ? '' : null;
  };
  return {
    recognise: (text) => byScript(text) ?? byWords(text),
    dangerIn: (text) => {
      const whole = plain(text);
      const said = wordsOf(text).map((word) => word.text);
      return (
        all.find(({ dangers }) => dangers.some((term) => term.every((part) => says(part, said, whole))))
          ?.id ?? null
      );
    },
  };
}

/** Words of other languages: none is a misspelt English word. */
export function foreignWords({ languages }: LanguagesFile): Set<string> {
  return new Set(Object.values(languages).flatMap(({ words }) => words.map(plain)));
}

/** Scripts without spaces, or with endings that few programs know, are searched as they stand. */
function says(part: string, said: readonly string[], whole: string): boolean {
  if (!/^[a-z]+$/.test(part)) return whole.includes(part);
  return said.some((word) => (part.length < BEGINNING ? word === part : word.startsWith(part)));
}

function scriptPattern(script: string): RegExp {
  return new RegExp(`\\p{Script=${script}}`, 'u');
}
