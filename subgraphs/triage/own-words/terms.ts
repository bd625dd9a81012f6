import { keyOf, type Keys } from './lexicon';

/** One meaning after another, each to be found in a text. */
export interface Term {
  /** The term as it is written, for the checker. */
  written: string;
  elements: readonly Keys[];
  /** The order and the neighbourhood matter where there is a "not". */
  ordered: boolean;
}

/** A word of a text, and what it may stand for. */
export interface Reading {
  text: string;
  keys: ReadonlySet<string>;
  /** Says nothing by itself. */
  filler: boolean;
  startsClause: boolean;
}

export interface Match {
  /** Places of the words, ascending. */
  places: readonly number[];
  /** Words between them that are no fillers. */
  gap: number;
}

const MAX_GAP = 4;
const MAX_ORDERED_GAP = 2;

export type Groups = ReadonlyMap<string, Keys>;

/**
 * Reads a term: groups in capitals, phrases that are one thing, words. Fillers say nothing in a term either.
 * @throws Error for a group that is not there.
 */
export function readTerm(
  written: string,
  groups: Groups,
  phrases: ReadonlySet<string>,
  fillers: ReadonlySet<string>,
): Term {
  const words = joined(written.split(/\s+/), phrases);
  const telling = words.filter((word) => !fillers.has(word));
  const elements = (telling.length > 0 ? telling : words).map((word): Keys => {
    if (!/^[A-Z]+$/.test(word)) return new Set([word.includes(' ') ? word : keyOf(word)]);
    const group = groups.get(word);
    if (!group) throw new Error(`There is no group of words "${word}".`);
    return group;
  });
  return { written, elements, ordered: words.includes('NOT') };
}

/** Joins words that are one thing ("chest infection"), the longest first. */
export function joined(words: readonly string[], phrases: ReadonlySet<string>): string[] {
  const left: string[] = [];
  for (let place = 0; place < words.length;) {
    const length = [4, 3, 2].find((count) => phrases.has(words.slice(place, place + count).join(' '))) ?? 1;
    left.push(words.slice(place, place + length).join(' '));
    place += length;
  }
  return left;
}

/** Returns the closest place of a term in a text, or null. */
export function matchTerm({ elements, ordered }: Term, text: readonly Reading[]): Match | null {
  const places: number[][] = [];
  for (const keys of elements) {
    const found = text.flatMap((word, place) => (meets(word, keys) ? [place] : []));
    if (found.length === 0) return null;
    places.push(found);
  }
  const most = ordered ? MAX_ORDERED_GAP : MAX_GAP;
  let best: Match | null = null;
  const search = (chosen: readonly number[], left: ReadonlySet<number>, gap: number): void => {
    if (best && (gap > best.gap || best.gap === 0)) return;
    if (left.size === 0) {
      if (!best || gap < best.gap) best = { places: chosen, gap };
      return;
    }
    const last = chosen.at(-1);
    for (const element of ordered ? [...left].slice(0, 1) : left)
      for (const place of places[element] ?? []) {
        if (last !== undefined && place <= last) continue;
        const between = last === undefined ? 0 : telling(text, last, place);
        if (between > most) break;
        search([...chosen, place], new Set([...left].filter((each) => each !== element)), gap + between);
      }
  };
  search([], new Set(elements.keys()), 0);
  return best;
}

function meets(word: Reading, keys: Keys): boolean {
  for (const key of word.keys) if (keys.has(key)) return true;
  return false;
}

function telling(text: readonly Reading[], from: number, to: number): number {
  return text.slice(from + 1, to).filter(({ filler }) => !filler).length;
}
