import type { Logger } from 'pino';
import type { Database } from '../../database';
import { ledgerAdopting } from './adopting';
import { ledgerForgetting } from './forgetting';
import { ledgerHolding } from './holding';
import type { ReleaseTerms } from './judging';
import { ledgerMoving } from './moving';
import { ledgerOpening } from './opening';
import { ledgerNotices } from './practice-notices';
import { ledgerReading } from './reading';
import { remember, type Earlier, type Request } from './requests';
import type { LedgerTables } from './tables';
import { ledgerTelling } from './telling';
import { ledgerWriting } from './writing';

export type Ledger = ReturnType<typeof ledger>;

/**
 * The promise: what this service has taken on, on disk before anybody is told and before any supplier is called.
 * Every change is guarded by a version and written with its event in the same transaction; times are the database's.
 */
export function ledger(database: Database<LedgerTables>, logger: Logger, terms: ReleaseTerms) {
  const writing = ledgerWriting(database);
  return {
    ...ledgerReading(database, logger),
    ...ledgerHolding(writing),
    ...ledgerOpening(writing, terms),
    ...ledgerMoving(writing, logger),
    ...ledgerTelling(writing),
    ...ledgerNotices(writing, database.db),
    ...ledgerAdopting(writing, database.db),
    ...ledgerForgetting(writing),
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
