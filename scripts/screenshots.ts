import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { supplierIds } from '../adapters/registry';
import { CASE_STUDY_PRACTICE, demoPeople, type DemoCallerName } from '../demo/people';
import { simulatorControl } from '../demo/simulator-control';
import { CASE_STUDY, walkTo, type Walk, type WalkPage } from '../demo/website-walk';
import { runScript } from './run-script';
import { GIVE_UP_MS, inDemonstration, type Demonstration } from './website/demonstration';

/** `npm run screenshots`: states of the website for all its readers, on a phone and a desktop, and the explorer, from a demonstration of its own. */
const FOLDER = join('docs', 'pictures');
const MAX_BYTES = 60 * 1024;
const QUALITIES = [85, 70, 50, 35];

const DEVICES = {
  phone: { viewport: { width: 390, height: 844 }, booker: 'parent', child: 'sam' },
  desktop: { viewport: { width: 1280, height: 900 }, booker: 'parent-of-twins', child: 'tim' },
} as const satisfies Record<
  string,
  { viewport: { width: number; height: number }; booker: DemoCallerName; child: Child }
>;
type Child = 'sam' | 'tim' | 'ada';
type Device = keyof typeof DEVICES;

/** States of the journey, by page. */
const JOURNEY: Readonly<Partial<Record<WalkPage, string>>> = {
  '/': 'start',
  '/symptoms': 'own-words',
  '/question': 'question',
  '/outcome': 'outcome',
  '/times': 'times',
  '/contact': 'contact',
  '/check': 'check-your-answers',
  '/booked': 'booked',
};

/** Ends in "call 999" at the first question. */
const EMERGENCY = { ...CASE_STUDY, answers: new Map([['emergency.screen', 'fitting']]) };
/** Later than a booking with no known outcome is given to an operator. */
const ESCALATED_AFTER_MINUTES = 150;

runScript(async () => {
  mkdirSync(FOLDER, { recursive: true });
  await inDemonstration(
    async (browser, demonstration) => {
      for (const device of ['phone', 'desktop'] as const) await journey(browser, demonstration, device);
      await explorer(browser, demonstration);
      await practice(browser, demonstration);
      await analysts(browser, demonstration);
      await operators(browser, demonstration);
    },
    { hasStatistics: true },
  );
});

async function newPage(browser: Browser, device: Device): Promise<Page> {
  const { viewport } = DEVICES[device];
  const context = await browser.newContext({ viewport });
  context.setDefaultTimeout(GIVE_UP_MS);
  return context.newPage();
}

/** @param signInAs somebody who may act for the child */
function walkOf(page: Page, { website }: Demonstration, child: Child, signInAs: string): Walk {
  const { birthDate, givenName } = demoPeople(CASE_STUDY_PRACTICE, new Date())[child];
  return { page, website, birthDate, signInAs, childName: givenName };
}

async function journey(browser: Browser, demonstration: Demonstration, device: Device): Promise<void> {
  const { booker, child } = DEVICES[device];
  const page = await newPage(browser, device);
  const taken = new Set<string>();
  const take = async (place: WalkPage) => {
    const state = JOURNEY[place];
    if (state === undefined || taken.has(state)) return;
    taken.add(state);
    await picture(page, state, device);
  };
  await walkTo({ ...walkOf(page, demonstration, child, booker), onPage: take }, '/booked');
  await page.goto(`${demonstration.website}/appointments`);
  await picture(page, 'appointments', device);
  await page.context().close();

  const ill = await newPage(browser, device);
  const walk = walkOf(ill, demonstration, child, booker);
  await walkTo({ ...walk, symptoms: EMERGENCY }, '/outcome');
  await picture(ill, 'emergency', device);
  await ill.context().close();
}

async function explorer(browser: Browser, { api }: Demonstration): Promise<void> {
  const page = await newPage(browser, 'desktop');
  // Small text is readable only at a good quality, so there is less of it.
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.goto(new URL('/explorer/', api).href);
  await page.locator('.graphiql-query-editor .monaco-editor').waitFor();
  await page.getByRole('button', { name: /^PracticesNear\b/ }).click();
  await page.getByRole('tab', { name: 'PracticesNear', selected: true }).waitFor();
  await page.getByRole('button', { name: /^Execute query/ }).click();
  await page.getByRole('button', { name: 'Show Table' }).click();
  await page.getByRole('columnheader', { name: 'distanceMiles' }).waitFor();
  await picture(page, 'explorer', 'desktop');
  await page.context().close();
}

async function practice(browser: Browser, { website }: Demonstration): Promise<void> {
  for (const device of ['phone', 'desktop'] as const) {
    const page = await newPage(browser, device);
    await page.goto(`${website}/practice`);
    await page.getByRole('button', { name: 'Sign in as practice', exact: true }).click();
    await page.waitForURL(`${website}/practice`);
    await page.locator('h1').waitFor();
    await picture(page, 'practice', device);
    await page.context().close();
  }
}

async function analysts(browser: Browser, { website }: Demonstration): Promise<void> {
  for (const device of ['phone', 'desktop'] as const) {
    const page = await newPage(browser, device);
    await page.goto(`${website}/insight`);
    await page.getByRole('button', { name: 'Sign in as analyst', exact: true }).click();
    await page.getByRole('heading', { name: 'Statistics' }).waitFor();
    await picture(page, 'insight', device);
    await page.locator('[data-question="2"]').click();
    await page.getByRole('heading', { name: 'Table' }).waitFor();
    await page.locator('svg.app-chart').scrollIntoViewIfNeeded();
    await picture(page, 'insight-answer', device);
    await page.context().close();
  }
}

/** After everything else: an answer is lost, no book can be read, and time moves on until an operator has to settle it. */
async function operators(browser: Browser, demonstration: Demonstration): Promise<void> {
  const suppliers = simulatorControl(demonstration.controlUrl);
  const faults = { READ: { kind: 'server-error', status: 503 }, BOOK: { kind: 'reset-after-commit' } };
  for (const supplier of supplierIds)
    for (const [operation, fault] of Object.entries(faults))
      await suppliers.send('POST', '/faults', { supplier, operation, fault });
  const patient = await newPage(browser, 'phone');
  await walkTo(walkOf(patient, demonstration, 'ada', 'parent-of-two'), '/booked');
  await patient.context().close();
  await suppliers.send('POST', '/clock', { minutes: ESCALATED_AFTER_MINUTES });
  for (const device of ['phone', 'desktop'] as const) {
    const page = await newPage(browser, device);
    await page.goto(`${demonstration.website}/operator/bookings`);
    await page.getByRole('button', { name: 'Sign in as operator', exact: true }).click();
    await page.locator('h1', { hasText: 'Bookings' }).waitFor();
    await waitUntilEscalated(page);
    await picture(page, 'operator-bookings', device);
    await page.goto(`${demonstration.website}/operator/symptom-checks`);
    await picture(page, 'operator-symptom-checks', device);
    await page.context().close();
  }
}

/** The reconciler gives it to an operator when it next looks at it. */
async function waitUntilEscalated(page: Page): Promise<void> {
  const end = performance.now() + GIVE_UP_MS;
  while ((await page.getByText('No booking waits for an operator.').count()) > 0) {
    if (performance.now() > end) throw new Error('No booking was given to an operator.');
    await page.reload();
  }
}

/** Writes the part of the page that one sees first, as WebP of at most 60 KB. */
async function picture(page: Page, state: string, device: Device): Promise<void> {
  await page.waitForLoadState('load');
  const session = await page.context().newCDPSession(page);
  const file = join(FOLDER, `${state}-${device}.webp`);
  for (const quality of QUALITIES) {
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality });
    const bytes = Buffer.from(data, 'base64');
    if (bytes.length > MAX_BYTES && quality !== QUALITIES.at(-1)) continue;
    writeFileSync(file, bytes);
    break;
  }
  await session.detach();
  console.log(`${file}  ${Math.round(statSync(file).size / 1024)} KB`);
}
