import { CalendarDate } from '../../../domain/london-time';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BankHolidaysNotKnown } from './bank-holidays';
import { readBankHolidays } from './bank-holiday-file';
import { ENGLAND_2024_TO_2027 as HOLIDAYS } from './england-bank-holidays';
import { nextOpening, openingWeek, openPeriod, type OpeningRule } from './opening-hours';

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

const isOpen = (rules: OpeningRule[], at: string) => openPeriod(rules, HOLIDAYS, new Date(at)) !== null;
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
    expect(week.map(({ opens }) => opens)).toEqual(
      week.map(({ opens }) => opens).toSorted((a, b) => +a - +b),
    );
    expect(openingWeek(WEEK, HOLIDAYS, new Date('2026-04-03T10:00:00Z'))).toHaveLength(6);
  });

  it('goes on past midnight', () => {
    expect(isOpen(NIGHTS, '2026-03-07T23:59:00Z')).toBe(true);
    expect(isOpen(NIGHTS, '2026-03-08T02:29:59Z')).toBe(true);
    expect(isOpen(NIGHTS, '2026-03-08T02:30:00Z')).toBe(false);
  });

  it('in the night without 1am to 2am: what would open then opens when the clocks skip', () => {
    const spring = openPeriod(NIGHTS.slice(1), HOLIDAYS, new Date('2026-03-29T00:59:59Z'));
    expect(spring).toEqual({
      opens: new Date('2026-03-29T00:30:00Z'),
      closes: new Date('2026-03-29T01:00:00Z'),
    });
    const late = openPeriod(NIGHTS.slice(0, 1), HOLIDAYS, new Date('2026-03-29T01:15:00Z'));
    expect(late?.closes).toEqual(new Date('2026-03-29T01:30:00Z'));
    const skipped: OpeningRule[] = [{ day: 'SUNDAY', opens: '01:10', closes: '01:50' }];
    expect(openPeriod(skipped, HOLIDAYS, new Date('2026-03-29T01:00:00Z'))).toBeNull();
  });

  it('in the night with 1am to 2am twice: open through both', () => {
    const autumn = openPeriod(NIGHTS.slice(1), HOLIDAYS, new Date('2026-10-25T00:45:00Z'));
    expect(autumn).toEqual({
      opens: new Date('2026-10-24T23:30:00Z'),
      closes: new Date('2026-10-25T01:30:00Z'),
    });
    expect(openPeriod(NIGHTS.slice(0, 1), HOLIDAYS, new Date('2026-10-25T02:29:00Z'))).not.toBeNull();
  });

  it('fails loudly on days whose bank holidays are not known', () => {
    expect(() => isOpen(WEEK, '2028-01-03T10:00:00Z')).toThrow(BankHolidaysNotKnown);
    expect(() => next(WEEK, '2027-12-31T19:00:00Z')).toThrow(
      /from 2024-01-01 to 2027-12-31, not for 2028-01-01/,
    );
    expect(() => isOpen(WEEK, '2023-12-31T10:00:00Z')).toThrow(BankHolidaysNotKnown);
  });
});

const FEED = resolve(__dirname, '../../../../shared/data/bank-holidays-govuk-2024-2027.json');
const withFeed = existsSync(FEED) ? it : it.skip;

describe('bank holidays', () => {
  withFeed("that are built in are those of GOV.UK's feed", async () => {
    const feed = await readBankHolidays(FEED);
    expect(feed.days).toEqual(HOLIDAYS.days);
    expect(feed).toMatchObject({ from: '2024-01-01', until: '2027-12-31' });
  });

  it('know the substitute day, and that the day itself is not one', () => {
    expect(HOLIDAYS.has(CalendarDate.parse('2026-12-28'))).toBe(true);
    expect(HOLIDAYS.has(CalendarDate.parse('2026-12-26'))).toBe(false);
  });

  it('are refused from a file that is something else', async () => {
    await expect(readBankHolidays(join(__dirname, 'bank-holidays.ts'))).rejects.toThrow(
      /is not GOV\.UK's file/,
    );
    await expect(readBankHolidays('/nowhere.json')).rejects.toThrow('/nowhere.json cannot be read (ENOENT).');
  });
});
