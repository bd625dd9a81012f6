import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import {
  auditHash,
  CLOSED,
  CUT_OFF,
  headText,
  OPENED,
  CHAIN_RECORD,
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
  /** Longest time that an entry nobody waits for is gathered with others, in milliseconds. */
  gather: number;
  /** After a write that failed. */
  again: number;
}

const TIMES: AuditTimes = { gather: 100, again: 500 };
const MAX_PENDING = 10_000;
const MAX_BATCH = 500;
const GIVE_UP_CLOSING_MS = 5_000;

interface Waiting {
  entry: ChainedEntry;
  written(): void;
}

export interface AuditLogOptions {
  now: () => Date;
  logger: Logger;
  timers?: Timers;
  /** Called when the end of this process's chain is missing. */
  onCutOff?: () => void;
}

const entriesOf = (batch: readonly Waiting[]) => batch.map(({ entry }) => entry);

/** Links entries, each with the hash of the one before. */
interface Chain {
  add(content: Omit<ChainedEntry, 'chain' | 'sequence' | 'hash'>): ChainedEntry;
  /** Returns the last entry; null where there is none yet. */
  head(): Head | null;
}

function newChain(): Chain {
  const chain = randomUUID();
  let last: Head | null = null;
  return {
    add(content) {
      const unhashed = { ...content, chain, sequence: (last?.sequence ?? 0) + 1 };
      const entry = { ...unhashed, hash: auditHash(last?.hash ?? null, unhashed) };
      last = entry;
      return entry;
    },
    head: () => last,
  };
}

interface State {
  readonly store: Omit<AuditStore, 'entries'>;
  readonly now: () => Date;
  readonly logger: Logger;
  readonly timers: Timers;
  readonly times: AuditTimes;
  readonly onCutOff: () => void;
  readonly waiting: Waiting[];
  chain: Chain;
  lastWritten: Head | null;
  writing: Promise<void> | null;
  hasGivenUp: boolean;
  /** Ends the gathering of entries. */
  hurry: () => void;
}

export async function auditLog(
  store: Omit<AuditStore, 'entries'>,
  { now, logger, timers = machineTimers, onCutOff = () => undefined }: AuditLogOptions,
  times = TIMES,
): Promise<AuditLog> {
  const waiting: Waiting[] = [];
  const state: State = {
    store,
    now,
    logger,
    timers,
    times,
    onCutOff,
    waiting,
    chain: newChain(),
    lastWritten: null,
    writing: null,
    hasGivenUp: false,
    hurry: () => undefined,
  };

  function record(content: Omit<AuditEntry, 'at'>, isAwaited = false): Promise<void> {
    const entry = state.chain.add({ ...content, at: now().getTime() });
    return new Promise((written) => {
      waiting.push({ entry, written });
      state.writing ??= write(state);
      if (isAwaited) state.hurry();
    });
  }

  const others = await store.heads();
  await record({ ...CHAIN_RECORD, operation: OPENED, subjects: others.map(headText) }, true);
  return {
    record,
    hasRoom: () => waiting.length < MAX_PENDING,
    async close() {
      const closed = record({ ...CHAIN_RECORD, operation: CLOSED, subjects: [] }, true);
      await within(timers, GIVE_UP_CLOSING_MS, closed);
      state.hasGivenUp = true;
      const head = state.chain.head();
      if (waiting.length > 0) logger.error({ lost: waiting.length }, 'audit entries were lost');
      else if (head !== null) logger.info({ head: headText(head) }, 'audit chain closed');
      await store.close();
    },
  };
}

/**
 * The end of this chain is missing: the database was restored to an earlier moment, or somebody has removed it.
 * Begins a new chain that records this, with all waiting entries; an operator has to state which of the two it was.
 */
async function beginAgain(state: State, lost: Head): Promise<void> {
  const { store, now, logger, onCutOff, waiting } = state;
  const others = await store.heads();
  const again = waiting.splice(0);
  const chain = newChain();
  state.chain = chain;
  state.lastWritten = null;
  const at = now().getTime();
  const records = [
    { ...CHAIN_RECORD, at, operation: OPENED, subjects: others.map(headText) },
    { ...CHAIN_RECORD, at, operation: CUT_OFF, subjects: [headText(lost)] },
  ];
  waiting.push(...records.map((content) => ({ entry: chain.add(content), written: () => undefined })));
  waiting.push(...again.map(({ entry, written }) => ({ entry: chain.add(entry), written })));
  onCutOff();
  logger.error(
    { lost: headText(lost), chain: chain.head()?.chain },
    'the end of the audit trail is missing; starting a new chain (docs/operate.md, Backup and restoring)',
  );
}

/** Waits until entries have gathered, or until one of them is awaited. */
async function gather(state: State): Promise<void> {
  await new Promise<void>((resolve) => {
    const cancel = state.timers.after(state.times.gather, resolve);
    state.hurry = () => {
      cancel();
      resolve();
    };
  });
}

/** Writes one batch after the other, in order: an entry is on disk only after those before it. */
async function write(state: State): Promise<void> {
  const { store, logger, timers, times, waiting } = state;
  await gather(state);
  while (waiting.length > 0 && !state.hasGivenUp) {
    const batch = waiting.slice(0, MAX_BATCH);
    try {
      const after = state.lastWritten;
      const isWritten = await store.append(entriesOf(batch), after);
      if (!isWritten) {
        if (after !== null) await beginAgain(state, after);
        continue;
      }
      state.lastWritten = batch.at(-1)?.entry ?? after;
      waiting.splice(0, batch.length);
      for (const { written } of batch) written();
    } catch (error) {
      logger.error({ err: loggableError(error), waiting: waiting.length }, 'writing the audit trail failed');
      await pause(timers, times.again);
    }
  }
  // In the same turn as the last check: a caller that resumes now, and records at once, starts another.
  state.writing = null;
}
