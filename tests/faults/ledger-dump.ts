import { ledgerMigrations } from '../../subgraphs/appointments/database/migrations';
import { firstBroken } from '../../subgraphs/appointments/ledger/chain';
import type { LedgerTables } from '../../subgraphs/appointments/database/tables';
import { Offer } from '../../subgraphs/appointments/holds/offers';
import { openDatabase, type Database, type DatabaseSettings } from '../../platform/database/database';
import { groupsBy, type LedgerDump } from './history';

/** The ledger as another program finds it on disk. */
export interface LedgerReader {
  dump(): Promise<LedgerDump>;
  close(): Promise<void>;
}

export async function ledgerReader(settings: DatabaseSettings): Promise<LedgerReader> {
  const { db, close }: Database<LedgerTables> = await openDatabase(
    settings,
    'appointments',
    ledgerMigrations,
  );
  return {
    close,
    async dump() {
      const bookings = await db.selectFrom('booking').selectAll().execute();
      const events = await db.selectFrom('booking_event').selectAll().orderBy('version').execute();
      const holds = await db.selectFrom('hold').select(['id', 'caller_id', 'offer_json']).execute();
      const requests = await db.selectFrom('idempotency').selectAll().where('refused', 'is', null).execute();
      const told = await db.selectFrom('outbox').select(['booking_id', 'version', 'status']).execute();
      const chains = groupsBy(events, ({ booking_id }) => booking_id);
      return {
        bookings: bookings.map((row) => ({
          id: row.id,
          caller: row.caller_id,
          patient: row.patient_digest,
          practice: row.practice,
          startsAt: row.starts_at,
          state: row.state,
          version: row.version,
          holdId: row.hold_id,
          createdAt: row.created_at,
          chainBrokenAt: firstBroken(
            (chains.get(row.id) ?? []).map(({ booking_id: bookingId, ...event }) => ({
              ...event,
              bookingId,
            })),
            row.version,
          ),
        })),
        events: events.map(({ booking_id: bookingId, version, state, at }) => ({
          bookingId,
          version,
          state,
          at,
        })),
        holds: holds.map(({ id, caller_id: caller, offer_json }) => {
          const { slot } = Offer.parse(JSON.parse(offer_json));
          return { id, caller, practice: slot.practice, startsAt: slot.startsAt.getTime() };
        }),
        requests: requests.map(({ caller_id: caller, operation, key, result_id: resultId }) => ({
          caller,
          operation,
          key,
          resultId,
        })),
        outbox: told.map(({ booking_id: bookingId, version, status }) => ({ bookingId, version, status })),
      };
    },
  };
}
