import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { CASE_STUDY_PRACTICE, demoPeople } from '../demo/people';

/**
 * Takes pictures of the website in twelve states, on a phone and on a desktop, into docs/pictures: against `npm start` with
 * everything simulated. `WEBSITE=http://127.0.0.1:3000 CONTROL=http://127.0.0.1:4100 node dist/scripts/screenshots.js`.
 */
const WEBSITE = process.env.WEBSITE ?? 'http://127.0.0.1:3000';
const CONTROL = process.env.CONTROL ?? 'http://127.0.0.1:4100';
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FOLDER = join('docs', 'pictures');

/** Another person each time: one is booked for one complaint once. */
const people = demoPeople(CASE_STUDY_PRACTICE, new Date());
const SIZES = [
  { name: 'phone', width: 390, height: 844, as: 'patient', born: people.ruth.birthDate },
  { name: 'desktop', width: 1280, height: 900, as: 'other-patient', born: people.noor.birthDate },
] as const;
type Size = (typeof SIZES)[number];

async function control(path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(CONTROL + path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`The control API answered ${path} with ${response.status}.`);
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

async function take(page: Page, { name: size }: Size, state: string): Promise<void> {
  const picture = await page.screenshot({ animations: 'disabled' });
  writeFileSync(join(FOLDER, `${state}-${size}.png`), picture);
  process.stdout.write(`${state}-${size}.png ${Math.round(picture.length / 1_024)} KB\n`);
}

async function beginCheck(page: Page, size: Size): Promise<void> {
  await page.goto(WEBSITE);
  await take(page, size, '01-start');
  await press(page, 'Start now');
  await page.getByLabel('Me', { exact: true }).check();
  await take(page, size, '02-who');
  await press(page, 'Continue');
  const [year = '', month = '', day = ''] = size.born.split('-');
  await page.getByLabel('Day').fill(day);
  await page.getByLabel('Month').fill(month);
  await page.getByLabel('Year').fill(year);
  await press(page, 'Continue');
  await press(page, 'Continue');
  await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
  await take(page, size, '03-error');
  await page.getByLabel('Female', { exact: true }).check();
  await press(page, 'Continue');
  await page.getByLabel('What is wrong?').fill('earache');
  await take(page, size, '04-words');
  await press(page, 'Continue');
  await page.locator('input[value=earache]').check();
  await press(page, 'Continue');
  await page.locator('#postcode').fill('WY1 1AA');
  await press(page, 'Continue');
  await page.waitForURL('**/question/emergency.screen');
}

async function answer(page: Page, key: string, option: string): Promise<void> {
  await page.waitForURL(`**/question/${key}`);
  await page.locator(`input[name=answer][value="${option}"]`).check();
  await press(page, 'Continue');
  await page.waitForURL((address) => !address.pathname.endsWith(`/${key}`));
}

async function book(page: Page, size: Size): Promise<void> {
  await control(`/practices/${CASE_STUDY_PRACTICE}/desk/free`, { hours: 13 });
  await control(`/practices/${CASE_STUDY_PRACTICE}/desk/take`, { hours: 3 });
  await page.getByRole('button', { name: 'See appointment times' }).click();
  await press(page, `Sign in as ${size.as}`);
  await page.getByRole('heading', { name: 'Choose an appointment time' }).waitFor();
  await take(page, size, '08-times');
  await page.locator('input[name=slot]').last().check();
  await press(page, 'Continue');
  await page.locator('#phone').fill('01632 960123');
  await take(page, size, '09-contact');
  await press(page, 'Continue');
  await page.getByRole('heading', { name: 'Check the details before you book' }).waitFor();
  await take(page, size, '10-check');
  await press(page, 'Book this appointment');
  await page.getByRole('heading', { name: 'Appointment booked' }).waitFor();
  await take(page, size, '11-booked');
  await page.goto(`${WEBSITE}/appointments`);
  await page.getByRole('heading', { name: 'Your appointments' }).waitFor();
  await take(page, size, '12-appointments');
}

async function main(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  for (const size of SIZES) {
    const { width, height } = size;
    const page = await browser.newPage({ viewport: { width, height } });
    await beginCheck(page, size);
    await take(page, size, '05-question');
    await answer(page, 'emergency.screen', 'fitting');
    await page.getByRole('heading', { name: 'Call 999 now' }).waitFor();
    await take(page, size, '06-emergency');
    await page.context().clearCookies();
    await beginCheck(page, size);
    await answer(page, 'emergency.screen', 'none');
    await answer(page, 'earache.red-flags', 'none');
    await answer(page, 'earache.unwell', 'yes');
    await page.getByRole('heading', { name: 'What to do next' }).waitFor();
    await take(page, size, '07-outcome');
    await book(page, size);
    await page.close();
  }
  await browser.close();
}

void main();
