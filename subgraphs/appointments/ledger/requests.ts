import { rowStatement } from '../../../platform/database/row-statement';
import {
  insertInto,
  type ForLedgerRow,
  type LedgerSession,
  type LedgerTransaction,
} from '../database/ledger-database';
import type { IdempotencyTable, CommandKind, StoredRefusal } from '../database/tables';

/** A request that may be sent again: the same key and content bring about one result, other content is refused. */
export interface Request {
  callerId: string;
  operation: CommandKind;
  key: string;
  fingerprint: string;
}

/** The result of an earlier request with the same key. */
export type Earlier = { kind: 'repeated'; resultId: string } | { kind: 'key-reused' } | Refused;

/** No booking was put down. That is remembered: of two taps one must not be told so and the other be booked. */
export interface Refused {
  kind: 'refused';
  why: StoredRefusal;
  /** The booking that stands in its way. */
  bookingId: string | null;
}

/** The hold or booking that a request leads to, as its row has it; or why it leads to none. */
export interface RequestResult {
  resultId: string;
  refused: StoredRefusal | null;
}

type RequestName = Pick<IdempotencyTable, 'caller_id' | 'operation' | 'key'>;

const NAME = ['caller_id', 'operation', 'key'] as const;

const insertRequest = insertInto('idempotency')({
  by: NAME,
  computed: (now) => ({ created_at: now }),
  onConflict: 'do nothing',
});

const selectRequest = rowStatement(
  { table: 'idempotency', by: NAME, kind: 'lookup' },
  ({ db, input }: ForLedgerRow<RequestName>) =>
    db
      .selectFrom(input)
      .crossJoin('idempotency as known')
      .whereRef('known.caller_id', '=', 'input.caller_id')
      .whereRef('known.operation', '=', 'input.operation')
      .whereRef('known.key', '=', 'input.key')
      .selectAll('known'),
);

/**
 * Writes a request down unless its key is known.
 * @returns the result of the earlier one where it is.
 */
export async function remember(
  transaction: LedgerTransaction,
  request: Request,
  { resultId, refused }: RequestResult,
): Promise<Earlier | null> {
  transaction.exclusively(JSON.stringify(nameOf(request)));
  const { fingerprint } = request;
  const row = { ...nameOf(request), fingerprint, result_id: resultId, refused };
  const [written] = await insertRequest(transaction, row);
  return written === undefined ? findEarlier(transaction, request) : null;
}

/** The result of the same request where it was here before. */
export async function findEarlier(reader: LedgerSession, request: Request): Promise<Earlier | null> {
  const [row] = await selectRequest(reader, nameOf(request));
  if (row === undefined) return null;
  // Forgotten where keys were replaced since (replace-keys.ts).
  if (row.fingerprint !== '' && row.fingerprint !== request.fingerprint) return { kind: 'key-reused' };
  return row.refused === null
    ? { kind: 'repeated', resultId: row.result_id }
    : { kind: 'refused', why: row.refused, bookingId: row.result_id === '' ? null : row.result_id };
}

/** Two requests with the same name are the same. */
function nameOf({ callerId, operation, key }: Request): RequestName {
  return { caller_id: callerId, operation, key };
}
