import { sql, type Transaction } from 'kysely';
import type { Hold } from './records';
import { byRequest, remember, type Earlier, type Request } from './requests';
import type { LedgerTables } from './tables';
import type { Writing } from './writing';

export type Recorded = { kind: 'recorded'; hold: Hold } | Earlier;
export type NewHold = Omit<Hold, 'expiresAt' | 'released'>;

interface Recording {
  hold: NewHold;
  ttlMs: number;
  request: Request;
}

/** What somebody holds, and until when. */
export function ledgerHolding(writing: Writing) {
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
  };

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

export async function insertHolds<Held extends Pick<Recording, 'hold' | 'ttlMs'>>(
  transaction: Transaction<LedgerTables>,
  held: readonly Held[],
  { insertAll, now, inMs }: Writing,
): Promise<Map<Held, Hold>> {
  const rows = held.map(({ hold, ttlMs }) => ({
    id: hold.id,
    caller_id: hold.callerId,
    patient_digest: hold.patientDigest,
    patient_sealed: hold.patientSealed,
    offer_json: JSON.stringify(hold.offer),
    expires_at: Math.round(ttlMs),
    released_at: null,
  }));
  const stated = { created_at: now, expires_at: inMs(sql.ref('given.expires_at')) };
  const returning = sql<{ id: string; expires_at: number }>`returning id, expires_at`;
  const inserted = await insertAll(transaction, 'hold', rows, stated, returning);
  const ends = new Map(inserted.map(({ id, expires_at }) => [id, new Date(expires_at)]));
  const holds = new Map<Held, Hold>();
  for (const one of held) {
    const expiresAt = ends.get(one.hold.id);
    if (expiresAt !== undefined) holds.set(one, { ...one.hold, expiresAt, released: false });
  }
  return holds;
}
