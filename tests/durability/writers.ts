import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PROGRAM_ENV, typescriptProgram } from '../typescript-process';
import { Acknowledged, type WriterPlan } from './writer-plan';

/** Processes that run ledger-writer.ts. */
export interface Writers {
  start(plan: WriterPlan): Writer;
  /** Ends those that still run. */
  close(): void;
}

export interface Writer {
  /** Writes acknowledged so far. */
  acknowledged: Acknowledged[];
  /** Resolves when so much was acknowledged, or the process has ended. */
  reached(count: number): Promise<void>;
  /** kill -9; resolves when it is gone and all that it printed was read. */
  kill(): Promise<void>;
  /** @throws Error when it did not end well. */
  ended(): Promise<void>;
}

export async function writers(): Promise<Writers> {
  const program = await typescriptProgram('tests/durability/ledger-writer.ts');
  const running = new Set<ChildProcess>();
  return {
    start(plan) {
      const child = spawn(process.execPath, [program, JSON.stringify(plan)], {
        env: PROGRAM_ENV,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      running.add(child);
      child.once('exit', () => running.delete(child));
      return writer(child);
    },
    close() {
      for (const child of running) child.kill('SIGKILL');
    },
  };
}

function writer(child: ChildProcess & { stdout: NodeJS.ReadableStream | null }): Writer {
  const acknowledged: Acknowledged[] = [];
  const closed = once(child, 'close');
  let isClosed = false;
  let changed: () => void = () => undefined;
  void closed.then(() => {
    isClosed = true;
    changed();
  });
  if (child.stdout === null) throw new Error('The writer was started with a pipe to read.');
  createInterface(child.stdout).on('line', (line) => {
    const parsed = Acknowledged.safeParse(parsedJson(line));
    // A line that was cut by the kill was not printed, so nobody was promised anything.
    if (parsed.success) acknowledged.push(parsed.data);
    changed();
  });
  return {
    acknowledged,
    async reached(count) {
      while (acknowledged.length < count && !isClosed)
        await new Promise<void>((resolve) => (changed = resolve));
    },
    async kill() {
      child.kill('SIGKILL');
      await closed;
    },
    async ended() {
      await closed;
      if (child.exitCode !== 0) throw new Error(`The writer ended with code ${child.exitCode}.`);
    },
  };
}

function parsedJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
