import { insightPeople } from '../../demo/insight-people';
import { periodsBetween } from '../../domain/insight/periods';
import type { StatisticsQuestion } from '../../domain/insight/statistics-question';
import { questionFor, TWENTY_QUESTIONS } from '../../domain/insight/twenty-questions';
import { COUNT_FACTS, isCount } from '../../domain/insight/topics';
import { CalendarDate } from '../../domain/london-time';
import type { PublishedAnswer } from '../../subgraphs/appointments/insight/statistics';
import { testDatabases } from '../databases';
import { insightUnderTest, type InsightUnderTest } from './insight-under-test';
import { naiveNumbers } from './naive-rule';
import { truthOf, type TrueFact } from './truth';

/** A Monday, and the month that its four weeks are in; the clocks go back on the 25th. */
const FIRST = CalendarDate.parse('2026-10-05');
const WEEKS = { from: '2026-W41', to: '2026-W44' };
const MONTH = { from: '2026-10', to: '2026-10' };
const NOW = new Date('2026-11-20T12:00:00Z');
const ASKER = { callerId: 'an-analyst-of-a-test', requestId: 'a-request' };
const people = insightPeople(20261130, FIRST, { count: 500, days: 27 });

describe.each(testDatabases())('the twenty questions on $name', (kind) => {
  let insight: InsightUnderTest;
  let facts: TrueFact[];
  let now = NOW;

  beforeAll(async () => {
    now = NOW;
    insight = await insightUnderTest(kind, people, () => now);
    const truth = await truthOf(people, insight.triage.db, insight.ledger.db);
    facts = truth.facts;
    expect({ missing: truth.missing, strange: truth.strange }).toEqual({ missing: [], strange: [] });
    await insight.rollUp();
  });
  afterAll(() => insight.close());

  /** Asks, and where that is too fine, without the first dimension that the answer names. */
  async function ask(
    question: StatisticsQuestion,
  ): Promise<{ question: StatisticsQuestion; table: PublishedAnswer }> {
    const result = await insight.statistics.ask(question, ASKER);
    if (result.kind === 'table') return { question, table: result.table };
    if (result.kind !== 'too-fine') throw new Error(`No answer: ${JSON.stringify(result)}`);
    const [dropped] = result.drop;
    expect(question.by).toContain(dropped);
    return ask({ ...question, by: question.by.filter((one) => one !== dropped) });
  }

  it.each(TWENTY_QUESTIONS.map((saved) => [saved.number, saved.title, saved] as const))(
    '%d: %s',
    async (_number, _title, saved) => {
      const { from, to } = saved.grain === 'WEEK' ? WEEKS : MONTH;
      const { question, table } = await ask(questionFor(saved, from, to));
      expectTruth(question, table);
      expect(table.rows.some((row) => row.some((text) => /^[1-9]\d*$/.test(text ?? '')))).toBe(true);
    },
  );

  it.each<[string, Partial<StatisticsQuestion>]>([
    ['a filter that is a column', { by: ['PATHWAY'], where: [{ dimension: 'PATHWAY', in: ['cough'] }] }],
    ['a filter beside', { by: ['SEX'], where: [{ dimension: 'AGE_BAND', in: ['16 to 39', '40 to 64'] }] }],
    ['weeks summed', { by: ['CARE_LEVEL'], period: { grain: 'WEEK', ...WEEKS } }],
    ['days', { by: ['PERIOD'], period: { grain: 'DAY', from: '2026-10-24', to: '2026-10-26' } }],
    ['three dimensions', { by: ['SEX', 'CARE_LEVEL', 'PATHWAY'] }],
    ['a total', { by: [] }],
    ['sub-ICB locations', { by: ['SUB_ICB'] }],
    ['regions', { by: ['REGION'] }],
  ])('agrees with the truth for %s', async (_what, changes) => {
    const question: StatisticsQuestion = {
      measures: ['CHECKS_STARTED', 'CHECKS_COMPLETED'],
      by: [],
      period: { grain: 'MONTH', ...MONTH },
      where: [],
      fill: true,
      ...changes,
    };
    const answered = await ask(question);
    expectTruth(answered.question, answered.table);
  });

  it('chooses practices by their integrated care board without another dimension', async () => {
    const question: StatisticsQuestion = {
      measures: ['CHECKS_STARTED'],
      by: ['PRACTICE'],
      period: { grain: 'MONTH', ...MONTH },
      where: [{ dimension: 'ICB', in: ['QWO'] }],
      fill: true,
    };
    const { table } = await ask(question);
    const { table: all } = await ask({ ...question, where: [] });
    const inQwo = ['Z90001', 'Z90002', 'Z90003'];
    expect(table.rows).toEqual(all.rows.filter(([code]) => inQwo.includes(code ?? '')));
    expect(table.rows.map(([code]) => code)).toEqual(inQwo);
  });

  it('states columns, the rule, the time and a link that asks the same', async () => {
    const { question, table } = await ask(questionFor(TWENTY_QUESTIONS[3]!, MONTH.from, MONTH.to));
    expect(table.columns).toEqual([
      { name: 'careLevel', title: 'Care level', kind: 'DIMENSION', unit: null },
      { name: 'checksCompleted', title: 'Symptom checks with an outcome', kind: 'COUNT', unit: null },
      { name: 'careShare', title: 'Share of all outcomes', kind: 'SHARE', unit: '%' },
    ]);
    expect(table.rule).toMatch(/^insight-1: /);
    expect(table.dataUpTo).toEqual(new Date('2026-11-20T00:00:00Z'));
    expect(question.by).toEqual(['CARE_LEVEL']);
    expect(table.link).toBe(
      '/insight/answer?measures=CHECKS_COMPLETED,CARE_SHARE&by=CARE_LEVEL&grain=MONTH&from=2026-10&to=2026-10',
    );
  });

  it('gives the same answer before and after everything is rolled up again', async () => {
    const question = questionFor(TWENTY_QUESTIONS[9]!, MONTH.from, MONTH.to);
    const before = await ask(question);
    expect(await insight.rollUp()).toBe(0);
    expect((await ask(question)).table.rows).toEqual(before.table.rows);
  });

  it('answers the same once the facts are deleted, after 92 days', async () => {
    now = new Date('2027-02-20T12:00:00Z');
    await insight.rollUp();
    const left = await truthOf([], insight.triage.db, insight.ledger.db);
    expect(left.strange).toEqual([]);
    const question = { ...questionFor(TWENTY_QUESTIONS[1]!, MONTH.from, MONTH.to), by: ['SEX'] as const };
    const answered = await ask(question);
    expectTruth(answered.question, answered.table);
  });

  /** Every number of every row, and every number that is not 0 has a row. */
  function expectTruth({ by, ...question }: StatisticsQuestion, table: PublishedAnswer): void {
    const { grain, from, to } = question.period;
    const periods = periodsBetween(grain, from, to, 100);
    for (const measure of question.measures.filter(isCount)) {
      const truth = naiveNumbers(facts, { by, ...question }, measure, periods);
      const column = table.columns.findIndex(
        ({ title, kind: one }) => one === 'COUNT' && title === COUNT_FACTS[measure].title,
      );
      const shown = new Map(table.rows.map((row) => [labelOf(row, table), row[column] ?? '']));
      const expected = new Map([...shown.keys()].map((label) => [label, truth.get(label) ?? '0']));
      expect(shown).toEqual(expected);
      expect([...truth].filter(([label, number]) => number !== '0' && !shown.has(label))).toEqual([]);
    }
  }
});

function labelOf(row: readonly (string | null)[], { columns }: PublishedAnswer): string {
  return row
    .filter((_text, at) => columns[at]?.kind === 'DIMENSION' && !columns[at].name.endsWith('Title'))
    .join('|');
}
