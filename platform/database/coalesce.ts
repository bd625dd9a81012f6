import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import DataLoader from 'dataloader';
import { backgroundTimers, within, type Timers } from '../../domain/timers';

/** Serves many calls at once. An input left out of the results is served again; an Error fails one call, a rejection all. */
export type BatchFunction<Input, Result> = (
  inputs: readonly Input[],
) => Promise<ReadonlyMap<Input, Result | Error>>;

const MAX_BATCH = 500;
/** Time that a batch waits for the result of the one before it. */
const WAIT_MS = 100;

/**
 * Batches calls made while a batch is in flight: a lone call is sent at once, and under load one statement does the work
 * of many. Nothing is cached.
 * @param maxBatch calls in a batch; all of them wait for its result.
 */
export function coalesce<Input, Result>(
  serve: BatchFunction<Input, Result>,
  maxBatch = MAX_BATCH,
  timers: Timers = backgroundTimers,
): (input: Input) => Promise<Result> {
  let inFlight: Promise<unknown> = Promise.resolve();
  let previous: Promise<unknown> = inFlight;

  const loader = new DataLoader<Input, { result: Result } | null>(serveBatch, {
    cache: false,
    maxBatchSize: maxBatch,
    batchScheduleFn(send) {
      // Callers that are served, or come, in the same turn of the event loop can still join.
      previous = within(timers, WAIT_MS, previous)
        .then(() => turnOfTheLoop())
        .then(() => {
          send();
          return inFlight;
        });
    },
  });

  async function serveBatch(inputs: readonly Input[]) {
    const serving = serve(inputs);
    inFlight = Promise.allSettled([serving]);
    const results = await serving;
    if (results.size === 0) throw new Error('A batch left out every one of its calls.');
    const loaded = new Map(
      [...results].map(([input, result]) => [input, result instanceof Error ? result : { result }]),
    );
    return inputs.map((input) => loaded.get(input) ?? null);
  }

  return async (input) => {
    for (;;) {
      const loaded = await loader.load(input);
      if (loaded !== null) return loaded.result;
    }
  };
}
