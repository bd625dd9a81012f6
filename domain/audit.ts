import { createHash } from 'node:crypto';
import { z } from 'zod';

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
export const Head = z.object({ chain: z.string(), sequence: z.number(), hash: z.string() });
export type Head = z.infer<typeof Head>;

/** The first entry of a chain, whose subjects are the heads of all others then; the last one of a chain that was closed. */
export const OPENED = 'CHAIN_OPENED';
export const CLOSED = 'CHAIN_CLOSED';

/** Each hash covers the one before it. SHA-256, base64url. */
export function auditHash(previous: string | null, entry: Omit<ChainedEntry, 'hash'>): string {
  const { chain, sequence, at, callerKind, caller, practice, operation, subjects, outcome, requestId } =
    entry;
  const what = [chain, sequence, at, callerKind, caller, practice, operation, subjects, outcome, requestId];
  return createHash('sha256')
    .update(JSON.stringify([previous, ...what]))
    .digest('base64url');
}

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
 * Goes through all entries, ordered by chain and sequence. That a chain's end was cut off shows by the chains that were
 * opened later, since each names the heads of the others; of the latest ones it shows by nothing but the heads in the log.
 */
export async function verifyAudit(entries: AsyncIterable<ChainedEntry>): Promise<AuditReport> {
  const heads = new Map<string, Head & { isClosed: boolean }>();
  const hashes = new Set<string>();
  const named: { by: string; head: string }[] = [];
  const broken: string[] = [];
  let count = 0;
  for await (const entry of entries) {
    count += 1;
    const before = heads.get(entry.chain);
    const expected = (before?.sequence ?? 0) + 1;
    if (entry.sequence !== expected)
      broken.push(`chain ${entry.chain}: entry ${expected} is missing before ${entry.sequence}`);
    if (entry.hash !== auditHash(before?.hash ?? null, entry))
      broken.push(`chain ${entry.chain}: entry ${entry.sequence} is not what was written`);
    if (entry.operation === OPENED) named.push(...entry.subjects.map((head) => ({ by: entry.chain, head })));
    heads.set(entry.chain, { ...entry, isClosed: entry.operation === CLOSED });
    hashes.add(headText(entry));
  }
  for (const { by, head } of named)
    if (!hashes.has(head))
      broken.push(`chain ${head.split(' ')[0] ?? ''}: an entry that chain ${by} has seen is gone or changed`);
  const open = [...heads.values()].filter(({ isClosed }) => !isClosed).length;
  return { entries: count, chains: heads.size, open, broken };
}
