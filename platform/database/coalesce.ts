import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import DataLoader from 'dataloader';
import { backgroundTimers, within, type Timers } from '../../domain/timers';

/** Whoever gets no answer is asked for again after the others. An Error is for one alone, a rejection for all. */
export type AskAll<Asked, Answer> = (asked: readonly Asked[]) => Promise<ReadonlyMap<Asked, Answer | Error>>;

/** Any question is bounded. */
const MOST = 500;
/** How long a question waits for the answer to the one before it. */
const WAIT_MS = 100;

/**
 * Joins what is asked while an answer is awaited into one question, which is asked next: who is alone is asked for at
 * once, and under load one statement does the work of many. Nothing is kept.
 * @param most in one question; all of them wait for its answer.
 */
export function coalesce<Asked, Answer>(
  all: AskAll<Asked, Answer>,
  most = MOST,
  timers: Timers = backgroundTimers,
): (asked: Asked) => Promise<Answer> {
  let asking: Promise<unknown> = Promise.resolve();
  let before: Promise<unknown> = asking;

  const loader = new DataLoader<Asked, { answer: Answer } | null>(ask, {
    cache: false,
    maxBatchSize: most,
    batchScheduleFn(send) {
      // Whoever is answered, or comes, in the same turn of the event loop can still join.
      before = within(timers, WAIT_MS, before)
        .then(() => turnOfTheLoop())
        .then(() => {
          send();
          return asking;
        });
    },
  });

  async function ask(asked: readonly Asked[]) {
    const answering = all(asked);
    asking = Promise.allSettled([answering]);
    const answers = await answering;
    if (answers.size === 0) throw new Error('A question was answered for none of those who asked it.');
    const told = new Map(
      [...answers].map(([one, answer]) => [one, answer instanceof Error ? answer : { answer }]),
    );
    return asked.map((one) => told.get(one) ?? null);
  }

  return async (asked) => {
    for (;;) {
      const answered = await loader.load(asked);
      if (answered !== null) return answered.answer;
    }
  };
}
