import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  FromService,
  SETTINGS_VARIABLE,
  type CrashPoint,
  type ServiceSettings,
  type ToService,
} from './service-settings';

/** One process of the service under test, killed and started again as the run wants. */
export interface ServiceProcess {
  /** Null while it does not run. */
  url(): string | null;
  /** Waits until it listens; starts it where it does not run. */
  start(clockOffsetMs?: number): Promise<void>;
  /** Number of times that it has ended. */
  deaths(): number;
  /** kill -9. */
  kill(): Promise<void>;
  /** Resolves when the process has ended, whatever the cause. */
  gone(): Promise<void>;
  /** False where the process ended before the message reached it. */
  watch(crashAt: CrashPoint | null): Promise<boolean>;
  steps(): Promise<string[]>;
  setClock(offsetMs: number): Promise<void>;
  /** Stops in an orderly way; resolves when everything is closed, and the process then ends. */
  close(): Promise<void>;
}

const START_MS = 30_000;

export function serviceProcess(bundle: string, settings: ServiceSettings): ServiceProcess {
  let child: ChildProcess | null = null;
  let url: string | null = null;
  let starting: Promise<void> | null = null;
  let deaths = 0;

  async function launch(clockOffsetMs: number): Promise<void> {
    const launched = fork(bundle, [], {
      env: {
        ...process.env,
        [SETTINGS_VARIABLE]: JSON.stringify({ ...settings, clockOffsetMs }),
        NODE_OPTIONS: '',
      },
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child = launched;
    launched.once('exit', () => {
      deaths += 1;
      if (child !== launched) return;
      child = null;
      url = null;
    });
    const message = await heard(launched, START_MS);
    if (message.kind !== 'listening')
      throw new Error(`The service did not start: ${JSON.stringify(message)}`);
    url = message.url;
  }

  async function order(message: ToService): Promise<FromService> {
    if (child === null) return { kind: 'failed', message: 'does not run' };
    const answer = heard(child, START_MS);
    // A process that dies meanwhile is heard to end; what `send` says of its closed channel adds nothing.
    child.send(message, () => undefined);
    return answer;
  }

  async function kill(): Promise<void> {
    if (child === null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  return {
    url: () => url,
    async start(clockOffsetMs = settings.clockOffsetMs) {
      if (url !== null) return;
      starting ??= launch(clockOffsetMs).finally(() => {
        starting = null;
      });
      await starting;
    },
    deaths: () => deaths,
    kill,
    async gone() {
      if (child !== null) await once(child, 'exit');
    },
    async watch(crashAt) {
      return (await order({ kind: 'watch', crashAt })).kind === 'done';
    },
    async steps() {
      const answer = await order({ kind: 'report-steps' });
      if (answer.kind !== 'steps') throw new Error(`The service did not report: ${JSON.stringify(answer)}`);
      return answer.steps;
    },
    async setClock(offsetMs) {
      if (child !== null) await order({ kind: 'set-clock', offsetMs });
    },
    async close() {
      if (child === null) return;
      const answer = await order({ kind: 'close' });
      if (answer.kind !== 'done') throw new Error(`The service did not close: ${JSON.stringify(answer)}`);
      await kill();
    },
  };
}

/** The next message; or that the process has ended without one. */
async function heard(child: ChildProcess, withinMs: number): Promise<FromService> {
  const stop = new AbortController();
  const { signal } = stop;
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => FromService.parse(message)),
      once(child, 'exit', { signal }).then(([code]): FromService => ({
        kind: 'failed',
        message: `ended with ${String(code)}`,
      })),
      once(AbortSignal.timeout(withinMs), 'abort', { signal }).then((): FromService => ({
        kind: 'failed',
        message: `no answer within ${withinMs} ms`,
      })),
    ]);
  } finally {
    stop.abort();
  }
}
