import type { Page } from 'playwright-core';
import { read, utils } from 'xlsx';
import type { DemoCallerName } from '../../demo/people';
import { DIMENSIONS, type Dimension } from '../../domain/insight/dimensions';
import { GRAINS, periodsBetween, type Grain } from '../../domain/insight/periods';
import type { StatisticsQuestion } from '../../domain/insight/statistics-question';
import { COUNT_FACTS, isCount, MEASURES } from '../../domain/insight/topics';
import { TWENTY_QUESTIONS } from '../../domain/insight/twenty-questions';
import { naiveNumbers } from '../insight/naive-rule';
import { insightSiteUnderTest, type InsightSiteUnderTest } from './insight-site';
import { describeInBrowser, DESKTOP, HANGS_AFTER_MS, NARROW, type Visitor } from './site-browser';

// Later than Playwright, which says what it has waited for.
jest.setTimeout(2 * HANGS_AFTER_MS);

const PHONE = { width: 390, height: 844 };
const READERS = [
  { name: 'on a desktop', viewport: DESKTOP, javaScriptEnabled: true },
  { name: 'at 320 pixels without JavaScript', viewport: NARROW, javaScriptEnabled: false },
  { name: 'at 390 pixels', viewport: PHONE, javaScriptEnabled: true },
];
const MOST_CLICKS = 5;
const OCTOBER = 'grain=MONTH&from=2024-10&to=2024-10';
const TOO_FINE = 'Most of these numbers would be withheld';

describeInBrowser('the pages for analysts', () => {
  let insight: InsightSiteUnderTest;
  let url: string;

  beforeAll(async () => {
    insight = await insightSiteUnderTest();
    url = insight.site.website;
  });
  afterEach(async () => {
    insight.site.letApiBeDown(false);
    await insight.site.afterEach();
  });
  afterAll(() => insight.close());

  type Options = Partial<Omit<(typeof READERS)[number], 'name'>>;
  const visitor = ({ viewport = DESKTOP, javaScriptEnabled = true }: Options) =>
    insight.site.visitor({ viewport, javaScriptEnabled });
  async function analyst(options: Options = {}): Promise<Visitor> {
    const opened = await visitor(options);
    await opened.signsInAt('/insight', 'analyst');
    return opened;
  }

  describe.each(READERS.slice(0, 2))('$name', (options) => {
    it('answers each of the twenty questions within five clicks, with numbers that are true', async () => {
      const reader = await analyst(options);
      const { page, at, follow } = reader;
      const tooFine: number[] = [];
      for (const { number, title, measures } of TWENTY_QUESTIONS) {
        await page.goto(`${url}/insight`);
        await at('Statistics');
        let clicks = 1;
        await page.locator(`[data-question="${number}"]`).click();
        while (await isTooFine(page)) {
          await at(TOO_FINE);
          tooFine.push(number);
          clicks += 1;
          await follow(/^Ask without /);
        }
        await at(/./);
        expect({ number, isFar: clicks > MOST_CLICKS }).toEqual({ number, isFar: false });
        const question = questionIn(page.url());
        expect(question.measures).toEqual(measures);
        // The same columns have the saved question's title.
        const heading = await page.locator('h1').innerText();
        expect(heading === title).toBe(clicks === 1);
        await expectTruth(page, question);
      }
      expect(tooFine).toContain(1);
    });
  });

  it.each(READERS)(
    'builds a question by the form, $name, and says what is wrong with it',
    async (options) => {
      const { page, at, press, follow } = await analyst(options);
      await follow('Ask your own question');
      await at('What do you want to count?');
      await press('Continue');
      await at('What do you want to count?');
      expect(await page.title()).toMatch(/^Error: /);
      expect(await summaryOf(page)).toEqual([['Choose what to count', 'measures']]);
      await page.getByLabel('Symptom checks started').check();
      await page.getByLabel('Refused online and told to call 111').check();
      await press('Continue');
      await at('Build your question');
      // Only what fits: checks have no mode.
      const columns = await page.locator('#by-1 option').allInnerTexts();
      expect(columns).toContain('Age');
      expect(columns).not.toContain('Appointment mode');
      await page.locator('#by-1').selectOption('CARE_LEVEL');
      await page.locator('#by-2').selectOption('SEX');
      await page.locator('summary', { hasText: /^\s*Age\s*$/ }).click();
      await page.getByLabel('16 to 39').check();
      await page.getByLabel('40 to 64').check();
      await page.locator('#from').selectOption('2024-W44');
      await page.locator('#to').selectOption('2024-W41');
      await press('Show the answer');
      await at('Build your question');
      expect(await summaryOf(page)).toEqual([['The last must not come before the first', 'to']]);
      expect(await page.getByLabel('16 to 39').isChecked()).toBe(true);
      await page.locator('#from').selectOption('2024-10');
      await press('Show the answer');
      await at('Build your question');
      expect(await summaryOf(page)).toEqual([
        ['The first and the last must be two months, two weeks or two days', 'from'],
      ]);
      await page.locator('#from').selectOption('2024-10');
      await page.locator('#to').selectOption('2024-10');
      await press('Show the answer');
      await page.waitForURL(/\/insight\/answer/);
      while (await isTooFine(page)) await follow(/^Ask without /);
      await at(/^Symptom checks started and refused online/);
      const question = questionIn(page.url());
      expect(question.measures).toEqual(['CHECKS_STARTED', 'CHECKS_REFUSED']);
      expect(question.period).toEqual({ grain: 'MONTH', from: '2024-10', to: '2024-10' });
      await expectTruth(page, question);
      await follow('Change this question');
      await at('Build your question');
      expect(await page.locator('#from').inputValue()).toBe('2024-10');
    },
  );

  it('can be used by the keyboard alone', async () => {
    const { page, at } = await analyst({ viewport: PHONE });
    await at('Statistics');
    await tabTo(page, 'Ask your own question');
    await page.keyboard.press('Enter');
    await at('What do you want to count?');
    await tabTo(page, 'Symptom checks started');
    await page.keyboard.press('Space');
    await tabTo(page, 'Continue');
    await page.keyboard.press('Enter');
    await at('Build your question');
    await tabTo(page, 'First column');
    await page.keyboard.type('Sex');
    await tabTo(page, 'Show the answer');
    await page.keyboard.press('Enter');
    await at('Symptom checks started, by sex');
    await tabTo(page, 'Symptom checks started');
    await page.keyboard.press('Enter');
    await page.waitForURL(/sort=checksStarted/);
    await at('Symptom checks started, by sex');
    await tabTo(page, 'Table');
  });

  it('sorts by numbers and by meaning, adds up what is shown, and explains what is withheld', async () => {
    const { page, at, follow } = await analyst();
    await page.goto(
      `${url}/insight/answer?measures=CHECKS_STARTED,SEARCHES,CHECKS_ABANDONED&by=AGE_BAND,PATHWAY&${OCTOBER}`,
    );
    await at(
      'Symptom checks started, people who searched for a time and symptom checks without an outcome, by age and complaint',
    );
    const table = await tableOf(page);
    const cells = table.rows.flatMap((row) => row.slice(3));
    const withheld = cells.filter((cell) => cell === '*').length;
    expect(withheld).toBeGreaterThan(0);
    expect(await page.locator('main').innerText()).toContain(
      `In this table ${withheld} numbers are withheld.`,
    );
    const shown = (column: number) =>
      table.rows
        .map((row) => row[column]!)
        .filter((cell) => cell !== '*')
        .map(Number);
    // Age, the complaint and its title stand before the numbers.
    const sums = [3, 4, 5].map((column) => String(shown(column).reduce((a, b) => a + b, 0)));
    expect(table.total).toEqual(['Total of the numbers shown', '', '', ...sums]);
    expect(await styleOf(page, 'td', 'textAlign')).not.toBe('right');
    expect(await styleOf(page, 'tbody td.nhsuk-table__cell--numeric', 'textAlign')).toBe('right');
    expect(await styleOf(page, 'thead th', 'position')).toBe('sticky');

    await follow('Symptom checks without an outcome');
    await page.waitForURL(/order=descending/);
    const sorted = (await tableOf(page)).rows.map((row) => row[5]!);
    const numbers = sorted.filter((cell) => cell !== '*').map(Number);
    expect(sorted).toEqual([
      ...[...numbers].sort((a, b) => b - a).map(String),
      ...sorted.filter((cell) => cell === '*'),
    ]);
    expect(await page.locator('thead th').nth(5).getAttribute('aria-sort')).toBe('descending');
    await follow(/^Age$/);
    await page.waitForURL(/sort=ageBand/);
    expect([...new Set((await tableOf(page)).rows.map(([age]) => age))]).toEqual([
      '0 to 4',
      '5 to 15',
      '16 to 39',
      '40 to 64',
      '65 and over',
    ]);
  });

  it('adds nothing up where a search stands in several rows', async () => {
    const { page, at } = await analyst();
    await page.goto(`${url}/insight/answer?measures=SEARCHES_NOT_OFFERED&by=NOT_OFFERED_REASON&${OCTOBER}`);
    await at('Why were other practices not offered?');
    expect((await tableOf(page)).total).toBeNull();
  });

  it('gives files that say the same, which a spreadsheet reads cell by cell', async () => {
    const { page, at } = await analyst();
    await page.goto(
      `${url}/insight/answer?measures=CHECKS_STARTED,SEARCHES,SEARCHES_NOTHING_SHARE&by=PERIOD,AGE_BAND&${OCTOBER}`,
    );
    await at(/^Symptom checks started/);
    const { head, rows } = await tableOf(page);
    const hrefOf = async (name: string) => (await page.getByRole('link', { name }).getAttribute('href'))!;
    const csv = await page.context().request.get(url + (await hrefOf('Download a spreadsheet')));
    expect(csv.headers()['content-disposition']).toBe(
      'attachment; filename="checks-started-by-period-age-band_2024-10.csv"',
    );
    const { Sheets, SheetNames } = read(await csv.body(), { type: 'buffer', raw: false });
    const lines = utils.sheet_to_json<unknown[]>(Sheets[SheetNames[0]!]!, {
      header: 1,
      defval: '',
      blankrows: true,
    });
    const start = lines.findIndex((line) => line.every((cell) => cell === ''));
    expect(Object.fromEntries(lines.slice(0, start).map(([name, text]) => [name, text]))).toMatchObject({
      Period: 'October 2024',
      'Complete up to': 'Sunday 24 November 2024',
      Rule: expect.stringMatching(/^insight-1: /) as unknown,
      Address: page.url(),
    });
    const inSheet = lines.slice(start + 1).map((line) => line.slice(0, head.length));
    expect(inSheet[0]).toEqual(head);
    // Periods and ages stay text, and numbers are numbers.
    const asRead = (cell: string, column: number) =>
      column > 1 && /^[\d.]+$/.test(cell) ? Number(cell) : cell;
    expect(inSheet.slice(1)).toEqual(rows.map((row) => row.map(asRead)));

    const json = await page.context().request.get(url + (await hrefOf('Download for programs')));
    expect(await json.json()).toMatchObject({
      address: page.url(),
      asked: { by: ['PERIOD', 'AGE_BAND'] },
      rows,
    });
  });

  it('has an address that others can open, after signing in, and that can be copied', async () => {
    const path = `/insight/answer?measures=BOOKINGS&by=MODE&${OCTOBER}&where=SEX:Female`;
    const reader = await visitor({});
    await reader.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await reader.signsInAt(path, 'analyst');
    await reader.at('In which mode are appointments booked, only sex Female');
    expect(reader.page.url()).toBe(url + path);
    await reader.press('Copy the address');
    await reader.page.getByText('The address is copied.').waitFor();
    expect(await reader.page.evaluate('navigator.clipboard.readText()')).toBe(url + path);
    await expectTruth(reader.page, questionIn(reader.page.url()));
  });

  it.each([
    [
      'scripts for names',
      `measures=${encodeURIComponent('<script>alert(1)</script>')}&by=${encodeURIComponent('<img src=x onerror=alert(1)>')}`,
      'measures',
    ],
    ['nothing', '', 'measures'],
    ['names of objects', 'measures=constructor&by=__proto__&__proto__[x]=1&where=toString:x', 'measures'],
    ['a column that does not fit', `measures=CHECKS_STARTED&by=MODE&${OCTOBER}`, 'by-1'],
    ['a column that there is not', `measures=CHECKS_STARTED&by=NHS_NUMBER&${OCTOBER}`, 'by-1'],
    ['four columns', `measures=CHECKS_STARTED&by=SEX,AGE_BAND,PATHWAY,HOUR&${OCTOBER}`, 'by-1'],
    ['seven numbers', `measures=${MEASURES.slice(0, 7).join()}&by=SEX&${OCTOBER}`, 'measures'],
    ['no supplier', `measures=SUPPLIER_FAILED&by=PERIOD&${OCTOBER}`, 'by-1'],
    ['a year', 'measures=CHECKS_STARTED&by=SEX&grain=YEAR&from=2024&to=2024', 'from'],
    [
      'a month that there is not',
      'measures=CHECKS_STARTED&by=SEX&grain=MONTH&from=2024-13&to=2024-13',
      'from',
    ],
    ['a month that is not over', 'measures=CHECKS_STARTED&by=SEX&grain=MONTH&from=2024-10&to=2024-11', 'to'],
    ['two of each', `measures=CHECKS_STARTED&grain=DAY&${OCTOBER}&from=1&by=SEX`, 'from'],
    ['a thousand years', 'measures=CHECKS_STARTED&by=SEX&grain=MONTH&from=1024-10&to=2024-10', 'to'],
    ['a value that there is not', `measures=CHECKS_STARTED&${OCTOBER}&where=SEX:' or 1=1--`, 'where-SEX'],
    ['a filter without a value', `measures=CHECKS_STARTED&${OCTOBER}&where=SEX`, 'where-SEX'],
    ['a filter by period', `measures=CHECKS_STARTED&${OCTOBER}&where=PERIOD:2024-10`, 'where'],
    [
      'many practices',
      `measures=CHECKS_STARTED&${OCTOBER}${Array.from({ length: 60 }, (_, at) => `&where=PRACTICE:Z9${at}`).join('')}`,
      'where-PRACTICE',
    ],
    [
      'too long a value',
      `measures=CHECKS_STARTED&by=SEX&${OCTOBER}&where=PRACTICE:${'x '.repeat(150)}y`,
      'where',
    ],
    ['a very long address', `measures=${'CHECKS_STARTED,'.repeat(400)}X`, 'measures'],
  ])('takes an address with %s as the form, with errors in words', async (_what, query, field) => {
    const { page, at } = await analyst();
    for (const file of ['', '.csv']) {
      const response = await page.goto(`${url}/insight/answer${file}?${query}`);
      expect(response?.status()).toBe(422);
      await at(/^(What do you want to count\?|Build your question)$/);
      const summary = await summaryOf(page);
      expect(summary.map(([, id]) => id)).toContain(field);
      for (const [, id] of summary) expect(await page.locator(`[id="${id}"]`).count()).toBe(1);
    }
    expect((await page.goto(`${url}/insight/question?${query}`))?.status()).toBe(200);
  });

  it('asks for less by a link where the table would be too fine', async () => {
    const { page, at, follow } = await analyst({ viewport: NARROW });
    await page.goto(
      `${url}/insight/answer?measures=CHECKS_STARTED&by=PERIOD,PRACTICE&grain=DAY&from=2024-10-07&to=2024-10-13`,
    );
    await at(TOO_FINE);
    await follow('Ask without practice');
    await at('Symptom checks started, by day');
    expect((await tableOf(page)).rows).toHaveLength(7);
    await expectTruth(page, questionIn(page.url()));
  });

  it('lists the last questions of the session, and forgets them when somebody else signs in', async () => {
    const { page, at, follow, signsIn } = await analyst();
    const counts = MEASURES.filter(isCount).filter((one) => COUNT_FACTS[one].needs === undefined);
    const asked = counts.slice(0, 12);
    for (const measure of asked) {
      await page.goto(`${url}/insight/answer?measures=${measure}&${OCTOBER}`);
      await at(COUNT_FACTS[measure].title);
    }
    const last = COUNT_FACTS[asked[11]!].title;
    await page.goto(`${url}/insight`);
    await at('Statistics');
    const list = page.locator('h2', { hasText: 'Your last questions' }).locator('+ ul > li');
    expect(await list.count()).toBe(10);
    expect(await list.first().innerText()).toBe(`${last}\nOctober 2024`);
    await follow(last);
    await at(last);
    await page.goto(`${url}/sign-in?as=staff&next=/operator`);
    await signsIn('operator');
    await page.goto(`${url}/sign-in?as=staff&next=/insight`);
    await signsIn('analyst');
    await at('Statistics');
    expect(await page.getByText('Your last questions').count()).toBe(0);
  });

  it.each<{ as: DemoCallerName; says: string; staff: boolean }>([
    { as: 'parent', says: 'You have signed in as a patient.', staff: false },
    { as: 'practice', says: 'You have signed in as somebody who works at a practice.', staff: true },
    { as: 'operator', says: 'You have signed in as an operator of the service.', staff: true },
  ])('tells $as in words that these pages are for analysts', async ({ as, says, staff }) => {
    const reader = await visitor({ viewport: NARROW });
    await reader.page.goto(`${url}/sign-in?next=/insight${staff ? '&as=staff' : ''}`);
    await reader.signsIn(as);
    for (const path of [
      '',
      '/count',
      '/question',
      `/answer?measures=BOOKINGS&by=MODE&${OCTOBER}`,
      '/answer.csv',
    ]) {
      const response = await reader.page.goto(`${url}/insight${path}`);
      expect(response?.status()).toBe(403);
      await reader.at('These pages are for analysts');
      expect(await reader.page.locator('main').innerText()).toContain(says);
    }
  });

  it('says so where the API does not answer, and keeps the question', async () => {
    const { page, at, follow, complaints } = await analyst();
    const path = `/insight/answer?measures=HOLDS&by=SEX&${OCTOBER}`;
    insight.site.letApiBeDown(true);
    const response = await page.goto(url + path);
    expect(response?.status()).toBe(503);
    await at('Sorry, statistics cannot be shown at the moment');
    expect(complaints.splice(0)).toEqual([expect.stringContaining('status of 503')]);
    insight.site.letApiBeDown(false);
    await follow('Try again');
    await at('Times kept for people, by sex');
    expect(page.url()).toBe(url + path);
  });

  it('says when an analyst has had the numbers of a day, and shows again what was answered', async () => {
    const { page, at } = await analyst();
    const known = `/insight/answer?measures=HOLDS&by=MODE&${OCTOBER}`;
    await page.goto(url + known);
    await at('Times kept for people, by appointment mode');
    await insight.useUpAllowance();
    const response = await page.goto(`${url}/insight/answer?measures=HOLDS&by=PATHWAY&${OCTOBER}`);
    expect(response?.status()).toBe(429);
    await at('You have had as many numbers as an analyst may in a day');
    await page.goto(`${url}${known}&sort=holds&order=descending`);
    await at('Times kept for people, by appointment mode');
  });

  /** Every number of every row that is shown, and every number that is not 0 has a row. */
  async function expectTruth(page: Page, question: StatisticsQuestion): Promise<void> {
    const { head, rows } = await tableOf(page);
    const { grain, from, to } = question.period;
    const periods = periodsBetween(grain, from, to, 100);
    const labels = head.flatMap((title, at) =>
      at < head.length - question.measures.length && !title.endsWith(': name') ? [at] : [],
    );
    expect(labels).toHaveLength(question.by.length);
    const labelOf = (row: string[]) => labels.map((at) => row[at]).join('|');
    expect(rows.length).toBeGreaterThan(0);
    for (const measure of question.measures.filter(isCount)) {
      const column = head.indexOf(COUNT_FACTS[measure].title);
      const truth = naiveNumbers(insight.facts, question, measure, periods);
      const shown = new Map(rows.map((row) => [labelOf(row), row[column]!.replaceAll(',', '')]));
      const expected = new Map([...shown.keys()].map((label) => [label, truth.get(label) ?? '0']));
      expect({ question, measure, shown }).toEqual({ question, measure, shown: expected });
      expect([...truth].filter(([label, number]) => number !== '0' && !shown.has(label))).toEqual([]);
    }
    expect(rows.flat().some((cell) => /^[1-9]\d*$/.test(cell))).toBe(true);
  }
});

async function isTooFine(page: Page): Promise<boolean> {
  await page.waitForURL(/\/insight\/answer/);
  return (await page.locator('h1').innerText()) === TOO_FINE;
}

/** The question of an address, read without the website's own code. */
function questionIn(address: string): StatisticsQuestion {
  const { searchParams } = new URL(address);
  const list = (name: string) => (searchParams.get(name) ?? '').split(',').filter((one) => one !== '');
  const filters = new Map<Dimension, string[]>();
  for (const text of searchParams.getAll('where')) {
    const [name = '', value = ''] = text.split(':');
    const dimension = DIMENSIONS.find((one) => one === name)!;
    filters.set(dimension, [...(filters.get(dimension) ?? []), value]);
  }
  const grain: Grain = GRAINS.find((one) => one === searchParams.get('grain'))!;
  return {
    measures: MEASURES.filter((one) => list('measures').includes(one)).sort(
      (one, other) => list('measures').indexOf(one) - list('measures').indexOf(other),
    ),
    by: list('by').map((name) => DIMENSIONS.find((one) => one === name)!),
    period: { grain, from: searchParams.get('from') ?? '', to: searchParams.get('to') ?? '' },
    where: [...filters].map(([dimension, values]) => ({ dimension, in: values })),
    fill: searchParams.get('fill') !== 'no',
  };
}

interface ShownTable {
  head: string[];
  rows: string[][];
  total: string[] | null;
}

/** The whole table, from all of its pages. */
async function tableOf(page: Page): Promise<ShownTable> {
  const shown = await page.evaluate<ShownTable>(`(() => {
    const cells = (row) => [...row.children].map((cell) => cell.textContent.replace(/\\s+/g, ' ').trim());
    const foot = document.querySelector('main tfoot tr');
    return {
      head: cells(document.querySelector('main thead tr')),
      rows: [...document.querySelectorAll('main tbody tr')].map(cells),
      total: foot && cells(foot),
    };
  })()`);
  expect(await page.locator('nav.nhsuk-pagination').count()).toBe(0);
  return shown;
}

function styleOf(page: Page, selector: string, style: string): Promise<string> {
  return page.evaluate<string>(`getComputedStyle(document.querySelector('main ${selector}'))['${style}']`);
}

/** Texts of the error summary, with the fields to which they lead. */
function summaryOf(page: Page): Promise<[string, string][]> {
  return page.evaluate<[string, string][]>(
    `[...document.querySelectorAll('.nhsuk-error-summary a')].map((one) => [one.textContent.trim(), one.getAttribute('href').slice(1)])`,
  );
}

/** Presses Tab until something of this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  const focused = `(() => {
    const one = document.activeElement;
    const label = one?.labels?.[0]?.textContent ?? document.getElementById(one?.getAttribute('aria-labelledby') ?? '')?.textContent;
    return (label ?? one?.textContent ?? '').replace(/\\s+/g, ' ').trim();
  })()`;
  const seen: string[] = [];
  for (let count = 0; count < 150; count += 1) {
    await page.keyboard.press('Tab');
    const text = await page.evaluate<string>(focused);
    if (text === name) return;
    seen.push(text.slice(0, 40));
  }
  throw new Error(`No Tab leads to "${name}", but to: ${seen.join(' | ')}`);
}
