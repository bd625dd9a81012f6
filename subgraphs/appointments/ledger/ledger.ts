import type { Logger } from 'pino';
import type { Database } from '../../../platform/database/database';
import { readSession } from '../../../platform/database/row-statement';
import { sharedTransactions } from '../../../platform/database/shared-transactions';
import type { LedgerTables } from '../database/tables';
import { bookingAdoption } from './adopt-booking';
import type { ReleaseTerms } from './check-release-rules';
import { bookingCreation } from './create-booking';
import { ledgerRetention } from './delete-old-bookings';
import { ledgerHolds } from './holds';
import { ledgerOutbox } from './outbox';
import { ledgerNotices } from './practice-notices';
import { ledgerQueries } from './queries';
import { remember, type Earlier, type Request } from './requests';
import { searchFacts } from './search-facts';
import { ledgerTransitions } from './transitions';

export type Ledger = ReturnType<typeof ledger>;

/**
 * The promise: what this service has taken on, on disk before anybody is told and before any supplier is called.
 * Every change is guarded by a version and written with its event in the same transaction; times are the database's.
 */
export function ledger(database: Database<LedgerTables>, logger: Logger, terms: ReleaseTerms) {
  const transactions = sharedTransactions(database);
  const reader = readSession(database);
  return {
    ...ledgerQueries(reader, logger),
    ...ledgerHolds(transactions, { reader, kind: database.kind }, terms),
    ...bookingCreation(transactions, terms),
    ...ledgerTransitions(transactions, logger),
    ...ledgerOutbox(transactions, database.db),
    ...ledgerNotices(transactions, database.db),
    ...bookingAdoption(transactions, reader),
    ...ledgerRetention(transactions),
    ...searchFacts(transactions),
    ready: database.ready,
    close: database.close,

    /** Writes the request down unless its key is known; what the key led to where it is. */
    remember: (request: Request, resultId: string): Promise<Earlier | null> =>
      transactions.write((transaction) => remember(transaction, request, { resultId, refused: null })),
  };
}
