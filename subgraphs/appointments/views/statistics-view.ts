import { baseOf, DIMENSION_FACTS, DIMENSIONS, type Dimension } from '../../../domain/insight/dimensions';
import {
  COUNT_FACTS,
  countsFor,
  MEASURE_FACTS,
  MEASURES,
  TOPIC_FACTS,
  type Measure,
} from '../../../domain/insight/topics';
import { TWENTY_QUESTIONS } from '../../../domain/insight/twenty-questions';
import { create } from '../../../platform/graphql/create';
import { invalidInput, notAllowed, problem } from '../../../platform/graphql/problem';
import type { StatisticsResult } from '../insight/statistics';
import { vocabularyOf, type ContentWords } from '../insight/vocabulary';
import {
  StatisticsCatalogue,
  StatisticsColumn,
  StatisticsDimensionEntry,
  StatisticsMeasureEntry,
  StatisticsSavedQuestion,
  StatisticsTable,
  StatisticsValue,
  TooFine,
  type StatisticsResultUnion,
} from '../types/statistics';

export function statisticsView(result: StatisticsResult): typeof StatisticsResultUnion {
  switch (result.kind) {
    case 'table':
      return create(StatisticsTable, {
        ...result.table,
        columns: result.table.columns.map((column) => create(StatisticsColumn, column)),
        rows: result.table.rows.map((row) => row.map((text) => text ?? '')),
      });
    case 'invalid':
      return invalidInput(result.faults);
    case 'too-fine':
      return create(TooFine, { ...problem('TOO_FINE', { drop: result.drop }), drop: [...result.drop] });
    case 'allowance-used':
      return notAllowed('ALLOWANCE_USED');
  }
}

/** @param lastDay the last day that is in */
export function catalogueView(content: ContentWords, lastDay: string | null): StatisticsCatalogue {
  return create(StatisticsCatalogue, {
    measures: MEASURES.map(measureEntry),
    dimensions: DIMENSIONS.map((dimension) => dimensionEntry(dimension, content)),
    lastDay,
    questions: TWENTY_QUESTIONS.map(({ measures, by, ...saved }) =>
      create(StatisticsSavedQuestion, { ...saved, measures: [...measures], by: [...by] }),
    ),
  });
}

function measureEntry(measure: Measure): StatisticsMeasureEntry {
  const { title, kind } = MEASURE_FACTS[measure];
  const counts = countsFor(measure);
  const topics = counts.map((count) => TOPIC_FACTS[COUNT_FACTS[count].topic].dimensions);
  const needs = counts.map((count) => COUNT_FACTS[count].needs).find((one) => one !== undefined) ?? null;
  const dimensions = DIMENSIONS.filter(
    (one) => one === 'PERIOD' || topics.every((known) => known.includes(baseOf(one))),
  );
  return create(StatisticsMeasureEntry, { measure, title, kind, dimensions, needs });
}

function dimensionEntry(dimension: Dimension, content: ContentWords): StatisticsDimensionEntry {
  const { title, values } = DIMENSION_FACTS[dimension];
  const words = vocabularyOf(content, new Map());
  const named = { DISPOSITION: content.dispositions, PATHWAY: content.complaints };
  const known =
    dimension === 'DISPOSITION' || dimension === 'PATHWAY' ? [...named[dimension].keys()] : values;
  return create(StatisticsDimensionEntry, {
    dimension,
    title,
    values:
      known?.map((value) => create(StatisticsValue, { value, title: words.titleOf(dimension, value) })) ??
      null,
  });
}
