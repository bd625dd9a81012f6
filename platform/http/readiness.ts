import type { ServerResponse } from 'node:http';
import { backgroundTimers, within, type Timers } from '../../domain/timers';

/** Something that a process cannot serve without. */
export interface Part {
  name: string;
  /** Throws, or takes its time, while it does not answer. */
  ready(): Promise<void>;
}

/** Whether people may be sent to this process. */
export interface Readiness {
  /** The names of what does not answer; empty: ready. */
  missing(): Promise<string[]>;
  /** Whether the process has been told to stop: nobody is to be sent to it any more. */
  readonly isStopping: boolean;
  stop(): void;
}

/** Whoever sends people elsewhere asks every few seconds: more often is no load on what is asked about. */
const KEPT_MS = 1_000;
const ANSWERS_WITHIN_MS = 2_000;

/** @param onChange told what is missing whenever that has changed, each with why; nothing: all is there again */
export function readiness(
  parts: readonly Part[],
  timers: Timers = backgroundTimers,
  onChange: (missing: readonly Missing[]) => void = () => undefined,
): Readiness {
  let asked: { at: number; missing: Promise<string[]> } | undefined;
  let before = '';
  let isStopping = false;

  async function ask(): Promise<string[]> {
    const missing = await missingOf(parts, timers);
    const names = missing.map(({ name }) => name);
    if (names.join() !== before) onChange(missing);
    before = names.join();
    return names;
  }

  return {
    get isStopping() {
      return isStopping;
    },
    stop() {
      isStopping = true;
    },
    missing() {
      const now = timers.elapsedMs();
      if (asked === undefined || now - asked.at > KEPT_MS) asked = { at: now, missing: ask() };
      return asked.missing;
    },
  };
}

/** A part that does not answer, and why. */
export interface Missing {
  name: string;
  reason: unknown;
}

async function missingOf(parts: readonly Part[], timers: Timers): Promise<Missing[]> {
  const answers = await Promise.all(
    parts.map(async ({ name, ready }): Promise<Missing[]> => {
      const failure = ready().then(
        () => null,
        (reason: unknown) => ({ reason }),
      );
      const found = await within(timers, ANSWERS_WITHIN_MS, failure);
      if (found === undefined) return [{ name, reason: TOO_LATE }];
      return found === null ? [] : [{ name, ...found }];
    }),
  );
  return answers.flat();
}

const TOO_LATE = new Error(`It did not answer within ${ANSWERS_WITHIN_MS / 1_000} seconds.`);

/** `/health/ready`: 200, or 503 with what is missing, and while the process is stopping. */
export async function sendReadiness(known: Readiness, response: ServerResponse): Promise<void> {
  const missing = known.isStopping ? [] : await known.missing();
  const status = known.isStopping ? 'stopping' : missing.length === 0 ? 'ready' : 'not ready';
  const isReady = status === 'ready';
  response
    .writeHead(isReady ? 200 : 503, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      ...(!isReady && { 'retry-after': '2' }),
    })
    .end(JSON.stringify({ status, missing }));
}
