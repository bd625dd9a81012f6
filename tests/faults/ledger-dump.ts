import { ledgerMigrations } from '../../subgraphs/appointments/database/migrations';
import { firstBroken } from '../../subgraphs/appointments/ledger/chain';
import type { LedgerTables } from '../../subgraphs/appointments/database/tables';
import { Offer, SlotFacts } from '../../subgraphs/appointments/holds/offers';
import { openDatabase, type Database, type DatabaseSettings } from '../../platform/database/database';
import { groupsBy, type LedgerDump, type SlotName } from './history';

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
      const bookings = await db
        .selectFrom('booking')
        .innerJoin('hold', 'hold.id', 'booking.hold_id')
        .selectAll('booking')
        .select('hold.offer_json')
        .execute();
      const events = await db.selectFrom('booking_event').selectAll().orderBy('version').execute();
      const holds = await db.selectFrom('hold').selectAll().execute();
      const requests = await db.selectFrom('idempotency').selectAll().where('refused', 'is', null).execute();
      const notices = await db.selectFrom('practice_notice').select(['practice', 'sequence']).execute();
      const told = await db.selectFrom('outbox').select(['booking_id', 'version', 'status']).execute();
      const chains = groupsBy(events, ({ booking_id }) => booking_id);
      return {
        bookings: bookings.map((row) => ({
          id: row.id,
          reference: row.reference,
          caller: row.caller_id,
          patient: row.patient_digest,
          check: row.assessment_digest,
          practice: row.practice,
          startsAt: row.starts_at,
          place: [row.supplier, row.practice, row.slot_id, row.seat].join(' '),
          asked: slotName(offered(row.offer_json)),
          mode: (row.moved_json === null ? offered(row.offer_json) : slotIn(row.moved_json)).mode,
          isNamedBySlot: row.appointment_id === row.slot_id,
          isOfGuest: row.relation === 'OTHER',
          day: row.starts_on,
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
        holds: holds.map((row) => ({
          ...slotName(offered(row.offer_json)),
          id: row.id,
          caller: row.caller_id,
          check: row.assessment_digest,
          isOfGuest: row.relation === 'OTHER',
          day: row.starts_on,
          createdAt: row.created_at,
          endedAt: Math.min(row.expires_at, row.released_at ?? row.expires_at),
        })),
        requests: requests.map(({ caller_id: caller, operation, key, result_id: resultId }) => ({
          caller,
          operation,
          key,
          resultId,
        })),
        notices,
        outbox: told.map(({ booking_id: bookingId, version, status }) => ({ bookingId, version, status })),
      };
    },
  };
}

const offered = (json: string) => Offer.parse(JSON.parse(json)).slot;
const slotIn = (json: string) => SlotFacts.parse(JSON.parse(json));

function slotName({ practice, startsAt }: { practice: string; startsAt: Date }): SlotName {
  return { practice, startsAt: startsAt.getTime() };
}
