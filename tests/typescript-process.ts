import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(__dirname, '..');

/** A TypeScript file run in a process of its own, which a test can kill as a machine would. */
export interface TypescriptProcess {
  /** SIGKILL, and waits until it is gone. Harmless when it is gone already. */
  kill(): Promise<void>;
}

/** @param file from the root of the repository. @param env all of its environment beside PATH. */
export async function typescriptProcess(
  file: string,
  env: Record<string, string>,
): Promise<TypescriptProcess> {
  const child = spawn(process.execPath, [await typescriptProgram(file)], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...PROGRAM_ENV, ...env },
  });
  const gone = once(child, 'exit');
  return {
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Environment in which a program finds Node and its packages. */
export const PROGRAM_ENV = { PATH: process.env.PATH, NODE_PATH: join(ROOT, 'node_modules') };

/** One file of JavaScript, to be run with PROGRAM_ENV, made of a TypeScript file; its path. */
export async function typescriptProgram(file: string): Promise<string> {
  const outfile = join(mkdtempSync(join(tmpdir(), 'gp-booking-process-')), 'run.js');
  await build({
    entryPoints: [join(ROOT, file)],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'silent',
  });
  return outfile;
}
