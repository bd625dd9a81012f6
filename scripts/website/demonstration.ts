import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/** A demonstration of its own, on free ports and in a folder that is removed afterwards. */
export interface Demonstration {
  website: string;
  api: string;
  controlUrl: string;
  dataDir: string;
  /** Port of the simulated sign-in provider. */
  signInPort: number;
  close(): Promise<void>;
}

/** The longest that anything may take before a script gives up. */
export const GIVE_UP_MS = 60_000;

export interface DemonstrationOptions {
  /** Port of the provider, for a website in another process; any free one by default. */
  signInPort?: number;
  /** Plays invented people of the last two months into it first. */
  hasStatistics?: boolean;
}

async function startDemonstration({
  signInPort = 0,
  hasStatistics = false,
}: DemonstrationOptions): Promise<Demonstration> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gp-booking-demonstration-'));
  const main = join(__dirname, '..', '..', 'main.js');
  const { PATH } = process.env;
  if (hasStatistics)
    execFileSync(process.execPath, [join(__dirname, '..', 'insight-play.js')], {
      env: { PATH, DATA_DIR: dataDir },
      stdio: 'ignore',
    });
  const env = {
    PATH,
    DATA_DIR: dataDir,
    PORT: '0',
    SIMULATOR_CONTROL_PORT: '0',
    SIGN_IN_PORT: String(signInPort),
    // A script asks more often than people, on a machine that may be busy.
    LIMIT_LOOP_LAG_MS: '60000',
    LIMIT_CALLER_COST_PER_MINUTE: '1000000000',
  };
  const child = spawn(process.execPath, [main, 'everything'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  const close = async () => {
    child.kill('SIGTERM');
    await gone;
    rmSync(dataDir, { recursive: true, force: true });
  };
  const said = await saysAll(child.stdout, [
    /^\s*Website +(http:\S+?)\/\n/m,
    /API +(http:\S+)/,
    /Simulator control +(http:\S+)/,
  ]).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const [website = '', api = '', controlUrl = ''] = said;
  return { website, api, controlUrl, dataDir, signInPort, close };
}

/** Waits until a process has printed something for each pattern; returns the first group of each. */
export function saysAll(output: NodeJS.ReadableStream, patterns: readonly RegExp[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => {
      reject(new Error(`It did not start within ${GIVE_UP_MS / 1_000} seconds: ${text.slice(0, 500)}`));
    }, GIVE_UP_MS);
    const end = () => {
      clearTimeout(timer);
      reject(new Error(`It ended: ${text.slice(0, 500)}`));
    };
    output.once('end', end);
    output.on('data', (chunk: Buffer) => {
      text = `${text}${chunk.toString()}`.slice(0, 10_000);
      const found = patterns.map((pattern) => pattern.exec(text)?.[1]);
      if (found.every((one) => one !== undefined)) {
        clearTimeout(timer);
        output.removeListener('end', end);
        resolve(found);
      }
    });
  });
}

export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Debian's Chromium, or the one that `CHROMIUM` names. */
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

export function openChromium(timeout = GIVE_UP_MS): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: CHROMIUM_FLAGS, timeout });
}

/**
 * Gives work a browser and a demonstration, and ends both whatever comes of it: a demonstration that nobody ends
 * would hold the script.
 */
export async function inDemonstration(
  work: (browser: Browser, demonstration: Demonstration) => Promise<void>,
  options: DemonstrationOptions = {},
): Promise<void> {
  const browser = await openChromium();
  try {
    const demonstration = await startDemonstration(options);
    await work(browser, demonstration).finally(demonstration.close);
  } finally {
    await browser.close();
  }
}
