import type { ServerResponse } from 'node:http';
import { backgroundTimers, within, type Timers } from '../../domain/timers';

/** Something that a process cannot serve without. */
export interface Dependency {
  name: string;
  /** Throws, or takes its time, while it does not answer. */
  ready(): Promise<void>;
}

/** Readiness of this process for traffic. */
export interface Readiness {
  /** The names of what does not answer; empty: ready. */
  missing(): Promise<string[]>;
  /** True once the process has been asked to stop: it must receive no new traffic. */
  readonly isStopping: boolean;
  stop(): void;
}

/**
 * Time for which a result is kept: load balancers check every few seconds, so frequent checks put no load on the
 * dependencies.
 */
const KEPT_MS = 1_000;
const ANSWERS_WITHIN_MS = 2_000;

/** @param onChange receives the failing dependencies with their reasons, whenever these change; an empty list: all work again */
export function readiness(
  parts: readonly Dependency[],
  timers: Timers = backgroundTimers,
  onChange: (missing: readonly Missing[]) => void = () => undefined,
): Readiness {
  let lastCheck: { at: number; missing: Promise<string[]> } | undefined;
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
      if (lastCheck === undefined || now - lastCheck.at > KEPT_MS) lastCheck = { at: now, missing: ask() };
      return lastCheck.missing;
    },
  };
}

/** A part that does not answer, and why. */
export interface Missing {
  name: string;
  reason: unknown;
}

async function missingOf(parts: readonly Dependency[], timers: Timers): Promise<Missing[]> {
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

/** `/health/ready`: 200, or 503 with the failing dependencies, and while the process is stopping. */
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
