/** The flat table of an answer, as the API gives it: rows of text. */
export interface ChartTable {
  columns: readonly TableColumn[];
  rows: readonly (readonly (string | null)[])[];
}

export interface TableColumn {
  name: string;
  title: string;
  kind: 'DIMENSION' | 'COUNT' | 'SHARE' | 'MINUTES';
  unit?: string | null | undefined;
}

/** One number of the table in its own digits; withheld is not 0, and no value is neither. */
export type Cell =
  | { readonly kind: 'number'; readonly value: number; readonly text: string }
  | { readonly kind: 'withheld' }
  | { readonly kind: 'none' };

export const NO_VALUE: Cell = { kind: 'none' };
const WITHHELD = '*';

export function cellOf(text: string | null | undefined): Cell {
  if (text === WITHHELD) return { kind: 'withheld' };
  if (text == null || text.trim() === '') return NO_VALUE;
  const value = Number(text);
  return Number.isFinite(value) ? { kind: 'number', value, text } : NO_VALUE;
}

export function valueOf(cell: Cell): number {
  return cell.kind === 'number' ? cell.value : 0;
}

/** A dimension of the table with what its rows are called. */
export interface DimensionColumn {
  name: string;
  title: string;
  /** Value and title in the order of the rows. */
  values: ReadonlyMap<string, string>;
  valueIn(row: readonly (string | null)[]): string;
}

/** Titles stand in a column of their own, beside the codes. */
const TITLES = 'Title';

export function dimensionsOf({ columns, rows }: ChartTable): DimensionColumn[] {
  return columns.flatMap(({ name, title, kind }, at): DimensionColumn[] => {
    if (kind !== 'DIMENSION' || isTitleOf(columns[at - 1], name)) return [];
    const titled = isTitleOf(columns[at], columns[at + 1]?.name ?? '') ? at + 1 : at;
    const valueIn = (row: readonly (string | null)[]) => row[at] ?? '';
    const titles = new Map(rows.map((row) => [valueIn(row), plainText(row[titled] ?? '')]));
    return [{ name, title: plainText(title), values: withoutDoubles(titles), valueIn }];
  });
}

function isTitleOf(column: TableColumn | undefined, name: string): boolean {
  return column !== undefined && name === `${column.name}${TITLES}`;
}

/** Two practices of one name are told apart by their codes. */
function withoutDoubles(titles: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const times = new Map<string, number>();
  for (const title of titles.values()) times.set(title, (times.get(title) ?? 0) + 1);
  const named = ([value, title]: [string, string]): [string, string] =>
    times.get(title) === 1 || title === value ? [value, title] : [value, `${title} (${plainText(value)})`];
  return new Map([...titles].map(named));
}

// Characters that no XML document may have.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\ufffe\uffff]+/g;

export function plainText(text: string): string {
  return text.replace(CONTROLS, ' ').trim();
}
