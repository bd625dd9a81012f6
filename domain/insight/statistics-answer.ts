import type { StoredCube } from './cubes';
import { leadMinutesOf } from './bands';
import { basesOf, cuboidName, cuboidWith } from './cuboids';
import {
  baseOf,
  derivedValue,
  DIMENSION_FACTS,
  isDerived,
  type BaseDimension,
  type Dimension,
  type Vocabulary,
} from './dimensions';
import {
  cellName,
  perturbed,
  publishTable,
  sumOfPublished,
  type PublishedNumber,
  type PublishedTable,
  type TableCell,
} from './disclosure';
import type { StatisticsPlan, ValueDimension } from './statistics-question';
import {
  COUNT_FACTS,
  isCount,
  MEASURE_FACTS,
  TOPIC_FACTS,
  type CountMeasure,
  type Measure,
  type Topic,
} from './topics';

/** Source of a published table: one count of one cube. */
export interface TableSource {
  topic: Topic;
  count: CountMeasure;
  cuboid: readonly BaseDimension[];
}

/** The cube in which a count of the plan stands. */
export function sourceOf(plan: Pick<StatisticsPlan, 'question' | 'table'>, count: CountMeasure): TableSource {
  const { topic } = COUNT_FACTS[count];
  const cuboid = cuboidWith(topic, plan.question.period.grain, basesOf(plan.table));
  if (cuboid === null) throw new Error(`No cube of ${topic} has ${plan.table.join(', ')}.`);
  return { topic, count, cuboid };
}

/** Sums the cells of a cube over the dimensions that a table does not have. */
export function tableCells(
  cube: StoredCube,
  { topic, count, cuboid }: TableSource,
  table: readonly (ValueDimension | 'LEAD_STEP')[],
  words: Vocabulary,
): TableCell[] {
  const { counts } = TOPIC_FACTS[topic];
  const which = cuboid.length + counts.indexOf(COUNT_FACTS[count].count) * 2;
  const width = cuboid.length + counts.length * 2;
  const columns = table.map((one) => {
    const place = cuboid.indexOf(one === 'LEAD_STEP' ? one : baseOf(one));
    const values = cube.values[place] ?? [];
    const isShown = one === 'LEAD_STEP' || !isDerived(one);
    return { place, values: isShown ? values : values.map((value) => derivedValue(one, value, words)) };
  });
  const cells = new Map<string, TableCell>();
  for (let start = 0; start + width <= cube.cells.length; start += width) {
    const number = cube.cells[start + which] ?? 0;
    if (number === 0) continue;
    const values = columns.map(({ place, values: known }) => known[cube.cells[start + place] ?? 0] ?? '');
    const name = cellName(values);
    const cell = cells.get(name);
    const key = cube.cells[start + which + 1] ?? 0;
    if (cell === undefined) cells.set(name, { values, count: number, key });
    else {
      cell.count += number;
      cell.key += key;
    }
  }
  return [...cells.values()];
}

/** The table of one count in one period. */
export function publishedTable(
  cube: StoredCube | undefined,
  source: TableSource,
  table: readonly ValueDimension[],
  words: Vocabulary,
): PublishedTable {
  if (cube === undefined) return new Map();
  const cells = tableCells(cube, source, table, words);
  if (COUNT_FACTS[source.count].isExact)
    return new Map(cells.map(({ values, count }) => [cellName(values), count]));
  return publishTable(cells);
}

/**
 * Quantiles of the waiting time: of the steps' changed counts, so that no single person decides. Only where the table shows
 * the number of bookings.
 */
export type WaitingTable = ReadonlyMap<string, ReadonlyMap<number, number>>;

export function waitingTable(
  cube: StoredCube | undefined,
  source: TableSource,
  table: readonly ValueDimension[],
  words: Vocabulary,
): WaitingTable {
  const steps = new Map<string, Map<number, number>>();
  if (cube === undefined) return steps;
  for (const { values, count, key } of tableCells(cube, source, [...table, 'LEAD_STEP'], words)) {
    const name = cellName(values.slice(0, -1));
    const minutes = leadMinutesOf(values.at(-1) ?? '');
    const known = steps.get(name) ?? new Map<number, number>();
    known.set(minutes, (known.get(minutes) ?? 0) + Math.max(perturbed(count, key), 0));
    steps.set(name, known);
  }
  return steps;
}

/** The published tables that a plan reads. */
export interface PublishedTables {
  counts: ReadonlyMap<CountMeasure, ReadonlyMap<string, PublishedTable>>;
  waiting: ReadonlyMap<string, WaitingTable>;
}

export interface StatisticsColumn {
  name: string;
  title: string;
  kind: 'DIMENSION' | 'COUNT' | 'SHARE' | 'MINUTES';
  unit: string | null;
}

export interface StatisticsRows {
  columns: StatisticsColumn[];
  rows: (string | null)[][];
}

export const WITHHELD = '*';
export const MAX_ROWS = 20_000;

interface RowNumbers {
  /** Values of the question's dimensions, in its order. */
  labels: readonly string[];
  counts: ReadonlyMap<CountMeasure, PublishedNumber>;
  minutes: ReadonlyMap<number, number>;
}

export type AnsweredQuestion =
  | { kind: 'rows'; answer: StatisticsRows; cells: number }
  | { kind: 'too-many-rows' }
  | { kind: 'withheld'; share: number };

/** Share of the numbers that are not 0 beyond which a question is too fine. */
const MOST_WITHHELD = 0.5;

/** The flat table of an answer, from published numbers alone. */
export function answerOf(
  plan: StatisticsPlan,
  tables: PublishedTables,
  words: Vocabulary,
  mostWithheld = MOST_WITHHELD,
): AnsweredQuestion {
  const { question, periods } = plan;
  const valuesBy = question.by.map((dimension) =>
    dimension === 'PERIOD' ? [...periods] : valuesOf(dimension, plan, tables, words),
  );
  const size = valuesBy.reduce((product, values) => product * values.length, 1);
  if (size > MAX_ROWS) return { kind: 'too-many-rows' };
  const all = crossed(valuesBy).map((labels) => rowNumbers(labels, plan, tables));
  const kept = question.fill
    ? all
    : all.filter(({ counts }) => [...counts.values()].some((one) => one !== 0));
  const share = withheldShare(kept, question.measures);
  if (share > mostWithheld && plan.table.length > 0) return { kind: 'withheld', share };
  return {
    kind: 'rows',
    answer: { columns: columnsOf(question), rows: kept.map((row) => textsOf(row, kept, question, words)) },
    cells: kept.length * question.measures.length,
  };
}

function withheldShare(rows: readonly RowNumbers[], measures: readonly Measure[]): number {
  const numbers = rows.flatMap(({ counts }) =>
    [...counts]
      .filter(([count, shown]) => shown !== 0 && !COUNT_FACTS[count].isExact)
      .map(([, shown]) => shown),
  );
  if (numbers.length === 0 || measures.length === 0) return 0;
  return numbers.filter((shown) => shown === null).length / numbers.length;
}

/** Every value in order, where there is a list; else those under which some published number is not 0. */
function valuesOf(
  dimension: ValueDimension,
  { question, table, within }: StatisticsPlan,
  { counts }: PublishedTables,
  words: Vocabulary,
): string[] {
  const wanted = question.where.find((filter) => filter.dimension === dimension)?.in;
  const { values } = DIMENSION_FACTS[dimension];
  if (values !== null) return values.filter((value) => wanted?.includes(value) ?? true);
  if (wanted !== undefined) return [...wanted];
  const at = table.indexOf(dimension);
  const seen = new Set<string>();
  for (const byPeriod of counts.values())
    for (const published of byPeriod.values())
      for (const [name, shown] of published)
        if (shown !== 0) seen.add(table.length === 1 ? name : (name.split('\u0001')[at] ?? ''));
  const rows = [...seen].filter(
    (value) => within?.by !== dimension || within.in.includes(areaOf(value, within, words)),
  );
  return rows.sort();
}

function areaOf(
  value: string,
  { by, area }: NonNullable<StatisticsPlan['within']>,
  words: Vocabulary,
): string {
  if (by === 'ICB') return words.regionOf(value);
  const level = area === 'REGION' ? 'ICB' : area;
  if (level !== 'PCN' && level !== 'SUB_ICB' && level !== 'ICB') return value;
  const place = by === 'PRACTICE' ? words.placeOf(value, level) : words.placeWithin(by, value, level);
  return area === 'REGION' ? words.regionOf(place) : place;
}

function crossed(lists: readonly (readonly string[])[]): string[][] {
  return lists.reduce<string[][]>(
    (rows, values) => rows.flatMap((row) => values.map((value) => [...row, value])),
    [[]],
  );
}

function rowNumbers(labels: readonly string[], plan: StatisticsPlan, tables: PublishedTables): RowNumbers {
  const { question, periods } = plan;
  const at = question.by.indexOf('PERIOD');
  const period = at < 0 ? undefined : labels[at];
  const inPeriods = period === undefined ? periods : [period];
  const names = namesOf(labels, plan);
  const counts = new Map(
    plan.counts.map((count): [CountMeasure, PublishedNumber] => {
      const byPeriod = tables.counts.get(count);
      const parts = inPeriods.flatMap((one) => names.map((name) => shownIn(byPeriod?.get(one), name)));
      return [count, sumOfPublished(parts)];
    }),
  );
  const minutes = new Map<number, number>();
  for (const one of inPeriods)
    for (const name of names)
      for (const [step, people] of tables.waiting.get(one)?.get(name) ?? [])
        minutes.set(step, (minutes.get(step) ?? 0) + people);
  return { labels, counts, minutes };
}

/** A cell that does not stand in the table is 0. */
function shownIn(table: PublishedTable | undefined, name: string): PublishedNumber {
  const shown = table?.get(name);
  return shown === undefined ? 0 : shown;
}

/** Names of the cells whose sum a row is: one for each combination of the values of filters that are no column. */
function namesOf(labels: readonly string[], { question, table }: StatisticsPlan): string[] {
  const lists = table.map((dimension) => {
    const at = question.by.indexOf(dimension);
    if (at >= 0) return [labels[at] ?? ''];
    return question.where.find((filter) => filter.dimension === dimension)?.in ?? [];
  });
  return crossed(lists).map(cellName);
}

function columnsOf({ by, measures }: StatisticsPlan['question']): StatisticsColumn[] {
  return [
    ...by.flatMap((dimension): StatisticsColumn[] => {
      const { title, isTitled } = DIMENSION_FACTS[dimension];
      const name = camelCase(dimension);
      const column = { name, title, kind: 'DIMENSION', unit: null } as const;
      return isTitled ? [column, { ...column, name: `${name}Title`, title: `${title}: name` }] : [column];
    }),
    ...measures.map((measure): StatisticsColumn => {
      const { title, kind } = MEASURE_FACTS[measure];
      return { name: camelCase(measure), title, kind, unit: UNITS[kind] };
    }),
  ];
}

const UNITS = { COUNT: null, SHARE: '%', MINUTES: 'minutes' } as const;

function camelCase(name: string): string {
  return name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function textsOf(
  row: RowNumbers,
  all: readonly RowNumbers[],
  { by, measures }: StatisticsPlan['question'],
  words: Vocabulary,
): (string | null)[] {
  const labels = by.flatMap((dimension: Dimension, at) => {
    const value = row.labels[at] ?? '';
    return DIMENSION_FACTS[dimension].isTitled ? [value, words.titleOf(dimension, value)] : [value];
  });
  const period = by.indexOf('PERIOD');
  const beside = period < 0 ? all : all.filter(({ labels: others }) => others[period] === row.labels[period]);
  return [...labels, ...measures.map((measure) => measureText(measure, row, beside))];
}

/** `*` where it is withheld; null where there is nothing to divide by, or nobody waited. */
function measureText(measure: Measure, row: RowNumbers, beside: readonly RowNumbers[]): string | null {
  const facts = MEASURE_FACTS[measure];
  const numberOf = ({ counts }: RowNumbers, count: CountMeasure) => counts.get(count) ?? null;
  switch (facts.kind) {
    case 'COUNT': {
      const shown = isCount(measure) ? numberOf(row, measure) : null;
      return shown === null ? WITHHELD : String(shown);
    }
    case 'SHARE': {
      const part = sumOfPublished(facts.of.map((count) => numberOf(row, count)));
      const whole =
        facts.in === null
          ? beside
              .flatMap((one) => facts.of.map((count) => numberOf(one, count) ?? 0))
              .reduce((a, b) => a + b, 0)
          : numberOf(row, facts.in);
      if (part === null || whole === null) return WITHHELD;
      return whole === 0 ? null : String(Math.min(Math.round((part / whole) * 1_000) / 10, 100));
    }
    case 'MINUTES': {
      const people = numberOf(row, 'BOOKINGS');
      if (people === null) return WITHHELD;
      return people === 0 ? null : quantileText(row.minutes, facts.quantile);
    }
  }
}

function quantileText(minutes: ReadonlyMap<number, number>, quantile: number): string | null {
  const steps = [...minutes].sort(([one], [other]) => one - other);
  const all = steps.reduce((sum, [, people]) => sum + people, 0);
  let reached = 0;
  for (const [step, people] of steps) {
    reached += people;
    if (all > 0 && reached >= all * quantile) return String(Math.round(step));
  }
  return null;
}

/** The cube that waiting times are read from. */
export function waitingSource(plan: StatisticsPlan): TableSource {
  const cuboid = cuboidWith('booked', plan.question.period.grain, basesOf([...plan.table, 'LEAD_TIME']));
  if (cuboid === null) throw new Error('No cube has the waiting times.');
  return { topic: 'booked', count: 'BOOKINGS', cuboid };
}

export function cuboidOf({ cuboid }: TableSource): string {
  return cuboidName(cuboid);
}
