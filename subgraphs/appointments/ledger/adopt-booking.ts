import { sql, type Kysely, type Transaction } from 'kysely';
import { londonDate } from '../../../domain/london-time';
import { isOneOf, LIVE_STATES } from '../lifecycle/states';
import type { BookingCopy } from '../recovery/booking-copies';
import { newBooking } from './create-booking';
import { bookingRows } from './queries';
import { bookingOf, bookingOn, type Booking } from './records';
import type { BookingTable, LedgerTables } from '../database/tables';
import type { LedgerTransactions } from '../database/transactions';

/** What became of a booking that the ledger was to take on again. */
export type Adopted =
  | { kind: 'adopted'; booking: Booking }
  /** The ledger has it. */
  | { kind: 'known' }
  /** Another booking stands on its slot, or for its person: somebody has to ask which one is wanted. */
  | { kind: 'guarded' };

/** How bookings come back that a restore has taken out of the ledger. */
export function bookingAdoption(writing: LedgerTransactions, db: Kysely<LedgerTables>) {
  const { write, insertAll, now, appendEvents, given } = writing;

  return {
    /** Those of these bookings that the ledger does not have. */
    async unknown(ids: readonly string[]): Promise<Set<string>> {
      if (ids.length === 0) return new Set();
      const known = await db
        .selectFrom(
          given(
            'booking',
            ids.map((id) => ({ id })),
          ),
        )
        .crossJoin('booking')
        .whereRef('booking.id', '=', 'given.id')
        .select('booking.id')
        .execute();
      const found = new Set(known.map(({ id }) => id));
      return new Set(ids.filter((id) => !found.has(id)));
    },

    /**
     * Takes a booking on again as UNKNOWN, under the guards of every booking: what it has come to is found out by reading
     * the practice's book, and nothing is sent.
     */
    adopt(copy: BookingCopy): Promise<Adopted> {
      return write<Adopted>(async (transaction) => {
        const { id, reference, marker, replacesId } = copy.booking;
        if (await isThere(transaction, id)) return { kind: 'known' };
        await adoptHold(transaction, copy);
        const { hold } = copy;
        const replaces = await liveBooking(transaction, replacesId);
        const startsOn = londonDate(hold.offer.slot.startsAt);
        const row = {
          ...newBooking({ id, hold, startsOn, checkInMs: 0, replaces }),
          reference,
          marker,
          state: 'UNKNOWN' as const,
        };
        const stated = { created_at: now, changed_at: now, unknown_since: now, next_check_at: now };
        const returning = sql<Stamps>`
          on conflict do nothing returning created_at, changed_at, next_check_at, unknown_since`;
        const [stamps] = await insertAll(transaction, 'booking', [row], stated, returning);
        if (stamps === undefined)
          // Another process may have taken it on meanwhile.
          return { kind: (await isThere(transaction, id)) ? 'known' : 'guarded' };
        const booking = bookingOn(hold, { ...row, ...stamps });
        await appendEvents(transaction, [{ booking, before: null, event: 'OPENED', actor: 'SYSTEM' }]);
        return { kind: 'adopted', booking };
      });
    },
  };

  /** Run out already: it is there for its booking alone. */
  async function adoptHold(transaction: Transaction<LedgerTables>, { hold }: BookingCopy): Promise<void> {
    const row = {
      id: hold.id,
      caller_id: hold.callerId,
      patient_digest: hold.patientDigest,
      patient_sealed: hold.patientSealed,
      offer_json: JSON.stringify(hold.offer),
      released_at: null,
      extended_at: null,
    };
    const end = sql`on conflict do nothing`;
    await insertAll(transaction, 'hold', [row], { created_at: now, expires_at: now }, end);
  }
}

async function isThere(reader: Kysely<LedgerTables>, id: string): Promise<boolean> {
  return (
    (await reader.selectFrom('booking').select('id').where('id', '=', id).executeTakeFirst()) !== undefined
  );
}

type Stamps = Pick<BookingTable, 'created_at' | 'changed_at' | 'next_check_at' | 'unknown_since'>;

/** What a booking was to replace, where that still stands. */
async function liveBooking(reader: Kysely<LedgerTables>, id: string | null): Promise<Booking | null> {
  if (id === null) return null;
  const row = await bookingRows(reader).where('booking.id', '=', id).executeTakeFirst();
  const booking = row === undefined ? null : bookingOf(row);
  return booking !== null && isOneOf(LIVE_STATES, booking.state) ? booking : null;
}
