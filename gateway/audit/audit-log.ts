import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import {
  auditHash,
  CLOSED,
  CUT_OFF,
  headText,
  OPENED,
  OF_ITSELF,
  type AuditEntry,
  type AuditStore,
  type ChainedEntry,
  type Head,
} from '../../domain/audit';
import { loggableError } from '../../domain/loggable-error';
import { machineTimers, pause, within, type Timers } from '../../domain/timers';

/** This process's chain of the audit trail. */
export interface AuditLog {
  /**
   * Resolves when the entry is on disk; until then it waits in memory, however often writing fails.
   * @param isAwaited it is written at once, with all before it
   */
  record(entry: Omit<AuditEntry, 'at'>, isAwaited?: boolean): Promise<void>;
  /** False while more waits than may be lost: nothing is to be done then that could not be written down. */
  hasRoom(): boolean;
  close(): Promise<void>;
}

export interface AuditTimes {
  /** How long an entry that nobody waits for may wait for others, milliseconds. */
  gather: number;
  /** After a write that failed. */
  again: number;
}

const TIMES: AuditTimes = { gather: 100, again: 500 };
const MOST_WAITING = 10_000;
const MOST_AT_ONCE = 500;
const GIVE_UP_CLOSING_MS = 5_000;

type Unchained = Omit<ChainedEntry, 'chain' | 'sequence' | 'hash'>;

interface Waiting {
  entry: ChainedEntry;
  written(): void;
}

export interface AuditLogOptions {
  now: () => Date;
  logger: Logger;
  timers?: Timers;
  /** Told whenever the end of this process's chain is not there any more. */
  onCutOff?: () => void;
}

const entriesOf = (batch: readonly Waiting[]) => batch.map(({ entry }) => entry);

export async function auditLog(
  store: Omit<AuditStore, 'entries'>,
  { now, logger, timers = machineTimers, onCutOff = () => undefined }: AuditLogOptions,
  times = TIMES,
): Promise<AuditLog> {
  const waiting: Waiting[] = [];
  let chain = randomUUID();
  let [sequence, hash]: [number, string | null] = [0, null];
  let lastWritten: Head | null = null;
  let writing: Promise<void> | null = null;
  let givenUp = false;

  let hurry: () => void = () => undefined;

  function record(said: Omit<AuditEntry, 'at'>, isAwaited = false): Promise<void> {
    const entry = chained({ ...said, at: now().getTime() });
    return new Promise((written) => {
      waiting.push({ entry, written });
      writing ??= write();
      if (isAwaited) hurry();
    });
  }

  function chained(said: Unchained): ChainedEntry {
    const unhashed = { ...said, chain, sequence: ++sequence };
    const entry = { ...unhashed, hash: auditHash(hash, unhashed) };
    hash = entry.hash;
    return entry;
  }

  /**
   * The end of this chain is not where it was written: the database was restored to an earlier moment, or somebody has cut
   * it off. A new chain begins that says so, with all that waits; which of the two it was an operator has to answer for.
   */
  async function beginAgain(lost: Head): Promise<void> {
    const others = await store.heads();
    const again = waiting.splice(0);
    [chain, sequence, hash, lastWritten] = [randomUUID(), 0, null, null];
    const at = now().getTime();
    const ofItself = [
      { ...OF_ITSELF, at, operation: OPENED, subjects: others.map(headText) },
      { ...OF_ITSELF, at, operation: CUT_OFF, subjects: [headText(lost)] },
    ];
    waiting.push(...ofItself.map((said) => ({ entry: chained(said), written: () => undefined })));
    waiting.push(...again.map(({ entry, written }) => ({ entry: chained(entry), written })));
    onCutOff();
    logger.error(
      { lost: headText(lost), chain },
      'the end of the audit trail was lost: a new chain begins (docs/operate.md, Backup and restoring)',
    );
  }

  /** One batch after the other, in order: an entry is on disk only after those before it. */
  async function write(): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = timers.after(times.gather, resolve);
      hurry = () => {
        cancel();
        resolve();
      };
    });
    while (waiting.length > 0 && !givenUp) {
      const batch = waiting.slice(0, MOST_AT_ONCE);
      try {
        const after = lastWritten;
        const isWritten = await store.append(entriesOf(batch), after);
        if (!isWritten) {
          if (after !== null) await beginAgain(after);
          continue;
        }
        lastWritten = batch.at(-1)?.entry ?? after;
        waiting.splice(0, batch.length);
        for (const { written } of batch) written();
      } catch (error) {
        logger.error(
          { err: loggableError(error), waiting: waiting.length },
          'the audit trail cannot be written',
        );
        await pause(timers, times.again);
      }
    }
    // In the same turn as the last look: whoever is told now, and records at once, starts another.
    writing = null;
  }

  const others = await store.heads();
  await record({ ...OF_ITSELF, operation: OPENED, subjects: others.map(headText) }, true);
  return {
    record,
    hasRoom: () => waiting.length < MOST_WAITING,
    async close() {
      const closed = record({ ...OF_ITSELF, operation: CLOSED, subjects: [] }, true);
      await within(timers, GIVE_UP_CLOSING_MS, closed);
      givenUp = true;
      if (waiting.length > 0) logger.error({ lost: waiting.length }, 'audit entries could not be written');
      else if (hash !== null)
        logger.info({ head: headText({ chain, sequence, hash }) }, 'the audit chain is closed');
      await store.close();
    },
  };
}
