import { sql, type RawBuilder } from 'kysely';
import { manualTimers, type ManualTimers } from '../domain/manual-timers';
import { machineTimers, type Timers } from '../domain/timers';
import { eventually } from './eventually';

/** Time that stands still until a test moves it on: the time of day, what is waited for, and a database's own clock. */
export interface TestClock {
  now(): Date;
  timers: ManualTimers;
  advance(ms: number): void;
  /** Lets time pass until the work is done: for who waits for another one's answer, and less than a supplier may take. */
  passUntil<T>(work: Promise<T>): Promise<T>;
  /** A database's own clock inside a statement, epoch milliseconds. */
  sqlNow: RawBuilder<number>;
}

const STEP_MS = 50;
const SHORTER_THAN_ANY_EXCHANGE_MS = 2_500;

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
    passUntil: (work) => passUntil(work, timers, SHORTER_THAN_ANY_EXCHANGE_MS),
    // Kysely asks for the node whenever it builds a statement.
    sqlNow: Object.assign(sql<number>`0`, {
      toOperationNode: () => sql.lit(now().getTime()).toOperationNode(),
    }),
  };
}

/** Lets time pass, in small steps and while somebody waits for it, until the work is done; but no more than so much. */
export async function passUntil<T>(work: Promise<T>, timers: ManualTimers, atMostMs: number): Promise<T> {
  const end = timers.elapsedMs() + atMostMs;
  let isDone = false;
  const done = () => (isDone = true);
  work.then(done, done);
  await eventually('what time has to pass for is done', () => {
    if (timers.waiting > 0 && timers.elapsedMs() < end) timers.advance(STEP_MS);
    return isDone;
  });
  return work;
}

/** Looks again as often as ever, and never gives up, however long it takes. */
export const patientTimers: Timers = { ...machineTimers, elapsedMs: () => 0 };
