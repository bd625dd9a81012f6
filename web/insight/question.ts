import { z } from 'zod';

/** Lengths of the periods that are counted. */
export const GRAINS = ['DAY', 'WEEK', 'MONTH'] as const;
export type Grain = (typeof GRAINS)[number];

export interface Filter {
  dimension: string;
  in: readonly string[];
}

/** A question to the statistics, in the names of the API. */
export interface Question {
  measures: readonly string[];
  by: readonly string[];
  grain: Grain;
  from: string;
  to: string;
  where: readonly Filter[];
  /** Rows of zeros, too. */
  fill: boolean;
}

/** A question as an address or a form has it: whatever stands there, cut to a size that can be handled. */
export interface Draft extends Omit<Question, 'grain'> {
  /** Null where there is none, or another one. */
  grain: Grain | null;
  /** More, or longer, than any question has; the rest was left out. */
  isCut: boolean;
}

/** Longer addresses are cut by mail programs and spreadsheets. */
export const MAX_ADDRESS = 2_000;
/** More than the API takes, so that the form can say how many it takes. */
const MAX_NAMES = 20;
const MAX_VALUES = 200;
const MAX_CHARACTERS = 100;

const Texts = z.preprocess((value) => [value ?? []].flat(), z.array(z.string())).catch([]);
const Query = z
  .object({
    measures: Texts,
    by: Texts,
    grain: z.enum(GRAINS).nullable().catch(null),
    from: z.string().catch(''),
    to: z.string().catch(''),
    where: Texts,
    fill: z.string().catch(''),
  })
  .catch({ measures: [], by: [], grain: null, from: '', to: '', where: [], fill: '' });

/** Reads the query of an address; a name that stands there twice counts once. */
export function draftOf(query: unknown): Draft {
  const { measures, by, grain, from, to, where, fill } = Query.parse(query);
  const names = [measures, by].map((texts) => [
    ...new Set(texts.flatMap((text) => text.split(',')).filter((name) => name !== '')),
  ]);
  const [measureNames = [], byNames = []] = names;
  const values = where.slice(0, MAX_VALUES).map((text) => text.slice(0, 2 * MAX_CHARACTERS));
  return {
    measures: measureNames.slice(0, MAX_NAMES).map(cut),
    by: byNames.slice(0, MAX_NAMES).map(cut),
    grain,
    from: cut(from),
    to: cut(to),
    where: filtersOf(values),
    fill: fill !== 'no',
    isCut:
      names.some((list) => list.length > MAX_NAMES) ||
      where.length > MAX_VALUES ||
      [...measureNames, ...byNames, from, to].some(({ length }) => length > MAX_CHARACTERS) ||
      where.some(({ length }) => length > 2 * MAX_CHARACTERS),
  };
}

/** Reads a query that is kept as text. */
export function draftIn(query: string): Draft {
  const parameters = new URLSearchParams(query);
  const valueOf = (name: string) => {
    const all = parameters.getAll(name);
    return all.length === 1 ? all[0] : all;
  };
  return draftOf(Object.fromEntries([...new Set(parameters.keys())].map((name) => [name, valueOf(name)])));
}

const cut = (text: string) => text.slice(0, MAX_CHARACTERS);

/** `SEX:Female` for each value; the same dimension's values belong together. */
function filtersOf(texts: readonly string[]): Filter[] {
  const filters = new Map<string, Set<string>>();
  for (const text of texts) {
    const at = text.indexOf(':');
    const [dimension, value] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
    const values = filters.get(dimension) ?? new Set();
    filters.set(dimension, value === '' ? values : values.add(value));
  }
  return [...filters].map(([dimension, values]) => ({ dimension, in: [...values] }));
}

/** Query of an address for a question, also for one that is not complete. */
export function queryOf({ measures, by, grain, from, to, where, fill }: Draft | Question): string {
  const query = new URLSearchParams();
  const set = (name: string, value: string) => {
    if (value !== '') query.set(name, value);
  };
  set('measures', measures.join(','));
  query.set('by', by.join(','));
  set('grain', grain ?? '');
  set('from', from);
  set('to', to);
  for (const { dimension, in: values } of where)
    for (const value of values) query.append('where', `${dimension}:${value}`);
  if (!fill) query.set('fill', 'no');
  return query.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
}

/** Address of the page that answers a question: what the API calls its link. */
export function answerPath(question: Question): string {
  return `/insight/answer?${queryOf(question)}`;
}

/** The question without one of its dimensions. */
export function withoutDimension(question: Question, dimension: string): Question {
  return {
    ...question,
    by: question.by.filter((one) => one !== dimension),
    where: question.where.filter((filter) => filter.dimension !== dimension),
  };
}
