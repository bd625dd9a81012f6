import type { OwnWordsFile } from '../own-words-files';
import type { ParsedContent } from '../parse-content';
import { failure, unless, type Finding } from './finding';

const FILE = 'own-words.yaml';

/**
 * Rule 3 for people's own words: every help, contact and group that is named exists, the files are there, and
 * no term of a danger is a single word that people write round anything.
 */
export function ownWordsRules({ words }: ParsedContent): Finding[] {
  if (!words) return [failure(1, FILE, [], 'The file is missing: nobody would be told to call 999.')];
  const { ownWords } = words;
  const { help, contacts, contactsOf111, dangers } = ownWords;
  const missing = (path: (string | number)[], kind: string, id: string) =>
    failure(3, FILE, path, `There is no ${kind} "${id}".`);
  return [
    ...Object.entries(dangers).flatMap(([id, danger]) =>
      unless(Object.hasOwn(help, danger.help), () => missing(['dangers', id, 'help'], 'help', danger.help)),
    ),
    ...[...contactsOf111, ...Object.values(help).flatMap((each) => each.contacts)].flatMap((id) =>
      unless(Object.hasOwn(contacts, id), () => missing(['contacts'], 'contact', id)),
    ),
    ...groupsNamed(ownWords),
    ...fillersAlone(ownWords),
  ];
}

function groupsNamed({ groups, ...rules }: OwnWordsFile): Finding[] {
  return writtenTerms(rules).flatMap(({ path, term }) =>
    term
      .split(/\s+/)
      .filter((word) => /^[A-Z]+$/.test(word) && !Object.hasOwn(groups, word))
      .map((word) => failure(3, FILE, path, `There is no group of words "${word}".`)),
  );
}

/** A term that loses all words but one as fillers would find far more than is meant: "=" keeps a filler. */
function fillersAlone(ownWords: OwnWordsFile): Finding[] {
  const fillers = new Set(ownWords.fillers);
  return writtenTerms({ ...ownWords, complaints: {}, outside: {} }).flatMap(({ path, term }) => {
    const words = term.split(/\s+/);
    const telling = words.filter((word) => !fillers.has(word));
    return unless(telling.length > 1 || telling.length === words.length || telling.length === 0, () =>
      failure(
        2,
        FILE,
        path,
        `"${term}" is read as "${telling.join(' ')}": write "=" before the other words.`,
      ),
    );
  });
}

type Rules = Pick<OwnWordsFile, 'dangers' | 'complaints' | 'outside'>;
interface WrittenTerm {
  path: (string | number)[];
  term: string;
}

function writtenTerms({ dangers, complaints, outside }: Rules): WrittenTerm[] {
  const list = (part: string, id: string, key: string, terms: readonly string[]): WrittenTerm[] =>
    terms.map((term, index) => ({ path: [part, id, key, index], term }));
  return [
    ...Object.entries(dangers).flatMap(([id, { words, notWith = [] }]) => [
      ...list('dangers', id, 'words', words),
      ...list('dangers', id, 'notWith', notWith),
    ]),
    ...Object.entries(complaints).flatMap(([id, { words }]) => list('complaints', id, 'words', words)),
    ...Object.entries(outside).flatMap(([id, { words }]) => list('outside', id, 'words', words)),
  ];
}
