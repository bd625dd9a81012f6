import { DIMENSIONS, type Dimension } from '../../domain/insight/dimensions';
import { periodOf } from '../../domain/insight/periods';
import type { StatisticsQuestion } from '../../domain/insight/statistics-question';
import type { TrueFact } from './truth';

/**
 * The rule of decision 0043, applied to single facts without cubes: slow, short, and of nothing that the product has.
 * @returns the numbers of an answer's rows by `label|label`, with `*` where withheld
 */
export function naiveNumbers(
  facts: readonly TrueFact[],
  question: StatisticsQuestion,
  measure: string,
  periods: readonly string[],
): Map<string, string> {
  const used = new Set([...question.by, ...question.where.map(({ dimension }) => dimension)]);
  const dimensions: Dimension[] = DIMENSIONS.filter((one) => one !== 'PERIOD' && used.has(one));
  const sums = new Map<string, number | null>();
  for (const period of periods) {
    const cells = new Map<string, { values: string[]; count: number; key: number }>();
    for (const fact of facts) {
      if (!fact.measures.includes(measure) || periodOf(question.period.grain, fact.day) !== period) continue;
      const values = dimensions.map((one) => fact.values[one] ?? '');
      const cell = cells.get(values.join('|')) ?? { values, count: 0, key: 0 };
      cells.set(values.join('|'), { values, count: cell.count + 1, key: cell.key + fact.key });
    }
    for (const { values, shown } of withheld([...cells.values()], measure === 'TIMES_RELEASED')) {
      const isWanted = question.where.every(({ dimension, in: wanted }) =>
        wanted.includes(values[dimensions.indexOf(dimension)] ?? ''),
      );
      if (!isWanted) continue;
      const label = question.by
        .map((one) => (one === 'PERIOD' ? period : (values[dimensions.indexOf(one)] ?? '')))
        .join('|');
      const before = sums.get(label);
      sums.set(label, before === null || shown === null ? null : (before ?? 0) + shown);
    }
  }
  return new Map([...sums].map(([label, sum]) => [label, sum === null ? '*' : String(sum)]));
}

interface Shown {
  values: string[];
  shown: number | null;
}

function withheld(
  cells: readonly { values: string[]; count: number; key: number }[],
  isExact: boolean,
): Shown[] {
  if (isExact) return cells.map(({ values, count }) => ({ values, shown: count }));
  const table = cells.map(({ values, count, key }): Shown => {
    const rest = key % 256;
    const changed = count + (rest >= 252 ? 0 : Math.floor(rest / 28) - 4);
    if (changed <= 0) return { values, shown: 0 };
    return { values, shown: changed < 8 ? null : Math.round(changed / 5) * 5 };
  });
  for (;;) {
    const next = lines(table).flatMap(secondToWithhold);
    if (next.length === 0) return table;
    for (const cell of next) cell.shown = null;
  }
}

function lines(table: readonly Shown[]): Shown[][] {
  const width = table[0]?.values.length ?? 0;
  return Array.from({ length: width }, (_, along) => {
    const beside = new Map<string, Shown[]>();
    for (const cell of table) {
      const name = cell.values.filter((_value, at) => at !== along).join('|');
      beside.set(name, [...(beside.get(name) ?? []), cell]);
    }
    return [...beside.values()];
  }).flat();
}

function secondToWithhold(line: readonly Shown[]): Shown[] {
  if (line.filter(({ shown }) => shown === null).length !== 1) return [];
  return line
    .filter(({ shown }) => (shown ?? 0) > 0)
    .sort(
      (a, b) =>
        (a.shown ?? 0) - (b.shown ?? 0) || (a.values.join('\u0001') < b.values.join('\u0001') ? -1 : 1),
    )
    .slice(0, 1);
}
