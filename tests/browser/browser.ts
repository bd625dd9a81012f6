import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { CHROMIUM, openChromium } from '../../scripts/website/demonstration';

const isPresent = existsSync(CHROMIUM);
if (!isPresent) {
  const sentence = `${CHROMIUM} is not there: this suite was not run in a browser.`;
  if (process.env.REQUIRE_CHROMIUM === '1') throw new Error(`REQUIRE_CHROMIUM=1, but ${sentence}`);
  process.stderr.write(`\n${sentence}\n`);
}
/** Suites that need the browser; without one they say so, and REQUIRE_CHROMIUM=1 fails. */
export const describeInBrowser = isPresent ? describe : describe.skip;

/** For a browser that hangs: it waits for conditions, and no machine is so slow. */
export const HANGS_AFTER_MS = 120_000;

export interface OpenBrowser {
  page: Page;
  /** Addresses of all requests, workers' included. */
  requests: string[];
  /** Errors on the console (a broken security policy is one), uncaught exceptions and failed requests. */
  complaints: string[];
  close(): Promise<void>;
}

/** A headless browser with a fresh profile. */
export async function openBrowser(): Promise<OpenBrowser> {
  const browser = await openChromium(HANGS_AFTER_MS);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(HANGS_AFTER_MS);
  const requests: string[] = [];
  const complaints: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  context.on('requestfailed', (request) => complaints.push(`not answered: ${request.url()}`));
  context.on('weberror', (webError) => complaints.push(webError.error().message));
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { page: await context.newPage(), requests, complaints, close: () => browser.close() };
}
