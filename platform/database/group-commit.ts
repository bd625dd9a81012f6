import { machineTimers, type Timers } from '../../domain/timers';
import { DatabaseUnavailable } from './database-unavailable';

/** The connection through which everything is written. */
export interface Writer {
  exec(statement: string): void;
  readonly inTransaction: boolean;
}

/** One caller's transaction, from the moment that it is their turn. */
export interface Turn {
  /** Resolves when all that was written in this turn is on disk. @throws what kept it from getting there. */
  commit(): Promise<void>;
  /** Undoes what was written in this turn; resolves when what it may have read of others' turns is on disk. */
  rollback(): Promise<void>;
  /** To be told of a statement that failed: SQLite can have undone everything with it. */
  failed(error: unknown): void;
}

interface Batch {
  startedAt: number;
  waiting: { resolve: () => void; reject: (error: unknown) => void }[];
  /** The reason that nothing of it is on disk. */
  lost: { error: unknown } | null;
}

/** Nobody's commit waits longer than this for others to join it. */
const BATCH_MS = 10;
/** Time that a transaction waits for its turn, other processes' included, by default. */
const TURN_WITHIN_MS = 5_000;

/**
 * Lets transactions that wait for each other anyway share one commit, and so one wait for the disk, which stops this
 * process. They take turns, first come first served; each is a savepoint of its own, so that one that is undone takes
 * nothing with it. Nobody is answered before the commit that they share.
 * @param begin opens the transaction that is shared, waiting for other processes until the given time (monotonic, ms).
 */
export function groupCommit(
  writer: Writer,
  begin: (until: number) => Promise<void>,
  { elapsedMs }: Pick<Timers, 'elapsedMs'> = machineTimers,
  turnWithinMs = TURN_WITHIN_MS,
) {
  const queue: (() => void)[] = [];
  let isTaken = false;
  let batch: Batch | null = null;

  /** @throws DatabaseUnavailable when the turn does not come in time. */
  async function turn(): Promise<Turn> {
    const until = elapsedMs() + turnWithinMs;
    if (isTaken) await new Promise<void>((resolve) => queue.push(resolve));
    isTaken = true;
    try {
      if (elapsedMs() > until) throw new DatabaseUnavailable('BUSY', undefined);
      if (batch === null) {
        await begin(until);
        batch = { startedAt: elapsedMs(), waiting: [], lost: null };
      }
      writer.exec('savepoint turn');
    } catch (error) {
      next();
      throw error;
    }
    const mine = batch;
    return {
      commit: () => end(mine, ['release turn']),
      rollback: () => end(mine, ['rollback to turn', 'release turn']),
      failed(error) {
        if (!writer.inTransaction) lose(mine, error);
      },
    };
  }

  function end(mine: Batch, statements: string[]): Promise<void> {
    try {
      if (mine.lost === null) for (const statement of statements) writer.exec(statement);
    } catch (error) {
      lose(mine, error);
    }
    const committed = whenCommitted(mine);
    next();
    return committed;
  }

  function next(): void {
    if (batch !== null && elapsedMs() - batch.startedAt > BATCH_MS) flush(batch);
    const [first] = queue;
    isTaken = first !== undefined;
    if (batch !== null && first !== undefined) queue.shift()?.();
    // Between two batches other processes, and the rest of this one, have their turn.
    else
      setImmediate(() => {
        if (first !== undefined) queue.shift()?.();
        else if (!isTaken && batch !== null) flush(batch);
      });
  }

  function flush(ready: Batch): void {
    batch = null;
    try {
      writer.exec('commit');
    } catch (error) {
      lose(ready, error);
      return;
    }
    for (const { resolve } of ready.waiting) resolve();
  }

  function lose(losing: Batch, error: unknown): void {
    if (batch === losing) batch = null;
    abandon(writer, losing, error);
  }

  return { turn };
}

function whenCommitted({ lost, waiting }: Batch): Promise<void> {
  return lost === null
    ? new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }))
    : Promise.reject(asError(lost.error));
}

/** Rolls a batch back and tells everybody who waits for it. */
function abandon(writer: Writer, batch: Batch, error: unknown): void {
  batch.lost = { error };
  try {
    if (writer.inTransaction) writer.exec('rollback');
  } catch {
    // SQLite has rolled it back itself.
  }
  for (const { reject } of batch.waiting) reject(error);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('The transaction was lost.', { cause: error });
}
