import { describeInBrowser, HANGS_AFTER_MS } from './site-browser';
import { startWebsite, type Website } from './website';

jest.setTimeout(2 * HANGS_AFTER_MS);

/** A way to each outcome of an emergency, and to help that no practice gives; each about somebody else's birthday. */
const EMERGENCIES = [
  { title: 'Call 999 now', link: 'Call 999', check: 'earache', answers: [['emergency.screen', 'fitting']] },
  {
    title: 'Call 999 now and say that it may be a severe allergic reaction',
    link: 'Call 999',
    check: 'earache',
    answers: [['emergency.screen', 'swollen-lips-tongue-or-throat']],
  },
  {
    title: 'Call 999 now and say that it may be sepsis or meningitis',
    link: 'Call 999',
    check: 'sore-throat',
    answers: [
      ['emergency.screen', 'none'],
      ['sore-throat.red-flags', 'stiff-neck-or-rash'],
    ],
  },
  {
    title: 'Go to an emergency department within 1 hour',
    link: 'Find an A&E near you (on NHS.UK)',
    check: 'earache',
    answers: [
      ['emergency.screen', 'none'],
      ['earache.red-flags', 'weak-face'],
    ],
  },
] as const;

describeInBrowser('an emergency on the website', () => {
  let site: Website;
  beforeAll(async () => {
    site = await startWebsite();
  });
  afterEach(() => site.afterEach());
  afterAll(() => site.close());

  it('is the outcome in an emergency card, with the way to help and no appointment', async () => {
    const person = await site.visitor();
    const { page } = person;
    for (const [index, { title, link, check, answers }] of EMERGENCIES.entries()) {
      await person.begins({ who: 'SELF', born: `198${index}-05-01`, words: check.replace('-', ' '), check });
      for (const [key, option] of answers) await person.answers(key, option);
      await person.sees('What to do next');
      await page.locator('.nhsuk-card--care--emergency').getByRole('heading', { name: title }).waitFor();
      await page
        .locator('.nhsuk-card--care--emergency')
        .getByRole('link', { name: link, exact: true })
        .waitFor();
      expect(await page.getByRole('button', { name: 'See appointment times' }).count()).toBe(0);
    }
    // Nobody books by typing the address either.
    await page.goto(`${site.url}/times`);
    await person.heading('What to do next');
  });

  it('is not taken back by another answer before the person has confirmed that', async () => {
    const person = await site.visitor();
    const { page } = person;
    await person.begins({ who: 'SELF', born: '1975-05-01', words: 'earache', check: 'earache' });
    await person.answers('emergency.screen', 'fitting');
    await person.heading('What to do next');
    const changes = async () => {
      await page
        .getByRole('link', { name: /^Change/ })
        .first()
        .click();
      await person.heading('Do you have any of these right now?');
      await page.locator('input[name=answer][value=fitting]').uncheck();
      await page.locator('input[name=answer][value=none]').check();
      await person.press('Continue');
      await person.sees('Your answers mean that this is an emergency');
    };
    await changes();
    await page.locator('main li', { hasText: 'A fit now, or a first fit today' }).waitFor();
    // The first button is the safe one.
    expect(await page.locator('main button').first().innerText()).toBe('Keep my answer');
    await person.press('Keep my answer');
    await person.heading('What to do next');
    await page.getByRole('heading', { name: 'Call 999 now' }).waitFor();
    await changes();
    await person.press('It was a mistake: change my answer');
    await page.waitForURL('**/question/earache.red-flags');

    // Who starts again in this browser, about the same person, sees the advice from before first.
    await person.begins({ who: 'SELF', born: '1975-05-01', words: 'earache', check: 'earache' });
    await person.sees('You were told to get help');
    await person.press('Continue with the new symptom check');
    await page.waitForURL('**/question/emergency.screen');

    // Once the browser is forgotten nobody is recognised.
    await page.goto(`${site.url}/cookies`);
    await person.sees('Cookies');
    await person.press('Forget this browser');
    await person.sees('This browser is forgotten');
    await person.begins({ who: 'SELF', born: '1975-05-01', words: 'earache', check: 'earache' });
    await page.waitForURL('**/question/emergency.screen');
  });

  it('is answered with help instead of a list where words name a danger', async () => {
    const person = await site.visitor();
    const { page } = person;
    await person.begins({ who: 'SELF', born: '1975-06-01', words: 'earache', check: 'earache' });
    await page.goto(`${site.url}/symptoms`);
    await page.getByLabel('What is wrong?').fill('crushing chest pain');
    await person.press('Continue');
    await person.sees('Call 999 now');
    await page.locator('.nhsuk-card--care--emergency').waitFor();
    await page.getByRole('link', { name: 'Use other words' }).click();
    await page.getByLabel('What is wrong?').fill('toothbrush');
    await person.press('Continue');
    await page.locator('.nhsuk-card--care--urgent').waitFor();
    await person.sees(/111/);
  });

  it('is 111 while a symptom check is switched off, before it and in the middle of it', async () => {
    const person = await site.visitor();
    const { page } = person;
    await person.begins({ who: 'SELF', born: '1975-07-01', words: 'earache', check: 'earache' });
    await page.waitForURL('**/question/emergency.screen');
    const off = (isOff: boolean) =>
      site.api(
        'SetPathwayAvailability',
        { input: { pathwayId: 'earache', off: isOff, reason: 'a test' } },
        'operator',
      );
    await off(true);
    await page.locator('input[name=answer][value=none]').check();
    await person.press('Continue');
    await person.sees('Call 111 now');
    await page.goto(`${site.url}/symptoms`);
    await page.getByLabel('What is wrong?').fill('earache');
    await person.press('Continue');
    await person.sees(/Call 111 instead|What fits best\?/);
    expect(await page.locator('input[value=earache]').count()).toBe(0);
    await off(false);
  });
});
