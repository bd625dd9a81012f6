import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import type { Page } from 'playwright-core';
import { readConfig } from '../../config';
import { demoIssuer } from '../../demo/issuer';
import { CASE_STUDY_PRACTICE, demoToken, type DemoCallerName } from '../../demo/people';
import { playLastTwoMonths } from '../../demo/play-insight-people';
import { startEverything } from '../../start';
import { EXECUTOR } from '../executor';
import { describeInBrowser, HANGS_AFTER_MS, openBrowser, type OpenBrowser } from './browser';

export { describeInBrowser };

// Later than Playwright, which says what it has waited for.
jest.setTimeout(HANGS_AFTER_MS + 30_000);

/** A gateway of its own, and a browser that has its explorer open, with what a person does there. */
export interface OpenExplorer {
  url: string;
  dataDir: string;
  page: Page;
  browser: OpenBrowser;
  /** Shows a panel, whichever was shown before. */
  showPanel(name: string): Promise<void>;
  /** Waits for a sentence of the page's own. */
  said(words: string): Promise<void>;
  /** Opens an example as a person would, runs it, and hands back what the gateway answered. */
  run(example: string): Promise<unknown>;
  /** Opens an example without running it. */
  open(example: string): Promise<void>;
  /** Writes into the editor of this name, in place of what is there. */
  write(editor: 'operation' | 'variables' | 'request-headers', text: string): Promise<void>;
  /** Text of the editor of this name. */
  read(editor: 'operation' | 'variables' | 'request-headers' | 'response'): Promise<string>;
  token(caller: DemoCallerName): Promise<string>;
  close(): Promise<void>;
}

/** Waits until the page can be used. */
export async function arrive(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.locator('.graphiql-plugin h2, .graphiql-plugin [aria-label]').first().waitFor();
  await page.locator('.graphiql-query-editor .monaco-editor').waitFor();
  await page.locator('[aria-label^="Response: "]').waitFor();
}

/**
 * People of the last two months have been there already, as statistics are about them.
 * @param environment settings of the gateway beside those that every test of the explorer has
 */
export async function openExplorer(environment: Record<string, string> = {}): Promise<OpenExplorer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gp-booking-explorer-'));
  const config = readConfig({
    DATA_DIR: dataDir,
    PORT: '0',
    EXECUTOR,
    SIMULATOR_CONTROL_PORT: '0',
    // How busy the machine is with other tests is not the subject.
    LIMIT_LOOP_LAG_MS: '60000',
    ...environment,
  });
  await playLastTwoMonths(config.databases, new Date(), 20261130);
  const gateway = await startEverything({
    config,
    logger: pino({ enabled: false }),
    now: () => new Date(),
    explorerFolder: join(__dirname, '..', '..', 'dist', 'gateway', 'explorer', 'public'),
  });
  const browser = await openBrowser();
  const { page } = browser;
  await arrive(page, `${gateway.url}/explorer/`);
  return {
    url: gateway.url,
    dataDir,
    page,
    browser,
    ...actionsOn(page, gateway.url),
    token: async (caller) => demoToken(caller, CASE_STUDY_PRACTICE, new Date(), await demoIssuer(dataDir)),
    close: async () => {
      await browser.close();
      await gateway.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

type Actions = Pick<OpenExplorer, 'showPanel' | 'said' | 'run' | 'open' | 'write' | 'read'>;

function actionsOn(page: Page, url: string): Actions {
  const actions: Actions = {
    showPanel: async (name) => {
      const show = page.getByRole('button', { name: `Show ${name}` });
      const hide = page.getByRole('button', { name: `Hide ${name}` });
      await show.or(hide).waitFor();
      if (await show.isVisible()) await show.click();
      await hide.waitFor();
    },
    said: async (words) => {
      await page.getByRole('status').filter({ hasText: words }).first().waitFor();
    },
    open: async (name) => {
      await actions.showPanel('Examples');
      await page
        .locator('.examples')
        .getByRole('button', { name: new RegExp(`^${name}\\b`) })
        .click();
      await page.getByRole('tab', { name, selected: true }).waitFor();
    },
    run: async (name) => {
      await actions.open(name);
      const answered = page.waitForResponse(
        (response) =>
          response.url() === `${url}/graphql` && (response.request().postData() ?? '').includes(` ${name}`),
      );
      await page.getByRole('button', { name: /^Execute query/ }).click();
      const answer: unknown = await (await answered).json();
      return answer;
    },
    write: async (editor, text) => {
      await page.evaluate(`${modelOf(editor)}.setValue(${JSON.stringify(text)})`);
    },
    read: async (editor) => String(await page.evaluate(`${modelOf(editor)}.getValue()`)),
  };
  return actions;
}

function modelOf(editor: string): string {
  return `__MONACO.editor.getModels().find(({ uri }) => uri.path.includes('${editor}'))`;
}
