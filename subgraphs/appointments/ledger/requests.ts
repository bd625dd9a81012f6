import type { Kysely, RawBuilder } from 'kysely';
import type { LedgerTables, Operation, Refusal } from './tables';

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

/** Writes the request down unless its key is known; what the key led to where it is. */
export async function remember(
  writer: Kysely<LedgerTables>,
  now: RawBuilder<number>,
  request: Request,
  { resultId, refused = null }: { resultId: string; refused?: Refusal | null },
): Promise<Earlier | null> {
  const { callerId, operation, key, fingerprint } = request;
  const written = await writer
    .insertInto('idempotency')
    .values({
      caller_id: callerId,
      operation,
      key,
      fingerprint,
      result_id: resultId,
      refused,
      created_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('key')
    .executeTakeFirst();
  return written === undefined ? earlier(writer, request) : null;
}

export async function earlier(reader: Kysely<LedgerTables>, request: Request): Promise<Earlier | null> {
  const row = await reader
    .selectFrom('idempotency')
    .select(['fingerprint', 'result_id', 'refused'])
    .where('caller_id', '=', request.callerId)
    .where('operation', '=', request.operation)
    .where('key', '=', request.key)
    .executeTakeFirst();
  if (row === undefined) return null;
  if (row.fingerprint !== request.fingerprint) return { kind: 'key-reused' };
  return row.refused === null
    ? { kind: 'repeated', resultId: row.result_id }
    : { kind: 'refused', why: row.refused, bookingId: row.result_id === '' ? null : row.result_id };
}
