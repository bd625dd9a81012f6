import { sql, type ExpressionBuilder } from 'kysely';
import { rowStatement } from '../../../platform/database/row-statement';
import {
  inMs,
  insertInto,
  type ForLedgerRow,
  type LedgerSession,
  type LedgerTransaction,
  type LedgerTransactions,
} from '../database/ledger-database';
import type { LedgerTables } from '../database/tables';
import { holdOf, type Hold } from './records';
import { remember, type Earlier, type Request } from './requests';

export type Recorded = { kind: 'recorded'; hold: Hold } | Earlier;
export type NewHold = Omit<Hold, 'expiresAt' | 'released' | 'extended'>;

export type Extended = { kind: 'extended' | 'not-extendable'; hold: Hold } | { kind: 'over' };

interface Recording {
  hold: NewHold;
  ttlMs: number;
  request: Request;
}

const insertHoldRow = insertInto('hold')({
  by: ['id'],
  returning: ['expires_at'],
  computed: (now) => ({ created_at: now, expires_at: inMs(now, sql.ref('input.expires_at')) }),
});

const selectHold = rowStatement(
  { table: 'hold', by: ['id'], kind: 'lookup' },
  ({ db, input }: ForLedgerRow<{ id: string }>) =>
    db.selectFrom(input).crossJoin('hold').whereRef('hold.id', '=', 'input.id').selectAll('hold'),
);

/** Records, extends and ends holds. */
export function ledgerHolds({ write, shared }: LedgerTransactions, reader: LedgerSession) {
  const record = shared(recordHold);

  return {
    /** Null when there is none of that id, or it is another caller's. */
    async findHold(id: string, callerId: string): Promise<Hold | null> {
      const [row] = await selectHold(reader, { id });
      return row === undefined || row.caller_id !== callerId ? null : holdOf(row);
    },

    recordHold(hold: NewHold, ttlMs: number, request: Request): Promise<Recorded> {
      return record({ hold, ttlMs, request });
    },

    async endHold(id: string): Promise<void> {
      await write(({ db, now }) =>
        db
          .updateTable('hold')
          .set({ released_at: now })
          .where('id', '=', id)
          .where('released_at', 'is', null)
          .execute(),
      );
    },

    /**
     * Keeps a hold for longer, once, and never beyond the appointment's start: not where it was let go, has run out, or
     * has become a booking.
     */
    extendHold(hold: Hold, byMs: number): Promise<Extended> {
      return write(async (transaction) => {
        const extended = await moveEnd(transaction, hold, byMs);
        if (extended !== undefined) return { kind: 'extended', hold: holdOf(extended) };
        const { db, now } = transaction;
        const row = await db
          .selectFrom('hold')
          .selectAll()
          .where('id', '=', hold.id)
          .where(isUnused)
          .where('released_at', 'is', null)
          .where('expires_at', '>', now)
          .executeTakeFirst();
        return row === undefined ? { kind: 'over' } : { kind: 'not-extendable', hold: holdOf(row) };
      });
    },
  };
}

async function recordHold(
  transaction: LedgerTransaction,
  { hold, ttlMs, request }: Recording,
): Promise<Recorded> {
  const earlier = await remember(transaction, request, { resultId: hold.id, refused: null });
  return earlier ?? { kind: 'recorded', hold: await insertHold(transaction, hold, ttlMs) };
}

export async function insertHold(
  transaction: LedgerTransaction,
  hold: NewHold,
  ttlMs: number,
): Promise<Hold> {
  const [row] = await insertHoldRow(transaction, {
    id: hold.id,
    caller_id: hold.callerId,
    patient_digest: hold.patientDigest,
    patient_sealed: hold.patientSealed,
    offer_json: JSON.stringify(hold.offer),
    expires_at: Math.round(ttlMs),
    released_at: null,
    extended_at: null,
  });
  if (row === undefined) throw new Error('A hold was not inserted.');
  return { ...hold, expiresAt: new Date(row.expires_at), released: false, extended: false };
}

/** Undefined where there is nothing to extend, or no more time. */
function moveEnd({ db, now }: LedgerTransaction, { id, offer }: Hold, byMs: number) {
  const startsAt = offer.slot.startsAt.getTime();
  const later = sql<number>`expires_at + ${Math.round(byMs)}`;
  return db
    .updateTable('hold')
    .set({
      expires_at: sql<number>`case when ${later} < ${startsAt} then ${later} else ${startsAt} end`,
      extended_at: now,
    })
    .where('id', '=', id)
    .where('extended_at', 'is', null)
    .where('released_at', 'is', null)
    .where('expires_at', '>', now)
    .where('expires_at', '<', startsAt)
    .where(isUnused)
    .returningAll()
    .executeTakeFirst();
}

/** Nothing was ever booked on it. */
function isUnused({ not, exists, selectFrom }: ExpressionBuilder<LedgerTables, 'hold'>) {
  return not(exists(selectFrom('booking').select('id').whereRef('booking.hold_id', '=', 'hold.id')));
}
