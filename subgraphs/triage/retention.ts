import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { backgroundTimers, type Timers } from '../../domain/timers';
import type { Database } from '../../platform/database/database';
import { pauseUnlessAborted, runPeriodically, type PeriodicTask } from '../../platform/run-periodically';
import type { TriageTables } from './database/tables';
import { flush } from './database/open-database';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Time for which a symptom check is kept once it has expired: advice can be read again for a week, and one without
 * an outcome is of no use to anybody (UK GDPR Art. 5(1)(e), storage limitation).
 */
const KEPT_MS = { completed: 7 * DAY_MS, unfinished: DAY_MS } as const;

/** Few enough that answering a question meanwhile is not noticeably slower. */
const BATCH = 200;
const BETWEEN_BATCHES_MS = 100;

/** Checks that an assessment is to be deleted, or has been: it is hidden from everybody. */
export function isPastRetention(expiresAt: Date, isCompleted: boolean, now: Date): boolean {
  return expiresAt.getTime() <= endOfKept(isCompleted ? 'completed' : 'unfinished', now);
}

function endOfKept(kind: keyof typeof KEPT_MS, now: Date): number {
  return now.getTime() - KEPT_MS[kind];
}

/**
 * Deletes at most `limit` symptom checks of each kind that have been kept for long enough. Their facts stay: nothing leads from
 * those to anybody.
 * @returns whether there may be more.
 */
export async function forgetAssessments(
  db: Kysely<TriageTables>,
  now: Date,
  limit: number,
): Promise<boolean> {
  let mayBeMore = false;
  for (const kind of ['unfinished', 'completed'] as const) {
    const forgotten = await db.transaction().execute((transaction) => forget(transaction, kind, now, limit));
    mayBeMore ||= forgotten >= limit;
  }
  return mayBeMore;
}

async function forget(
  transaction: Kysely<TriageTables>,
  kind: keyof typeof KEPT_MS,
  now: Date,
  limit: number,
): Promise<number> {
  const deleted = await transaction
    .deleteFrom('triage_assessment')
    .where('id', 'in', (from) =>
      from
        .selectFrom('triage_assessment')
        .select('id')
        .where('completed_at', kind === 'unfinished' ? 'is' : 'is not', null)
        .where('expires_at', '<=', endOfKept(kind, now))
        .limit(limit),
    )
    .returning('id')
    .execute();
  return deleted.length;
}

/** Forgets at the start and once an hour. Several processes may do so at once. */
export function assessmentRetention(
  database: Database<TriageTables>,
  now: () => Date,
  logger: Logger,
  timers: Timers = backgroundTimers,
): PeriodicTask {
  return runPeriodically(
    'forgetting old symptom checks',
    // Not all processes in the same minute.
    { pauseMs: () => HOUR_MS * (0.9 + Math.random() / 5), logger, timers },
    async (signal) => {
      while ((await forgetAssessments(database.db, now(), BATCH)) && !signal.aborted)
        await pauseUnlessAborted(timers, BETWEEN_BATCHES_MS, signal);
      // What was deleted stands in the embedded database's log until that is written over.
      await flush(database);
    },
  );
}
