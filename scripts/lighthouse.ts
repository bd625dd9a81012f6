import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { CASE_STUDY_PRACTICE, demoPeople } from '../demo/people';
import { walkTo } from '../demo/website-walk';
import { runScript } from './run-script';
import { CHROMIUM, CHROMIUM_FLAGS, GIVE_UP_MS, inDemonstration } from './website/demonstration';

/** `npm run lighthouse`: the scores of four pages on a phone, from a demonstration of its own. */
const CLI = join('bench', 'lighthouse', 'node_modules', 'lighthouse', 'cli', 'index.js');
const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'] as const;
/** Least score of the first three; pages behind a sign-in are not made for search engines. */
const LEAST = 95;
/** One page, on a busy machine. */
const MAX_MS = 180_000;
const MAX_REPORT_BYTES = 20_000_000;

const PAGES = new Map([
  ['/', 'start'],
  ['/question/emergency.screen', 'question'],
  ['/times', 'options'],
  ['/booked', 'confirmation'],
]);

const Report = z.object({
  categories: z.record(
    z.string(),
    z.object({ score: z.number().nullable(), auditRefs: z.array(z.object({ id: z.string() })) }),
  ),
  audits: z.record(
    z.string(),
    z.object({
      title: z.string(),
      score: z.number().nullish(),
      numericValue: z.number().optional(),
      scoreDisplayMode: z.string(),
    }),
  ),
});

runScript(async () => {
  if (!existsSync(CLI)) throw new Error('Lighthouse is not there: run npm ci in bench/lighthouse first.');
  const folder = mkdtempSync(join(tmpdir(), 'gp-booking-lighthouse-'));
  await inDemonstration(async (browser, { website }) => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
    context.setDefaultTimeout(GIVE_UP_MS);
    const page = await context.newPage();
    const { birthDate } = demoPeople(CASE_STUDY_PRACTICE, new Date()).sam;
    console.log(['page', ...CATEGORIES, 'KB'].join('\t'));
    await walkTo(
      {
        page,
        website,
        birthDate,
        signInAs: 'parent',
        onPage: async (place) => {
          const name = PAGES.get(place);
          if (name !== undefined) await measure(page, name, folder);
        },
      },
      '/booked',
    );
  }).finally(() => {
    rmSync(folder, { recursive: true, force: true });
  });
});

async function measure(page: Page, name: string, folder: string): Promise<void> {
  const cookies = await page.context().cookies(page.url());
  const headers = join(folder, 'headers.json');
  const cookie = cookies.map((one) => `${one.name}=${one.value}`).join('; ');
  // A file of this user alone: arguments can be read by everybody on the machine.
  writeFileSync(headers, JSON.stringify({ Cookie: cookie }), { mode: 0o600 });
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      CLI,
      page.url(),
      '--quiet',
      '--output=json',
      `--extra-headers=${headers}`,
      `--only-categories=${CATEGORIES.join(',')}`,
      `--chrome-flags=${['--headless', ...CHROMIUM_FLAGS].join(' ')}`,
    ],
    { env: { PATH: process.env.PATH, CHROME_PATH: CHROMIUM }, timeout: MAX_MS, maxBuffer: MAX_REPORT_BYTES },
  );
  const { categories, audits } = Report.parse(JSON.parse(stdout));
  const scores = CATEGORIES.map((category) => Math.round((categories[category]?.score ?? 0) * 100));
  const kilobytes = Math.round((audits['total-byte-weight']?.numericValue ?? 0) / 1024);
  console.log([name, ...scores, kilobytes].join('\t'));
  const refs = CATEGORIES.flatMap((category) => categories[category]?.auditRefs ?? []);
  const failed = new Set(refs.map(({ id }) => id).filter((id) => isFailed(audits[id])));
  for (const id of failed) console.log(`  ${id}: ${audits[id]?.title ?? ''} (${audits[id]?.score ?? 0})`);
  if (scores.slice(0, 3).some((score) => score < LEAST)) process.exitCode = 1;
}

function isFailed(audit: z.infer<typeof Report>['audits'][string] | undefined): boolean {
  return audit?.score != null && audit.score < 0.9 && audit.scoreDisplayMode !== 'informative';
}
