import { sql, type ExpressionBuilder, type Transaction } from 'kysely';
import { holdOf, type Hold } from './records';
import { byRequest, remember, type Earlier, type Request } from './requests';
import type { LedgerTables } from '../database/tables';
import type { LedgerTransactions } from '../database/transactions';

export type Recorded = { kind: 'recorded'; hold: Hold } | Earlier;
export type NewHold = Omit<Hold, 'expiresAt' | 'released' | 'extended'>;

export type Extended = { kind: 'extended' | 'not-extendable'; hold: Hold } | { kind: 'over' };

interface Recording {
  hold: NewHold;
  ttlMs: number;
  request: Request;
}

/** What somebody holds, and until when. */
export function ledgerHolds(writing: LedgerTransactions) {
  const { write, writeTogether, now } = writing;
  const record = writeTogether(byRequest, recordAll);

  return {
    recordHold(hold: NewHold, ttlMs: number, request: Request): Promise<Recorded> {
      return record({ hold, ttlMs, request });
    },

    async endHold(id: string): Promise<void> {
      await write((transaction) =>
        transaction
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
        const row = await transaction
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

  /** Undefined where there is nothing to extend, or no more time. */
  function moveEnd(transaction: Transaction<LedgerTables>, { id, offer }: Hold, byMs: number) {
    const startsAt = offer.slot.startsAt.getTime();
    const later = sql<number>`expires_at + ${Math.round(byMs)}`;
    return transaction
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

  async function recordAll(
    transaction: Transaction<LedgerTables>,
    recordings: readonly Recording[],
  ): Promise<Map<Recording, Recorded>> {
    const asked = recordings.map(({ hold, request }) => ({ request, resultId: hold.id, refused: null }));
    const known = await remember(transaction, asked, writing);
    const isNew = ({ request }: Recording) => !known.has(request);
    const answers = new Map<Recording, Recorded>();
    for (const [recording, hold] of await insertHolds(transaction, recordings.filter(isNew), writing))
      answers.set(recording, { kind: 'recorded', hold });
    for (const recording of recordings) {
      const earlier = known.get(recording.request);
      if (earlier !== undefined) answers.set(recording, earlier);
    }
    return answers;
  }
}

/** Nothing was ever booked on it. */
function isUnused({ not, exists, selectFrom }: ExpressionBuilder<LedgerTables, 'hold'>) {
  return not(exists(selectFrom('booking').select('id').whereRef('booking.hold_id', '=', 'hold.id')));
}

export async function insertHolds<Held extends Pick<Recording, 'hold' | 'ttlMs'>>(
  transaction: Transaction<LedgerTables>,
  held: readonly Held[],
  { insertAll, now, inMs }: LedgerTransactions,
): Promise<Map<Held, Hold>> {
  const rows = held.map(({ hold, ttlMs }) => ({
    id: hold.id,
    caller_id: hold.callerId,
    patient_digest: hold.patientDigest,
    patient_sealed: hold.patientSealed,
    offer_json: JSON.stringify(hold.offer),
    expires_at: Math.round(ttlMs),
    released_at: null,
    extended_at: null,
  }));
  const stated = { created_at: now, expires_at: inMs(sql.ref('given.expires_at')) };
  const returning = sql<{ id: string; expires_at: number }>`returning id, expires_at`;
  const inserted = await insertAll(transaction, 'hold', rows, stated, returning);
  const ends = new Map(inserted.map(({ id, expires_at }) => [id, new Date(expires_at)]));
  const holds = new Map<Held, Hold>();
  for (const one of held) {
    const expiresAt = ends.get(one.hold.id);
    if (expiresAt !== undefined) holds.set(one, { ...one.hold, expiresAt, released: false, extended: false });
  }
  return holds;
}
