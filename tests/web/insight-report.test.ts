import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { XMLValidator } from 'fast-xml-parser';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { demoIssuer } from '../../demo/issuer';
import { CASE_STUDY_PRACTICE, demoToken } from '../../demo/people';
import { questionOf, REPORT_SECTIONS, type ReportQuestion } from '../../web/insight/report-questions';
import { weeksUpTo } from '../../web/insight/report';
import { insightSiteUnderTest, type InsightSiteUnderTest } from './insight-site';
import { describeInBrowser, DESKTOP, HANGS_AFTER_MS, NARROW, type Visitor } from './site-browser';

// Later than Playwright, which says what it has waited for.
jest.setTimeout(2 * HANGS_AFTER_MS);

/** It is noon of Monday 25 November 2024 at the site; people came in October. */
const WEEK = '2024-W42';
const TITLE = 'Report on week 42 (14 to 20 October 2024)';
const READERS = [
  { name: 'on a desktop', viewport: DESKTOP, javaScriptEnabled: true },
  { name: 'at 320 pixels without JavaScript', viewport: NARROW, javaScriptEnabled: false },
  { name: 'at 390 pixels', viewport: { width: 390, height: 844 }, javaScriptEnabled: true },
];
const QUESTIONS = REPORT_SECTIONS.flatMap(({ questions }) => questions);
const run = promisify(execFile);

const STATISTICS = `query ($input: StatisticsInput!) { statistics(input: $input) {
  __typename ... on StatisticsTable { columns { title kind } rows } } }`;
const Answer = z.object({
  __typename: z.string(),
  columns: z.array(z.object({ title: z.string(), kind: z.string() })).optional(),
  rows: z.array(z.array(z.string())).optional(),
});

describeInBrowser('the report on a week', () => {
  let insight: InsightSiteUnderTest;
  let url: string;
  let folder: string;

  beforeAll(async () => {
    insight = await insightSiteUnderTest();
    url = insight.site.website;
    folder = mkdtempSync(join(tmpdir(), 'gp-booking-report-'));
  });
  afterEach(() => insight.site.afterEach());
  afterAll(async () => {
    await insight.close();
    rmSync(folder, { recursive: true, force: true });
  });

  type Options = Omit<(typeof READERS)[number], 'name'>;
  const visitor = ({ viewport, javaScriptEnabled }: Options) =>
    insight.site.visitor({ viewport, javaScriptEnabled });

  async function signedIn(
    as: 'analyst' | 'operator',
    path: string,
    options: Options = READERS[0]!,
  ): Promise<Visitor> {
    const opened = await visitor(options);
    await opened.signsInAt(path, as);
    return opened;
  }

  /** Rows that the API answers to a question of the report; null where it is too fine. */
  async function askApi(question: ReportQuestion): Promise<string[][] | null> {
    const ask = await insight.site.askAs('analyst');
    const { measures, by, grain, from, to, where, fill } = questionOf(
      question,
      weeksUpTo(WEEK, question.weeks),
    );
    const { data } = await ask(STATISTICS, {
      input: { measures, by, period: { grain, from, to }, where, fill },
    });
    const answer = Answer.parse(data?.statistics);
    if (answer.__typename !== 'StatisticsTable') {
      expect(answer.__typename).toBe('TooFine');
      return null;
    }
    return answer.rows ?? [];
  }

  /** Every table of a report has the numbers of the API's answer, and nothing is said that is not in it. */
  async function expectTruth(page: Page): Promise<void> {
    const parts =
      await page.evaluate<{ title: string; rows: string[][]; sentences: string; hasChart: boolean }[]>(READ);
    expect(parts.map(({ title }) => title)).toEqual(QUESTIONS.map(({ title }) => title));
    let shown = 0;
    for (const [at, question] of QUESTIONS.entries()) {
      const rows = await askApi(question);
      const { title, rows: table, sentences } = parts[at]!;
      expect({ title, table }).toEqual({ title, table: rows ?? [] });
      const known = new Set([...(rows ?? []).flat(), String((rows ?? []).length)]);
      const numbers = [
        ...sentences
          .replace(/\(?[\d,.]+ (minutes|hours|days)\)?/g, '')
          .matchAll(/\((\d[\d,.]*)\)|(\d[\d,.]*) (?=symptom|people|appointments|searches|had|at )/g),
      ];
      const said = numbers.map(([, one, other]) => (one ?? other ?? '').replaceAll(',', ''));
      expect({ title, invented: said.filter((number) => !known.has(number)) }).toEqual({
        title,
        invented: [],
      });
      shown += said.length;
      if (rows === null) expect(sentences).toContain('most numbers would be withheld');
      else if (rows.flat().includes('*')) expect(sentences.toLowerCase()).toContain('withheld');
    }
    expect(shown).toBeGreaterThan(10);
    expect(parts.filter(({ hasChart }) => hasChart).length).toBeGreaterThan(4);
  }

  it.each(READERS)('is found from the statistics, and has the numbers of the API, $name', async (options) => {
    const { page, at, follow } = await signedIn('analyst', '/insight', options);
    await at('Statistics');
    if (options.javaScriptEnabled && (await page.getByRole('button', { name: 'Menu' }).isVisible()))
      await page.getByRole('button', { name: 'Menu' }).click();
    await follow('Weekly reports');
    await at('Weekly reports');
    await follow(/^Week 42 /);
    await at(TITLE);
    await expectTruth(page);
    expect(await page.getByText('Demonstration. Do not use for real symptoms.').count()).toBe(1);
    await follow(/^Previous/);
    await at('Report on week 41 (7 to 13 October 2024)');
    await page.goBack();
    await follow(/^See this question/);
    await at('How does demand change from week to week?');
  });

  it('gives each chart as SVG, and as PNG that the browser draws', async () => {
    const { page, at } = await signedIn('analyst', `/insight/report/${WEEK}`);
    await at(TITLE);
    const link = page.getByRole('link', { name: 'Download the chart as SVG' }).first();
    const href = (await link.getAttribute('href')) ?? '';
    const answer = await page.request.get(url + href);
    expect(answer.headers()['content-type']).toMatch(/^image\/svg\+xml/);
    const svg = await answer.text();
    expect(XMLValidator.validate(svg)).toBe(true);
    expect(svg).toContain('Demonstration: these people are invented.');
    const onPage = await page.locator('svg.app-chart').first().locator('path, circle, line').count();
    expect([...svg.matchAll(/<(path|circle|line) /g)]).toHaveLength(onPage);

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download it as PNG' }).first().click();
    const saved = await download;
    expect(saved.suggestedFilename()).toBe(`demand-${WEEK}.png`);
    const png = readFileSync(await saved.path());
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    // Width and height stand in the first chunk: twice the drawing's own.
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(
      /viewBox="0 0 (\d+) (\d+)"/
        .exec(svg)
        ?.slice(1)
        .map((side) => 2 * Number(side)),
    );
  });

  it('is one file that loads nothing, from the page and from the command line', async () => {
    const { page, at, follow } = await signedIn('analyst', `/insight/report/${WEEK}`);
    await at(TITLE);
    const download = page.waitForEvent('download');
    await follow('Download this report as one file');
    const saved = await (await download).path();
    const file = join(folder, 'report.html');
    const said = await report(['--week', WEEK, '--out', file], { TOKEN: await token('analyst') });
    expect(said.stdout).toBe(`${TITLE}: ${file}\n`);
    // Plot moves its marks by half a pixel where it believes that it is tested itself.
    const words = (path: string) => readFileSync(path, 'utf8').replaceAll(/ transform="[^"]*"/g, '');
    expect(words(saved)).toBe(words(file));

    for (const options of READERS) {
      const fromDisk = await visitor(options);
      const requests: string[] = [];
      fromDisk.page.on('request', (request) => requests.push(request.url()));
      await fromDisk.page.goto(`file://${file}`);
      await fromDisk.at(TITLE);
      await expectTruth(fromDisk.page);
      expect(await fromDisk.page.getByText('These people are invented').count()).toBe(1);
      expect(requests).toEqual([`file://${file}`]);
    }
  });

  const env = () => ({
    PATH: process.env.PATH,
    DATA_DIR: folder,
    API_URL: `${insight.site.gateway.url}/graphql`,
  });
  const SCRIPT = join(__dirname, '..', '..', 'dist', 'scripts', 'report.js');

  function report(options: string[], more: Record<string, string>) {
    return run(process.execPath, [SCRIPT, ...options], { env: { ...env(), ...more } });
  }

  async function token(name: 'analyst' | 'operator'): Promise<string> {
    const { config, now } = insight.site.gateway;
    return demoToken(name, CASE_STUDY_PRACTICE, now(), await demoIssuer(config.dataDir));
  }

  it.each([
    ['no week', [], /^Say which week, by --week. Write the week as 2026-W48: .*\n$/],
    ['no such week', ['--week', '2024-W99'], /^There is no such week. Write the week as 2026-W48: .*\n$/],
    ['a date', ['--week', '2024-10-14'], /^There is no such week. Write the week as 2026-W48: .*\n$/],
    [
      'a week that is not over',
      ['--week', '2024-W48'],
      /^This week is not published yet. Its numbers are complete from 5am on Monday 2 December 2024. Ask for an earlier week.\n$/,
    ],
    [
      'somebody else’s token',
      ['--week', WEEK],
      /^The report was not answered. This is for analysts. .*\n$/,
      'operator',
    ],
  ] as const)(
    'says in one sentence what to do about %s on the command line',
    async (_what, options, sentence, who: 'analyst' | 'operator' = 'analyst') => {
      const failed = report([...options], { TOKEN: await token(who) });
      await expect(failed).rejects.toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(sentence) as string,
      });
    },
  );

  it('asks for a token where it is no demonstration, and says where no API answers', async () => {
    const issuers = [
      { kind: 'client', issuer: 'https://login.test', audience: 'a', jwksUrl: 'https://login.test/keys' },
    ];
    const without = report(['--week', WEEK], { ISSUERS: JSON.stringify(issuers) });
    await expect(without).rejects.toMatchObject({
      stderr: 'Set TOKEN to the token of an analyst, and API_URL to the API.\n',
    });
    const alone = report(['--week', WEEK], { TOKEN: 'x', API_URL: 'http://127.0.0.1:1/graphql' });
    await expect(alone).rejects.toMatchObject({
      stderr: expect.stringMatching(/did not answer: start it with npm start/) as string,
    });
  });

  it.each([
    [
      WEEK.replace('42', '48'),
      'This week is not published yet',
      'Its numbers are complete from 5am on Monday 2 December 2024.',
    ],
    ['2024-W60', 'There is no such week', 'Write the week as 2026-W48'],
    ['%3Cscript%3E', 'There is no such week', 'Write the week as 2026-W48'],
    ['x'.repeat(22), 'There is no such week', 'Write the week as 2026-W48'],
    ['chart.svg?week=2024-W42&of=nothing', 'There is no such chart', 'The report’s page has a link'],
    ['chart.svg?week=2024-W42&week=2024-W43', 'There is no such chart', 'The report’s page has a link'],
    ['file.html', 'There is no such week', 'Write the week as 2026-W48'],
  ])('says what to do at %s', async (path, title, sentence) => {
    const { page, at, complaints } = await signedIn('analyst', '/insight/report');
    await at('Weekly reports');
    const answer = await page.goto(`${url}/insight/report/${path}`);
    expect(answer?.status()).toBe(404);
    await at(title);
    expect(await page.locator('main').innerText()).toContain(sentence);
    // Chromium says on the console that there is no such page.
    expect(complaints.splice(0)).toHaveLength(1);
  });

  it('is for analysts: the operator’s console leads to signing in as one', async () => {
    const { page, at, follow, signsIn } = await signedIn('operator', '/operator');
    await at('Overview');
    const answer = await page.goto(`${url}/insight/report/${WEEK}`);
    expect(answer?.status()).toBe(403);
    await at('These pages are for analysts');
    await page.goto(`${url}/operator`);
    await follow('weekly reports');
    await signsIn('analyst');
    await at('Weekly reports');
  });
});

/** Each question of a report: its heading, its table, and the text up to its table. */
const READ = `[...document.querySelectorAll('main h3')].map((heading) => {
  const texts = [];
  let table = null;
  let hasChart = false;
  for (let one = heading.nextElementSibling; one !== null && !/^H[123]$/.test(one.tagName); one = one.nextElementSibling) {
    if (one.tagName === 'P') texts.push(one.textContent);
    if (one.tagName === 'FIGURE') {
      hasChart = true;
      texts.push(one.querySelector('figcaption').textContent);
    }
    table ??= one.querySelector('table');
  }
  const cells = (row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent.trim().replace(/(\\d),(?=\\d{3})/g, '$1'));
  return { title: heading.textContent.trim(), sentences: texts.join(' '), hasChart, rows: table === null ? [] : [...table.querySelectorAll('tbody tr')].map(cells) };
})`;
