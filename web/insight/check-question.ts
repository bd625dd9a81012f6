import type { FormError } from '../kit/site';
import type { Catalogue, DimensionEntry, MeasureEntry, Problem } from './answers';
import { closedPeriods, countBetween, dateWords, daysOf, MAX_PERIODS, periodWords } from './periods';
import { answerPath, MAX_ADDRESS, type Draft, type Grain, type Question } from './question';
import { inSentence, joined } from './texts';

/** Limits of the API. */
export const MAX_MEASURES = 6;
export const MAX_COLUMNS = 3;
export const MAX_FILTERS = 3;
const MAX_FILTER_VALUES = 50;

/** Fields of the form, to which an error summary links. */
export const FIELDS = {
  measures: 'measures',
  columns: 'by-1',
  from: 'from',
  to: 'to',
  filter: (dimension: string) => `where-${dimension}`,
  filters: 'where',
} as const;

export type CheckedQuestion =
  { ok: true; question: Question } | { ok: false; errors: [FormError, ...FormError[]] };

/** Holds a question against the catalogue: what the API would refuse, in words, at the field that has to change. */
export function checkQuestion(draft: Draft, catalogue: Catalogue): CheckedQuestion {
  const { grain } = draft;
  const [error, ...others] = [
    ...measureErrors(draft, catalogue),
    ...columnErrors(draft, catalogue),
    ...filterErrors(draft, catalogue),
    ...periodErrors(draft, catalogue),
  ];
  if (error !== undefined) return { ok: false, errors: [error, ...others] };
  if (grain === null) return { ok: false, errors: [NO_GRAIN] };
  const { measures, by, from, to, where, fill, isCut } = draft;
  const question = { measures, by, grain, from, to, where, fill };
  if (isCut || answerPath(question).length > MAX_ADDRESS)
    return {
      ok: false,
      errors: [
        {
          field: where.length > 0 ? FIELDS.filters : FIELDS.columns,
          text: 'The question is too long for an address. Filter by fewer values.',
        },
      ],
    };
  return { ok: true, question };
}

/** The chosen measures that there are. */
export function measuresOf({ measures }: Pick<Draft, 'measures'>, catalogue: Catalogue): MeasureEntry[] {
  return measures.flatMap((name) => catalogue.measures.find(({ measure }) => measure === name) ?? []);
}

/** Dimensions by which all of the measures are counted, in the order of the catalogue. */
export function fittingDimensions(measures: readonly MeasureEntry[], catalogue: Catalogue): DimensionEntry[] {
  return catalogue.dimensions.filter(({ dimension }) =>
    measures.every(({ dimensions }) => dimensions.includes(dimension)),
  );
}

export function measureErrors(draft: Draft, catalogue: Catalogue): FormError[] {
  const field = FIELDS.measures;
  if (draft.measures.length === 0) return [{ field, text: 'Choose what to count' }];
  if (draft.measures.length > MAX_MEASURES)
    return [{ field, text: `Choose up to ${MAX_MEASURES} numbers to count` }];
  return measuresOf(draft, catalogue).length < draft.measures.length
    ? [{ field, text: 'Choose what to count from the list: the address names something else' }]
    : [];
}

function columnErrors(draft: Draft, catalogue: Catalogue): FormError[] {
  const field = FIELDS.columns;
  const { by, where } = draft;
  if (by.length > MAX_COLUMNS) return [{ field, text: `Choose up to ${MAX_COLUMNS} columns` }];
  const titles = new Map(catalogue.dimensions.map(({ dimension, title }) => [dimension, title]));
  if (by.some((one) => !titles.has(one)))
    return [{ field, text: 'Choose columns from the list: the address names something else' }];
  const used = [...by, ...where.map(({ dimension }) => dimension)];
  return measuresOf(draft, catalogue).flatMap(({ title, dimensions, needs }): FormError[] => {
    const strange = used.find((one) => titles.has(one) && !dimensions.includes(one));
    if (strange !== undefined)
      return [
        {
          field: by.includes(strange) ? field : FIELDS.filters,
          text: `“${title}” is not counted by “${titles.get(strange) ?? ''}”. Leave one of the two out`,
        },
      ];
    if (needs == null || used.includes(needs)) return [];
    const column = titles.get(needs) ?? '';
    return [{ field, text: `“${title}” is counted by “${column}” alone. Choose that as a column or filter` }];
  });
}

function filterErrors({ where }: Draft, catalogue: Catalogue): FormError[] {
  if (where.length > MAX_FILTERS)
    return [{ field: FIELDS.filters, text: `Filter by up to ${MAX_FILTERS} columns` }];
  return where.flatMap(({ dimension, in: values }): FormError[] => {
    const known = catalogue.dimensions.find((one) => one.dimension === dimension);
    const field = FIELDS.filter(dimension);
    if (known === undefined || dimension === 'PERIOD')
      return [{ field: FIELDS.filters, text: 'Filter by a column from the list' }];
    const { title } = known;
    if (values.length === 0) return [{ field, text: `Choose values of “${title}”` }];
    if (values.length > MAX_FILTER_VALUES)
      return [{ field, text: `Choose up to ${MAX_FILTER_VALUES} values of “${title}”` }];
    const isStrange = values.some((value) => known.values?.some((one) => one.value === value) === false);
    return isStrange ? [{ field, text: `Choose values of “${title}” from the list` }] : [];
  });
}

const NO_GRAIN: FormError = {
  field: FIELDS.from,
  text: 'The first and the last must be two months, two weeks or two days',
};
const EXAMPLES: Readonly<Record<Grain, string>> = {
  DAY: 'a day, such as 2026-11-30',
  WEEK: 'a week, such as 2026-W48',
  MONTH: 'a month, such as 2026-11',
};
const NOUNS: Readonly<Record<Grain, string>> = { DAY: 'days', WEEK: 'weeks', MONTH: 'months' };

function periodErrors({ grain, from, to }: Draft, { lastDay }: Catalogue): FormError[] {
  if (grain === null) return [NO_GRAIN];
  const [first, last] = [daysOf(grain, from), daysOf(grain, to)];
  if (first === null) return [{ field: FIELDS.from, text: `The first must be ${EXAMPLES[grain]}` }];
  const field = FIELDS.to;
  if (last === null) return [{ field, text: `The last must be ${EXAMPLES[grain]}` }];
  if (lastDay == null) return [{ field, text: 'Nothing is published yet. Come back tomorrow' }];
  const [latest = ''] = closedPeriods(grain, lastDay, 1);
  if (last.last.toString() > lastDay)
    return [
      {
        field,
        text: `Statistics go up to ${dateWords(lastDay)}, so the last must be ${periodWords(grain, latest)} or earlier`,
      },
    ];
  const count = countBetween(grain, from, to);
  if (count === 0) return [{ field, text: 'The last must not come before the first' }];
  return count > MAX_PERIODS[grain]
    ? [{ field, text: `Choose up to ${MAX_PERIODS[grain]} ${NOUNS[grain]}` }]
    : [];
}

/** Refusals of the API although the catalogue allows the question, at the fields of the form. */
export function apiErrors({ fields = [] }: Problem): FormError[] {
  return fields.map(({ path, message }) => ({
    field: fieldOf(path),
    text: message.replace(/[.]$/, ''),
  }));
}

function fieldOf(path: string): string {
  if (path.startsWith('input.measures')) return FIELDS.measures;
  if (path.startsWith('input.period.from')) return FIELDS.from;
  if (path.startsWith('input.period')) return FIELDS.to;
  return path.startsWith('input.where') ? FIELDS.filters : FIELDS.columns;
}

/** The question in one line: "Appointments booked, by week and sex; only sex: Female". */
export function questionWords(question: Question, catalogue: Catalogue): string {
  const saved = savedTitle(question, catalogue);
  const title = (name: string) =>
    name === 'PERIOD'
      ? { DAY: 'day', WEEK: 'week', MONTH: 'month' }[question.grain]
      : inSentence(catalogue.dimensions.find(({ dimension }) => dimension === name)?.title ?? name);
  const counted = joined(
    measuresOf(question, catalogue).map(({ title: one }, at) => (at === 0 ? one : inSentence(one))),
  );
  const by = question.by.length === 0 ? '' : `, by ${joined(question.by.map(title))}`;
  const only = filterWords(question, catalogue).map(
    ({ title: one, values }) => `${inSentence(one)} ${values}`,
  );
  const words = saved ?? `${counted}${by}`;
  return only.length === 0 ? words : `${words.replace(/[?]$/, '')}, only ${only.join('; ')}`;
}

/** Each filter in words. */
export function filterWords(
  { where }: Pick<Question, 'where'>,
  catalogue: Catalogue,
): { title: string; values: string }[] {
  return where.map(({ dimension, in: wanted }) => {
    const known = catalogue.dimensions.find((one) => one.dimension === dimension);
    const titles = wanted.map((value) => known?.values?.find((one) => one.value === value)?.title ?? value);
    return { title: known?.title ?? dimension, values: joined(titles, 'or') };
  });
}

/** The title of the saved question that asks for the same numbers. */
function savedTitle({ measures, by }: Question, { questions }: Catalogue): string | undefined {
  const same = (one: readonly string[], other: readonly string[]) => one.join() === other.join();
  return questions.find((saved) => same(saved.measures, measures) && same(saved.by, by))?.title;
}
