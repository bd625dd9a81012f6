import fc from 'fast-check';
import { DIMENSION_FACTS, DIMENSIONS } from '../../domain/insight/dimensions';
import {
  daysOf as apiDaysOf,
  nextDay,
  periodOf as apiPeriodOf,
  periodsBetween,
} from '../../domain/insight/periods';
import { questionPath } from '../../domain/insight/question-path';
import { MAX_PERIODS as API_MAX_PERIODS } from '../../domain/insight/statistics-question';
import { MEASURES } from '../../domain/insight/topics';
import {
  closedPeriods,
  countBetween,
  daysOf,
  MAX_PERIODS,
  periodOf,
  rangeWords,
} from '../../web/insight/periods';
import { answerPath, draftIn, draftOf, GRAINS, queryOf, type Question } from '../../web/insight/question';

const names = <T extends string>(from: readonly T[], minLength: number, maxLength: number) =>
  fc.uniqueArray(fc.constantFrom(...from), { minLength, maxLength });
/** Values as analysts may write them: also with the signs that divide an address. */
const value = fc.oneof(
  fc.constantFrom(...DIMENSIONS.flatMap((one) => DIMENSION_FACTS[one].values ?? [])),
  fc.string({ minLength: 1, maxLength: 40 }).filter((text) => !text.includes('\0')),
  fc.constantFrom('a:b', ':', 'a,b', 'a&b=c', 'a+b', '100 %', '#', 'é', '“x”', ' ', '%2C'),
);
const questions = fc.record({
  measures: names(MEASURES, 1, 6),
  by: names(DIMENSIONS, 0, 3),
  grain: fc.constantFrom(...GRAINS),
  from: fc.constantFrom('2026-09', '2026-W40', '2026-11-30'),
  to: fc.constantFrom('2026-11', '2026-W48', '2026-11-30'),
  where: fc.uniqueArray(
    fc.record({
      dimension: fc.constantFrom(...DIMENSIONS),
      in: fc.uniqueArray(value, { minLength: 1, maxLength: 5 }),
    }),
    { maxLength: 3, selector: ({ dimension }) => dimension },
  ),
  fill: fc.boolean(),
});

/** The query as the website's server reads it: names with one value, or a list. */
function asServed(path: string): Record<string, string | string[]> {
  const { searchParams } = new URL(path, 'http://site.test');
  return Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => {
      const all = searchParams.getAll(name);
      return [name, all.length === 1 ? all[0]! : all];
    }),
  );
}

describe('the address of a question', () => {
  it('asks the same question, whoever has written it: the website or the API', () => {
    fc.assert(
      fc.property(questions, (question) => {
        const { grain, from, to, ...rest } = question;
        const path = answerPath(question);
        expect(questionPath({ ...rest, period: { grain, from, to } })).toBe(path);
        const { isCut, ...read } = draftOf(asServed(path));
        expect(isCut).toBe(false);
        expect(read).toEqual(question);
        expect(draftIn(queryOf(question))).toEqual({ ...question, isCut: false });
      }),
      { seed: 20261130, numRuns: 500 },
    );
  });

  it('has nothing that signing in would not lead back to', () => {
    fc.assert(
      fc.property(questions, (question) => {
        expect(answerPath(question)).toMatch(/^\/insight\/answer[?][\x21-\x5b\x5d-\x7e]*$/);
      }),
      { seed: 20261130, numRuns: 200 },
    );
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'measures'],
    ['other types', { measures: 7, by: { a: 1 }, grain: ['DAY', 'WEEK'], from: ['1', '2'], where: null }],
    [
      'far too much',
      { measures: 'A,'.repeat(10_000), where: Array.from({ length: 5_000 }, (_, at) => `SEX:${at}`) },
    ],
    ['names of objects', JSON.parse('{"__proto__":{"measures":"X"},"constructor":"X","by":"__proto__"}')],
  ])('is read without failing where it has %s', (_what, query) => {
    const draft = draftOf(query);
    expect(draft.measures.length).toBeLessThanOrEqual(20);
    expect(draft.where.flatMap((filter) => filter.in).length).toBeLessThanOrEqual(200);
    expect(queryOf(draft).length).toBeLessThan(50_000);
  });

  it('keeps the first mistakes of somebody else’s address for the form', () => {
    expect(
      draftOf({ measures: ['A', 'B,A'], by: 'X,,Y', grain: 'YEAR', where: ['SEX', 'SEX:', 'AGE_BAND:a:b'] }),
    ).toEqual({
      measures: ['A', 'B'],
      by: ['X', 'Y'],
      grain: null,
      from: '',
      to: '',
      where: [
        { dimension: 'SEX', in: [] },
        { dimension: 'AGE_BAND', in: ['a:b'] },
      ],
      fill: true,
      isCut: false,
    });
  });
});

describe('periods of the website', () => {
  it('are those of the API, with its limits', () => {
    expect(MAX_PERIODS).toEqual(API_MAX_PERIODS);
    const days = fc.date({ min: new Date('2015-01-01'), max: new Date('2035-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(days, fc.constantFrom(...GRAINS), (date, grain) => {
        const day = date.toISOString().slice(0, 10);
        const period = apiPeriodOf(grain, day);
        const known = daysOf(grain, period);
        expect(known && [known.first.toString(), known.last.toString()]).toEqual(
          Object.values(apiDaysOf(grain, period)!),
        );
        expect(periodOf(grain, known!.first)).toBe(period);
        const closed = closedPeriods(grain, day, 10);
        const [latest] = closed;
        expect(apiDaysOf(grain, latest!)!.last <= day).toBe(true);
        const following = apiPeriodOf(grain, nextDay(apiDaysOf(grain, latest!)!.last));
        expect(apiDaysOf(grain, following)!.last > day).toBe(true);
        expect([...closed].reverse()).toEqual(periodsBetween(grain, closed.at(-1)!, latest!, 10));
        expect(countBetween(grain, closed.at(-1)!, latest!)).toBe(10);
      }),
      { seed: 20261130, numRuns: 500 },
    );
  });

  it.each([
    '2026-13',
    '2026-00',
    '2026-1',
    '2026-W54',
    '2026-W00',
    '2026-02-30',
    'x',
    '',
    '9999999-01',
    '0000-W00',
  ])('does not know %j', (text) => {
    for (const grain of GRAINS) expect(daysOf(grain, text)).toBeNull();
  });

  it.each<[Pick<Question, 'grain' | 'from' | 'to'>, string]>([
    [{ grain: 'MONTH', from: '2026-10', to: '2026-10' }, 'October 2026'],
    [{ grain: 'MONTH', from: '2026-09', to: '2026-11' }, 'September to November 2026'],
    [{ grain: 'MONTH', from: '2025-12', to: '2026-01' }, 'December 2025 to January 2026'],
    [{ grain: 'WEEK', from: '2026-W41', to: '2026-W41' }, 'week 41 (5 to 11 October 2026)'],
    [{ grain: 'WEEK', from: '2026-W41', to: '2026-W44' }, 'weeks 41 to 44 (5 October to 1 November 2026)'],
    [{ grain: 'DAY', from: '2026-11-30', to: '2026-11-30' }, 'Monday 30 November 2026'],
    [{ grain: 'DAY', from: '2026-11-02', to: '2026-11-30' }, '2 to 30 November 2026'],
  ])('says %j as %s', (range, words) => {
    expect(rangeWords(range)).toBe(words);
  });
});
