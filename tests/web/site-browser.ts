import { readFileSync } from 'node:fs';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { DemoCallerName } from '../../demo/people';
import { walkTo, type CheckedSymptoms, type Walk, type WalkPage } from '../../demo/website-walk';
import { eventually } from '../../domain/eventually';
import { openChromium } from '../../scripts/website/demonstration';
import { loadContent } from '../../subgraphs/triage/content/load-content';
import { describeInBrowser, HANGS_AFTER_MS } from '../browser/browser';

export { describeInBrowser, HANGS_AFTER_MS };

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** WCAG 2.2's smallest window (1.4.10): 1,280 × 1,024 pixels at 400 %. */
export const NARROW = { width: 320, height: 256 };
export const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
/** A page that does not come: later tests must not wait for it as long as for a browser that hangs. */
const WAITS_MS = HANGS_AFTER_MS / 2;

/** NHS numbers, tokens, UUIDs and the ids of the API: long texts without a word in them. */
export const SECRET = /\d{10}|eyJ|[0-9a-f]{8}-[0-9a-f]{4}|[\w-]{24,}/;

const textsOf = (wording: unknown): string[] =>
  typeof wording === 'string' ? [wording] : Object.values(wording ?? {}).flatMap(textsOf);
const OUTCOMES = [...loadContent().dispositions.values()].flatMap(({ title }) => textsOf(title));

/** A title in a tab or in the history that says how ill somebody may be; statistics are about no person. */
export function namesOutcome(title: string, path: string): boolean {
  if (path.startsWith('/insight')) return false;
  const [own = ''] = title.toLowerCase().split(' - ');
  return (
    OUTCOMES.some((outcome) => own.includes(outcome.toLowerCase())) ||
    /999|111|a&e|emergency|urgent/.test(own)
  );
}

/**
 * Addresses of a site that name a secret. The one with a long name is that of styles and scripts: the hash of their
 * content. The provider's own code and state come back in the address of one request, and are good once.
 */
function toldIn(addresses: readonly string[], website: string): string[] {
  return addresses
    .filter((address) => address.startsWith(website))
    .map((address) => new URL(address))
    .filter(({ pathname }) => !/^\/(assets\/|sign-in\/callback$)/.test(pathname))
    .map(({ pathname, search }) => pathname + search)
    .filter((path) => SECRET.test(path));
}

/** A browser in front of a website, and the visitors who have opened it. */
export async function browserAt(website: string) {
  const browser = await openChromium(HANGS_AFTER_MS);
  const visitors: Visitor[] = [];
  return {
    async visitor(options: BrowserContextOptions = {}): Promise<Visitor> {
      const context = await browser.newContext({ viewport: PHONE, ...options });
      context.setDefaultTimeout(WAITS_MS);
      const visitor = await newVisitor(context, website, options.javaScriptEnabled ?? true);
      visitors.push(visitor);
      return visitor;
    },
    /** Closes what one test has opened, and says what was wrong in its browsers. */
    async afterEach(): Promise<void> {
      const complaints = visitors.flatMap((one) => [...one.complaints, ...toldIn(one.addresses, website)]);
      for (const { context } of visitors.splice(0)) await context.close();
      expect(complaints).toEqual([]);
    },
    close: () => browser.close(),
  };
}

/** Earache of somebody who feels very unwell: "see a GP within 6 hours". */
const EARACHE = { words: 'earache', check: 'earache', answers: new Map([['earache.unwell', 'yes']]) };

export type Visitor = Awaited<ReturnType<typeof newVisitor>>;

async function newVisitor(context: BrowserContext, website: string, hasScripts: boolean) {
  const { complaints, addresses } = watch(context, website);
  const page = await context.newPage();
  const open = async (path: string) => {
    await page.goto(website + path);
  };
  const press = (name: string | RegExp) => page.getByRole('button', { name, exact: true }).first().click();
  return {
    context,
    page,
    complaints,
    addresses,
    open,
    press,
    follow: (name: string | RegExp) => page.getByRole('link', { name }).first().click(),
    ...checksOf(page, hasScripts),
    ...journeyOf(page, website, { open, press }),
  };
}

/** Collects what a visitor's pages ask for, and errors on the console: a broken security policy is one. */
function watch(context: BrowserContext, website: string) {
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
    const isOfOurPage = !isPage && !request.serviceWorker() && request.frame().url().startsWith(website);
    if (isOfOurPage && !request.url().startsWith(website)) complaints.push(`foreign: ${request.url()}`);
  });
  return { complaints, addresses };
}

function checksOf(page: Page, hasScripts: boolean) {
  async function heading(name: string | RegExp, level?: number): Promise<void> {
    try {
      await page
        .getByRole('heading', { name, ...(level !== undefined && { level }) })
        .first()
        .waitFor();
    } catch {
      const shown = await page.locator('main').first().innerText();
      throw new Error(`"${String(name)}" did not come; ${page.url()} says: ${shown.slice(0, 600)}`);
    }
  }

  /** Rules for every page: WCAG 2.2 AA, where scripts run; one title; forms with their token; no scrolling aside. */
  async function holdsForAll(title: string | RegExp): Promise<void> {
    await page.waitForLoadState('load');
    expect({
      title,
      titleNamesOutcome: namesOutcome(await page.title(), new URL(page.url()).pathname),
      headings: await page.locator('h1').count(),
      formsWithoutToken: await page.locator('form[method=post]:not(:has([name=_csrf]))').count(),
      violations: hasScripts ? await violations(page) : [],
    }).toEqual({ title, titleNamesOutcome: false, headings: 1, formsWithoutToken: 0, violations: [] });
    // A script folds the menu once it has run; without scripts it is laid out in several lines.
    await eventually('the page is no wider than the window', () =>
      page.evaluate<boolean>('document.documentElement.scrollWidth <= window.innerWidth'),
    );
  }

  return {
    heading,
    /** Waits for a page that has this heading somewhere, and checks it. */
    async sees(title: string | RegExp): Promise<void> {
      await heading(title);
      await holdsForAll(title);
    },
    /** Waits for the page with this title, and checks it. */
    async at(title: string | RegExp): Promise<void> {
      await heading(title, 1);
      await holdsForAll(title);
    },
  };
}

type SymptomsOf = Pick<CheckedSymptoms, 'who' | 'words' | 'check'> & { born: string };
interface Ways {
  open(path: string): Promise<void>;
  press(name: string): Promise<void>;
}

/** A patient's way through the pages. */
function journeyOf(page: Page, website: string, { open, press }: Ways) {
  const walk = (walked: Omit<Walk, 'page' | 'website'>, last: WalkPage) =>
    walkTo({ page, website, ...walked }, last);

  /** Goes from the start page to what follows the place: the first question, or advice from before. */
  async function begins({ born, ...symptoms }: SymptomsOf): Promise<void> {
    await open('/');
    await walk({ birthDate: born, symptoms: { ...symptoms, answers: new Map() } }, '/where');
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

  /** Chooses somebody on the provider's page. */
  async function signsIn(name: DemoCallerName): Promise<void> {
    await page.getByRole('heading', { name: /^Demonstration of / }).waitFor();
    await press(`Sign in as ${name}`);
  }

  /** Goes on from the page on how to be reached, with a phone number. */
  async function givesPhone(): Promise<void> {
    await page.waitForURL(/\/contact$/);
    await page.locator('#phone').fill('01632 960123');
    await press('Continue');
    await page.waitForURL(/\/check$/);
  }

  return {
    walk,
    begins,
    answers,
    async checksEarache(who: CheckedSymptoms['who'], born: string): Promise<void> {
      await open('/');
      await walk({ birthDate: born, symptoms: { who, ...EARACHE } }, '/outcome');
    },
    signsIn,
    /** Opens a page of staff, who have not signed in. */
    async signsInAt(path: string, name: DemoCallerName): Promise<void> {
      await open(path);
      await signsIn(name);
    },
    async findsTimes(name: DemoCallerName): Promise<void> {
      await press('See appointment times');
      await page.waitForURL((address) => !address.pathname.endsWith('/outcome'));
      if (!page.url().startsWith(website)) await signsIn(name);
    },
    async choosesTime(which: 'first' | 'last' = 'last'): Promise<void> {
      const times = page.locator('input[name=slot]');
      await (which === 'first' ? times.first() : times.last()).check();
      await press('Continue');
    },
    givesPhone,
    async books(): Promise<void> {
      await givesPhone();
      await press('Book this appointment');
    },
  };
}

export async function violations(page: Page): Promise<unknown> {
  await page.evaluate(AXE);
  const run = `axe.run({ runOnly: ${JSON.stringify(WCAG)} }).then(({ violations }) => violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ html }) => html.slice(0, 200)) })))`;
  return page.evaluate(run);
}
