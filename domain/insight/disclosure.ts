import { KEYS } from './cubes';

/**
 * The rule under which a table of counts of people is published (docs/decisions/0044-insight.md). Pure: the same facts
 * always show the same number.
 */
export const RULE_NAME = 'insight-1';
export const RULE =
  'Each number of people is changed by up to 4 either way, once, the same in every answer; then 1 to 7 are withheld (*), the others rounded to the nearest 5, and where one number of a row or column is withheld, the next smallest is too. Totals over periods, and over several values of a filter, are sums of published numbers.';

const MOST_NOISE = 4;
const WITHHELD_TO = 7;
const ROUNDED_TO = 5;

/** Noise by cell key: 28 keys for each number from -4 to 4, and the four that remain for 0, so that the mean is 0. */
export const NOISE: readonly number[] = Array.from({ length: KEYS }, (_, key) => {
  const step = Math.floor(key / 28) - MOST_NOISE;
  return step > MOST_NOISE ? 0 : step;
});

/** Adds nothing where there is nobody: a cell without facts is 0 in every table. */
export function perturbed(count: number, key: number): number {
  return count === 0 ? 0 : count + (NOISE[key % KEYS] ?? 0);
}

/** Null is withheld. */
export type PublishedNumber = number | null;

export function publishedNumber(changed: number): PublishedNumber {
  if (changed <= 0) return 0;
  return changed <= WITHHELD_TO ? null : Math.round(changed / ROUNDED_TO) * ROUNDED_TO;
}

/** A cell of one table, with as many values as the table has dimensions. */
export interface TableCell {
  values: readonly string[];
  count: number;
  key: number;
}

interface ShownCell {
  values: readonly string[];
  shown: PublishedNumber;
}

/** A published table: numbers by `cellName`; what is not in it is 0. */
export type PublishedTable = ReadonlyMap<string, PublishedNumber>;

export function cellName(values: readonly string[]): string {
  return values.join('\u0001');
}

/** Publishes a whole table, never a part of one: what is withheld beside something depends on its row and column. */
export function publishTable(cells: readonly TableCell[]): PublishedTable {
  const shown = cells.map(({ values, count, key }): ShownCell => ({
    values,
    shown: publishedNumber(perturbed(count, key)),
  }));
  withholdBeside(shown);
  return new Map(shown.map((cell) => [cellName(cell.values), cell.shown]));
}

/** Passes over a table; each withholds more, and few are ever needed. */
const MAX_PASSES = 50;

/**
 * Withholds the next smallest cell of each row and column in which exactly one is withheld. Each pass judges all lines as
 * they were before it, so that their order decides nothing.
 */
function withholdBeside(cells: readonly ShownCell[]): void {
  if (cells.every(({ shown }) => shown !== null)) return;
  const width = cells[0]?.values.length ?? 0;
  const lines = Array.from({ length: width }, (_, along) => linesAlong(cells, along)).flat();
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const next = lines.flatMap(nextToWithhold);
    if (next.length === 0) return;
    for (const cell of next) cell.shown = null;
  }
}

function nextToWithhold(line: readonly ShownCell[]): ShownCell[] {
  if (line.filter(({ shown }) => shown === null).length !== 1) return [];
  const shownOnes = line.filter(({ shown }) => shown !== null && shown > 0);
  return shownOnes.sort(smallestFirst).slice(0, 1);
}

function linesAlong(cells: readonly ShownCell[], along: number): ShownCell[][] {
  const lines = new Map<string, ShownCell[]>();
  for (const cell of cells) {
    const name = cellName(cell.values.filter((_, at) => at !== along));
    const line = lines.get(name);
    if (line === undefined) lines.set(name, [cell]);
    else line.push(cell);
  }
  return [...lines.values()];
}

function smallestFirst(one: ShownCell, other: ShownCell): number {
  if (one.shown !== other.shown) return (one.shown ?? 0) - (other.shown ?? 0);
  return cellName(one.values) < cellName(other.values) ? -1 : 1;
}

/** The sum of published numbers; withheld where one of them is. */
export function sumOfPublished(numbers: readonly PublishedNumber[]): PublishedNumber {
  return numbers.reduce<PublishedNumber>((sum, one) => (sum === null || one === null ? null : sum + one), 0);
}
