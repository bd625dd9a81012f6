import type { LanguagesFile, OwnWordsFile } from '../content/own-words-files';
import { keyOf } from './lexicon';
import { plain } from './read-text';
import { readTerm, type Term } from './terms';

/** Content of people's own words, as it is written. */
export interface WordsContent {
  ownWords: OwnWordsFile;
  languages: LanguagesFile;
  /** Entry terms of the pathways by complaint. */
  entryTerms: ReadonlyMap<string, readonly string[]>;
}

/** Terms that mean one thing. */
export interface Rule {
  id: string;
  terms: readonly Term[];
}
export interface DangerRule extends Rule {
  notWith: readonly Term[];
  onlyFor: OwnWordsFile['dangers'][string]['onlyFor'];
}
/** All words of the content, and what they are. */
export interface Vocabulary {
  words: ReadonlySet<string>;
  fillers: ReadonlySet<string>;
  /** Phrases that are one thing, and phrases that a group has. */
  setPhrases: ReadonlySet<string>;
  /** Phrases that deny a danger where nothing follows that belongs to them. */
  denials: ReadonlySet<string>;
  clauseStarts: ReadonlySet<string>;
  groupPhrases: ReadonlySet<string>;
  groups: ReadonlyMap<string, ReadonlySet<string>>;
}

export function vocabularyOf({ ownWords, entryTerms }: WordsContent): Vocabulary {
  const { groups, setPhrases, fillers, ordinaryWords, negations, denials, clauseStarts } = ownWords;
  const rules = [
    ...Object.values(ownWords.dangers).flatMap(({ words, notWith = [] }) => [...words, ...notWith]),
    ...[...Object.values(ownWords.complaints), ...Object.values(ownWords.outside)].flatMap(
      ({ words }) => words,
    ),
    ...[...entryTerms.values()].flat(),
  ];
  const members = Object.values(groups).flat();
  const written = [
    ...rules,
    ...members,
    ...setPhrases,
    ...fillers,
    ...ordinaryWords,
    ...negations,
    ...denials,
    ...clauseStarts,
  ];
  return {
    words: new Set(
      written
        .flatMap((term) => term.split(/\s+/))
        .filter((word) => !/^[A-Z]+$/.test(word))
        .map((word) => plain(word.replace('=', '')))
        .filter((word) => word !== ''),
    ),
    fillers: new Set(fillers.map(plain)),
    setPhrases: new Set(setPhrases),
    denials: new Set(denials),
    clauseStarts: new Set(clauseStarts),
    groupPhrases: new Set(members.filter((member) => member.includes(' '))),
    groups: new Map(
      Object.entries(groups).map(([name, terms]) => [
        name,
        new Set(terms.map((term) => (term.includes(' ') ? term : keyOf(term)))),
      ]),
    ),
  };
}

export type Rules = ReturnType<typeof rulesOf>;

export function rulesOf({ ownWords, entryTerms }: WordsContent, { groups, setPhrases, fillers }: Vocabulary) {
  const terms = (written: readonly string[]): Term[] =>
    written.map((term) => readTerm(term, groups, setPhrases, fillers));
  const urgency = Object.keys(ownWords.help);
  return {
    dangers: Object.entries(ownWords.dangers)
      .sort(([, one], [, other]) => urgency.indexOf(one.help) - urgency.indexOf(other.help))
      .map(([id, { words, notWith = [], onlyFor }]): DangerRule => ({
        id,
        terms: terms(words),
        notWith: terms(notWith),
        onlyFor,
      })),
    complaints: [...entryTerms].map(([id, entry]): Rule => ({
      id,
      terms: terms([...entry, ...(ownWords.complaints[id]?.words ?? [])]),
    })),
    outside: Object.entries(ownWords.outside).map(([id, { words }]): Rule => ({ id, terms: terms(words) })),
  };
}
