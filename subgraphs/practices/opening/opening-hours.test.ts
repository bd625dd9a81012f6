import { CalendarDate } from '../../../domain/london-time';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { bankHolidays } from '../../../domain/bank-holidays';
import { readBankHolidays } from './bank-holiday-file';
import { ENGLAND_2024_TO_2027 as HOLIDAYS } from '../../../domain/england-bank-holidays';
import { isOpenAt, nextOpening, OPENING_DAYS, openingWeek, type OpeningRule } from './opening-hours';

const WEEK: OpeningRule[] = (['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'] as const).flatMap(
  (day) => [
    { day, opens: '13:30', closes: '18:30' },
    { day, opens: '08:00', closes: '12:30' },
  ],
);
const NIGHTS: OpeningRule[] = [
  { day: 'SATURDAY', opens: '22:00', closes: '02:30' },
  { day: 'SUNDAY', opens: '00:30', closes: '01:30' },
];

const isOpen = (rules: OpeningRule[], at: string) => isOpenAt(rules, HOLIDAYS, new Date(at));
const next = (rules: OpeningRule[], after: string) =>
  nextOpening(rules, HOLIDAYS, new Date(after))?.opens.toISOString() ?? null;

describe('opening hours', () => {
  it.each([
    ['a Monday before it opens', '2026-03-02T07:59:59Z', false],
    ['the moment it opens', '2026-03-02T08:00:00Z', true],
    ['the moment it closes for lunch', '2026-03-02T12:30:00Z', false],
    ['after lunch', '2026-03-02T13:30:00Z', true],
    ['8am in summer, which is 7am UTC', '2026-07-01T07:00:00Z', true],
    ['6.30pm in summer', '2026-07-01T17:30:00Z', false],
    ['a Saturday', '2026-03-07T10:00:00Z', false],
    ['Good Friday', '2026-04-03T10:00:00Z', false],
    ['the Tuesday after Easter', '2026-04-07T10:00:00Z', true],
  ])('at %s', (_, at, open) => {
    expect(isOpen(WEEK, at)).toBe(open);
  });

  it('says when it opens next, over lunch, night, weekend and bank holidays', () => {
    expect(next(WEEK, '2026-03-02T09:00:00Z')).toBe('2026-03-02T13:30:00.000Z');
    expect(next(WEEK, '2026-03-02T08:00:00Z')).toBe('2026-03-02T13:30:00.000Z');
    expect(next(WEEK, '2026-03-06T18:00:00Z')).toBe('2026-03-09T08:00:00.000Z');
    expect(next(WEEK, '2026-04-02T17:00:00Z')).toBe('2026-04-07T07:00:00.000Z');
    expect(next([], '2026-03-02T09:00:00Z')).toBeNull();
  });

  it('keeps the hours that are for bank holidays', () => {
    const holiday: OpeningRule = { day: 'BANK_HOLIDAY', opens: '09:00', closes: '12:00' };
    expect(isOpen([...WEEK, holiday], '2026-12-25T10:00:00Z')).toBe(true);
    expect(isOpen([...WEEK, holiday], '2026-12-25T14:00:00Z')).toBe(false);
  });

  it('lists a week, in order', () => {
    const week = openingWeek(WEEK, HOLIDAYS, new Date('2026-03-04T23:00:00Z'));
    expect(week).toHaveLength(10);
    expect(week?.map(({ opens }) => opens)).toEqual(
      week?.map(({ opens }) => opens).toSorted((a, b) => +a - +b),
    );
    expect(openingWeek(WEEK, HOLIDAYS, new Date('2026-04-03T10:00:00Z'))).toHaveLength(6);
  });

  it('goes on past midnight', () => {
    expect(isOpen(NIGHTS, '2026-03-07T23:59:00Z')).toBe(true);
    expect(isOpen(NIGHTS, '2026-03-08T02:29:59Z')).toBe(true);
    expect(isOpen(NIGHTS, '2026-03-08T02:30:00Z')).toBe(false);
  });

  const changes = (rules: OpeningRule[], from: string, moments: string[]) => [
    next(rules, from),
    ...moments.map((at) => isOpen(rules, at)),
  ];

  it('in the night without 1am to 2am: what would open then opens when the clocks skip', () => {
    const until = ['2026-03-29T00:59:59Z', '2026-03-29T01:00:00Z'];
    expect(changes(NIGHTS.slice(1), '2026-03-28T12:00:00Z', until)).toEqual([
      '2026-03-29T00:30:00.000Z',
      true,
      false,
    ]);
    expect(isOpen(NIGHTS.slice(0, 1), '2026-03-29T01:29:59Z')).toBe(true);
    expect(isOpen(NIGHTS.slice(0, 1), '2026-03-29T01:30:00Z')).toBe(false);
    const skipped: OpeningRule[] = [{ day: 'SUNDAY', opens: '01:10', closes: '01:50' }];
    expect(isOpen(skipped, '2026-03-29T01:00:00Z')).toBe(false);
  });

  it('in the night with 1am to 2am twice: open through both', () => {
    const until = ['2026-10-25T01:29:59Z', '2026-10-25T01:30:00Z'];
    expect(changes(NIGHTS.slice(1), '2026-10-24T12:00:00Z', until)).toEqual([
      '2026-10-24T23:30:00.000Z',
      true,
      false,
    ]);
    expect(isOpen(NIGHTS.slice(0, 1), '2026-10-25T02:29:00Z')).toBe(true);
  });
});

describe('periods add up', () => {
  const hours = (...spans: [string, string][]): OpeningRule[] =>
    spans.map(([opens, closes]) => ({ day: 'MONDAY', opens, closes }));
  const monday = (rules: OpeningRule[]) =>
    openingWeek(rules, HOLIDAYS, new Date('2026-03-02T00:00:00Z'))?.map(({ opens, closes }) =>
      [opens, closes].map((time) => time.toISOString().slice(11, 16)).join('-'),
    );

  it.each<[string, [string, string][], string[]]>([
    [
      'touching',
      [
        ['08:00', '12:00'],
        ['12:00', '18:00'],
      ],
      ['08:00-18:00'],
    ],
    [
      'overlapping',
      [
        ['09:00', '17:00'],
        ['08:00', '12:00'],
      ],
      ['08:00-17:00'],
    ],
    [
      'nested',
      [
        ['08:00', '18:00'],
        ['09:00', '12:00'],
      ],
      ['08:00-18:00'],
    ],
    [
      'the same beginning',
      [
        ['09:00', '12:00'],
        ['09:00', '17:00'],
      ],
      ['09:00-17:00'],
    ],
    [
      'a minute apart',
      [
        ['08:00', '12:00'],
        ['12:01', '18:00'],
      ],
      ['08:00-12:00', '12:01-18:00'],
    ],
  ])('%s', (_, spans, expected) => {
    expect(monday(hours(...spans))).toEqual(expected);
    expect(monday(hours(...spans.toReversed()))).toEqual(expected);
  });

  const always: OpeningRule[] = OPENING_DAYS.map((day) => ({ day, opens: '00:00', closes: '24:00' }));

  it('round the clock is one period, and does not open again', () => {
    const at = new Date('2026-03-04T12:00:00Z');
    expect(isOpenAt(always, HOLIDAYS, at)).toBe(true);
    expect(nextOpening(always, HOLIDAYS, at)).toBeNull();
    expect(openingWeek(always, HOLIDAYS, at)).toEqual([
      { opens: new Date('2026-03-04T00:00:00Z'), closes: new Date('2026-03-11T00:00:00Z') },
    ]);
  });

  it('over midnight too', () => {
    const nights: OpeningRule[] = [
      { day: 'MONDAY', opens: '20:00', closes: '24:00' },
      { day: 'TUESDAY', opens: '00:00', closes: '08:00' },
    ];
    expect(next(nights, '2026-03-02T21:00:00Z')).toBe('2026-03-09T20:00:00.000Z');
  });
});

describe('holidays that a weekend moves', () => {
  const everyDay: OpeningRule[] = OPENING_DAYS.filter((day) => day !== 'BANK_HOLIDAY').map((day) => ({
    day,
    opens: '09:00',
    closes: '12:00',
  }));
  const years = ['2024', '2025', '2026', '2027'];
  const fixed = years.flatMap((year) => [`${year}-01-01`, `${year}-12-25`, `${year}-12-26`]);

  it.each([...fixed, '2026-12-28', '2027-12-27', '2027-12-28'])('a practice is closed on %s', (day) => {
    expect(isOpen(everyDay, `${day}T10:00:00Z`)).toBe(false);
    const holidayHours: OpeningRule = { day: 'BANK_HOLIDAY', opens: '10:00', closes: '11:00' };
    expect(isOpen([...everyDay, holidayHours], `${day}T10:30:00Z`)).toBe(true);
  });
});

describe('days whose bank holidays are not known', () => {
  const saturdays: OpeningRule[] = [{ day: 'SATURDAY', opens: '09:00', closes: '12:00' }];
  const around = Array.from({ length: 29 }, (_, day) => new Date(Date.UTC(2027, 11, 17 + day, 10)));

  it.each(around.map((at) => [at.toISOString().slice(0, 10), at] as const))(
    'at %s nothing fails, and what is answered is not a guess',
    (_, at) => {
      const isKnown = at < new Date('2028-01-02T00:00:00Z');
      for (const rules of [WEEK, saturdays, NIGHTS]) {
        expect(nextOpening(rules, HOLIDAYS, at)?.opens.getTime() ?? 0).toBeLessThan(Date.UTC(2028, 0, 2));
        if (isKnown) expect(isOpenAt(rules, HOLIDAYS, at)).not.toBeNull();
      }
      const lastDay = new Date(at.getTime() + 6 * 24 * 60 * 60_000);
      // The 2nd is a Sunday, without hours in any case.
      const isWeekKnown = lastDay < new Date('2028-01-03T00:00:00Z');
      expect(openingWeek(WEEK, HOLIDAYS, at) !== null).toBe(isWeekKnown);
    },
  );

  it('are known where the practice keeps no hours on either', () => {
    // 2028-01-08 and 09 are a weekend: WEEK has no hours then, nor on bank holidays.
    expect(isOpenAt(WEEK, HOLIDAYS, new Date('2028-01-08T10:00:00Z'))).toBe(false);
    expect(isOpenAt(WEEK, HOLIDAYS, new Date('2028-01-10T10:00:00Z'))).toBeNull();
    expect(isOpenAt(WEEK, HOLIDAYS, new Date('2028-01-10T07:00:00Z'))).toBe(false);
  });
});

const FEED = resolve(__dirname, '../../../../shared/data/bank-holidays-govuk-2024-2027.json');
const withFeed = existsSync(FEED) ? it : it.skip;

describe('bank holidays', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bank-holidays-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (nation: string, days: readonly string[]) => {
    const path = join(folder, `${randomUUID()}.json`);
    writeFileSync(path, JSON.stringify({ [nation]: { events: days.map((date) => ({ date })) } }));
    return path;
  };
  const read = (days: readonly string[], nation = 'england-and-wales') =>
    readBankHolidays(file(nation, days), TODAY);
  const TODAY = CalendarDate.parse('2026-11-24');
  const years = (from: number, to: number) =>
    HOLIDAYS.days.filter((day) => Number(day.slice(0, 4)) >= from && Number(day.slice(0, 4)) <= to);

  withFeed("that are built in are those of GOV.UK's feed", async () => {
    const feed = await readBankHolidays(FEED, TODAY);
    expect(feed.days).toEqual(HOLIDAYS.days);
    expect(feed).toMatchObject({ from: '2024-01-01', until: '2027-12-31' });
  });

  withFeed("of another nation are refused, under England's name", async () => {
    const nations = z
      .record(z.string(), z.object({ events: z.array(z.object({ date: z.string() })) }))
      .parse(JSON.parse(readFileSync(FEED, 'utf8')));
    for (const nation of ['scotland', 'northern-ireland']) {
      const days = (nations[nation]?.events ?? []).map(({ date }) => date);
      // Northern Ireland's are England's and two more: which nothing but the name tells.
      if (nation === 'scotland') await expect(read(days)).rejects.toThrow(/does not have all bank holidays/);
      await expect(read(days, nation)).rejects.toThrow(/is not GOV\.UK's file/);
    }
  });

  it('are read of whole years', async () => {
    expect(await read(years(2026, 2027))).toMatchObject({ from: '2026-01-01', until: '2027-12-31' });
    // A day more is a holiday more, as for a coronation.
    expect((await read([...years(2026, 2027), '2026-06-05'])).days).toContain('2026-06-05');
  });

  it.each<[string, readonly string[], RegExp]>([
    ['of years that are over', years(2024, 2025), /until 2025-12-31|to 2025-12-31/],
    ['that end too soon', years(2025, 2026), /from 2026-11-24 to 2027-02-22: download it again/],
    ['of the first and the last year alone', [...years(2024, 2024), ...years(2027, 2027)], /in 2025, 2026:/],
    ['of which the year before is cut', HOLIDAYS.days.slice(1), /in 2024:/],
    ['of which the last year is cut', HOLIDAYS.days.slice(0, -1), /in 2027:/],
    ['with one missing between', HOLIDAYS.days.filter((day) => day !== '2026-04-06'), /in 2026:/],
    ['of one day of each year', ['2026-12-25', '2027-12-25'], /in 2026, 2027:/],
    ['with a slip of a century', [...HOLIDAYS.days, '2127-12-25'], /in 2028, 2029/],
  ])('%s are refused', async (_, days, why) => {
    await expect(read(days)).rejects.toThrow(why);
  });

  it('that were loaded before and have ended are followed by those that are built in', () => {
    const old = bankHolidays([CalendarDate.parse('2019-01-01'), CalendarDate.parse('2019-12-26')], HOLIDAYS);
    expect(old.isHoliday(CalendarDate.parse('2026-12-28'))).toBe(true);
    expect(old.isHoliday(CalendarDate.parse('2019-05-06'))).toBeNull();
  });

  it('are refused from a file that is something else', async () => {
    await expect(readBankHolidays(join(__dirname, 'bank-holiday-file.ts'), TODAY)).rejects.toThrow(
      /is not GOV\.UK's file/,
    );
    await expect(readBankHolidays('/nowhere.json', TODAY)).rejects.toThrow(
      '/nowhere.json cannot be read (ENOENT).',
    );
  });
});
