import type { Kysely } from 'kysely';
import { londonDate } from '../../../domain/london-time';
import { rowStatement } from '../../../platform/database/row-statement';
import {
  insertInto,
  type ForLedgerRow,
  type LedgerSession,
  type LedgerTransaction,
  type LedgerTransactions,
} from '../database/ledger-database';
import type { LedgerTables } from '../database/tables';
import { isOneOf, LIVE_STATES } from '../lifecycle/states';
import { newBooking } from './create-booking';
import { appendEvent } from './events';
import { bookingOf, bookingOn, bookingRows, type Booking, type Hold } from './records';

/** A booking that the ledger has lost, as a copy of it has it. */
export interface LostBooking {
  hold: Pick<Hold, 'id' | 'callerId' | 'patientDigest' | 'patientSealed' | 'offer'>;
  booking: Pick<Booking, 'id' | 'reference' | 'marker' | 'replacesId' | 'contactSealed'>;
}

/** The result of taking a booking on again. */
export type Adopted =
  | { kind: 'adopted'; booking: Booking }
  /** The ledger has it. */
  | { kind: 'known' }
  /** Another booking stands on its slot, or for its person: somebody has to ask which one is wanted. */
  | { kind: 'guarded' };

const selectId = rowStatement(
  { table: 'booking', by: ['id'], kind: 'lookup' },
  ({ db, input }: ForLedgerRow<{ id: string }>) =>
    db.selectFrom(input).crossJoin('booking').whereRef('booking.id', '=', 'input.id').select('booking.id'),
);

/** It has run out already: it is there for its booking alone. */
const insertAdoptedHold = insertInto('hold')({
  computed: (now) => ({ created_at: now, expires_at: now }),
  onConflict: 'do nothing',
});

const insertAdoptedBooking = insertInto('booking')({
  by: ['id'],
  returning: ['created_at', 'changed_at', 'next_check_at', 'unknown_since'],
  computed: (now) => ({ created_at: now, changed_at: now, unknown_since: now, next_check_at: now }),
  onConflict: 'do nothing',
});

/** Takes bookings on again that a restore has taken out of the ledger. */
export function bookingAdoption({ write }: LedgerTransactions, reader: LedgerSession) {
  return {
    /** Returns those of these bookings that the ledger does not have. */
    async unknown(ids: readonly string[]): Promise<Set<string>> {
      const missing = await Promise.all(ids.map(async (id) => ((await isThere(reader, id)) ? [] : [id])));
      return new Set(missing.flat());
    },

    /**
     * Takes a booking on again as UNKNOWN, under the guards of every booking: what it has come to is found out by reading
     * the practice's book, and nothing is sent.
     */
    adopt: (lost: LostBooking): Promise<Adopted> => write((transaction) => adopt(transaction, lost)),
  };
}

async function adopt(transaction: LedgerTransaction, lost: LostBooking): Promise<Adopted> {
  const { hold, booking } = lost;
  const { id, reference, marker, replacesId, contactSealed } = booking;
  if (await isThere(transaction, id)) return { kind: 'known' };
  await insertAdoptedHold(transaction, {
    id: hold.id,
    caller_id: hold.callerId,
    patient_digest: hold.patientDigest,
    patient_sealed: hold.patientSealed,
    offer_json: JSON.stringify(hold.offer),
    assessment_digest: null,
    practice: null,
    starts_on: null,
    relation: null,
    released_at: null,
    extended_at: null,
    fact: null,
  });
  const replaces = await liveBooking(transaction.db, replacesId);
  const startsOn = londonDate(hold.offer.slot.startsAt);
  const row = {
    ...newBooking({ id, hold, startsOn, checkInMs: 0, replaces, contactSealed }),
    reference,
    marker,
    state: 'UNKNOWN' as const,
  };
  const [stamps] = await insertAdoptedBooking(transaction, row);
  // Another process may have taken it on meanwhile.
  if (stamps === undefined) return { kind: (await isThere(transaction, id)) ? 'known' : 'guarded' };
  const adopted = bookingOn(hold, { ...row, ...stamps });
  await appendEvent(transaction, { booking: adopted, before: null, event: 'OPENED', actor: 'SYSTEM' });
  return { kind: 'adopted', booking: adopted };
}

async function isThere(reader: LedgerSession, id: string): Promise<boolean> {
  return (await selectId(reader, { id })).length > 0;
}

/** Returns the booking that one was to replace, where that still stands. */
async function liveBooking(reader: Kysely<LedgerTables>, id: string | null): Promise<Booking | null> {
  if (id === null) return null;
  const row = await bookingRows(reader).where('booking.id', '=', id).executeTakeFirst();
  const booking = row === undefined ? null : bookingOf(row);
  return booking !== null && isOneOf(LIVE_STATES, booking.state) ? booking : null;
}
