import type { Cell } from '../../../domain/csv';

/** A list of the answer as rows; nested fields are columns such as `node.address.postcode`. */
export interface AnswerTable {
  columns: string[];
  /** Rows with one cell for each column; a cell is empty where its row has no such field. */
  rows: Cell[][];
}

/** A list with more names than this is no set of named values. */
const MAX_NAMES = 40;

/**
 * Makes a row of each item. Lists inside an item lose nothing: a list of named values, such as the external codes of
 * an outcome, is one column for each name; any other is one column for each of its fields, the values joined.
 */
export function tableOf(items: readonly unknown[]): AnswerTable {
  const named = listsOfNamedValues(items);
  return assemble(items.map((item) => (isObject(item) ? cellsOf(item, '', named) : [])));
}

/** True for what the API answers as statistics: heads in `columns`, and `rows` that are lists of text. */
export function isFlatTable(value: object): value is FlatTable {
  const { columns, rows } = value as Partial<Record<'columns' | 'rows', unknown>>;
  return (
    Array.isArray(columns) &&
    columns.length > 0 &&
    columns.every(isHead) &&
    Array.isArray(rows) &&
    rows.every(Array.isArray)
  );
}

interface FlatTable {
  columns: readonly FlatHead[];
  rows: readonly (readonly unknown[])[];
}

interface FlatHead {
  name: string;
  title?: unknown;
  unit?: unknown;
}

/** Heads are the titles, with the unit where there is one. */
export function flatTable({ columns, rows }: FlatTable): AnswerTable {
  return {
    columns: columns.map(({ name, title, unit }) => {
      const head = typeof title === 'string' && title !== '' ? title : name;
      return typeof unit === 'string' && unit !== '' && !head.includes(unit) ? `${head} (${unit})` : head;
    }),
    rows: rows.map((row) => columns.map((_, place) => cellOf(row[place]))),
  };
}

function isHead(head: unknown): head is FlatHead {
  return isObject(head) && 'name' in head && typeof head.name === 'string';
}

type NamedCell = [column: string, cell: Cell];

function cellsOf(item: object, path: string, named: ReadonlyMap<string, NameField>): NamedCell[] {
  return Object.entries(item).flatMap(([name, value]: [string, unknown]): NamedCell[] => {
    const column = `${path}${name}`;
    const names = named.get(column);
    if (names !== undefined && Array.isArray(value)) return namedCells(value, column, names);
    if (isListOfObjects(value)) return joined(value, column);
    if (isObject(value)) return cellsOf(value, `${column}.`, named);
    return [[column, cellOf(value)]];
  });
}

/** Every scalar, and every list of scalars, as one cell. */
export function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return join(value.map(cellOf));
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return JSON.stringify(value);
}

/** A column for each field of the items; the values of one column stand in the order of the list. */
function joined(items: readonly unknown[], path: string): NamedCell[] {
  const { columns, rows } = tableOf(items);
  return columns.map((column, place) => [`${path}.${column}`, join(rows.map((cells) => cells[place] ?? ''))]);
}

function join(cells: readonly Cell[]): string {
  if (cells.every((cell) => cell === '')) return '';
  // One list inside another.
  const separator = cells.some((cell) => String(cell).includes('; ')) ? ' | ' : '; ';
  return cells.map(String).join(separator);
}

/** Cells of all rows under all columns; a column without content is left out where another says more of the same field. */
function assemble(rows: readonly (readonly NamedCell[])[]): AnswerTable {
  const cells = rows.map((row) => new Map(row));
  const found = [...new Set(rows.flatMap((row) => row.map(([column]) => column)))];
  const columns = found.filter((column) => {
    const contents = new Set(cells.map((row) => row.get(column) ?? ''));
    // It is there for clients' caches; a reader needs it where items are of several kinds.
    if (/(^|\.)__typename$/.test(column)) return contents.size > 1 || found.length === 1;
    const isEmpty = contents.size === 1 && contents.has('');
    // No row has anything there, since elsewhere it is an object or a list of them: `moved` beside `moved.message`.
    return !isEmpty || !found.some((other) => other.startsWith(`${column}.`));
  });
  return { columns, rows: cells.map((row) => columns.map((column) => row.get(column) ?? '')) };
}

/** A list's items have these two fields; the names are heads. */
interface NameField {
  name: string;
  value: string;
  heads: ReadonlyMap<string, string>;
}

function namedCells(list: readonly unknown[], path: string, { name, value, heads }: NameField): NamedCell[] {
  return list.filter(isObject).map((item): NamedCell => {
    const fields = new Map<string, unknown>(Object.entries(item));
    const key = String(fields.get(name));
    return [heads.get(key) ?? `${path}.${key}`, cellOf(fields.get(value))];
  });
}

/** Lists, by their path in an item, whose items are a name and a value, each name once: `labels`, `externalCodes`. */
function listsOfNamedValues(items: readonly unknown[]): ReadonlyMap<string, NameField> {
  const lists = new Map<string, object[][]>();
  const fields = new Set<string>();
  for (const item of items) if (isObject(item)) collectLists(item, '', lists, fields);
  return new Map(
    [...lists].flatMap(([path, found]): [string, NameField][] => {
      const field = nameField(path, found, fields);
      return field === null ? [] : [[path, field]];
    }),
  );
}

function collectLists(item: object, path: string, lists: Map<string, object[][]>, fields: Set<string>): void {
  for (const [name, value] of Object.entries(item) as [string, unknown][]) {
    const column = `${path}${name}`;
    fields.add(column);
    if (isListOfObjects(value)) lists.set(column, [...(lists.get(column) ?? []), value.filter(isObject)]);
    else if (isObject(value)) collectLists(value, `${column}.`, lists, fields);
  }
}

/** Begins with a letter: a list of times is no set of names. */
const NAME = /^[a-z][\w :/.-]{0,59}$/i;
/** The API's constants say what they are without the path in front. */
const CONSTANT = /^[A-Z][A-Z0-9_]*$/;

function nameField(path: string, lists: readonly object[][], fields: ReadonlySet<string>): NameField | null {
  const [name, value, ...more] = fieldsOf(lists.flat());
  if (name === undefined || value === undefined || more.length > 0) return null;
  const names = lists.map((list) =>
    list.map((item) => new Map<string, unknown>(Object.entries(item)).get(name)),
  );
  const all = new Set(names.flat());
  const isNamed = names.every(
    (list) =>
      new Set(list).size === list.length && list.every((one) => typeof one === 'string' && NAME.test(one)),
  );
  // Names that come up once are what each list says of its own: a column for each would be empty elsewhere.
  const isShared = lists.flat().length >= 2 * all.size || [...all].every((one) => CONSTANT.test(String(one)));
  if (!isNamed || !isShared || all.size > MAX_NAMES) return null;
  const heads = [...all]
    .map(String)
    .map((one): [string, string] => [one, CONSTANT.test(one) && !fields.has(one) ? one : `${path}.${one}`]);
  return { name, value, heads: new Map(heads) };
}

/** Names of the fields of all items, where each is a scalar; none where one is not. */
function fieldsOf(items: readonly object[]): string[] {
  const entries = items.flatMap((item) => Object.entries(item) as [string, unknown][]);
  if (entries.some(([, value]) => typeof value === 'object' && value !== null)) return [];
  return [...new Set(entries.map(([name]) => name))].filter((name) => name !== '__typename');
}

/** True also where single items could not be answered and are null. */
export function isListOfObjects(value: unknown): value is unknown[] {
  return (
    Array.isArray(value) && value.some(isObject) && value.every((item) => item === null || isObject(item))
  );
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
