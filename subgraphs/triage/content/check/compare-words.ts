import type { ContentPath } from './finding';
import type { WordLine, Words, WordsByFile } from './words';

/** One place in a content file that says something else than what was accepted. */
export interface WordChange {
  file: string;
  place: string;
  /** Path within the file; the earlier one of what is gone. */
  path: ContentPath;
  before: string | null;
  after: string | null;
  /** It could make somebody less safe, so that two people read it. */
  lessSafe: boolean;
}

/** Every place that says something else, the less safe ones first. */
export function compareWords(before: WordsByFile, after: WordsByFile): WordChange[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .flatMap((file) => changesOf(file, before.get(file) ?? [], after.get(file) ?? []))
    .sort((one, other) => Number(other.lessSafe) - Number(one.lessSafe));
}

export function wordChangeLine({ file, place, before, after, lessSafe }: WordChange): string {
  const way = `${before ?? 'not there'} -> ${after ?? 'not there'}`;
  return `${lessSafe ? 'two readers' : 'one reader'}: ${file} ${place}: ${way}`;
}

type Change = Pick<WordChange, 'place' | 'before' | 'after'>;

function changesOf(file: string, before: Words, after: Words): WordChange[] {
  if (isSame(before, after)) return [];
  const [was, is] = [byPlace(before), byPlace(after)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((place) => {
    const there = is.get(place) ?? [];
    return changesAt(place, (was.get(place) ?? []).map(saysOf), there.map(saysOf)).map((change) => ({
      file,
      ...change,
      path: pathOf(change, there),
      lessSafe: !isHarmless(file, change, { before, after }),
    }));
  });
}

function saysOf({ says }: WordLine): string {
  return says;
}

function isSame(before: Words, after: Words): boolean {
  return (
    before.length === after.length &&
    before.every(({ place, says }, index) => place === after[index]?.place && says === after[index].says)
  );
}

function pathOf({ place, after }: Change, there: Words): ContentPath {
  const line = there.find(({ says }) => after === null || says === after);
  return line?.path ?? place.split('.');
}

function byPlace(words: Words): Map<string, WordLine[]> {
  const places = new Map<string, WordLine[]>();
  for (const line of words) {
    const there = places.get(line.place);
    if (there === undefined) places.set(line.place, [line]);
    else there.push(line);
  }
  return places;
}

function changesAt(place: string, before: readonly string[], after: readonly string[]): Change[] {
  const [was, is] = [new Set(before), new Set(after)];
  const gone = before.filter((says) => !is.has(says));
  const added = after.filter((says) => !was.has(says));
  if (gone.length === 1 && added.length === 1)
    return [{ place, before: gone[0] ?? null, after: added[0] ?? null }];
  if (gone.length > 0 || added.length > 0)
    return [
      ...gone.map((says) => ({ place, before: says, after: null })),
      ...added.map((says) => ({ place, before: null, after: says })),
    ];
  // The same, in another order or another number.
  const [textBefore, textAfter] = [before.join(', '), after.join(', ')];
  return textBefore === textAfter ? [] : [{ place, before: textBefore, after: textAfter }];
}

/**
 * Tells whether one reader is enough. Everything else needs two: the list is of what can only make people safer, and of what the
 * outcome tables judge, in which questions and options are compared by their words.
 */
function isHarmless(file: string, change: Change, words: { before: Words; after: Words }): boolean {
  if (/(^|\.)sources$/.test(change.place)) return true;
  if (change.place.endsWith('.milderBecause')) return change.after === null;
  if (file === 'facts.yaml' || file === 'sources.yaml') return true;
  if (file === 'emergency-screen.yaml') return isJudgedByTables(change.place, words);
  if (file === 'waivers.yaml') return change.after === null || change.after === '(none)';
  if (file === 'dispositions.yaml') return isMoreCareful(change);
  if (/^(vignettes|corpus)\b/.test(file)) return change.before === null;
  if (!file.startsWith('pathways/')) return false;
  return (
    isJudgedByTables(change.place, words) || (change.place.startsWith('vignettes.') && change.before === null)
  );
}

/** Structure and texts of questions, and for whom a pathway is: another answer set, another outcome or another person. */
const JUDGED =
  /^(start$|given($|\.)|population\.|refusals\.\d+\.(ageInDays|sex|disposition)|questions\.[^.]+(\.|$))/;

function isJudgedByTables(place: string, { before, after }: { before: Words; after: Words }): boolean {
  if (!JUDGED.test(place)) return false;
  // A band of age is no answer, so its words are in no table.
  return !(
    place.endsWith('.text') && [before, after].some((words) => words.some((line) => isBandsOf(place, line)))
  );
}

function isBandsOf(place: string, { place: other, says }: WordLine): boolean {
  return says === 'byAge' && other.endsWith('.kind') && place.startsWith(other.slice(0, -'kind'.length));
}

const SCOPES = ['NONE', 'OWN_PRACTICE', 'NETWORK'];

/** An earlier deadline, fewer places to book, fewer ways to be seen. */
function isMoreCareful({ place, before, after }: Change): boolean {
  if (place.endsWith('.timeframe.minutes'))
    return before !== null && after !== null && Number(after) < Number(before);
  if (place.endsWith('.bookable'))
    return before !== null && after !== null && SCOPES.indexOf(after) < SCOPES.indexOf(before);
  return place.endsWith('.modes') && (after === null || after === '(none)');
}
