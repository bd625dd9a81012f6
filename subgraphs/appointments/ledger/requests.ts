import type { Kysely, RawBuilder } from 'kysely';
import type { LedgerTables, Operation } from './tables';

/** A request that may be sent again: the same key and content bring about one result, other content is refused. */
export interface Request {
  callerId: string;
  operation: Operation;
  key: string;
  fingerprint: string;
}

/** What an earlier request with the same key led to. */
export type Earlier = { kind: 'repeated'; resultId: string } | { kind: 'key-reused' };

/** Writes the request down unless its key is known; what the key led to where it is. */
export async function remember(
  writer: Kysely<LedgerTables>,
  now: RawBuilder<number>,
  { callerId, operation, key, fingerprint }: Request,
  resultId: string,
): Promise<Earlier | null> {
  const written = await writer
    .insertInto('idempotency')
    .values({ caller_id: callerId, operation, key, fingerprint, result_id: resultId, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .returning('key')
    .executeTakeFirst();
  return written === undefined ? earlier(writer, { callerId, operation, key, fingerprint }) : null;
}

export async function earlier(reader: Kysely<LedgerTables>, request: Request): Promise<Earlier | null> {
  const row = await reader
    .selectFrom('idempotency')
    .select(['fingerprint', 'result_id'])
    .where('caller_id', '=', request.callerId)
    .where('operation', '=', request.operation)
    .where('key', '=', request.key)
    .executeTakeFirst();
  if (row === undefined) return null;
  return row.fingerprint === request.fingerprint
    ? { kind: 'repeated', resultId: row.result_id }
    : { kind: 'key-reused' };
}
