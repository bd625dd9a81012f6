import { existsSync, readFileSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { CHROMIUM, HANGS_AFTER_MS } from '../browser/browser';

export const isPresent = existsSync(CHROMIUM);
if (!isPresent) {
  const sentence = `${CHROMIUM} is not there: the website was not tested in a browser.`;
  if (process.env.REQUIRE_CHROMIUM === '1') throw new Error(`REQUIRE_CHROMIUM=1, but ${sentence}`);
  process.stderr.write(`\n${sentence}\n`);
}

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** WCAG 2.2's smallest width (1.4.10): 400 % of 1,280 pixels. */
export const NARROW = { width: 320, height: 640 };
export const DESKTOP = { width: 1280, height: 800 };

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    timeout: HANGS_AFTER_MS,
  });
}

/** One reader at the website. */
export interface Reader {
  page: Page;
  context: BrowserContext;
  /** Waits for the page with this heading, and checks what holds for every page. */
  at(heading: string | RegExp): Promise<void>;
  press(name: string | RegExp): Promise<void>;
  follow(name: string | RegExp): Promise<void>;
  /** Errors on the console, such as a broken security policy; those of expected statuses are left out. */
  complaints: string[];
}

export interface ReaderOptions {
  viewport: { width: number; height: number };
  javaScriptEnabled?: boolean;
}

/** Opens a browser context of its own; every page that it comes to is held against WCAG where scripts run. */
export async function newReader(
  browser: Browser,
  { viewport, javaScriptEnabled = true }: ReaderOptions,
): Promise<Reader> {
  const context = await browser.newContext({ viewport, javaScriptEnabled });
  context.setDefaultTimeout(HANGS_AFTER_MS);
  const complaints: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error' && !/status of (403|422)/.test(message.text()))
      complaints.push(message.text());
  });
  const page = await context.newPage();
  return {
    page,
    context,
    complaints,
    async at(heading) {
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
      const found = {
        headings: await page.locator('h1').count(),
        formsWithoutToken: await page.locator('form[method=post]:not(:has([name=_csrf]))').count(),
        isWider: (await page.evaluate<number>('document.documentElement.scrollWidth')) > viewport.width,
        violations: javaScriptEnabled ? await violations(page) : [],
      };
      expect(found).toEqual({ headings: 1, formsWithoutToken: 0, isWider: false, violations: [] });
    },
    press: (name) => page.getByRole('button', { name, exact: true }).click(),
    follow: (name) => page.getByRole('link', { name }).first().click(),
  };
}

async function violations(page: Page): Promise<unknown> {
  await page.evaluate(AXE);
  const run = `axe.run({ runOnly: ${JSON.stringify(WCAG)} }).then(({ violations }) => violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ html }) => html.slice(0, 200)) })))`;
  return page.evaluate(run);
}

/** Chooses somebody on the provider's page. */
export async function signInAs({ page }: Pick<Reader, 'page'>, name: string): Promise<void> {
  await page.getByRole('heading', { name: /^Demonstration of / }).waitFor();
  await page.getByRole('button', { name: `Sign in as ${name}`, exact: true }).click();
}
