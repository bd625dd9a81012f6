import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { simulatorControl, type SimulatorControl } from '../../demo/simulator-control';
import { eventually } from '../../domain/eventually';
import type { DemoCallerName } from '../../demo/people';
import { CHROMIUM, HANGS_AFTER_MS } from '../browser/browser';
import { productProcess } from '../product-process';

const present = existsSync(CHROMIUM);
if (!present) {
  const sentence = `${CHROMIUM} is not there: the practice's pages were not tested in a browser.`;
  if (process.env.REQUIRE_CHROMIUM === '1') throw new Error(`REQUIRE_CHROMIUM=1, but ${sentence}`);
  process.stderr.write(`\n${sentence}\n`);
}

/** Suites that need the browser; without one they say so, and REQUIRE_CHROMIUM=1 fails. */
export const describeInBrowser = present ? describe : describe.skip;

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const NARROW = { width: 320, height: 700 };

export interface Visitor {
  page: Page;
  context: BrowserContext;
  /** Errors on the console; a page that the server answers with a 4xx status is none. */
  complaints: string[];
  press(name: string): Promise<void>;
  /** Waits for a heading, then checks the page as every page has to be. */
  at(heading: string): Promise<void>;
  /** Opens a page, signing in as somebody where the page leads there. */
  signIn(as: DemoCallerName, path?: string): Promise<void>;
  open(path: string): Promise<void>;
}

export interface ConsoleUnderTest {
  website: string;
  control: SimulatorControl;
  /** A simulated supplier stops answering, or answers again. */
  turn(supplier: string, way: 'down' | 'up'): Promise<void>;
  visitor(options?: { javaScriptEnabled?: boolean }): Promise<Visitor>;
  close(): Promise<void>;
}

/** The whole product in one process, and a browser before it. */
export async function consoleUnderTest(): Promise<ConsoleUnderTest> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gp-booking-practice-'));
  const product = productProcess(['everything'], {
    DATA_DIR: dataDir,
    PORT: '0',
    SIMULATOR_CONTROL_PORT: '0',
    // How busy the machine is with other tests is not the subject.
    LIMIT_LOOP_LAG_MS: '60000',
  });
  const [, website = ''] = await product.says(/^\s*Website +(http:\S+)\/\n/);
  const [, controlUrl = ''] = await product.says(/Simulator control +(http:\S+)/);
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
    timeout: HANGS_AFTER_MS,
  });
  return {
    website,
    control: simulatorControl(controlUrl),
    async turn(supplier, way) {
      const { ok } = await fetch(`${controlUrl}/suppliers/${supplier}/${way}`, { method: 'POST' });
      if (!ok) throw new Error(`${supplier} could not be turned ${way}.`);
    },
    visitor: (options = {}) => newVisitor(browser, website, options),
    async close() {
      await browser.close();
      await product.end('SIGTERM');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function newVisitor(
  browser: Browser,
  website: string,
  { javaScriptEnabled = true }: { javaScriptEnabled?: boolean },
): Promise<Visitor> {
  const context = await browser.newContext({ viewport: NARROW, javaScriptEnabled });
  context.setDefaultTimeout(HANGS_AFTER_MS / 2);
  const complaints: string[] = [];
  context.on('console', (message) => {
    const isOfStatus = /the server responded with a status of 4\d\d/.test(message.text());
    if (message.type() === 'error' && !isOfStatus) complaints.push(message.text());
  });
  const page = await context.newPage();
  const open = async (path: string) => {
    await page.goto(website + path);
  };
  const press = (name: string) => page.getByRole('button', { name, exact: true }).first().click();
  return {
    page,
    context,
    complaints,
    press,
    open,
    async at(heading) {
      await page.getByRole('heading', { name: heading }).first().waitFor();
      await page.waitForLoadState('load');
      expect(await page.locator('h1').count()).toBe(1);
      expect(await page.locator('form[method=post]:not(:has([name=_csrf]))').count()).toBe(0);
      expect(new URL(page.url()).href).not.toMatch(/\d{10}|eyJ|[0-9a-f]{8}-[0-9a-f]{4}/);
      // A script folds the menu once it has run; without scripts it is laid out in several lines.
      await eventually('the page fits in 320 px', async () => {
        const width = await page.evaluate('document.documentElement.scrollWidth');
        return typeof width === 'number' && width <= NARROW.width;
      });
      if (javaScriptEnabled) expect(await violations(page)).toEqual([]);
    },
    async signIn(as, path = '/practice') {
      await open(path);
      await page.getByRole('heading', { name: /^Demonstration of / }).waitFor();
      await press(`Sign in as ${as}`);
    },
  };
}

async function violations(page: Page): Promise<unknown> {
  await page.evaluate(AXE);
  const run = `axe.run({ runOnly: ${JSON.stringify(WCAG)} }).then(({ violations }) => violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ html }) => html.slice(0, 200)) })))`;
  return page.evaluate(run);
}

const ANSWERS: Readonly<Record<string, string>> = {
  'child-rash.fever': 'yes',
  'child-rash.long-fever': 'no',
  'child-rash.scarlet-fever': 'no',
  'child-rash.chickenpox': 'no',
  'child-rash.compared-with-normal': 'much-less',
};
/** More pages than a symptom check and a booking have. */
const MAX_PAGES = 60;

/** A mother goes through the patient's pages for her son, whatever their order, until a time is kept for him. */
export async function keepTimeForSon({ page, press, open }: Visitor, birthDate: string): Promise<void> {
  const choose = async (selector: string) => {
    await page.locator(selector).first().check();
    await press('Continue');
  };
  const [year = '', month = '', day = ''] = birthDate.split('-');
  const acts: Readonly<Record<string, () => Promise<void>>> = {
    '/': () => press('Start now'),
    '/who': () => choose('input[value=CHILD]'),
    async '/age'() {
      await page.getByLabel('Day').fill(day);
      await page.getByLabel('Month').fill(month);
      await page.getByLabel('Year').fill(year);
      await press('Continue');
    },
    '/sex': () => choose('input[value=MALE]'),
    async '/symptoms'() {
      await page.getByLabel('What is wrong?').fill('rash and fever');
      await press('Continue');
    },
    '/checks': () => choose('input[value=child-rash]'),
    async '/where'() {
      await page.locator('#postcode').fill('WY1 1AA');
      await press('Continue');
    },
    '/outcome': () => press('See appointment times'),
    '/times': () => choose('input[name=slot]'),
  };
  await open('/');
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    await page.locator('h1').first().waitFor();
    const before = page.url();
    const { pathname } = new URL(before);
    if (pathname === '/contact') return;
    const question = /^\/question\/(.+)$/.exec(pathname)?.[1];
    if (question !== undefined) await choose(`input[name=answer][value="${ANSWERS[question] ?? 'none'}"]`);
    else if (pathname.startsWith('/nhs-login/')) await press('Sign in as parent');
    else if (acts[pathname] === undefined) throw new Error(`No way on from ${pathname} is known here.`);
    else await acts[pathname]();
    await page.waitForURL((address) => address.href !== before);
  }
  throw new Error('No time was kept.');
}
