import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { describeInBrowser, HANGS_AFTER_MS, startWebsite, type Website } from './website';

jest.setTimeout(2 * HANGS_AFTER_MS);

const MAX_BYTES = 100 * 1024;
const MAX_PAGES = 100;
/** NHS numbers, tokens and the API's ids: long texts without a word in them. */
const SECRET = /\d{10}|eyJ[\w-]{10}|[0-9a-f]{8}-[0-9a-f]{4}|[\w-]{32,}/;

describeInBrowser('all pages of the website', () => {
  let site: Website;
  beforeAll(async () => {
    site = await startWebsite();
  });
  afterEach(() => site.afterEach());
  afterAll(() => site.close());

  it('have links that work, forms with their token, and neither secrets in addresses and titles nor 100 KB', async () => {
    const ruth = await site.visitor();
    const { page, context } = ruth;
    await site.desk('free');
    await site.desk('take', 3);
    // As far as one can go: every page has something to show then.
    await ruth.checksEarache('Me', site.people.ruth.birthDate);
    await ruth.findsTimes('patient');
    await ruth.heading('Choose an appointment time');
    await ruth.choosesTime();
    await ruth.books();
    await ruth.heading('Appointment booked');

    const seen = new Set<string>();
    const waiting = [
      '/',
      '/booked',
      '/times',
      '/outcome',
      '/continue-elsewhere',
      '/resume',
      '/timed-out',
      '/appointment',
    ];
    const wrong: string[] = [];
    for (let path = waiting.shift(); path !== undefined && seen.size < MAX_PAGES; path = waiting.shift()) {
      if (seen.has(path)) continue;
      seen.add(path);
      // Something to download, and a stream, are no pages.
      if (path.endsWith('.ics')) {
        const file = await context.request.get(site.url + path);
        if (file.status() !== 200) wrong.push(`${path}: ${file.status()}`);
        continue;
      }
      const response = await page.goto(site.url + path);
      const html = (await response?.text()) ?? '';
      wrong.push(...(await problemsOf(page, path, response?.status() ?? 0, html)));
      for (const link of await linksOf(page, site.url)) if (!seen.has(link)) waiting.push(link);
    }
    // Addresses of forms lead to a page, too, when they are loaded again.
    for (const path of [
      '/keep',
      '/keep-again',
      '/book',
      '/appointment/cancel',
      '/appointment/change',
      '/cookies/forget',
    ])
      expect([path, (await page.goto(site.url + path))?.status()]).toEqual([path, 200]);
    expect(wrong).toEqual([]);
    expect([...seen]).toEqual(
      expect.arrayContaining([
        '/',
        '/who',
        '/outcome',
        '/times',
        '/booked',
        '/cookies',
        '/accessibility',
        '/privacy',
      ]),
    );
    expect(ruth.addresses.filter((address) => address.startsWith(site.url) && isTold(address))).toEqual([]);
  });

  it('are at most 100 KB when they are first seen, compressed, with all that they load', async () => {
    const first = await site.visitor();
    const weights = new Map<string, number>();
    first.context.on('response', (response) => {
      void response
        .request()
        .sizes()
        .then(({ responseBodySize }) => weights.set(response.url(), responseBodySize));
    });
    await first.page.goto(site.url, { waitUntil: 'networkidle' });
    const total = [...weights.values()].reduce((sum, bytes) => sum + bytes, 0);
    expect([...weights.keys()].some((url) => url.endsWith('.css'))).toBe(true);
    expect(total).toBeGreaterThan(10_000);
    expect(total).toBeLessThan(MAX_BYTES);
  });

  it('can be used by the keyboard alone, from the start to a booked appointment', async () => {
    const noor = await site.visitor();
    const { page } = noor;
    await site.desk('free');
    await page.goto(site.url);
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to main content');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Start now');
    await page.keyboard.press('Enter');
    await noor.heading('Who are the symptoms about?');
    // An error is where the focus is, and leads to its field.
    await tabTo(page, 'Continue');
    await page.keyboard.press('Enter');
    await noor.heading('There is a problem');
    expect(await page.evaluate('document.activeElement.className')).toContain('nhsuk-error-summary');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('who');
    await page.keyboard.press('Space');
    await continues(page);
    await noor.heading('What is your date of birth?');
    const [year = '', month = '', day = ''] = site.people.noor.birthDate.split('-');
    for (const [label, text] of [
      ['Day', day],
      ['Month', month],
      ['Year', year],
    ] as const) {
      await tabTo(page, label);
      await page.keyboard.type(text);
    }
    await continues(page);
    await noor.heading('What is your sex?');
    await tabTo(page, 'Female');
    await page.keyboard.press('Space');
    await continues(page);
    await noor.heading('What is wrong?');
    await tabTo(page, 'What is wrong?');
    await page.keyboard.type('earache');
    await continues(page);
    await noor.heading('What fits best?');
    await tabTo(page, 'Earache from the age of 1');
    await page.keyboard.press('Space');
    await continues(page);
    await noor.heading('Where are you now?');
    await tabTo(page, 'Postcode');
    await page.keyboard.type('WY1 1AA');
    await continues(page);
    await noor.heading('Do you have any of these right now?');
    await tabTo(page, 'None of these');
    await page.keyboard.press('Space');
    await continues(page);
    await page.waitForURL('**/question/earache.red-flags');
    await noor.heading('Do you have any of these?');
    await tabTo(page, 'None of these');
    await page.keyboard.press('Space');
    await continues(page);
    await noor.heading(/very unwell/);
    await tabTo(page, 'Yes');
    await page.keyboard.press('Space');
    await continues(page);
    await noor.heading('What to do next');
    await tabTo(page, 'See appointment times');
    await page.keyboard.press('Enter');
    await noor.heading(/^Demonstration of/);
    await tabTo(page, 'Sign in as other-patient');
    await page.keyboard.press('Enter');
    await noor.heading('Choose an appointment time');
    await tabTo(page, /^(\d[\d:]*(am|pm)|midday|midnight) on /);
    await page.keyboard.press('Space');
    await continues(page);
    await noor.heading('How can the practice contact you?');
    await tabTo(page, /^Phone number/);
    await page.keyboard.type('01632 960123');
    await continues(page);
    await noor.heading('Check the details before you book');
    await tabTo(page, 'Book this appointment');
    await page.keyboard.press('Enter');
    await noor.heading('Appointment booked');
  });

  it('can be used at 320 pixels', async () => {
    const narrow = await site.visitor({ viewport: { width: 320, height: 640 } });
    await narrow.begins({ who: 'Me', born: '1980-01-01', words: 'earache', check: 'earache' });
    await narrow.page.waitForURL('**/question/emergency.screen');
    for (const path of ['/', '/who', '/age', '/checks', '/where', '/question', '/cookies']) {
      await narrow.page.goto(site.url + path);
      await narrow.sees(/./);
    }
  });
});

/** A secret in the path or the search; the provider's own code and state are good once. */
function isTold(address: string): boolean {
  const { pathname, search } = new URL(address);
  return !/^\/(assets\/|sign-in\/callback)/.test(pathname) && SECRET.test(pathname + search);
}

async function problemsOf(page: Page, path: string, status: number, html: string): Promise<string[]> {
  const title = await page.title();
  const problems: [boolean, string][] = [
    [status !== 200, `answered ${status}`],
    [
      (await page.locator('form[method=post]:not(:has([name=_csrf]))').count()) > 0,
      'has a form without its token',
    ],
    [(await page.locator('h1').count()) !== 1, 'has not one heading of the first level'],
    [SECRET.test(title), `has a secret in its title: ${title}`],
    [!/ - \S/.test(title) && path !== '/offline', `has no title: ${title}`],
    [gzipSync(html).length > MAX_BYTES, `is too large: ${gzipSync(html).length}`],
    [/style="|<style|onclick=/.test(html), 'has styles or scripts in it'],
  ];
  return problems.flatMap(([isWrong, what]) => (isWrong ? [`${path} ${what}`] : []));
}

/** Links within the site; those of other sites are opened by people, and are not fetched here. */
async function linksOf(page: Page, url: string): Promise<string[]> {
  const hrefs = await page.evaluate<string[]>(
    '[...document.querySelectorAll("a[href]")].map((link) => link.getAttribute("href"))',
  );
  const within = hrefs
    .map((href) => new URL(href, page.url()))
    .filter(({ origin }) => origin === new URL(url).origin);
  return [...new Set(within.map(({ pathname, search }) => pathname + search))].filter(
    (path) => !path.startsWith('/sign-in'),
  );
}

/** Words of what has the focus: its label, or its text. */
function focused(page: Page): Promise<string> {
  return page.evaluate(
    '((e) => (e.labels?.[0]?.innerText ?? e.innerText ?? "").trim())(document.activeElement)',
  );
}

/** Presses Tab until what has these words has the focus; it is seen then. */
async function tabTo(page: Page, words: string | RegExp): Promise<void> {
  const tried: string[] = [];
  for (let presses = 0; presses < 80; presses += 1) {
    const text = await focused(page);
    if (typeof words === 'string' ? text === words : words.test(text)) {
      expect(await page.evaluate('document.activeElement.getBoundingClientRect().height > 0')).toBe(true);
      return;
    }
    tried.push(text);
    await page.keyboard.press('Tab');
    // Of radios Tab reaches one; the arrows reach the others, and choose them.
    const labels = await page.evaluate<string[]>(
      'document.activeElement.type === "radio" ? [...document.getElementsByName(document.activeElement.name)].map((e) => e.labels[0].innerText.trim()) : []',
    );
    const place = labels.findIndex((label) =>
      typeof words === 'string' ? label === words : words.test(label),
    );
    for (let arrows = 0; arrows < place; arrows += 1) await page.keyboard.press('ArrowDown');
  }
  throw new Error(`Tab does not reach ${String(words)}: ${tried.join(' | ')}`);
}

async function continues(page: Page): Promise<void> {
  await tabTo(page, 'Continue');
  await page.keyboard.press('Enter');
}
