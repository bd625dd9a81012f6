import type { Cell } from '../../../domain/csv';
import {
  cellOf,
  flatTable,
  isFlatTable,
  isListOfObjects,
  isObject,
  tableOf,
  type AnswerTable,
} from './answer-table';

/** Stands in statistics for a number that is withheld, since it is so small that it could point to a person. */
const WITHHELD = '*';

/** The text of the response pane, as far as a table can show it. */
export type ReadAnswer = { kind: 'not-run' } | { kind: 'unreadable' } | ({ kind: 'answered' } & Answered);

export interface Answered {
  errors: readonly string[];
  /** Answers that say why there is no other: one sentence each. */
  problems: readonly string[];
  /** Paths of lists without an item. */
  empty: readonly string[];
  /** Everything outside lists, by its path. */
  facts: readonly [path: string, cell: Cell][];
  tables: readonly NamedTable[];
}

/** A list of the answer under its path, such as `practicesNear.edges`. */
export interface NamedTable extends AnswerTable {
  name: string;
}

/**
 * Tells apart what an answer holds: rows, single values, empty lists, problems and errors.
 * @param problemTypes names of the types that are a problem; what has a code and a message is one too
 */
export function readAnswer(text: string, problemTypes: ReadonlySet<string> = new Set()): ReadAnswer {
  if (text.trim() === '') return { kind: 'not-run' };
  const answer = parsed(text);
  if (!isObject(answer)) return { kind: 'unreadable' };
  const { errors, data } = answer as Partial<Record<string, unknown>>;
  const found: Found = { problems: [], empty: [], facts: [], tables: [] };
  if (isObject(data)) collect(data, '', found, problemTypes);
  return { kind: 'answered', errors: Array.isArray(errors) ? errors.map(errorInWords) : [], ...found };
}

/** Says what an answer is, first what went wrong; the tables and values themselves follow. */
export function inWords(read: ReadAnswer): string[] {
  if (read.kind === 'not-run')
    return ['Nothing has been run in this tab yet. Run an operation: its rows are shown here.'];
  if (read.kind === 'unreadable')
    return ['What the gateway sent is not an answer to an operation: see the response.'];
  const { errors, problems, empty, facts, tables } = read;
  const hasContent = facts.length > 0 || tables.length > 0 || empty.length > 0;
  const failed = hasContent
    ? 'Part of the answer failed. What was answered is below.'
    : 'The request failed, and nothing was answered.';
  const nothing = errors.length + problems.length === 0 && !hasContent;
  return [
    ...(errors.length > 0 ? [failed, ...errors] : []),
    ...problems,
    ...empty.map((path) => `${path} is an empty list: the operation ran and found nothing.`),
    ...(nothing ? ['The operation ran, and its answer holds no value.'] : []),
    ...(tables.some(hasWithheld)
      ? [`${WITHHELD} stands for a number that is withheld because it is small. It is not 0.`]
      : []),
  ];
}

function hasWithheld({ rows }: AnswerTable): boolean {
  return rows.some((cells) => cells.includes(WITHHELD));
}

interface Found {
  problems: string[];
  empty: string[];
  facts: [string, Cell][];
  tables: NamedTable[];
}

function collect(object: object, path: string, found: Found, problemTypes: ReadonlySet<string>): void {
  const at = path.slice(0, -1);
  const problem = problemInWords(object, at, problemTypes);
  if (problem !== null) return void found.problems.push(problem);
  const isFlat = isFlatTable(object);
  if (isFlat) {
    const table = flatTable(object);
    if (table.rows.length === 0) found.empty.push(at);
    else found.tables.push({ name: at, ...table });
  }
  const entries = (Object.entries(object) as [string, unknown][]).filter(
    ([name], _place, all) =>
      !(name === '__typename' && all.length > 1) && !(isFlat && (name === 'columns' || name === 'rows')),
  );
  for (const [name, value] of entries) {
    const column = `${path}${name}`;
    if (isListOfObjects(value)) found.tables.push({ name: column, ...tableOf(value) });
    else if (Array.isArray(value) && value.length === 0) found.empty.push(column);
    else if (isObject(value)) collect(value, `${column}.`, found, problemTypes);
    else if (name !== '__typename' || path !== '') found.facts.push([column, cellOf(value)]);
  }
}

/** Null for an object that is no problem. */
function problemInWords(object: object, at: string, problemTypes: ReadonlySet<string>): string | null {
  const { __typename, code, message, ...more } = object as Partial<Record<string, unknown>>;
  const kind = typeof __typename === 'string' ? __typename : '';
  const isProblem = problemTypes.has(kind) || (typeof code === 'string' && typeof message === 'string');
  if (at === '' || !isProblem) return null;
  const because = [code, message].filter((part) => typeof part === 'string' && part !== kind).join(': ');
  return `${at} was not answered: ${[kind, because].filter((part) => part !== '').join(', ')}${details(more)}`;
}

/** Adds the rest of a problem, such as the fields of the input that are wrong. */
function details(more: object): string {
  const found: Found = { problems: [], empty: [], facts: [], tables: [] };
  collect(more, '', found, new Set());
  const lines = found.tables.flatMap(({ columns, rows }) =>
    rows.map((cells) => cells.map((cell, place) => `${columns[place] ?? ''} ${cell}`).join(', ')),
  );
  const all = [...found.facts.map(([name, cell]) => `${name} ${String(cell)}`), ...lines];
  return all.length === 0 ? '' : ` (${all.join('; ')})`;
}

function errorInWords(error: unknown): string {
  const { message, path, extensions } = (isObject(error) ? error : {}) as Partial<Record<string, unknown>>;
  const code = isObject(extensions) && 'code' in extensions ? extensions.code : undefined;
  const where = Array.isArray(path) ? ` at ${path.map(inPath).join('.')}` : '';
  const said = typeof message === 'string' ? message : JSON.stringify(error);
  return `Error${where}: ${said}${typeof code === 'string' ? ` (${code})` : ''}`;
}

/** Items are counted from 0 in an error's path, and from 1 by people. */
function inPath(part: unknown): string {
  return typeof part === 'number' ? `row ${part + 1}` : String(part);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
