import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../../../platform/database/database';
import { insertion, type ForRow, type Session } from '../../../platform/database/row-statement';
import type { OperationSession, SharedTransactions } from '../../../platform/database/shared-transactions';
import type { LedgerTables } from './tables';

export type LedgerDatabase = Pick<Database<LedgerTables>, 'db' | 'kind' | 'now' | 'rows'>;
export type LedgerSession = Session<LedgerTables>;
export type LedgerTransaction = OperationSession<LedgerTables>;
export type LedgerTransactions = SharedTransactions<LedgerTables>;

/** The parts of a statement about one row of the ledger. */
export type ForLedgerRow<Input> = ForRow<LedgerTables, Input>;

/** Makes a statement that inserts a row of a ledger's table. */
export function insertInto<Table extends keyof LedgerTables>(table: Table) {
  return insertion<LedgerTables, Table>(table);
}

/** A time so many milliseconds from now. */
export function inMs(now: RawBuilder<number>, ms: RawBuilder<number> | number): RawBuilder<number> {
  return sql<number>`${now} + ${typeof ms === 'number' ? Math.round(ms) : ms}`;
}
