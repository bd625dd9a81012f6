import { fieldFault, type FieldFaults } from '../messages/field-problem-codes';
import { basesOf, hasRoom } from './cuboids';
import {
  baseOf,
  DIMENSION_FACTS,
  DIMENSIONS,
  GEOGRAPHIES,
  type Dimension,
  type Geography,
} from './dimensions';
import { daysOf, periodsBetween, type Grain } from './periods';
import {
  COUNT_FACTS,
  countsFor,
  MEASURE_FACTS,
  TOPIC_FACTS,
  type CountMeasure,
  type Measure,
} from './topics';

/** A question as it arrives. */
export interface StatisticsQuestion {
  measures: readonly Measure[];
  by: readonly Dimension[];
  period: { grain: Grain; from: string; to: string };
  where: readonly { dimension: Dimension; in: readonly string[] }[];
  fill: boolean;
}

export const MAX_MEASURES = 6;
export const MAX_BY = 3;
export const MAX_PERIODS: Readonly<Record<Grain, number>> = { DAY: 92, WEEK: 106, MONTH: 60 };
const MAX_FILTERS = 3;
const MAX_FILTER_VALUES = 50;
const MAX_VALUE_LENGTH = 100;
const PERIOD_EXAMPLES: Readonly<Record<Grain, string>> = {
  DAY: '2026-11-30',
  WEEK: '2026-W49',
  MONTH: '2026-11',
};

/** Dimensions other than the period. */
export type ValueDimension = Exclude<Dimension, 'PERIOD'>;

/** A question whose tables there are. */
export interface StatisticsPlan {
  question: StatisticsQuestion;
  periods: readonly string[];
  counts: readonly CountMeasure[];
  /** Dimensions of the published tables that are read, in the one order. */
  table: readonly ValueDimension[];
  /** Chooses rows by a wider area of the same practices; adds no dimension. */
  within: { by: Geography; area: Geography; in: readonly string[] } | null;
}

export type PlannedQuestion =
  | { kind: 'plan'; plan: StatisticsPlan }
  | { kind: 'invalid'; faults: FieldFaults }
  | { kind: 'too-fine'; drop: Dimension[] };

/** @param lastDay the last day whose facts are all in; null before the first. */
export function planQuestion(question: StatisticsQuestion, lastDay: string | null): PlannedQuestion {
  const faults: FieldFaults = {
    ...measureFaults(question),
    ...dimensionFaults(question),
    ...filterFaults(question),
    ...periodFaults(question.period, lastDay),
  };
  if (Object.keys(faults).length > 0) return { kind: 'invalid', faults };
  const { grain, from, to } = question.period;
  const within = areaOfRows(question);
  const table = tableOf(question, within);
  const counts = [...new Set(question.measures.flatMap(countsFor))];
  if (!fits(question, grain, table)) return { kind: 'too-fine', drop: droppable(question, grain, table) };
  const periods = periodsBetween(grain, from, to, MAX_PERIODS[grain]);
  return { kind: 'plan', plan: { question, periods, counts, table, within } };
}

function measureFaults({ measures, by, where }: StatisticsQuestion): FieldFaults {
  if (measures.length === 0)
    return { 'input.measures': fieldFault('OUT_OF_RANGE', { min: 1, max: MAX_MEASURES, unit: 'measures' }) };
  if (measures.length > MAX_MEASURES)
    return { 'input.measures': fieldFault('TOO_MANY', { max: MAX_MEASURES }) };
  if (isRepeated(measures)) return { 'input.measures': fieldFault('REPEATED', {}) };
  const used = [...by, ...where.map(({ dimension }) => dimension)];
  for (const measure of measures)
    for (const count of countsFor(measure)) {
      const { needs, topic } = COUNT_FACTS[count];
      if (needs !== undefined && !used.includes(needs))
        return { 'input.by': fieldFault('NEEDS_DIMENSION', { measure, dimension: needs }) };
      const strange = used.find(
        (one) => one !== 'PERIOD' && !TOPIC_FACTS[topic].dimensions.includes(baseOf(one)),
      );
      if (strange !== undefined)
        return { 'input.by': fieldFault('NOT_COUNTED_BY', { measure, dimension: strange }) };
    }
  return {};
}

function dimensionFaults({ by }: StatisticsQuestion): FieldFaults {
  if (by.length > MAX_BY) return { 'input.by': fieldFault('TOO_MANY', { max: MAX_BY }) };
  return isRepeated(by) ? { 'input.by': fieldFault('REPEATED', {}) } : {};
}

function filterFaults({ where }: StatisticsQuestion): FieldFaults {
  if (where.length > MAX_FILTERS) return { 'input.where': fieldFault('TOO_MANY', { max: MAX_FILTERS }) };
  if (isRepeated(where.map(({ dimension }) => dimension)))
    return { 'input.where': fieldFault('REPEATED', {}) };
  const faults: FieldFaults = {};
  where.forEach(({ dimension, in: wanted }, at) => {
    const path = `input.where.${at}.in`;
    const known = DIMENSION_FACTS[dimension].values;
    if (dimension === 'PERIOD') faults[path] = fieldFault('NOT_A_FILTER', {});
    else if (wanted.length === 0)
      faults[path] = fieldFault('OUT_OF_RANGE', { min: 1, max: MAX_FILTER_VALUES, unit: 'values' });
    else if (wanted.length > MAX_FILTER_VALUES)
      faults[path] = fieldFault('TOO_MANY', { max: MAX_FILTER_VALUES });
    else if (isRepeated(wanted)) faults[path] = fieldFault('REPEATED', {});
    else if (wanted.some((value) => value.length > MAX_VALUE_LENGTH))
      faults[path] = fieldFault('TOO_LONG', { max: MAX_VALUE_LENGTH });
    else if (known !== null && wanted.some((value) => !known.includes(value)))
      faults[path] = fieldFault('UNKNOWN_VALUE', { known });
  });
  return faults;
}

function periodFaults(
  { grain, from, to }: StatisticsQuestion['period'],
  lastDay: string | null,
): FieldFaults {
  const first = daysOf(grain, from);
  const last = daysOf(grain, to);
  const example = PERIOD_EXAMPLES[grain];
  if (first === null) return { 'input.period.from': fieldFault('NOT_A_PERIOD', { example }) };
  if (last === null) return { 'input.period.to': fieldFault('NOT_A_PERIOD', { example }) };
  if (first.first > last.first) return { 'input.period.to': fieldFault('RANGE_REVERSED', {}) };
  if (lastDay === null || last.last > lastDay)
    return { 'input.period.to': fieldFault('PERIOD_NOT_CLOSED', { until: lastDay }) };
  const max = MAX_PERIODS[grain];
  return periodsBetween(grain, from, to, max).length > max
    ? { 'input.period.to': fieldFault('TOO_MANY', { max }) }
    : {};
}

function isRepeated(values: readonly string[]): boolean {
  return new Set(values).size < values.length;
}

/** From the smallest; an outward code is in none of them. */
const AREAS: readonly Geography[] = ['PRACTICE', 'PCN', 'SUB_ICB', 'ICB', 'REGION'];

function areaOfRows({ by, where }: StatisticsQuestion): StatisticsPlan['within'] {
  const rows = AREAS.find((area) => by.includes(area));
  if (rows === undefined) return null;
  const filter = where.find(
    ({ dimension }) => AREAS.some((area) => area === dimension) && isWider(dimension, rows),
  );
  const area = AREAS.find((one) => one === filter?.dimension);
  return filter === undefined || area === undefined ? null : { by: rows, area, in: filter.in };
}

function isWider(dimension: Dimension, than: Geography): boolean {
  return AREAS.findIndex((area) => area === dimension) > AREAS.indexOf(than);
}

function tableOf({ by, where }: StatisticsQuestion, within: StatisticsPlan['within']): ValueDimension[] {
  const filters = where.map(({ dimension }) => dimension).filter((one) => one !== within?.area);
  const used = new Set([...by, ...filters]);
  return DIMENSIONS.filter((one) => one !== 'PERIOD').filter((one) => used.has(one));
}

/** Medians take the steps of the waiting time beside. */
function fits(
  { measures, by }: Pick<StatisticsQuestion, 'measures' | 'by'>,
  grain: Grain,
  table: readonly ValueDimension[],
): boolean {
  const steps: ValueDimension[] = measures.some((one) => MEASURE_FACTS[one].kind === 'MINUTES')
    ? ['LEAD_TIME']
    : [];
  const places = new Set([...by, ...table].filter((one) => GEOGRAPHIES.some((area) => area === one)));
  return places.size <= 1 && table.length <= MAX_BY && hasRoom(grain, basesOf([...table, ...steps]));
}

/** Each dimension without which there is a table; all that are no help together where no single one is. */
function droppable(
  question: StatisticsQuestion,
  grain: Grain,
  table: readonly ValueDimension[],
): Dimension[] {
  const without = (gone: ValueDimension) => {
    const by = question.by.filter((one) => one !== gone);
    return fits(
      { ...question, by },
      grain,
      table.filter((one) => one !== gone),
    );
  };
  const single = table.filter(without);
  if (single.length > 0) return single;
  const areas = table.filter((one) => GEOGRAPHIES.some((area) => area === one));
  return areas.length > 0 ? areas : [...table.slice(-1)];
}
