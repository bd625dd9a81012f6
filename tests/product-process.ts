import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually } from '../domain/eventually';

/** Built by `npm test`; alone, after `npm run build`. */
export const MAIN = join(__dirname, '..', 'dist', 'main.js');

export interface ProcessExit {
  code: number | null;
  signal: string | null;
}

/** One process of the product, as `npm start` starts it. */
export interface ProductProcess {
  /** @throws Error with all that it said, when it ends before it says this. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends a signal, and waits until the process is gone. Harmless when it is gone already. */
  end(signal: NodeJS.Signals): Promise<ProcessExit>;
}

/** @param env its environment, beside PATH and EXECUTOR. */
export function productProcess(
  args: readonly string[],
  env: Record<string, string | undefined>,
  main = MAIN,
): ProductProcess {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env.PATH, EXECUTOR: process.env.EXECUTOR, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gone = once(child, 'exit');
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err = `${err}${chunk.toString()}`.slice(-2_000)));
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    says: (pattern) =>
      eventually(`${args.join(' ')} says ${pattern.source}`, () => {
        const match = pattern.exec(out);
        if (match === null && hasEnded()) throw new Error(`It ended after saying: ${out}${err}`);
        return match;
      }),
    async end(signal) {
      child.kill(signal);
      await gone;
      return { code: child.exitCode, signal: child.signalCode };
    },
  };
}
