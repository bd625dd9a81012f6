import type { Page } from 'playwright-core';
import { CASE_STUDY_ANSWERS } from './case-study';

/** Pages from the start to a booked appointment, in order. */
export const WALK = [
  '/',
  '/who',
  '/age',
  '/sex',
  '/symptoms',
  '/checks',
  '/where',
  '/question',
  '/outcome',
  '/patient',
  '/times',
  '/contact',
  '/check',
  '/booked',
] as const;
export type WalkPage = (typeof WALK)[number];

/** A symptom check as somebody fills in its pages. */
export interface CheckedSymptoms {
  who: 'SELF' | 'CHILD' | 'OTHER';
  words: string;
  /** Symptom check that is chosen for the words. */
  check: string;
  /** Answers by question; "None of these" to all others. */
  answers: ReadonlyMap<string, string>;
}

export const CASE_STUDY: CheckedSymptoms = {
  who: 'CHILD',
  words: 'rash and fever',
  check: 'child-rash',
  answers: CASE_STUDY_ANSWERS,
};

export interface Walk {
  page: Page;
  website: string;
  /** `YYYY-MM-DD` of the person with the symptoms. */
  birthDate: string;
  /** Name on the page of the simulated sign-in provider, where the walk comes to it. */
  signInAs?: string;
  /** Name of the child, where the person who signs in has several. */
  childName?: string;
  /** Default: those of the case study. */
  symptoms?: CheckedSymptoms;
  /** Called on each page of the website, before it is answered, with its place in the journey. */
  onPage?: (place: WalkPage) => Promise<void>;
}

/** Twice as many as the journey has. */
const MAX_PAGES = 60;

/** Walks from where the page is to that one, as a reader would; begins at the start page where it is elsewhere. */
export async function walkTo(walk: Walk, last: WalkPage): Promise<void> {
  const { page, website, onPage } = walk;
  if (!page.url().startsWith(website) || pageOf(page) === undefined) await page.goto(website);
  for (let step = 0; step < MAX_PAGES; step += 1) {
    const here = pageOf(page);
    if (here !== undefined) await onPage?.(here);
    if (here === last) return;
    const { href } = new URL(page.url());
    await answer(walk, here).catch((error: unknown) => {
      throw new Error(`The page ${new URL(href).pathname} could not be answered.`, { cause: error });
    });
    await page.waitForURL((address) => address.href !== href);
    await page.locator('h1').first().waitFor();
  }
  throw new Error(`The website did not come to ${last}: it is at ${new URL(page.url()).pathname}.`);
}

/** Undefined on a page that is no part of the journey, such as the provider's. */
function pageOf(page: Page): WalkPage | undefined {
  const { pathname } = new URL(page.url(), 'http://nowhere');
  return WALK.find((path) => path === pathname || (path !== '/' && pathname.startsWith(`${path}/`)));
}

async function answer(
  { page, birthDate, signInAs = '', childName = '', symptoms = CASE_STUDY }: Walk,
  here: WalkPage | undefined,
): Promise<void> {
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const choose = (value: string) => page.locator(`input[value="${value}"]`).first().check();
  const [year = '', month = '', day = ''] = birthDate.split('-');
  switch (here) {
    case undefined:
      return press(`Sign in as ${signInAs}`);
    case '/':
      return press('Start now');
    case '/who':
      await choose(symptoms.who);
      break;
    case '/age':
      await page.getByLabel('Day').fill(day);
      await page.getByLabel('Month').fill(month);
      await page.getByLabel('Year').fill(year);
      break;
    case '/sex':
      await choose('MALE');
      break;
    case '/symptoms':
      await page.locator('textarea').fill(symptoms.words);
      break;
    case '/checks':
      await choose(symptoms.check);
      break;
    case '/where':
      await page.locator('#postcode').fill('WY1 1AA');
      break;
    case '/question': {
      const key = new URL(page.url()).pathname.split('/').at(-1) ?? '';
      await choose(symptoms.answers.get(key) ?? 'none');
      break;
    }
    case '/outcome':
      return press('See appointment times');
    case '/patient':
      await page.getByLabel(childName, { exact: true }).check();
      break;
    case '/times':
      await page.locator('input[name=slot]').last().check();
      break;
    case '/contact':
      await page.locator('#phone').fill('01632 960123');
      break;
    case '/check':
      return press('Book this appointment');
    case '/booked':
      return;
  }
  return press('Continue');
}
