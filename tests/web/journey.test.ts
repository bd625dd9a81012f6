import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { CASE_STUDY_PRACTICE, demoPeople } from '../../demo/people';
import { simulatorControl, type SimulatorControl } from '../../demo/simulator-control';
import { CHROMIUM, HANGS_AFTER_MS } from '../browser/browser';
import { productProcess } from '../product-process';

// Later than Playwright, which says what it has waited for.
jest.setTimeout(2 * HANGS_AFTER_MS);

const present = existsSync(CHROMIUM);
if (!present) {
  const sentence = `${CHROMIUM} is not there: the website was not tested in a browser.`;
  if (process.env.REQUIRE_CHROMIUM === '1') throw new Error(`REQUIRE_CHROMIUM=1, but ${sentence}`);
  process.stderr.write(`\n${sentence}\n`);
}

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const PHONE = { width: 390, height: 844 };
/** NHS numbers, tokens, UUIDs and the ids of the API: long texts without a word in them. */
const SECRET_IN_ADDRESS = /\d{10}|eyJ|[0-9a-f]{8}-[0-9a-f]{4}|[\w-]{24,}/;

/** The mother's answers on the pages of the symptom check, by question; "None of these" to others. */
const ANSWERS: Readonly<Record<string, string>> = {
  'child-rash.fever': 'yes',
  'child-rash.long-fever': 'no',
  'child-rash.scarlet-fever': 'no',
  'child-rash.chickenpox': 'no',
  'child-rash.compared-with-normal': 'much-less',
};

(present ? describe : describe.skip)('a mother books for her son on the website', () => {
  let dataDir: string;
  const opened: { close(): Promise<unknown> }[] = [];
  const { sam } = demoPeople(CASE_STUDY_PRACTICE, new Date());
  let browser: Browser;
  let control: SimulatorControl;
  let website: string;

  // Each with suppliers of its own: a person is booked for one complaint once.
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'gp-booking-web-'));
    const product = productProcess(['everything'], {
      DATA_DIR: dataDir,
      PORT: '0',
      SIMULATOR_CONTROL_PORT: '0',
      // How busy the machine is with other tests is not the subject.
      LIMIT_LOOP_LAG_MS: '60000',
    });
    opened.unshift({ close: () => product.end('SIGTERM') });
    // Before anything else, so that nobody has to look for it.
    const [, address = ''] = await product.says(/^\s*Website +(http:\S+)\/\n/);
    website = address;
    const [, controlUrl = ''] = await product.says(/Simulator control +(http:\S+)/);
    control = simulatorControl(controlUrl);
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      headless: true,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
      timeout: HANGS_AFTER_MS,
    });
    opened.unshift(browser);
  });

  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it.each([
    { name: 'on a phone', javaScriptEnabled: true },
    { name: 'without JavaScript', javaScriptEnabled: false },
  ])('from the start page to the practice’s own diary, $name', async ({ javaScriptEnabled }) => {
    const context = await browser.newContext({ viewport: PHONE, javaScriptEnabled });
    context.setDefaultTimeout(12000);
    const complaints: string[] = [];
    const foreign: string[] = [];
    const addresses: string[] = [];
    context.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    context.on('request', (request) => {
      addresses.push(request.url());
      if (!request.url().startsWith(website) && !request.isNavigationRequest()) foreign.push(request.url());
    });
    const page = await context.newPage();
    const visited: string[] = [];
    const checked = async (title: string) => {
      await page.getByRole('heading', { name: title }).first().waitFor();
      visited.push(new URL(page.url()).pathname);
      expect(await page.locator('form[method=post]:not(:has([name=_csrf]))').count()).toBe(0);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width);
      if (javaScriptEnabled) expect(await violations(page)).toEqual([]);
    };

    await page.goto(website);
    await checked('Check symptoms and book a GP appointment');
    await press(page, 'Start now');
    await checked('Who are the symptoms about?');
    await press(page, 'Continue');
    await checked('There is a problem');
    expect(await page.title()).toMatch(/^Error: /);
    expect(await page.locator('.nhsuk-error-summary a').getAttribute('href')).toBe('#who');
    await page.getByLabel('My child').check();
    await press(page, 'Continue');
    await checked('What is their date of birth?');
    const [year = '', month = '', day = ''] = sam.birthDate.split('-');
    await page.getByLabel('Day').fill(day);
    await page.getByLabel('Month').fill(month);
    await page.getByLabel('Year').fill(year);
    await press(page, 'Continue');
    await checked('What is their sex?');
    await page.getByLabel('Male', { exact: true }).check();
    await press(page, 'Continue');
    await checked('What is wrong?');
    await page.getByLabel('What is wrong?').fill('rash and fever');
    await press(page, 'Continue');
    await checked('What fits best?');
    await page.locator('input[value=child-rash]').check();
    await press(page, 'Continue');
    await checked('Where are you now?');
    await page.locator('#postcode').fill('WY1 1AA');
    await press(page, 'Continue');
    await answerQuestions(page, checked);
    await checked('What to do next');
    await control.deskTakes(CASE_STUDY_PRACTICE, new Date(), new Date(Date.now() + 7 * 3_600_000));
    await page.getByRole('button', { name: 'See appointment times' }).click();
    await page.getByRole('heading', { name: 'Demonstration of NHS login' }).waitFor();
    await press(page, 'Sign in as parent');
    await checked('Choose an appointment time');
    expect(await page.getByText('For Sam.').count()).toBe(1);
    await page
      .getByRole('button', { name: /^Choose / })
      .last()
      .click();
    await checked('How can the practice contact you?');
    await press(page, 'Keep it for longer');
    await checked('How can the practice contact you?');
    expect(await page.getByRole('button', { name: 'Keep it for longer' }).count()).toBe(0);
    await page.locator('#phone').fill('01632 960123');
    await press(page, 'Continue');
    await checked('Check the details before you book');
    await press(page, 'Book this appointment');
    await checked('Appointment booked');

    const reference = await page.locator('.nhsuk-panel strong').textContent();
    expect(reference).toMatch(/\w{4}/);
    const diary = await control.appointmentsOf(sam);
    expect(diary.filter(({ status }) => status === 'BOOKED')).toHaveLength(1);
    const file = await context.request.get(`${website}/booked/appointment.ics`);
    expect(await file.text()).toContain(`Reference: ${reference ?? ''}`);
    expect(await file.text()).not.toMatch(/rash|fever/i);

    await page.goto(`${website}/appointments`);
    await checked('Your appointments');
    await page
      .getByRole('button', { name: /^See this appointment/ })
      .first()
      .click();
    await checked('Your appointment');
    // The practice decides how near a time may be cancelled online, and the simulation runs at the time of day that it is.
    const cancel = page.getByRole('button', { name: 'Cancel this appointment' });
    if ((await cancel.count()) === 0) {
      await page.getByText('It is too late to cancel online. Phone the practice.').waitFor();
    } else {
      await page.getByLabel('I feel better').check();
      await cancel.click();
      await page.getByText(/^(Cancelled|We are cancelling it)[.]$/).waitFor();
      await checked('Your appointment');
    }

    expect(visited).toEqual(expect.arrayContaining(['/outcome', '/times', '/contact', '/check', '/booked']));
    // The one address with a long name is that of the styles and scripts: the hash of their content.
    const pages = addresses
      .filter((address) => address.startsWith(website))
      .map((address) => new URL(address).pathname)
      .filter((path) => !path.startsWith('/assets/'));
    expect(pages.filter((path) => SECRET_IN_ADDRESS.test(path))).toEqual([]);
    expect(foreign).toEqual([]);
    expect(complaints.filter((text) => !text.includes('422'))).toEqual([]);
    await context.close();
  });
});

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

async function answerQuestions(page: Page, checked: (title: string) => Promise<void>): Promise<void> {
  for (;;) {
    await page.locator('h1').first().waitFor();
    const key = /^\/question\/(.+)$/.exec(new URL(page.url()).pathname)?.[1];
    if (key === undefined) return;
    const title = (await page.locator('h1').first().textContent()) ?? '';
    await checked(title.trim());
    const input = page.locator(`input[name=answer][value="${ANSWERS[key] ?? 'none'}"]`);
    await input.check();
    await press(page, 'Continue');
    await page.waitForURL((address) => !address.pathname.endsWith(`/${key}`));
  }
}

async function violations(page: Page): Promise<unknown> {
  await page.evaluate(AXE);
  const run = `axe.run({ runOnly: ${JSON.stringify(WCAG)} }).then(({ violations }) => violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ html }) => html.slice(0, 200)) })))`;
  return page.evaluate(run);
}
