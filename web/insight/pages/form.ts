import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FormError } from '../../kit/site';
import { fieldsOf } from '../../kit/visit';
import type { Catalogue, DimensionEntry } from '../answers';
import { analystOf, HOME, type InsightSite } from '../analysts';
import {
  checkQuestion,
  FIELDS,
  measureErrors,
  fittingDimensions,
  MAX_COLUMNS,
  MAX_MEASURES,
  measuresOf,
} from '../check-question';
import { closedPeriods, dateWords, daysOf, periodWords } from '../periods';
import {
  answerPath,
  draftIn,
  draftOf,
  GRAINS,
  queryOf,
  type Draft,
  type Filter,
  type Grain,
} from '../question';
import { inSentence, joined, MEASURE_GROUPS } from '../texts';

const COUNT = `${HOME}/count`;
const QUESTION = `${HOME}/question`;

interface ShownForm {
  draft: Draft;
  catalogue: Catalogue;
  errors?: readonly FormError[];
}

/** The form that builds a question: first what is counted, then by what, of whom and when. */
export function registerForm(app: FastifyInstance, site: InsightSite): void {
  app.get(COUNT, async (request, reply) => {
    const catalogue = await site.insight.catalogue(analystOf(site, request));
    return showMeasures(site, reply, { draft: draftOf(request.query), catalogue });
  });
  app.post(COUNT, { config: { returnTo: COUNT } }, async (request, reply) => {
    const catalogue = await site.insight.catalogue(analystOf(site, request));
    const { one, all } = fieldsOf(request);
    const draft = { ...draftIn(one('question')), measures: draftOf({ measures: all('measures') }).measures };
    const errors = measureErrors(draft, catalogue);
    if (errors.length > 0) return showMeasures(site, reply, { draft, catalogue, errors });
    return reply.redirect(`${QUESTION}?${queryOf(fitting(draft, catalogue))}`, 303);
  });
  app.get(QUESTION, async (request, reply) => {
    const catalogue = await site.insight.catalogue(analystOf(site, request));
    const draft = draftOf(request.query);
    if (measuresOf(draft, catalogue).length === 0) return reply.redirect(COUNT, 303);
    return showQuestion(site, reply, { draft: withPeriod(draft, catalogue), catalogue });
  });
  app.post(QUESTION, { config: { returnTo: COUNT } }, async (request, reply) => {
    const catalogue = await site.insight.catalogue(analystOf(site, request));
    const draft = draftOfForm(request, catalogue);
    const checked = checkQuestion(draft, catalogue);
    if (!checked.ok) return showForm(site, reply, { draft, catalogue, errors: checked.errors });
    return reply.redirect(answerPath(checked.question), 303);
  });
}

/** The page of the form on which the first error is. */
export function showForm(site: InsightSite, reply: FastifyReply, form: ShownForm): FastifyReply {
  const isAboutMeasures = form.errors?.some(({ field }) => field === FIELDS.measures) === true;
  return isAboutMeasures ? showMeasures(site, reply, form) : showQuestion(site, reply, form);
}

function showMeasures(
  site: InsightSite,
  reply: FastifyReply,
  { draft, catalogue, errors }: ShownForm,
): FastifyReply {
  const chosen = new Set(draft.measures);
  const entry = ({ measure, title }: Catalogue['measures'][number]) => ({
    value: measure,
    text: title,
    checked: chosen.has(measure),
  });
  const inGroup = (name: string) =>
    MEASURE_GROUPS.findIndex(({ prefixes }) => prefixes.some((one) => name.startsWith(one)));
  const groups = [...MEASURE_GROUPS.map(({ title }) => title), 'Others'].map((title, at, all) => ({
    title,
    measures: catalogue.measures
      .filter(({ measure }) => inGroup(measure) === (at === all.length - 1 ? -1 : at))
      .map(entry),
  }));
  return site.render(reply, 'insight/count', {
    title: 'What do you want to count?',
    groups: groups.filter(({ measures }) => measures.length > 0),
    most: MAX_MEASURES,
    question: queryOf({ ...draft, measures: [] }),
    ...(errors !== undefined && { errors: errors.filter(({ field }) => field === FIELDS.measures) }),
  });
}

function showQuestion(
  site: InsightSite,
  reply: FastifyReply,
  { draft, catalogue, errors }: ShownForm,
): FastifyReply {
  const measures = measuresOf(draft, catalogue);
  const dimensions = fittingDimensions(measures, catalogue);
  const fields = new Set(dimensions.map(({ dimension }) => FIELDS.filter(dimension)));
  const placed = errors?.map((error) =>
    error.field?.startsWith('where-') === true && !fields.has(error.field)
      ? { ...error, field: FIELDS.filters }
      : error,
  );
  return site.render(reply, 'insight/question', {
    title: 'Build your question',
    counted: joined(measures.map(({ title }, at) => (at === 0 ? title : inSentence(title)))),
    measures: draft.measures.join(','),
    changeMeasures: `${COUNT}?${queryOf(draft)}`,
    byColumns: Array.from({ length: MAX_COLUMNS }, (_, at) => ({
      name: `by-${at + 1}`,
      label: ['First column', 'Second column', 'Third column'][at],
      options: dimensions.map(({ dimension, title }) => ({
        value: dimension,
        text: dimension === 'PERIOD' ? 'Period: a row for each' : title,
        selected: draft.by[at] === dimension,
      })),
    })),
    periods: (['from', 'to'] as const).map((name) => periodList(name, draft, catalogue)),
    filters: dimensions
      .filter(({ dimension }) => dimension !== 'PERIOD')
      .map((one) => filterView(one, draft)),
    lastDay: catalogue.lastDay == null ? null : dateWords(catalogue.lastDay),
    leavesZeros: !draft.fill,
    ...(placed !== undefined && {
      errors: placed,
      faults: Object.fromEntries(placed.map(({ field, text }) => [field, text])),
    }),
  });
}

const GRAIN_TEXTS: Readonly<Record<Grain, string>> = { MONTH: 'Months', WEEK: 'Weeks', DAY: 'Days' };

/** Periods that are over, the latest first, in groups: the first and the last have to be of one. */
function periodList(name: 'from' | 'to', draft: Draft, { lastDay }: Catalogue) {
  return {
    name,
    label: name === 'from' ? 'First' : 'Last',
    groups: (['MONTH', 'WEEK', 'DAY'] as const).map((grain) => {
      const closed = lastDay == null ? [] : closedPeriods(grain, lastDay);
      const value = draft.grain === grain && daysOf(grain, draft[name]) !== null ? draft[name] : '';
      // An address may name an earlier period than the list has.
      const periods = value === '' || closed.includes(value) ? closed : [...closed, value];
      return {
        label: GRAIN_TEXTS[grain],
        options: periods.map((period) => ({
          value: period,
          text: periodWords(grain, period),
          selected: period === value,
        })),
      };
    }),
  };
}

function filterView({ dimension, title, values }: DimensionEntry, { where }: Draft) {
  const chosen = where.find((filter) => filter.dimension === dimension)?.in ?? [];
  return {
    field: FIELDS.filter(dimension),
    title,
    isOpen: chosen.length > 0,
    text: chosen.join('\n'),
    values:
      values?.map(({ value, title: text }) => ({ value, text, checked: chosen.includes(value) })) ?? null,
  };
}

function draftOfForm(request: FastifyRequest, catalogue: Catalogue): Draft {
  const { one, all } = fieldsOf(request);
  const [from, to] = [one('from'), one('to')];
  const grain = GRAINS.find((each) => daysOf(each, from) !== null && daysOf(each, to) !== null);
  const by = Array.from({ length: MAX_COLUMNS }, (_, at) => one(`by-${at + 1}`));
  const where = catalogue.dimensions.flatMap(({ dimension, values }): Filter[] => {
    const field = FIELDS.filter(dimension);
    const chosen = values == null ? one(field).split(/\r?\n/) : all(field);
    const wanted = chosen.map((value) => value.trim()).filter((value) => value !== '');
    return wanted.length === 0 ? [] : [{ dimension, in: wanted }];
  });
  return draftOf({
    measures: one('measures'),
    by,
    grain,
    from,
    to,
    where: where.flatMap(({ dimension, in: values }) => values.map((value) => `${dimension}:${value}`)),
    ...(one('fill') === 'no' && { fill: 'no' }),
  });
}

/** Last whole month, until something else is chosen. */
function withPeriod(draft: Draft, { lastDay }: Catalogue): Draft {
  if (draft.grain !== null || lastDay == null) return draft;
  const [latest = ''] = closedPeriods('MONTH', lastDay, 1);
  return { ...draft, grain: 'MONTH', from: latest, to: latest };
}

/** Leaves out columns and filters by which the measures are not counted. */
function fitting(draft: Draft, catalogue: Catalogue): Draft {
  const known = new Set(
    fittingDimensions(measuresOf(draft, catalogue), catalogue).map(({ dimension }) => dimension),
  );
  return {
    ...draft,
    by: draft.by.filter((one) => known.has(one)),
    where: draft.where.filter(({ dimension }) => known.has(dimension)),
  };
}
