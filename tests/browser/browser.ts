import { chromium, type Page } from 'playwright-core';

/** Debian's package `chromium`; nothing is downloaded. */
export const CHROMIUM = '/usr/bin/chromium';

/** For a browser that hangs: it waits for conditions, and no machine is so slow. */
export const HANGS_AFTER_MS = 120_000;

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

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
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    headless: true,
    args: FLAGS,
    timeout: HANGS_AFTER_MS,
  });
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
