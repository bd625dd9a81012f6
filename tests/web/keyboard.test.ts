import type { Page } from 'playwright-core';
import { describeInBrowser, HANGS_AFTER_MS, NARROW } from './site-browser';
import { startWebsite, type Website } from './website';

jest.setTimeout(2 * HANGS_AFTER_MS);

describeInBrowser('the pages of patients', () => {
  let site: Website;
  beforeAll(async () => {
    site = await startWebsite();
  });
  afterEach(() => site.afterEach());
  afterAll(() => site.close());

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

  it('can be used at 320 × 256 pixels, which is 400 % of zoom', async () => {
    const narrow = await site.visitor({ viewport: NARROW });
    await narrow.begins({ who: 'SELF', born: '1980-01-01', words: 'earache', check: 'earache' });
    await narrow.page.waitForURL('**/question/emergency.screen');
    for (const path of ['/', '/who', '/age', '/checks', '/where', '/question', '/cookies']) {
      await narrow.page.goto(site.url + path);
      await narrow.sees(/./);
    }
  });
});

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
