import { suits, type PatientProfile } from '../engine/suitability';
import { foreignWords, languageRecogniser, type LanguageId } from './recognise-language';
import { lexicon } from './lexicon';
import { plain } from './read-text';
import { textReader } from './read-meaning';
import { matchTerm, type Match, type Reading, type Term } from './terms';
import { rulesOf, vocabularyOf, type Rule, type Rules, type WordsContent } from './vocabulary';

/** Verdict on a text: danger comes first. */
export type Judgement =
  | { kind: 'everything' }
  | { kind: 'danger'; danger: string | null; language: LanguageId | null }
  | { kind: 'complaints'; ids: readonly string[]; partly: boolean }
  | { kind: 'outside' }
  | { kind: 'language'; language: LanguageId }
  | { kind: 'unclear' };

export type JudgeWords = (text: string, person: PatientProfile | null) => Judgement;

interface Found extends Match {
  id: string;
}

/**
 * Makes the judge. Danger comes first, in any language; a negation is believed only where it is plain and everything else
 * is a complaint that there is a check for. The work is bounded by the length of the text, which callers bound.
 */
export function wordsJudge(content: WordsContent): JudgeWords {
  const { ownWords } = content;
  const vocabulary = vocabularyOf(content);
  const words = lexicon(vocabulary.words, foreignWords(content.languages));
  const readings = textReader(words, vocabulary);
  const language = languageRecogniser(content.languages, words);
  const rules = rulesOf(content, vocabulary);
  const negations = new Set(ownWords.negations.map(plain));

  const dangerIn = (text: readonly Reading[], person: PatientProfile | null): [string, Match] | null => {
    for (const { id, terms, notWith, onlyFor } of rules.dangers) {
      if (onlyFor && !(person && suits(onlyFor, person))) continue;
      const meant = without(text, notWith);
      const match = first(terms, (term) => matchTerm(term, meant));
      if (match) return [id, match];
    }
    return null;
  };
  const endsClause = (text: readonly Reading[], place: number): boolean => {
    const next = text[place + 1];
    return next === undefined || next.startsClause || vocabulary.clauseStarts.has(next.text);
  };
  /** Returns the words that a text denies of a match: "no" and "blood" of "a cough but no blood". */
  const denied = (text: readonly Reading[], { places }: Match): readonly number[] => {
    const last = places.at(-1) ?? 0;
    if (!endsClause(text, last)) return [];
    for (const from of places) {
      if (places.filter((place) => place >= from).length !== last - from + 1) continue;
      const length = [4, 3, 2, 1].find((count) =>
        negations.has(spoken(text.slice(Math.max(0, from - count), from))),
      );
      if (length)
        return Array.from({ length: last - from + 1 + length }, (_, index) => from - length + index);
    }
    return [];
  };
  const dangerOf = (text: readonly Reading[], person: PatientProfile | null): string | null => {
    let left = text;
    let doubtful: string | null = null;
    for (let found = dangerIn(left, person); found; found = dangerIn(left, person)) {
      const [id, match] = found;
      const dropped = denied(left, match);
      if (dropped.length === 0) return id;
      doubtful = id;
      left = left.filter((_, place) => !dropped.includes(place));
    }
    return doubtful !== null && !isClear(left, rules) ? doubtful : null;
  };
  return (text, person) => {
    if (text.trim() === '') return { kind: 'everything' };
    const read = readings(text);
    const spokenLanguage = language.recognise(text);
    const danger = dangerOf(read, person);
    if (danger !== null) return { kind: 'danger', danger, language: spokenLanguage };
    const foreign = language.dangerIn(text);
    if (foreign !== null) return { kind: 'danger', danger: null, language: spokenLanguage ?? foreign };
    if (spokenLanguage !== null) return { kind: 'language', language: spokenLanguage };
    return complaintsOf(read, rules);
  };
}

function complaintsOf(text: readonly Reading[], rules: Rules): Judgement {
  const complaints = matches(rules.complaints, text);
  const outside = matches(rules.outside, text);
  const own = complaints.filter((one) => !outside.some((other) => isRather(other, one)));
  const other = outside.filter((one) => !own.some((each) => covers(each, one)));
  if (own.length === 0) return { kind: other.length > 0 ? 'outside' : 'unclear' };
  const fit = new Map<string, number>();
  for (const match of own) fit.set(match.id, Math.max(fit.get(match.id) ?? 0, fitOf(match)));
  const ids = [...fit].sort(([, one], [, another]) => another - one).map(([id]) => id);
  return { kind: 'complaints', ids, partly: other.length > 0 };
}

/** More words, closer together, fit better; of two complaints the one that is named first. */
function fitOf({ places, gap }: Match): number {
  return places.length - gap / 10 - (places[0] ?? 0) / 1000;
}

/** Says whether words that belong to something else make this match a misreading: "hot" in "hot flushes". */
function isRather(other: Match, one: Match): boolean {
  if (covers(other, one)) return other.places.length > one.places.length;
  const share = other.places.some((place) => one.places.includes(place));
  return share && other.places.length >= one.places.length && other.gap < one.gap;
}

function covers(one: Match, other: Match): boolean {
  return other.places.every((place) => one.places.includes(place));
}

/** Says whether every word that tells something belongs to a complaint. */
function isClear(text: readonly Reading[], { complaints }: Rules): boolean {
  const told = new Set(matches(complaints, text).flatMap(({ places }) => places));
  return told.size > 0 && text.every(({ filler }, place) => filler || told.has(place));
}

/** The text with the words silenced that mean something else: its other words keep their places. */
function without(text: readonly Reading[], terms: readonly Term[]): readonly Reading[] {
  const silent = new Set(terms.flatMap((term) => matchTerm(term, text)?.places ?? []));
  return silent.size === 0
    ? text
    : text.map((word, place) => (silent.has(place) ? { ...word, keys: NO_KEYS } : word));
}

const NO_KEYS: ReadonlySet<string> = new Set();

function spoken(text: readonly Reading[]): string {
  return text.map((word) => word.text).join(' ');
}

function matches(rules: readonly Rule[], text: readonly Reading[]): Found[] {
  return rules.flatMap(({ id, terms }) =>
    terms.flatMap((term) => {
      const match = matchTerm(term, text);
      return match ? [{ id, ...match }] : [];
    }),
  );
}

function first<T, R>(all: readonly T[], find: (one: T) => R | null): R | null {
  for (const one of all) {
    const found = find(one);
    if (found !== null) return found;
  }
  return null;
}
