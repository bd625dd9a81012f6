import { sql, type Kysely, type Transaction } from 'kysely';
import type { IdempotencyTable, LedgerTables, Operation, Refusal } from '../database/tables';
import type { LedgerDatabase, LedgerTransactions } from '../database/transactions';

/** A request that may be sent again: the same key and content bring about one result, other content is refused. */
export interface Request {
  callerId: string;
  operation: Operation;
  key: string;
  fingerprint: string;
}

/** What an earlier request with the same key led to. */
export type Earlier = { kind: 'repeated'; resultId: string } | { kind: 'key-reused' } | Refused;

/** No booking was put down. That is remembered: of two taps one must not be told so and the other be booked. */
export interface Refused {
  kind: 'refused';
  why: Refusal;
  /** The booking that stands in its way. */
  bookingId: string | null;
}

/** A request, and what it led to unless the same one has been here before. */
export interface Asked {
  request: Request;
  resultId: string;
  refused: Refusal | null;
}

/**
 * Writes requests down, no two with the same key, unless their keys are known.
 * @returns what the known ones led to.
 */
export async function remember(
  transaction: Transaction<LedgerTables>,
  asked: readonly Asked[],
  { insertAll, given, now }: LedgerTransactions,
): Promise<Map<Request, Earlier>> {
  const rows = asked.map(({ request: { callerId, operation, key, fingerprint }, resultId, refused }) => ({
    caller_id: callerId,
    operation,
    key,
    fingerprint,
    result_id: resultId,
    refused,
  }));
  const written = await insertAll(
    transaction,
    'idempotency',
    rows,
    { created_at: now },
    sql<Named>`on conflict do nothing returning caller_id, operation, key`,
  );
  const isNew = new Set(written.map(nameOfRow));
  const old = asked.map(({ request }) => request).filter((request) => !isNew.has(nameOf(request)));
  return earlier(transaction, old, given);
}

/** What those of the requests that were here before led to. */
export async function earlier(
  reader: Kysely<LedgerTables>,
  requests: readonly Request[],
  given: LedgerDatabase['given'],
): Promise<Map<Request, Earlier>> {
  if (requests.length === 0) return new Map();
  const names = requests.map(({ callerId, operation, key }) => ({ caller_id: callerId, operation, key }));
  const rows = await reader
    .selectFrom(given('idempotency', names))
    .crossJoin('idempotency as known')
    .whereRef('known.caller_id', '=', 'given.caller_id')
    .whereRef('known.operation', '=', 'given.operation')
    .whereRef('known.key', '=', 'given.key')
    .selectAll('known')
    .execute();
  const known = new Map(rows.map((row) => [nameOfRow(row), row]));
  const found = new Map<Request, Earlier>();
  for (const request of requests) {
    const row = known.get(nameOf(request));
    if (row !== undefined) found.set(request, ledTo(request, row));
  }
  return found;
}

function ledTo({ fingerprint }: Request, row: IdempotencyTable): Earlier {
  // Forgotten where keys were replaced since (replace-keys.ts).
  if (row.fingerprint !== '' && row.fingerprint !== fingerprint) return { kind: 'key-reused' };
  return row.refused === null
    ? { kind: 'repeated', resultId: row.result_id }
    : { kind: 'refused', why: row.refused, bookingId: row.result_id === '' ? null : row.result_id };
}

/** What makes a request the same as another one. */
function nameOf({ callerId, operation, key }: Pick<Request, 'callerId' | 'operation' | 'key'>): string {
  return JSON.stringify([callerId, operation, key]);
}

/** The same of what is asked by a request. */
export function byRequest({ request }: { request: Request }): string {
  return nameOf(request);
}

type Named = Pick<IdempotencyTable, 'caller_id' | 'operation' | 'key'>;

function nameOfRow({ caller_id, operation, key }: Named): string {
  return nameOf({ callerId: caller_id, operation, key });
}
