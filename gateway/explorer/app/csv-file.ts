import { csv, type Cell } from '../../../domain/csv';
import { inWords, type Answered, type NamedTable } from './read-answer';

/** The request that an answer belongs to. */
export interface Asked {
  operation: string;
  variables: unknown;
  at: Date;
}

/** A file that says what it answers: query, period and time are in its name and in its first lines. */
export interface CsvFile {
  name: string;
  text: string;
}

/**
 * The file of one table. Values outside the lists, and what went wrong, stand above an empty line; the table begins
 * below it.
 */
export function csvFile(table: NamedTable, answered: Answered, asked: Asked | null): CsvFile {
  const period = asked === null ? null : periodIn(asked.variables);
  const title: Cell[][] = [
    ['Query', asked?.operation ?? 'unknown'],
    ...(answered.tables.length > 1 ? [['List', table.name]] : []),
    ...(period === null ? [] : [['Period', period]]),
    ...(asked === null ? [] : [['Asked at', `${minute(asked.at)} UTC`]]),
    ...answered.facts.map(([path, cell]) => [path, cell]),
    ...inWords({ kind: 'answered', ...answered }).map((sentence) => ['Note', sentence]),
  ];
  const named = [
    asked?.operation ?? 'answer',
    answered.tables.length > 1 ? table.name : null,
    period,
    asked === null ? null : minute(asked.at).replace(':', ''),
  ];
  return {
    name: `${named
      .filter((part) => part !== null)
      .map(inFileName)
      .join('_')}.csv`,
    text: csv([...title, [], table.columns, ...table.rows]),
  };
}

/** Single values as a table, for an answer without a list. */
export function factsTable({ facts }: Answered): NamedTable {
  return { name: '', columns: ['field', 'value'], rows: facts.map(([path, cell]) => [path, cell]) };
}

/** "2026-11-01 to 2026-11-30", wherever in the variables it is asked for; null where none is. */
export function periodIn(variables: unknown): string | null {
  if (typeof variables !== 'object' || variables === null) return null;
  const { from, to, period, ...others } = variables as Partial<Record<string, unknown>>;
  if (typeof from === 'string' && typeof to === 'string') return `${day(from)} to ${day(to)}`;
  if (typeof period === 'string') return period;
  const inside = [period, ...Object.values(others)].map(periodIn);
  return inside.find((found) => found !== null) ?? null;
}

function day(text: string): string {
  return text.replace(/T00:00(:00(\.0+)?)?(Z|\+00:00)$/, '');
}

function minute(at: Date): string {
  return at.toISOString().slice(0, 16).replace('T', ' ');
}

function inFileName(text: string): string {
  return text.replaceAll(/[^\w.-]+/g, '-').slice(0, 60);
}
