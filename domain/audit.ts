import { createHash } from 'node:crypto';

/**
 * Who did what to whose data, in what came to the gateway. Nobody is named: callers and ids are keyed digests, so that
 * whoever has the key and an id can find what was done to it, and nobody else learns anything.
 */
export interface AuditEntry {
  /** Epoch milliseconds. */
  at: number;
  /** `gateway` for what a chain says of itself. */
  callerKind: string;
  /** Digests of issuer and subject; null for those who are not signed in. */
  caller: string | null;
  /** Of practice staff. */
  practice: string | null;
  /** The published operation; else the fields that were asked for; `-` where it is not known. */
  operation: string;
  /** Digests of the ids that were given. */
  subjects: readonly string[];
  /** What came of it: the types that were answered, or the code of the error or refusal. */
  outcome: string;
  requestId: string;
}

/** An entry at its place: each process that writes has a chain of its own, numbered from 1 without gaps. */
export interface ChainedEntry extends AuditEntry {
  chain: string;
  sequence: number;
  hash: string;
}

/** How far a chain goes. */
export type Head = Pick<ChainedEntry, 'chain' | 'sequence' | 'hash'>;

/** Where entries are kept: nothing here changes one, or takes one away. */
export interface AuditStore {
  /** Writing the same entries again does no harm. */
  append(entries: readonly ChainedEntry[]): Promise<void>;
  /** Of the chains that were written to last. */
  heads(): Promise<Head[]>;
  /** By chain and sequence, read a page at a time. */
  entries(): AsyncIterable<ChainedEntry>;
  close(): Promise<void>;
}

/** The first entry of a chain, whose subjects are the heads of all others then; the last one of a chain that was closed. */
export const OF_THE_CHAIN = 'gateway';
export const OPENED = 'CHAIN_OPENED';
export const CLOSED = 'CHAIN_CLOSED';
/** How many entries of a flood were not written; its subjects are the numbers, in words. */
export const LEFT_OUT = 'LEFT_OUT';

/** Each hash covers the one before it. SHA-256, base64url. */
export function auditHash(previous: string | null, entry: Omit<ChainedEntry, 'hash'>): string {
  const { chain, sequence, at, callerKind, caller, practice, operation, subjects, outcome, requestId } =
    entry;
  const what = [chain, sequence, at, callerKind, caller, practice, operation, subjects, outcome, requestId];
  return createHash('sha256')
    .update(JSON.stringify([previous, ...what]))
    .digest('base64url');
}

/** What a chain says of itself. */
export const OF_ITSELF = {
  callerKind: OF_THE_CHAIN,
  caller: null,
  practice: null,
  outcome: 'OK',
  requestId: '-',
} as const satisfies Partial<AuditEntry>;

export const headText = ({ chain, sequence, hash }: Head) => `${chain} ${sequence} ${hash}`;

export interface AuditReport {
  entries: number;
  chains: number;
  /** Chains without an end: of processes that run, or were killed. */
  open: number;
  /** What was changed, taken out or put in, in words. */
  broken: string[];
}

/**
 * Goes through all entries, twice. That a chain's end was cut off shows by the chains that were opened later, since each
 * names the heads of the others; of the latest ones it shows by nothing but the heads in the log.
 */
export async function verifyAudit(store: Pick<AuditStore, 'entries'>): Promise<AuditReport> {
  const named = await headsNamed(store);
  const heads = new Map<string, Head & { isClosed: boolean }>();
  const broken: string[] = [];
  let count = 0;
  for await (const entry of store.entries()) {
    count += 1;
    const before = heads.get(entry.chain);
    const expected = (before?.sequence ?? 0) + 1;
    if (entry.sequence !== expected)
      broken.push(`chain ${entry.chain}: entry ${expected} is missing before ${entry.sequence}`);
    if (entry.hash !== auditHash(before?.hash ?? null, entry))
      broken.push(`chain ${entry.chain}: entry ${entry.sequence} is not what was written`);
    named.delete(headText(entry));
    heads.set(entry.chain, { ...entry, isClosed: isOfItself(entry, CLOSED) });
  }
  for (const [head, by] of named)
    broken.push(`chain ${head.split(' ')[0] ?? ''}: an entry that chain ${by} has seen is gone or changed`);
  const open = [...heads.values()].filter(({ isClosed }) => !isClosed).length;
  return { entries: count, chains: heads.size, open, broken };
}

/** Heads that chains found when they were opened, each with one chain that did. */
async function headsNamed({ entries }: Pick<AuditStore, 'entries'>): Promise<Map<string, string>> {
  const named = new Map<string, string>();
  for await (const entry of entries())
    if (isOfItself(entry, OPENED)) for (const head of entry.subjects) named.set(head, entry.chain);
  return named;
}

/** Whether it is the chain that speaks, and no caller. */
function isOfItself({ callerKind, operation }: ChainedEntry, said: string): boolean {
  return callerKind === OF_THE_CHAIN && operation === said;
}
