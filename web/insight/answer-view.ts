import { z } from 'zod';
import type { Catalogue, Column, Table } from './answers';
import { measuresOf } from './check-question';
import { queryOf, type Question } from './question';
import { cellWords, counted, numberIn } from './texts';

/** Sorting and page of the table; no part of the question. */
export interface Shown {
  /** Name of the column by which rows are sorted; null: as the API answers them. */
  sort: string | null;
  order: 'ascending' | 'descending';
  /** From 1. */
  page: number;
}

export const WITHHELD = '*';
/** Rows of one page. */
export const PAGE_ROWS = 200;
const MAX_PAGE = 1_000;
const LONG_ROWS = 15;

const Query = z
  .object({
    sort: z.string().max(60).nullable().catch(null).default(null),
    order: z.enum(['ascending', 'descending']).catch('ascending').default('ascending'),
    page: z.coerce.number().int().min(1).max(MAX_PAGE).catch(1).default(1),
  })
  .catch({ sort: null, order: 'ascending', page: 1 });

/** Reads how the table is to be shown; what cannot be read is left as it comes. */
export function shownOf(query: unknown): Shown {
  return Query.parse(query);
}

interface HeadCell {
  text: string;
  isNumber: boolean;
  href: string;
  sort: 'ascending' | 'descending' | null;
}

export interface TableView {
  head: HeadCell[];
  /** Higher than a screen: it scrolls by itself, below a head that stays. */
  isLong: boolean;
  rows: { text: string; isNumber: boolean }[][];
  /** The sum of the numbers that are shown, where it means something. */
  total: string[] | null;
  totalName: string;
  /** Rows in words, where they are on several pages. */
  pageWords: string | null;
  previous: { href: string; labelText: string } | null;
  next: { href: string; labelText: string } | null;
  withheld: number;
  hasNoValue: boolean;
}

/** The table as it is shown: sorted, a page of it, with its total. */
export function tableView(
  { question, catalogue, table }: { question: Question; catalogue: Catalogue; table: Table },
  shown: Shown,
): TableView {
  const { columns } = table;
  const at = columns.findIndex(({ name }) => name === shown.sort);
  const rows = at < 0 ? table.rows : sortedRows(table, at, shown.order);
  const pages = Math.max(Math.ceil(rows.length / PAGE_ROWS), 1);
  const page = Math.min(shown.page, pages);
  const start = (page - 1) * PAGE_ROWS;
  const kinds = columns.map(isNumber);
  const sort = at < 0 ? null : shown.sort;
  const link = (changes: Partial<Shown>) => addressOf(question, { ...shown, sort, page: 1, ...changes });
  const numbers = table.rows.flatMap((row) => row.filter((_cell, place) => kinds[place]));
  const withheld = numbers.filter((cell) => cell === WITHHELD).length;
  const total = totalOf(question, catalogue, table);
  return {
    head: columns.map((column, place) => {
      const current = place === at ? shown.order : null;
      const first = isNumber(column) ? 'descending' : 'ascending';
      const order = current === null ? first : current === 'ascending' ? 'descending' : 'ascending';
      return {
        text: columnWords(column),
        isNumber: isNumber(column),
        href: link({ sort: column.name, order }),
        sort: current,
      };
    }),
    isLong: rows.length > LONG_ROWS,
    rows: rows
      .slice(start, start + PAGE_ROWS)
      .map((row) =>
        row.map((cell, place) => ({ text: cellText(cell, kinds[place]), isNumber: kinds[place] === true })),
      ),
    total,
    totalName: withheld === 0 ? 'Total' : 'Total of the numbers shown',
    pageWords:
      pages === 1
        ? null
        : `Rows ${start + 1} to ${Math.min(start + PAGE_ROWS, rows.length)} of ${rows.length}. A file has all of them.`,
    previous:
      page === 1 ? null : { href: link({ page: page - 1 }), labelText: `Page ${page - 1} of ${pages}` },
    next:
      page === pages ? null : { href: link({ page: page + 1 }), labelText: `Page ${page + 1} of ${pages}` },
    withheld,
    hasNoValue: numbers.includes(''),
  };
}

const isNumber = ({ kind }: Column) => kind !== 'DIMENSION';
const cellText = (cell: string, isOfNumbers: boolean | undefined) =>
  isOfNumbers === true ? cellWords(cell) : cell;

/** The head with its unit: "Share of times used (%)". */
export function columnWords({ title, unit }: Column): string {
  return unit == null ? title : `${title} (${unit})`;
}

function addressOf(question: Question, { sort, order, page }: Shown): string {
  const more = new URLSearchParams();
  if (sort !== null) {
    more.set('sort', sort);
    more.set('order', order);
  }
  if (page > 1) more.set('page', String(page));
  const rest = more.toString();
  return `/insight/answer?${queryOf(question)}${rest === '' ? '' : `&${rest}`}`;
}

/**
 * Numbers by size, and what has none at the end in both orders; labels in the order in which the API answers them, which is
 * that of their meaning: ages from the youngest, weekdays from Monday.
 */
function sortedRows({ columns, rows }: Table, at: number, order: Shown['order']): Table['rows'] {
  const sign = order === 'ascending' ? 1 : -1;
  const column = columns[at];
  if (column === undefined || !isNumber(column)) {
    const places = new Map(
      [...new Set(rows.map((row) => row[at] ?? ''))].map((label, place) => [label, place]),
    );
    const placeOf = (row: string[]) => places.get(row[at] ?? '') ?? 0;
    return [...rows].sort((one, other) => sign * (placeOf(one) - placeOf(other)));
  }
  const sizes = new Map(rows.map((row) => [row, numberIn(row[at] ?? '')]));
  return [...rows].sort((one, other) => {
    const [a, b] = [sizes.get(one) ?? null, sizes.get(other) ?? null];
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    return sign * (a - b);
  });
}

/**
 * Sums of the published numbers of each count. A count of which one search can be in several rows has none, such as the reasons
 * for which practices were left out; shares and waiting times have none either. Null where no column has one.
 */
function totalOf(question: Question, catalogue: Catalogue, { columns, rows }: Table): string[] | null {
  if (rows.length < 2) return null;
  const measures = measuresOf(question, catalogue);
  const labels = columns.length - measures.length;
  const sums = measures.map(({ kind, needs }, place) => {
    if (kind !== 'COUNT' || (needs != null && question.by.includes(needs))) return '';
    const numbers = rows.map((row) => numberIn(row[labels + place] ?? '')).filter((one) => one !== null);
    // All of them withheld are not 0.
    if (numbers.length === 0) return WITHHELD;
    return cellWords(String(numbers.reduce((sum, number) => sum + number, 0)));
  });
  return sums.every((sum) => sum === '') ? null : [...Array.from({ length: labels }, () => ''), ...sums];
}

/** For the sentence above the table. */
export function withheldWords(withheld: number): string | null {
  if (withheld === 0) return null;
  const words = counted(withheld, 'number');
  return `* stands for a number that is withheld, because it is so small that it could point to a person, or because it stands beside such a number. It is not 0. In this table ${words} ${withheld === 1 ? 'is' : 'are'} withheld.`;
}
