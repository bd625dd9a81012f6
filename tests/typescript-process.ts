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
  const child = spawn(process.execPath, [outfile], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { PATH: process.env.PATH, NODE_PATH: join(ROOT, 'node_modules'), ...env },
  });
  const gone = once(child, 'exit');
  return {
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
