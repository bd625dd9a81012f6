import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import type { Page } from 'playwright-core';
import { readConfig } from '../../config';
import { demoIssuer } from '../../demo/issuer';
import { CASE_STUDY_PRACTICE, demoFamily, demoToken, patientClaims } from '../../demo/people';
import { startEverything, type Started } from '../../start';
import { CHROMIUM, HANGS_AFTER_MS, openBrowser, type OpenBrowser } from './browser';
import { EXECUTOR } from '../executor';

/** Answers of a freshly started demo gateway, without a token. */
const RUN_AS_THEY_ARE = {
  FindPathways: {
    findPathways: expect.objectContaining({
      pathways: expect.arrayContaining([expect.objectContaining({ id: 'child-rash' })]) as unknown,
    }) as unknown,
  },
  StartAssessment: { startAssessment: { __typename: 'Assessment', place: { postcode: 'WY1 1AA' } } },
  Dispositions: {
    dispositions: expect.arrayContaining([expect.objectContaining({ id: 'gp-6h' })]) as unknown,
  },
  PracticesNear: { practicesNear: { __typename: 'PracticeNearConnection' } },
  SearchPractices: {
    searchPractices: expect.arrayContaining([
      expect.objectContaining({ name: 'Birch Health Centre' }),
    ]) as unknown,
  },
  PracticeByCode: { practice: { odsCode: CASE_STUDY_PRACTICE } },
};

// Later than Playwright, which says what it has waited for.
jest.setTimeout(HANGS_AFTER_MS + 30_000);

const present = existsSync(CHROMIUM);
if (!present) {
  const sentence = `${CHROMIUM} is not there: the explorer was not tested in a browser.`;
  if (process.env.REQUIRE_CHROMIUM === '1') throw new Error(`REQUIRE_CHROMIUM=1, but ${sentence}`);
  process.stderr.write(`\n${sentence}\n`);
}

(present ? describe : describe.skip)('the explorer in a browser', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gp-booking-explorer-'));
  const opened: { close(): Promise<void> }[] = [];
  let gateway: Started;
  let browser: OpenBrowser;
  let page: Page;

  beforeAll(async () => {
    gateway = await startEverything({
      config: readConfig({
        DATA_DIR: dataDir,
        PORT: '0',
        EXECUTOR,
        SIMULATOR_CONTROL_PORT: '0',
        // How busy the machine is with other tests is not the subject.
        LIMIT_LOOP_LAG_MS: '60000',
      }),
      logger: pino({ enabled: false }),
      now: () => new Date(),
      explorerFolder: join(__dirname, '..', '..', 'dist', 'gateway', 'explorer', 'public'),
    });
    opened.push(gateway);
    browser = await openBrowser();
    opened.unshift(browser);
    page = browser.page;
    await page.goto(`${gateway.url}/explorer/`);
    await page.locator('.examples').waitFor();
    await page.locator('.graphiql-query-editor .monaco-editor').waitFor();
  });

  afterAll(async () => {
    for (const one of opened) await one.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('lists the operations that need neither token nor id first', async () => {
    const ready = await page.locator('.examples ul').first().locator('strong').allTextContents();
    expect(ready.sort()).toEqual(Object.keys(RUN_AS_THEY_ARE).sort());
  });

  it.each(Object.entries(RUN_AS_THEY_ARE))('runs %s and shows what came back', async (name, data) => {
    const answer = await run(name);
    expect(answer).not.toHaveProperty('errors');
    expect(answer).toMatchObject({ data });
    await expectShown(Object.keys(data)[0]!);
  });

  it('sends the token in Headers with every example opened afterwards, and stores it nowhere', async () => {
    const { mother, son } = demoFamily(CASE_STUDY_PRACTICE, 0, new Date());
    const token = await (
      await demoIssuer(dataDir)
    ).sign('nhs-login', mother.id, patientClaims(mother, [son]));
    await setHeaders({ authorization: `Bearer ${token}` });

    expect(await run('BookablePeople')).toMatchObject({
      data: { bookablePeople: [{ isCaller: true }, { givenName: son.givenName }] },
    });
    expect(await run('MyBookings')).toMatchObject({ data: { myBookings: { edges: [] } } });
    // GraphiQL writes half a second after the last change.
    await page.waitForFunction("JSON.stringify(sessionStorage).includes('MyBookings')");
    expect(await page.evaluate('JSON.stringify([sessionStorage, localStorage])')).not.toContain(token);
  });

  it('shows the rows of an answer as a table and hands them out as CSV', async () => {
    await run('PracticesNear');
    await showPanel('Table');
    await page.getByRole('columnheader', { name: 'node.odsCode' }).waitFor();
    const downloaded = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download 10 rows as CSV' }).click();
    const file = await downloaded;
    const [title, rows = ''] = readFileSync(await file.path(), 'utf8').split('\r\n\r\n');
    expect(title?.split('\r\n')).toEqual(
      expect.arrayContaining(['\uFEFF"Query","PracticesNear"', '"practicesNear.precision","UNIT_POSTCODE"']),
    );
    expect(file.suggestedFilename()).toMatch(/^PracticesNear_\d{4}-\d\d-\d\d-\d{4}\.csv$/);
    const lines = rows.split('\r\n');
    expect(lines[0]).toBe(
      '"cursor","distanceMiles","node.odsCode","node.name","node.phone","node.address.lines","node.address.postcode",' +
        '"node.location.latitude","node.location.longitude","node.openNow","node.release.status",' +
        '"node.release.ownPatients","node.release.otherPatients","node.release.dispositionIds"',
    );
    expect(lines[1]).toContain(`"${CASE_STUDY_PRACTICE}"`);
  });

  it('has a column for each dimension of the statistics, and says which numbers are withheld', async () => {
    const issuer = await demoIssuer(dataDir);
    const token = await demoToken('analyst', CASE_STUDY_PRACTICE, new Date(), issuer);
    await setHeaders({ authorization: `Bearer ${token}` });
    await run('AssessmentStatistics');
    await showPanel('Table');
    await page.getByRole('columnheader', { name: 'WEEK' }).waitFor();
    const heads = await page.getByRole('columnheader').allTextContents();
    expect(heads).toEqual(['WEEK', 'PATHWAY', 'DISPOSITION', 'started', 'completed', 'abandoned']);
    expect(await page.locator('.table-panel tbody td').allTextContents()).toContain('child-rash');
    await said('* stands for a number that is withheld');
  });

  it.each<[string, object, string, string[]]>([
    [
      'data beside an error',
      {
        errors: [
          {
            message: 'Something went wrong.',
            path: ['searchPractices', 1, 'phone'],
            extensions: { code: 'INTERNAL_SERVER_ERROR' },
          },
        ],
        data: { searchPractices: [{ odsCode: 'Z1' }, { odsCode: 'Z2' }] },
      },
      'Error at searchPractices.row 2.phone: Something went wrong.',
      ['Z1', 'Z2'],
    ],
    ['an error alone', { errors: [{ message: 'It failed.' }] }, 'nothing was answered', []],
    ['an empty list', { data: { searchPractices: [] } }, 'searchPractices is an empty list', []],
    [
      'a problem with a list',
      {
        data: {
          searchPractices: {
            __typename: 'InvalidInput',
            code: 'INVALID_INPUT',
            message: 'Check the input.',
            fields: [{ path: 'text', message: 'Too short.' }],
          },
        },
      },
      'searchPractices was not answered: InvalidInput',
      [],
    ],
  ])('tells %s from rows that were answered', async (_name, answer, words, cells) => {
    await page.route('**/graphql', (route) => route.fulfill({ json: answer }));
    await run('SearchPractices');
    await page.unroute('**/graphql');
    await showPanel('Table');
    await said(words);
    expect(await page.locator('.table-panel td').allTextContents()).toEqual(cells);
  });

  it('asks nothing of any other origin and breaks no security policy', () => {
    const elsewhere = browser.requests.filter(
      (url) => !url.startsWith(`${gateway.url}/`) && !url.startsWith('data:'),
    );
    expect(elsewhere).toEqual([]);
    expect(browser.requests.length).toBeGreaterThan(10);
    expect(browser.complaints).toEqual([]);
  });

  async function showPanel(name: string): Promise<void> {
    const show = page.getByRole('button', { name: `Show ${name}` });
    const hide = page.getByRole('button', { name: `Hide ${name}` });
    await show.or(hide).waitFor();
    if (await show.isVisible()) await show.click();
    await hide.waitFor();
  }

  /** Waits for a sentence of the page's own. */
  async function said(words: string): Promise<void> {
    await page.getByRole('status').filter({ hasText: words }).waitFor();
  }

  /** Opens an example as a person would, runs it, and hands back what the gateway answered. */
  async function run(name: string): Promise<unknown> {
    await showPanel('Examples');
    await page
      .locator('.examples')
      .getByRole('button', { name: new RegExp(`^${name}\\b`) })
      .click();
    await page.getByRole('tab', { name, selected: true }).waitFor();
    const answered = page.waitForResponse(
      (response) =>
        response.url() === `${gateway.url}/graphql` &&
        (response.request().postData() ?? '').includes(` ${name}`),
    );
    await page.getByRole('button', { name: /^Execute query/ }).click();
    return (await answered).json();
  }

  /** Monaco draws spaces as no-break spaces, a line at a time. */
  async function expectShown(field: string): Promise<void> {
    await page.locator('.graphiql-response .view-lines', { hasText: `"${field}"` }).waitFor();
  }

  async function setHeaders(headers: Record<string, string>): Promise<void> {
    const json = JSON.stringify(JSON.stringify(headers));
    await page.evaluate(
      `__MONACO.editor.getModels().find(({ uri }) => uri.path.includes('request-headers')).setValue(${json})`,
    );
  }
});
