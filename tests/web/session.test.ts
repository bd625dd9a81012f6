import { describeInBrowser, HANGS_AFTER_MS, violations } from './site-browser';
import { startWebsite, type Website } from './website';

jest.setTimeout(2 * HANGS_AFTER_MS);

const MINUTE_MS = 60_000;

describeInBrowser('a session on the website', () => {
  let site: Website;
  beforeAll(async () => {
    site = await startWebsite();
  });
  beforeEach(() => site.desk('free'));
  afterEach(() => site.afterEach());
  afterAll(() => site.close());

  const EARACHE = { who: 'SELF', words: 'earache', check: 'earache' } as const;

  it('asks two minutes before its end, stays when asked to, and says so when it has ended', async () => {
    const person = await site.visitor();
    const { page } = person;
    await person.begins({ ...EARACHE, born: '1990-01-02' });
    await page.waitForURL('**/question/emergency.screen');
    await page.clock.install();
    await page.reload();
    const dialog = page.getByRole('dialog', { name: 'We are about to delete your answers' });
    await site.clock(29);
    await page.clock.runFor(29 * MINUTE_MS);
    await dialog.waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate('document.querySelector("dialog").contains(document.activeElement)')).toBe(
      true,
    );
    await page.getByRole('button', { name: 'Stay here' }).click();
    await dialog.waitFor({ state: 'hidden' });
    // Ten minutes later the session would have ended without it.
    await site.clock(10);
    await page.locator('input[name=answer][value=none]').check();
    await person.press('Continue');
    await page.waitForURL('**/question/earache.red-flags');
    await site.clock(31);
    await page.clock.runFor(31 * MINUTE_MS);
    await person.sees('You have been timed out');
    await page.goto(`${site.url}/outcome`);
    await person.heading('Check symptoms and book a GP appointment');
  });

  it('says without JavaScript when answers are deleted', async () => {
    const person = await site.visitor({ javaScriptEnabled: false });
    await person.page.goto(`${site.url}/who`);
    await person.page.getByText(/^If you do nothing until \d.*, your answers are deleted\.$/).waitFor();
  });

  it('goes on at the next page on another device by a code, once, and shows nothing from before', async () => {
    const first = await site.visitor();
    await first.begins({ ...EARACHE, born: '1990-02-03' });
    await first.answers('emergency.screen', 'none');
    await first.page.getByRole('link', { name: 'Continue on another device' }).click();
    await first.sees('Continue on another device');
    await first.press('Get a code');
    await first.sees('Your code');
    const code = await first.page.locator('.app-code').innerText();
    expect(code).toMatch(/^[B-Z2-9]{4} [B-Z2-9]{4}$/);

    const other = await site.visitor();
    const { page } = other;
    await page.goto(site.url);
    await page.getByRole('link', { name: 'Continue with a code from another device' }).click();
    await other.sees('What is your code?');
    await page.locator('#code').fill('BBBB 2222');
    await other.press('Continue');
    await other.sees('There is a problem');
    await page.locator('#code').fill(code.toLowerCase().replace(' ', ''));
    await other.press('Continue');
    await page.waitForURL('**/question/earache.red-flags');
    await other.heading('Do you have any of these?');
    // Neither the birthday nor the words and the answers.
    await page.goto(`${site.url}/age`);
    expect(await page.getByLabel('Year').inputValue()).toBe('');
    await page.goto(`${site.url}/question/emergency.screen`);
    await page.waitForURL('**/question/earache.red-flags');
    await other.answers('earache.red-flags', 'none');
    await other.answers('earache.unwell', 'yes');
    await other.sees('What to do next');
    const shown = await page.locator('main').innerText();
    expect(shown).toContain('very unwell');
    expect(shown).not.toContain('right now?');

    // The code was good once; and whoever tries many is stopped.
    const third = await site.visitor();
    await third.page.goto(`${site.url}/resume`);
    for (const tried of [code, ...Array.from({ length: 9 }, () => 'BCDF GHJK')]) {
      await third.page.locator('#code').fill(tried);
      await third.press('Continue');
      await third.heading('There is a problem');
    }
    expect(await third.page.locator('.nhsuk-error-summary a').innerText()).toContain('Too many codes');
  });

  it('goes on to the page that was wanted after signing in, also after proving more', async () => {
    const paula = await site.visitor();
    const { page } = paula;
    await paula.checksEarache('SELF', site.people.paula.birthDate);
    await paula.findsTimes('p5');
    await paula.heading('Choose an appointment time');
    await paula.choosesTime();
    await paula.sees('You need to prove who you are');
    await page.getByRole('link', { name: 'Sign in again' }).click();
    await paula.signsIn('p5');
    await paula.heading('Prove who you are');
    await paula.press('I have proved who I am');
    await paula.heading('Choose an appointment time');
    await paula.choosesTime();
    await paula.sees('How can the practice contact you?');
  });

  it('says why nobody is signed in who does not agree, and keeps the symptom check', async () => {
    const noor = await site.visitor();
    const { page } = noor;
    await noor.checksEarache('SELF', site.people.noor.birthDate);
    await page.getByRole('button', { name: 'See appointment times' }).click();
    await noor.heading(/^Demonstration of/);
    await noor.press('Do not agree to share');
    await noor.sees('You are not signed in');
    await page.getByRole('link', { name: 'Try again' }).click();
    await noor.signsIn('other-patient');
    await noor.heading('Choose an appointment time');
  });

  it('finds practices by where the device is, and sends that to this site alone', async () => {
    const person = await site.visitor({
      geolocation: { latitude: 53.79787, longitude: -1.5486 },
      permissions: ['geolocation'],
    });
    const { page } = person;
    await person.begins({ ...EARACHE, born: '1990-03-04' });
    await page.waitForURL('**/question/emergency.screen');
    await page.goto(`${site.url}/where`);
    await person.sees('Where are you now?');
    await person.press('Use my location');
    await page.waitForURL('**/question/emergency.screen');
    await page.context().clearPermissions();
    await page.goto(`${site.url}/where`);
    await person.press('Use my location');
    await page.getByText('We cannot find out where you are. Enter a postcode.').waitFor();
  });

  it('can be installed, and says what to do where there is no network', async () => {
    const person = await site.visitor();
    const { page, context } = person;
    await page.goto(site.url);
    const manifest = await context.request.get(
      site.url + ((await page.locator('link[rel=manifest]').getAttribute('href')) ?? ''),
    );
    expect(await manifest.json()).toMatchObject({ display: 'standalone', start_url: '/' });
    await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
    await page.reload();
    await context.setOffline(true);
    await page.goto(`${site.url}/who`);
    await person.sees('You are offline');
    await page.getByRole('link', { name: 'Call 999' }).waitFor();
    await context.setOffline(false);
    await page.goto(`${site.url}/who`);
    await person.heading('Who are the symptoms about?');
    person.complaints.splice(0);
  });

  it('refuses a form that was not made for it', async () => {
    const person = await site.visitor();
    await person.page.goto(`${site.url}/who`);
    const forged = await person.context.request.post(`${site.url}/who`, {
      form: { _csrf: 'x', who: 'SELF' },
    });
    expect(forged.status()).toBe(403);
    expect(await forged.text()).toContain('This page is out of date');
    await person.page.goto(`${site.url}/age`);
    await person.heading(/date of birth/);
  });
});
