import type { RawBuilder, Transaction } from 'kysely';
import type { LedgerTables } from './tables';

/** How the ledger's parts write: each piece of work is one transaction. */
export interface LedgerWriting {
  write<T>(work: (transaction: Transaction<LedgerTables>) => Promise<T>): Promise<T>;
  /** The database's own clock inside a statement, epoch milliseconds. */
  now: RawBuilder<number>;
}
