import type { ServerResponse } from 'node:http';
import { backgroundTimers, within, type Timers } from '../domain/timers';

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
}

/** Whoever sends people elsewhere asks every few seconds: more often is no load on what is asked about. */
const KEPT_MS = 1_000;
const ANSWERS_WITHIN_MS = 2_000;

export function readiness(parts: readonly Part[], timers: Timers = backgroundTimers): Readiness {
  let asked: { at: number; missing: Promise<string[]> } | undefined;
  return {
    missing() {
      const now = timers.elapsedMs();
      if (asked === undefined || now - asked.at > KEPT_MS)
        asked = { at: now, missing: missingOf(parts, timers) };
      return asked.missing;
    },
  };
}

async function missingOf(parts: readonly Part[], timers: Timers): Promise<string[]> {
  const answers = await Promise.all(
    parts.map(async (part) => ((await isReady(part, timers)) ? [] : [part.name])),
  );
  return answers.flat();
}

async function isReady({ ready }: Part, timers: Timers): Promise<boolean> {
  const answers = ready().then(
    () => true,
    () => false,
  );
  return (await within(timers, ANSWERS_WITHIN_MS, answers)) === true;
}

/** `/health/ready`: 200, or 503 with what is missing. */
export async function sendReadiness(known: Readiness, response: ServerResponse): Promise<void> {
  const missing = await known.missing();
  const isReady = missing.length === 0;
  response
    .writeHead(isReady ? 200 : 503, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      ...(!isReady && { 'retry-after': '2' }),
    })
    .end(JSON.stringify({ status: isReady ? 'ready' : 'not ready', missing }));
}
