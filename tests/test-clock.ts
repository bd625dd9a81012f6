import { sql, type RawBuilder } from 'kysely';
import { manualTimers, type ManualTimers } from '../domain/manual-timers';
import { machineTimers, type Timers } from '../domain/timers';
import { eventually } from '../domain/eventually';

/** Time that stands still until a test moves it on: the time of day, timers, and the database's own clock. */
export interface TestClock {
  now(): Date;
  timers: ManualTimers;
  advance(ms: number): void;
  /** Lets time pass until the work is done, as long as a repeated request waits for the first one's answer. */
  passUntil<T>(work: Promise<T>): Promise<T>;
  /** Replaces `Database.now`, the database's own clock inside a statement. */
  sqlNow: RawBuilder<number>;
}

const STEP_MS = 50;
/** More than the two seconds that a repeated request waits, and less than any exchange with a supplier may take. */
const REPEATED_REQUEST_MS = 2_500;

export function testClock(startsAt: Date): TestClock {
  const timers = manualTimers();
  const origin = startsAt.getTime() - timers.elapsedMs();
  const now = () => new Date(origin + timers.elapsedMs());
  return {
    now,
    timers,
    advance: (ms) => {
      timers.advance(ms);
    },
    passUntil: (work) => passUntil(work, timers, REPEATED_REQUEST_MS),
    // Kysely asks for the node whenever it builds a statement.
    sqlNow: Object.assign(sql<number>`0`, {
      toOperationNode: () => sql.lit(now().getTime()).toOperationNode(),
    }),
  };
}

/** Lets at most `atMostMs` pass, in small steps and only while a timer waits, until the work is done. */
export async function passUntil<T>(work: Promise<T>, timers: ManualTimers, atMostMs: number): Promise<T> {
  const end = timers.elapsedMs() + atMostMs;
  let isDone = false;
  const done = () => (isDone = true);
  work.then(done, done);
  await eventually('the work ends as time passes', () => {
    if (timers.waiting > 0 && timers.elapsedMs() < end) timers.advance(STEP_MS);
    return isDone;
  });
  return work;
}

/** The machine's timers without passing time: a poll with a time limit polls for ever. */
export const unlimitedTimers: Timers = { ...machineTimers, elapsedMs: () => 0 };
