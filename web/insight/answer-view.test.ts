import type { Catalogue, Table } from './answers';
import { PAGE_ROWS, shownOf, tableView } from './answer-view';
import type { Question } from './question';

const dimension = (name: string, title: string) => ({ name, title, kind: 'DIMENSION', unit: null }) as const;
const COUNTED = {
  CHECKS_STARTED: { title: 'Symptom checks started', kind: 'COUNT' },
  SEARCHES_NOT_OFFERED: { title: 'Searches left out', kind: 'COUNT', needs: 'NOT_OFFERED_REASON' },
  CARE_SHARE: { title: 'Share of all outcomes', kind: 'SHARE' },
} as const;
const catalogue: Catalogue = {
  lastDay: '2026-11-29',
  measures: Object.entries(COUNTED).map(([measure, facts]) => ({ measure, dimensions: [], ...facts })),
  dimensions: [],
  questions: [],
};
const question: Question = {
  measures: ['CHECKS_STARTED', 'CARE_SHARE'],
  by: ['AGE_BAND'],
  grain: 'MONTH',
  from: '2026-10',
  to: '2026-10',
  where: [],
  fill: true,
};
const table = (rows: string[][], more: Partial<Table> = {}): Table => ({
  columns: [
    dimension('ageBand', 'Age'),
    { name: 'checksStarted', title: 'Symptom checks started', kind: 'COUNT', unit: null },
    { name: 'careShare', title: 'Share of all outcomes', kind: 'SHARE', unit: '%' },
  ],
  rows,
  dataUpTo: '2026-11-30T00:00:00Z',
  publishedAt: '2026-11-30T05:00:00Z',
  rule: 'insight-1: rule',
  link: '/insight/answer',
  ...more,
});
const view = (shown: Table, query: unknown = {}, asked = question) =>
  tableView({ question: asked, catalogue, table: shown }, shownOf(query));
const textsOf = ({ rows }: ReturnType<typeof view>) => rows.map((row) => row.map(({ text }) => text));

describe('the table of an answer', () => {
  const ages = table([
    ['5 to 15', '1234', '12.5'],
    ['16 to 39', '*', '*'],
    ['65 and over', '20', ''],
    ['Not known', '0', '0'],
  ]);

  it('is shown as the API answers it, with numbers as people write them', () => {
    const shown = view(ages);
    expect(shown.head.map(({ text }) => text)).toEqual([
      'Age',
      'Symptom checks started',
      'Share of all outcomes (%)',
    ]);
    expect(textsOf(shown)[0]).toEqual(['5 to 15', '1,234', '12.5']);
    expect(shown).toMatchObject({ withheld: 2, hasNoValue: true, pageWords: null, isLong: false });
  });

  it.each([
    ['checksStarted', 'ascending', ['0', '20', '1,234', '*'], 1],
    ['checksStarted', 'descending', ['1,234', '20', '0', '*'], 1],
    ['careShare', 'descending', ['12.5', '0', '*', ''], 2],
    ['ageBand', 'descending', ['Not known', '65 and over', '16 to 39', '5 to 15'], 0],
    ['ageBand', 'sideways', ['5 to 15', '16 to 39', '65 and over', 'Not known'], 0],
    ['constructor', 'descending', ['5 to 15', '16 to 39', '65 and over', 'Not known'], 0],
  ])('sorted by %s, %s', (sort, order, expected, column) => {
    expect(textsOf(view(ages, { sort, order })).map((row) => row[column])).toEqual(expected);
  });

  it('leads from a sorted head to the other order', () => {
    const [age, checks] = view(ages, { sort: 'checksStarted', order: 'descending' }).head;
    expect(checks).toMatchObject({
      sort: 'descending',
      href: expect.stringMatching(/sort=checksStarted&order=ascending$/) as unknown,
    });
    expect(age).toMatchObject({
      sort: null,
      href: expect.stringMatching(/sort=ageBand&order=ascending$/) as unknown,
    });
  });

  it.each<[string, string[][], string[] | null, string]>([
    [
      'all are shown',
      [
        ['a', '5', ''],
        ['b', '1200', ''],
      ],
      ['', '1,205', ''],
      'Total',
    ],
    [
      'some are withheld',
      [
        ['a', '5', ''],
        ['b', '*', ''],
      ],
      ['', '5', ''],
      'Total of the numbers shown',
    ],
    [
      'all are withheld',
      [
        ['a', '*', ''],
        ['b', '*', ''],
      ],
      ['', '*', ''],
      'Total of the numbers shown',
    ],
    ['there is one row', [['a', '5', '']], null, 'Total'],
  ])('adds up where %s', (_what, rows, total, totalName) => {
    expect(view(table(rows))).toMatchObject({ total, totalName });
  });

  it('adds nothing up where one search stands in several rows', () => {
    const asked = { ...question, measures: ['SEARCHES_NOT_OFFERED'], by: ['NOT_OFFERED_REASON'] };
    const columns = [
      dimension('notOfferedReason', 'Why'),
      { name: 'searchesNotOffered', title: 'Searches left out', kind: 'COUNT', unit: null } as const,
    ];
    expect(
      view(
        table(
          [
            ['a', '5'],
            ['b', '10'],
          ],
          { columns },
        ),
        {},
        asked,
      ).total,
    ).toBeNull();
  });

  it('has so many rows a page, and keeps the order from page to page', () => {
    const many = table(Array.from({ length: 2 * PAGE_ROWS + 1 }, (_, at) => [`row ${at}`, String(at), '']));
    const first = view(many, { sort: 'checksStarted', order: 'descending' });
    expect(first.rows).toHaveLength(PAGE_ROWS);
    expect(first.pageWords).toBe('Rows 1 to 200 of 401. A file has all of them.');
    expect(first.previous).toBeNull();
    expect(first.next).toMatchObject({ labelText: 'Page 2 of 3' });
    const next = new URL(first.next?.href ?? '', 'http://site.test').searchParams;
    const second = view(many, Object.fromEntries(next));
    expect(textsOf(second)[0]?.[0]).toBe('row 200');
    expect(textsOf(view(many, { page: '3' }))).toEqual([['row 400', '400', '']]);
    for (const page of ['0', '-1', '1e9', 'x', '', ['1', '2']])
      expect(textsOf(view(many, { page }))[0]?.[0]).toBe('row 0');
    expect(view(many, { page: '4' }).pageWords).toBe('Rows 401 to 401 of 401. A file has all of them.');
  });
});
