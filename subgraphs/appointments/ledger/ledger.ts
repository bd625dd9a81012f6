import type { Logger } from 'pino';
import type { Database } from '../../../platform/database/database';
import { bookingAdoption } from './adopt-booking';
import { ledgerRetention } from './delete-old-bookings';
import { ledgerHolds } from './holds';
import type { ReleaseTerms } from './check-release-rules';
import { ledgerTransitions } from './transitions';
import { bookingCreation } from './create-booking';
import { ledgerNotices } from './practice-notices';
import { ledgerQueries } from './queries';
import { remember, type Earlier, type Request } from './requests';
import type { LedgerTables } from '../database/tables';
import { ledgerOutbox } from './pending-events';
import { ledgerTransactions } from '../database/transactions';

export type Ledger = ReturnType<typeof ledger>;

/**
 * The promise: what this service has taken on, on disk before anybody is told and before any supplier is called.
 * Every change is guarded by a version and written with its event in the same transaction; times are the database's.
 */
export function ledger(database: Database<LedgerTables>, logger: Logger, terms: ReleaseTerms) {
  const writing = ledgerTransactions(database);
  return {
    ...ledgerQueries(database, logger),
    ...ledgerHolds(writing),
    ...bookingCreation(writing, terms),
    ...ledgerTransitions(writing, logger),
    ...ledgerOutbox(writing),
    ...ledgerNotices(writing, database.db),
    ...bookingAdoption(writing, database.db),
    ...ledgerRetention(writing),
    ready: database.ready,
    close: database.close,

    /** Writes the request down unless its key is known; what the key led to where it is. */
    async remember(request: Request, resultId: string): Promise<Earlier | null> {
      const asked = { request, resultId, refused: null };
      const known = await writing.write((transaction) => remember(transaction, [asked], writing));
      return known.get(request) ?? null;
    },
  };
}
