import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { z } from 'zod';
import { demoIssuer } from '../../demo/issuer';
import { CASE_STUDY_PRACTICE, demoPeople, demoToken, type DemoCallerName } from '../../demo/people';
import { simulatorControl } from '../../demo/simulator-control';
import { eventually } from '../../domain/eventually';
import { CHROMIUM, HANGS_AFTER_MS } from '../browser/browser';
import { productProcess } from '../product-process';

const present = existsSync(CHROMIUM);
if (!present) {
  const sentence = `${CHROMIUM} is not there: the website was not tested in a browser.`;
  if (process.env.REQUIRE_CHROMIUM === '1') throw new Error(`REQUIRE_CHROMIUM=1, but ${sentence}`);
  process.stderr.write(`\n${sentence}\n`);
}
export const describeInBrowser = present ? describe : describe.skip;

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
export const PHONE = { width: 390, height: 844 };
/** A page that does not come: later tests must not wait for it as long as for a browser that hangs. */
const WAITS_MS = 20_000;

const Manifest = z.object({ operations: z.array(z.object({ id: z.string(), name: z.string() })) });
const DOCUMENTS = new Map(
  Manifest.parse(
    JSON.parse(readFileSync(join(__dirname, '..', '..', 'schema', 'operations', 'manifest.json'), 'utf8')),
  ).operations.map(({ id, name }) => [name, id]),
);

export type Website = Awaited<ReturnType<typeof startWebsite>>;

/** The product in a process of its own with everything simulated, and a browser in front of its website. */
export async function startWebsite(env: Record<string, string> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'gp-booking-web-'));
  const product = productProcess(['everything'], {
    DATA_DIR: dataDir,
    PORT: '0',
    SIMULATOR_CONTROL_PORT: '0',
    // How busy the machine is with other tests is not the subject.
    LIMIT_LOOP_LAG_MS: '60000',
    ...env,
  });
  // Before anything else, so that nobody has to look for it.
  const [, url = ''] = await product.says(/^\s*Website +(http:\S+)\/\n/);
  const [, api = ''] = await product.says(/API +(http:\S+)/);
  const [, controlUrl = ''] = await product.says(/Simulator control +(http:\S+)/);
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
    timeout: HANGS_AFTER_MS,
  });
  const visitors: Visitor[] = [];

  async function control(method: string, path: string, body: object = {}): Promise<void> {
    const response = await fetch(controlUrl + path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`The control API answered ${path} with ${response.status}.`);
  }

  return {
    url,
    people: demoPeople(CASE_STUDY_PRACTICE, new Date()),
    simulator: simulatorControl(controlUrl),
    control,
    clock: (minutes: number) => control('POST', '/clock', { minutes }),
    desk: (what: 'take' | 'free', hours = 13) =>
      control('POST', `/practices/${CASE_STUDY_PRACTICE}/desk/${what}`, { hours }),
    fault: (operation: string, kind: string, times?: number) =>
      control('POST', '/faults', { supplier: 'emis', operation, fault: { kind }, ...(times && { times }) }),
    /** Sends a published document as one of the invented people: others act while a page is open. */
    async api(operation: string, variables: object, as: DemoCallerName): Promise<unknown> {
      const token = await demoToken(as, CASE_STUDY_PRACTICE, new Date(), await demoIssuer(dataDir));
      const response = await fetch(api, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ documentId: DOCUMENTS.get(operation), variables }),
      });
      return response.json();
    },
    async visitor(options: Parameters<typeof browser.newContext>[0] = {}): Promise<Visitor> {
      const context = await browser.newContext({ viewport: PHONE, ...options });
      context.setDefaultTimeout(WAITS_MS);
      const visitor = await newVisitor(context, url, options.javaScriptEnabled ?? true);
      visitors.push(visitor);
      return visitor;
    },
    /** Closes what one test has opened, and says what was wrong in its browsers. */
    async afterEach(): Promise<void> {
      const complaints = visitors.flatMap((visitor) => visitor.complaints);
      for (const { context } of visitors.splice(0)) await context.close();
      expect(complaints).toEqual([]);
    },
    async close(): Promise<void> {
      await browser.close();
      await product.end('SIGTERM');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export type Visitor = Awaited<ReturnType<typeof newVisitor>>;

async function newVisitor(context: BrowserContext, url: string, hasScripts: boolean) {
  const complaints: string[] = [];
  const addresses: string[] = [];
  context.on('console', (message) => {
    // A refusal is a page with its status, which Chromium says on the console.
    if (message.type() === 'error' && !/status of 4(03|09|22|29)/.test(message.text()))
      complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(error.error().message));
  context.on('request', (request) => {
    addresses.push(request.url());
    // The service worker passes on the redirect of a page to the sign-in provider, whose pages are its own.
    const isPage = request.isNavigationRequest() || request.redirectedFrom() !== null;
    const isOfOurPage = !isPage && !request.serviceWorker() && request.frame().url().startsWith(url);
    if (isOfOurPage && !request.url().startsWith(url)) complaints.push(`foreign: ${request.url()}`);
  });
  const page = await context.newPage();
  return { context, page, url, complaints, addresses, hasScripts, ...pageHelpers(page, url, hasScripts) };
}

function pageHelpers(page: Page, url: string, hasScripts: boolean) {
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  async function heading(name: string | RegExp): Promise<void> {
    try {
      await page.getByRole('heading', { name }).first().waitFor();
    } catch {
      const shown = await page.locator('main').first().innerText();
      throw new Error(`"${String(name)}" did not come; ${page.url()} says: ${shown.slice(0, 600)}`);
    }
  }

  /** A page in this state: its heading, no violation of WCAG 2.2 AA, all forms with their token, no scrolling aside. */
  async function sees(title: string | RegExp): Promise<void> {
    await heading(title);
    expect(await page.locator('form[method=post]:not(:has([name=_csrf]))').count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
      page.viewportSize()?.width ?? 0,
    );
    if (hasScripts) expect({ title, violations: await violations(page) }).toEqual({ title, violations: [] });
  }

  /** Goes from the start page to the first question of a symptom check. */
  async function begins(check: { who: string; born: string; words: string; check: string }): Promise<void> {
    await page.goto(url);
    await press('Start now');
    await page.getByLabel(check.who, { exact: true }).check();
    await press('Continue');
    const [year = '', month = '', day = ''] = check.born.split('-');
    await page.getByLabel('Day').fill(day);
    await page.getByLabel('Month').fill(month);
    await page.getByLabel('Year').fill(year);
    await press('Continue');
    await page.getByLabel('Female', { exact: true }).check();
    await press('Continue');
    await page.getByLabel('What is wrong?').fill(check.words);
    await press('Continue');
    await page.locator(`input[value=${check.check}]`).check();
    await press('Continue');
    await page.locator('#postcode').fill('WY1 1AA');
    await press('Continue');
  }

  /** Answers the question that is shown; the key says which it has to be. */
  async function answers(key: string, option: string): Promise<void> {
    await page.waitForURL(`**/question/${key}`);
    await page.locator(`input[name=answer][value="${option}"]`).check();
    await press('Continue');
    await page.waitForURL((address) => !address.pathname.endsWith(`/${key}`));
  }

  /** Earache, "see a GP within 6 hours". */
  async function checksEarache(who: string, born: string): Promise<void> {
    await begins({ who, born, words: 'earache', check: 'earache' });
    await answers('emergency.screen', 'none');
    await answers('earache.red-flags', 'none');
    await answers('earache.unwell', 'yes');
    await heading('What to do next');
  }

  async function signsIn(name: DemoCallerName): Promise<void> {
    await heading(/^Demonstration of/);
    await press(`Sign in as ${name}`);
  }

  async function findsTimes(name: DemoCallerName): Promise<void> {
    await page.getByRole('button', { name: 'See appointment times' }).click();
    await page.waitForURL((address) => !address.pathname.endsWith('/outcome'));
    if (!page.url().startsWith(url)) await signsIn(name);
  }

  async function choosesTime(which: 'first' | 'last' = 'last'): Promise<void> {
    const times = page.locator('input[name=slot]');
    await (which === 'first' ? times.first() : times.last()).check();
    await press('Continue');
  }

  async function books(): Promise<void> {
    await heading('How can the practice contact you?');
    await page.locator('#phone').fill('01632 960123');
    await press('Continue');
    await heading('Check the details before you book');
    await press('Book this appointment');
  }

  return { press, heading, sees, begins, answers, checksEarache, signsIn, findsTimes, choosesTime, books };
}

export async function violations(page: Page): Promise<unknown> {
  await page.evaluate(AXE);
  const run = `axe.run({ runOnly: ${JSON.stringify(WCAG)} }).then(({ violations }) => violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ html }) => html.slice(0, 200)) })))`;
  return page.evaluate(run);
}

export { eventually, HANGS_AFTER_MS };
