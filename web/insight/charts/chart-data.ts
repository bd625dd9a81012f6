import { cellWords, joined } from '../texts';
import {
  cellOf,
  dimensionsOf,
  NO_VALUE,
  plainText,
  valueOf,
  type Cell,
  type ChartTable,
  type DimensionColumn,
  type TableColumn,
} from './chart-table';

export const CHART_KINDS = ['lines', 'bars', 'stacked', 'heat', 'tiles'] as const;
export type ChartKind = (typeof CHART_KINDS)[number];

export interface Series {
  title: string;
  /** One for each category. */
  cells: readonly Cell[];
}

/** Numbers of a table in the shape of a chart. */
export interface ChartData {
  kind: ChartKind;
  /** Title of the measure, where all series are of one. */
  measure: string;
  unit: string;
  categories: readonly { value: string; title: string }[];
  series: readonly Series[];
  /** Sentences about what is not drawn. */
  notes: readonly string[];
}

export type ChosenChart = { kind: 'chart'; data: ChartData } | { kind: 'none'; sentence: string };

/** More is said, and stands in the table. */
export const LIMITS: Readonly<Record<ChartKind, { categories: number; series: number }>> = {
  lines: { categories: 120, series: 6 },
  bars: { categories: 20, series: 4 },
  stacked: { categories: 15, series: 5 },
  heat: { categories: 24, series: 8 },
  tiles: { categories: 60, series: 1 },
};

/** Chooses the kind of chart by the table's shape. */
export function chartDataOf(table: ChartTable): ChosenChart {
  const measures = table.columns.flatMap((column, at): Measured[] =>
    column.kind === 'DIMENSION' ? [] : [{ column, at }],
  );
  const [first] = measures;
  if (first === undefined || table.rows.length === 0) return none('There are no numbers to draw.');
  const drawn = measures.filter(({ column }) => column.kind === first.column.kind);
  const { shown, dimensions, notes } = reduced(table);
  const [one, other, third] = dimensions;
  if (third !== undefined) return none('A chart shows two dimensions at most. The table has every number.');
  const shape = { table: shown, drawn, notes };
  if (one === undefined) return single(measures, shape);
  if (other === undefined) return ofOne(one, measures, shape);
  return ofTwo(one, other, { first, measures, shape });
}

interface Measured {
  column: TableColumn;
  at: number;
}

interface Shape {
  table: ChartTable;
  drawn: readonly Measured[];
  notes: readonly string[];
}

function none(sentence: string): ChosenChart {
  return { kind: 'none', sentence };
}

/** Drops dimensions that have one value; of three, keeps the last period alone. */
function reduced(table: ChartTable): { shown: ChartTable; dimensions: DimensionColumn[]; notes: string[] } {
  const dimensions = dimensionsOf(table).filter(({ values }) => values.size > 1);
  const period = dimensions.find(isPeriod);
  if (dimensions.length < 3 || period === undefined) return { shown: table, dimensions, notes: [] };
  const last = [...period.values.keys()].sort().at(-1) ?? '';
  const shown = { ...table, rows: table.rows.filter((row) => period.valueIn(row) === last) };
  return {
    shown,
    dimensions: dimensionsOf(shown).filter(({ values }) => values.size > 1),
    notes: [`The chart shows ${last}, the last period. The table has all.`],
  };
}

function isPeriod({ name }: DimensionColumn): boolean {
  return name === 'period';
}

/** One row: its measures stand beside each other. */
function single(measures: readonly Measured[], { table, drawn, notes }: Shape): ChosenChart {
  const [row = []] = table.rows;
  if (drawn.length < 2) return none('One number needs no chart.');
  const cells = drawn.map(({ at }) => cellOf(row[at]));
  return chart(
    {
      kind: 'bars',
      measure: '',
      unit: unitOf(drawn),
      categories: drawn.map(({ column }) => ({ value: column.name, title: plainText(column.title) })),
      series: [{ title: '', cells }],
    },
    [...notes, ...leftOut(measures, drawn)],
  );
}

function ofOne(dimension: DimensionColumn, measures: readonly Measured[], shape: Shape): ChosenChart {
  const kind = isPeriod(dimension) ? 'lines' : dimension.name === 'icb' ? 'tiles' : 'bars';
  const drawn = shape.drawn.slice(0, LIMITS[kind].series);
  const rows = new Map(shape.table.rows.map((row) => [dimension.valueIn(row), row]));
  const categories = categoriesOf(dimension);
  const series = drawn.map(({ column, at }) => ({
    title: plainText(column.title),
    cells: categories.map(({ value }) => cellOf(rows.get(value)?.[at])),
  }));
  const measure = drawn.length === 1 ? plainText(drawn[0]?.column.title ?? '') : '';
  return chart(
    { kind, measure, unit: unitOf(drawn), categories, series },
    [...shape.notes, ...leftOut(measures, drawn)],
    dimension.title,
  );
}

function ofTwo(
  one: DimensionColumn,
  other: DimensionColumn,
  { first, measures, shape }: { first: Measured; measures: readonly Measured[]; shape: Shape },
): ChosenChart {
  const kind = kindOfTwo(one, other, first.column);
  const isLonger = one.values.size >= other.values.size;
  const rowsAreOne = kind === 'lines' ? isPeriod(one) : isLonger;
  const [along, across] = rowsAreOne ? [one, other] : [other, one];
  const cells = new Map(
    shape.table.rows.map((row) => [
      `${across.valueIn(row)}\u0001${along.valueIn(row)}`,
      cellOf(row[first.at]),
    ]),
  );
  const categories = categoriesOf(along);
  const series = [...across.values].map(([value, title]) => ({
    title,
    cells: categories.map((category) => cells.get(`${value}\u0001${category.value}`) ?? NO_VALUE),
  }));
  const drawn = [first];
  return chart(
    { kind, measure: plainText(first.column.title), unit: unitOf(drawn), categories, series },
    [...shape.notes, ...leftOut(measures, drawn)],
    along.title,
    across.title,
  );
}

/** Only counts can lie upon each other; of shares and waits each stands by itself. */
function kindOfTwo(one: DimensionColumn, other: DimensionColumn, { kind }: TableColumn): ChartKind {
  if (isPeriod(one) || isPeriod(other)) return 'lines';
  const fewer = Math.min(one.values.size, other.values.size);
  return kind === 'COUNT' && fewer <= LIMITS.stacked.series ? 'stacked' : 'heat';
}

function categoriesOf({ values }: DimensionColumn): { value: string; title: string }[] {
  return [...values].map(([value, title]) => ({ value, title }));
}

function unitOf(drawn: readonly Measured[]): string {
  return plainText(drawn[0]?.column.unit ?? '');
}

function leftOut(all: readonly Measured[], drawn: readonly Measured[]): string[] {
  const others = all
    .filter((one) => !drawn.includes(one))
    .map(({ column }) => `“${plainText(column.title)}”`);
  if (others.length === 0) return [];
  return [`${joined(others)} ${others.length === 1 ? 'is' : 'are'} in the table alone.`];
}

/** Keeps what is greatest where there is more than a chart can hold, in the table's order; of periods the last. */
function chart(
  data: Omit<ChartData, 'notes'>,
  notes: readonly string[],
  ...[along = '', across = '']: string[]
): ChosenChart {
  const { kind, categories, series } = data;
  const most = LIMITS[kind];
  const keptSeries = greatest(
    series.map(({ cells }) => sum(cells)),
    most.series,
  );
  const columns = keptSeries.flatMap((at) => series[at] ?? []);
  const sums = categories.map((_, at) => sum(columns.map(({ cells }) => cells[at] ?? NO_VALUE)));
  const kept =
    kind === 'lines'
      ? categories.map((_, at) => at).slice(-most.categories)
      : greatest(sums, most.categories);
  const said = [
    ...notes,
    ...(keptSeries.length < series.length ? [cut(across, series.length, keptSeries.length)] : []),
    ...(kept.length < categories.length
      ? [cut(along, categories.length, kept.length, kind === 'lines')]
      : []),
  ];
  const chosen = columns.map(({ title, cells }) => ({
    title,
    cells: kept.map((at) => asShown(cells[at] ?? NO_VALUE)),
  }));
  const isDrawn = chosen.some(({ cells }) => cells.some((cell) => cell.kind === 'number'));
  if (!isDrawn) return none('Every number here is withheld, or has no value, so there is nothing to draw.');
  return {
    kind: 'chart',
    data: { ...data, categories: kept.flatMap((at) => categories[at] ?? []), series: chosen, notes: said },
  };
}

/** The cell in the digits of the table beside the chart: "1,235". */
function asShown(cell: Cell): Cell {
  return cell.kind === 'number' ? { ...cell, text: cellWords(cell.text) } : cell;
}

function cut(title: string, all: number, kept: number, isTime = false): string {
  const which = isTime ? 'the last' : 'the greatest';
  return `${title || 'Series'}: ${which} ${kept} of ${all} are drawn. The table has all.`;
}

function sum(cells: readonly Cell[]): number {
  return cells.reduce((total, cell) => total + valueOf(cell), 0);
}

/** Places of the greatest numbers, in their order. */
function greatest(numbers: readonly number[], most: number): number[] {
  const places = numbers.map((_, at) => at);
  return [...places]
    .sort((one, other) => (numbers[other] ?? 0) - (numbers[one] ?? 0) || one - other)
    .slice(0, most)
    .sort((one, other) => one - other);
}
