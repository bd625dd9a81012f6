import { createHash } from 'node:crypto';

/**
 * Record of a request to the gateway: who did what to whose data. Nobody is named: callers and ids are keyed
 * digests, so that only the holder of the key and an id can find the entries about it.
 */
export interface AuditEntry {
  /** Epoch milliseconds. */
  at: number;
  /** `gateway` for what a chain says of itself. */
  callerKind: string;
  /** Digests of issuer and subject; null for those who are not signed in. */
  caller: string | null;
  /** ODS code of the practice, when the caller is practice staff. */
  practice: string | null;
  /** The published operation; else the fields that were asked for; `-` where it is not known. */
  operation: string;
  /** Digests of the ids that were given. */
  subjects: readonly string[];
  /** Result: the types that were returned, or the code of the error or refusal. */
  outcome: string;
  requestId: string;
}

/** An entry at its place: each process that writes has a chain of its own, numbered from 1 without gaps. */
export interface ChainedEntry extends AuditEntry {
  chain: string;
  sequence: number;
  hash: string;
}

/** Last entry of a chain. */
export type Head = Pick<ChainedEntry, 'chain' | 'sequence' | 'hash'>;

/** Append-only storage for audit entries: nothing here changes or removes one. */
export interface AuditStore {
  /**
   * Writing the same entries again does no harm.
   * @param after the entry before the first; null where the chain begins
   * @returns false, with nothing written, where that entry is not there any more: the database was restored to a moment
   * before it, or somebody has taken it away
   */
  append(entries: readonly ChainedEntry[], after: Head | null): Promise<boolean>;
  /** Heads of the chains that were written to last. */
  heads(): Promise<Head[]>;
  /** Reads all entries in order of chain and sequence, a page at a time. */
  entries(): AsyncIterable<ChainedEntry>;
  close(): Promise<void>;
}

/** The first entry of a chain, whose subjects are the heads of all others then; the last one of a chain that was closed. */
export const OF_THE_CHAIN = 'gateway';
export const OPENED = 'CHAIN_OPENED';
export const CLOSED = 'CHAIN_CLOSED';
/**
 * Action of an entry that stands for those of a flood that were not written; its subjects are their numbers, in
 * words.
 */
export const LEFT_OUT = 'LEFT_OUT';

/**
 * The second entry of a chain that begins because the end of another one, which this process had written, is not there any
 * more. Its subject is the last entry that the process knows of that chain.
 */
export const CUT_OFF = 'CHAIN_CUT_OFF';
/** An operator has said why that was; its subjects are the same entry, and the reason. */
export const ACKNOWLEDGED = 'CUT_OFF_ACKNOWLEDGED';

/** Each hash covers the one before it. SHA-256, base64url. */
export function auditHash(previous: string | null, entry: Omit<ChainedEntry, 'hash'>): string {
  const { chain, sequence, at, callerKind, caller, practice, operation, subjects, outcome, requestId } =
    entry;
  const what = [chain, sequence, at, callerKind, caller, practice, operation, subjects, outcome, requestId];
  return createHash('sha256')
    .update(JSON.stringify([previous, ...what]))
    .digest('base64url');
}

/** Actions of entries that a chain writes about itself. */
export const CHAIN_RECORD = {
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
  /** Changes, removals and insertions that were found, in words. */
  broken: string[];
  /** Ends of chains that were lost while their processes ran, as by a restore of the database. */
  cutOff: CutOff[];
}

export interface CutOff {
  /** The chain whose end is lost. */
  chain: string;
  /** Sequence number that the chain reaches now; 0: nothing of it is left. */
  kept: number;
  /** Sequence number that the chain had reached. */
  known: number;
  /** When that was noticed. */
  noticedAt: string;
  /** Reason that an operator recorded; null until one has. */
  acknowledged: string | null;
}

/** Checks that the trail is complete, or that an operator has acknowledged every gap. */
export function isWhole({ broken, cutOff }: AuditReport): boolean {
  return broken.length === 0 && cutOff.every(({ acknowledged }) => acknowledged !== null);
}

/**
 * Goes through all entries, twice. That a chain's end was cut off shows by the chains that were opened later, since each
 * names the heads of the others, and by the process that wrote it, if it still runs; of the latest ones it shows by nothing
 * but the heads in the log.
 */
export async function verifyAudit(store: Pick<AuditStore, 'entries'>): Promise<AuditReport> {
  const { seen, cutOff, acknowledged } = await readChainRecords(store);
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
    const text = headText(entry);
    seen.delete(text);
    cutOff.delete(text);
    heads.set(entry.chain, { ...entry, isClosed: isChainRecord(entry, CLOSED) });
  }
  for (const [head, by] of seen)
    broken.push(`chain ${head.split(' ')[0] ?? ''}: an entry that chain ${by} has seen is gone or changed`);
  const open = [...heads.values()].filter(({ isClosed }) => !isClosed).length;
  const lost = [...cutOff].map(([head, at]): CutOff => {
    const [chain = '', known] = head.split(' ');
    return {
      chain,
      kept: heads.get(chain)?.sequence ?? 0,
      known: Number(known),
      noticedAt: new Date(at).toISOString(),
      acknowledged: acknowledged.get(head) ?? null,
    };
  });
  return { entries: count, chains: heads.size, open, broken, cutOff: lost };
}

/** The last entry that was known of a chain whose end is lost, as it is acknowledged by; null where none is lost. */
export async function cutOffHead(store: Pick<AuditStore, 'entries'>, chain: string): Promise<string | null> {
  const { cutOff } = await readChainRecords(store);
  return [...cutOff.keys()].findLast((head) => head.startsWith(`${chain} `)) ?? null;
}

interface ChainRecords {
  /** Entries that others have seen, each with a chain that saw it. */
  seen: Map<string, string>;
  /** The last known entries of chains whose ends were lost, with when that was noticed. */
  cutOff: Map<string, number>;
  /** Gaps that an operator has acknowledged, with the reason. */
  acknowledged: Map<string, string>;
}

async function readChainRecords(store: Pick<AuditStore, 'entries'>): Promise<ChainRecords> {
  const records: ChainRecords = { seen: new Map(), cutOff: new Map(), acknowledged: new Map() };
  for await (const entry of store.entries()) {
    const [head, reason = ''] = entry.subjects;
    if (isChainRecord(entry, OPENED))
      for (const other of entry.subjects) records.seen.set(other, entry.chain);
    else if (head === undefined) continue;
    else if (isChainRecord(entry, CUT_OFF)) records.cutOff.set(head, entry.at);
    else if (isChainRecord(entry, ACKNOWLEDGED)) records.acknowledged.set(head, reason);
  }
  return records;
}

function isChainRecord({ callerKind, operation }: AuditEntry, what: string): boolean {
  return callerKind === OF_THE_CHAIN && operation === what;
}
