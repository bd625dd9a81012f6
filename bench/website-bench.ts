import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { CASE_STUDY_PRACTICE, demoPeople } from '../demo/people';
import { walkTo } from '../demo/website-walk';
import { freePort } from '../platform/http/free-port';
import { runScript } from '../scripts/run-script';
import { GIVE_UP_MS, inDemonstration, saysAll, type Demonstration } from '../scripts/website/demonstration';

/**
 * `npm run bench:website`: CPU time of the website's process for each page, as it is sent to a browser that takes
 * compression. The API runs in another process. Linux alone: CPU times come from /proc.
 */
const WARM_UP = 30;
const REQUESTS = 200;
const MAX_MS = 30;
/** Ticks of /proc a second, on every Linux that Node runs on. */
const TICKS = 100;

runScript(async () => {
  const signInPort = await freePort();
  await inDemonstration(
    async (browser, demonstration) => {
      const site = await startWebsiteAlone(demonstration, signInPort);
      await measurePages(browser, site).finally(site.close);
    },
    { signInPort, hasStatistics: true },
  );
});

async function measurePages(browser: Browser, { website, pid }: WebsiteAlone): Promise<void> {
  const context = await browser.newContext();
  context.setDefaultTimeout(GIVE_UP_MS);
  const page = await context.newPage();
  const { birthDate } = demoPeople(CASE_STUDY_PRACTICE, new Date()).sam;
  console.log(`${REQUESTS} requests each, one after the other`);
  const seen = new Set<string>();
  const onPage = async (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    await measure(page, pid, name);
  };
  await walkTo({ page, website, birthDate, signInAs: 'parent', onPage }, '/booked');
  await page.goto(`${website}/appointments`);
  await onPage('/appointments');
  await page.goto(`${website}/sign-in?as=staff&next=/operator`);
  await page.getByRole('button', { name: 'Sign in as operator', exact: true }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  for (const path of ['/operator', '/operator/bookings', '/operator/symptom-checks']) {
    await page.goto(website + path);
    await onPage(path);
  }
  await page.goto(`${website}/sign-in?as=staff&next=/insight`);
  await page.getByRole('button', { name: 'Sign in as analyst', exact: true }).click();
  await page.getByRole('heading', { name: 'Statistics' }).waitFor();
  await onPage('/insight');
  // An answer that is kept with its chart, and the form with all that can be chosen.
  await page.locator('[data-question="3"]').click();
  await page.getByRole('heading', { name: 'Table' }).waitFor();
  await onPage('/insight/answer');
  for (const path of ['/insight/count', '/insight/question?measures=CHECKS_STARTED&by=PERIOD']) {
    await page.goto(website + path);
    await onPage(path.split('?')[0] ?? path);
  }
}

interface WebsiteAlone {
  website: string;
  pid: number;
  close(): Promise<void>;
}

/** The role `web`, over the API of the demonstration. */
async function startWebsiteAlone({ api, dataDir }: Demonstration, signInPort: number): Promise<WebsiteAlone> {
  const env = {
    PATH: process.env.PATH,
    DATA_DIR: dataDir,
    API_URL: api,
    PORT: '0',
    WEB_PORT: String(await freePort()),
    SIGN_IN_PORT: String(signInPort),
  };
  const main = join(__dirname, '..', 'main.js');
  const child = spawn(process.execPath, [main, 'web'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  const [website = ''] = await saysAll(child.stdout, [/^Website +(http:\S+?)\/?\n/m]);
  return {
    website,
    pid: child.pid ?? 0,
    async close() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}

async function measure(page: Page, pid: number, name: string): Promise<void> {
  const cookies = await page.context().cookies(page.url());
  const cookie = cookies.map((one) => `${one.name}=${one.value}`).join('; ');
  const headers = { cookie, 'accept-encoding': 'gzip, deflate, br', accept: 'text/html' };
  const get = async () => {
    const response = await fetch(page.url(), { headers, redirect: 'error' });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${name} answered ${response.status}.`);
  };
  for (let count = 0; count < WARM_UP; count += 1) await get();
  const before = cpuMs(pid);
  const started = performance.now();
  for (let count = 0; count < REQUESTS; count += 1) await get();
  const each = (cpuMs(pid) - before) / REQUESTS;
  const elapsed = (performance.now() - started) / REQUESTS;
  console.log(
    `${name.padEnd(28)} ${each.toFixed(1).padStart(6)} ms CPU ${elapsed.toFixed(1).padStart(7)} ms`,
  );
  if (each > MAX_MS) process.exitCode = 1;
}

/** CPU time that a process has taken so far, its threads included. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program, in brackets, may contain blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS;
}
