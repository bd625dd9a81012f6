import { sql } from 'kysely';
import { londonDate } from '../../../domain/london-time';
import { rowStatement } from '../../../platform/database/row-statement';
import {
  inMs,
  insertInto,
  type ForLedgerRow,
  type LedgerDatabase,
  type LedgerSession,
  type LedgerTransaction,
  type LedgerTransactions,
} from '../database/ledger-database';
import { checkReleaseRules, type ReleaseTerms } from './check-release-rules';
import { holdKept, holdReleased, newFactId } from './facts';
import { isUnused } from './live-bookings';
import { holdOf, type Hold } from './records';
import { remember, type Earlier, type Request } from './requests';

export type Recorded =
  | {
      kind: 'recorded';
      hold: Hold;
      /** The time that was kept for the same need until now. */
      replaced: Hold | null;
    }
  | { kind: 'too-many'; retryAfterMs: number }
  | Earlier;
export type NewHold = Omit<Hold, 'expiresAt' | 'released' | 'extended'>;

export type Extended = { kind: 'extended' | 'not-extendable'; hold: Hold } | { kind: 'over' };

interface Recording {
  hold: NewHold;
  ttlMs: number;
  request: Request;
}

/** A person who looks for a time for a whole family needs few at once, and nobody needs many a minute (OWASP API6:2023). */
const MAX_STANDING = 6;
const MAX_A_MINUTE = 12;
const MINUTE_MS = 60_000;

const insertHoldRow = insertInto('hold')({
  by: ['id'],
  returning: ['expires_at'],
  computed: (now) => ({ created_at: now, expires_at: inMs(now, sql.ref('input.expires_at')) }),
  onConflict: 'do nothing',
});

const HOLD_COLUMNS = [
  'hold.id',
  'hold.caller_id',
  'hold.patient_digest',
  'hold.patient_sealed',
  'hold.offer_json',
  'hold.assessment_digest',
  'hold.expires_at',
  'hold.released_at',
  'hold.extended_at',
  'hold.fact',
] as const;

/** True of a hold on which something was booked, whatever has become of that. */
const isUsed = sql<boolean>`exists (select 1 from booking where booking.hold_id = hold.id)`;

/** Ends what is held for a need; `was_standing` is 1 where it was kept until now. */
const endHoldsOfNeed = rowStatement(
  { table: 'hold', by: ['assessment_digest'], kind: 'write' },
  ({ db, now, input }: ForLedgerRow<{ assessment_digest: string }>) =>
    db
      .updateTable('hold')
      .from(input)
      .set({ released_at: now })
      .whereRef('hold.assessment_digest', '=', 'input.assessment_digest')
      .where('hold.released_at', 'is', null)
      .returning(HOLD_COLUMNS)
      .returning(
        sql<number>`case when hold.expires_at > ${now} and not ${isUsed} then 1 else 0 end`.as(
          'was_standing',
        ),
      ),
);

const selectOfCaller = rowStatement(
  { table: 'hold', by: ['caller_id'], kind: 'lookup' },
  ({ db, now, input }: ForLedgerRow<{ caller_id: string }>) =>
    db
      .selectFrom(input)
      .crossJoin('hold')
      .whereRef('hold.caller_id', '=', 'input.caller_id')
      // An hour is longer than any hold lasts.
      .where('hold.created_at', '>', sql<number>`${now} - ${60 * MINUTE_MS}`)
      .select([
        'hold.caller_id',
        'hold.assessment_digest',
        sql<number>`${now} - hold.created_at`.as('age_ms'),
        sql<number>`case when hold.released_at is null and not ${isUsed} then hold.expires_at - ${now} else 0 end`.as(
          'left_ms',
        ),
      ]),
);

const selectHold = rowStatement(
  { table: 'hold', by: ['id'], kind: 'lookup' },
  ({ db, input }: ForLedgerRow<{ id: string }>) =>
    db.selectFrom(input).crossJoin('hold').whereRef('hold.id', '=', 'input.id').selectAll('hold'),
);

/** Until the transaction ends no other counts these callers' holds (PostgreSQL). */
const lockCaller = rowStatement(
  { table: 'hold', by: ['caller_id'], kind: 'lock' },
  ({ db, input }: ForLedgerRow<{ caller_id: string }>) =>
    db
      .selectFrom(input)
      .select('input.caller_id')
      .select(sql`pg_advisory_xact_lock(hashtextextended('holds of ' || input.caller_id, 0))`.as('locked')),
);

/** Records, extends and ends holds. */
export function ledgerHolds(
  { write, shared }: LedgerTransactions,
  { reader, kind }: { reader: LedgerSession; kind: LedgerDatabase['kind'] },
  terms: ReleaseTerms,
) {
  const record = shared(async (transaction, recording: Recording) => {
    transaction.exclusively(`holds of ${recording.hold.callerId}`);
    // The embedded database has one writer; here another process may be counting this caller's holds, too.
    if (kind === 'postgres') await lockCaller(transaction, { caller_id: recording.hold.callerId });
    return recordHold(transaction, recording, terms);
  });

  return {
    /** Null when there is none of that id, or it is another caller's. */
    async findHold(id: string, callerId: string): Promise<Hold | null> {
      const [row] = await selectHold(reader, { id });
      return row === undefined || row.caller_id !== callerId ? null : holdOf(row);
    },

    /** Keeps a time for a need, by the practice's rules of this moment, in place of what was kept for it before. */
    recordHold(hold: NewHold, ttlMs: number, request: Request): Promise<Recorded> {
      return record({ hold, ttlMs, request });
    },

    async endHold(id: string): Promise<void> {
      await write(async (transaction) => {
        const { db, now } = transaction;
        const ended = await db
          .updateTable('hold')
          .set({ released_at: now })
          .where('id', '=', id)
          .where('released_at', 'is', null)
          .returning('fact')
          .executeTakeFirst();
        await holdReleased(transaction, ended?.fact ?? null);
      });
    },

    /** Ends what is kept for a need that is none any more. @returns the holds that stood until now */
    endHoldsOfNeed(assessmentDigest: string): Promise<Hold[]> {
      return write(async (transaction) => {
        const ended = await endHoldsOfNeed(transaction, { assessment_digest: assessmentDigest });
        const stood = ended.filter(({ was_standing }) => was_standing === 1);
        for (const { fact } of stood) await holdReleased(transaction, fact);
        return stood.map(holdOf);
      });
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
  terms: ReleaseTerms,
): Promise<Recorded> {
  const startsOn = londonDate(hold.offer.slot.startsAt);
  const opening = { hold, startsOn, replaces: null };
  const stopped =
    (await tooManyHolds(transaction, hold)) ?? (await checkReleaseRules(transaction, opening, terms));
  if (stopped !== null) return stopped;
  const earlier = await remember(transaction, request, { resultId: hold.id, refused: null });
  if (earlier !== null) return earlier;
  const fact = newFactId();
  const recorded = await insertHold(transaction, hold, ttlMs, fact);
  const keptAt = new Date(recorded.hold.expiresAt.getTime() - ttlMs);
  await holdKept(transaction, fact, hold.offer, keptAt);
  return { kind: 'recorded', ...recorded };
}

/** Null while the caller may keep one more time; a new one for the same need takes the old one's place. */
async function tooManyHolds(
  transaction: LedgerTransaction,
  { callerId, offer }: NewHold,
): Promise<Extract<Recorded, { kind: 'too-many' }> | null> {
  const holds = await selectOfCaller(transaction, { caller_id: callerId });
  const standing = holds.filter(
    ({ assessment_digest, left_ms }) => left_ms > 0 && assessment_digest !== offer.assessmentDigest,
  );
  const recent = holds.filter(({ age_ms }) => age_ms < MINUTE_MS);
  if (recent.length >= MAX_A_MINUTE)
    return { kind: 'too-many', retryAfterMs: MINUTE_MS - Math.max(...recent.map(({ age_ms }) => age_ms)) };
  if (standing.length >= MAX_STANDING)
    return { kind: 'too-many', retryAfterMs: Math.min(...standing.map(({ left_ms }) => left_ms)) };
  return null;
}

/** Two at once for one need: the later one ends the earlier one, which it sees at its second try. */
const TRIES = 3;

/** Inserts a hold in the place of the one for the same need. */
export async function insertHold(
  transaction: LedgerTransaction,
  hold: NewHold,
  ttlMs: number,
  fact: number | null = null,
): Promise<{ hold: Hold; replaced: Hold | null }> {
  const { offer } = hold;
  transaction.exclusively(`need ${offer.assessmentDigest}`);
  let replaced: Hold | null = null;
  for (let tries = 0; tries < TRIES; tries++) {
    const [ended] = await endHoldsOfNeed(transaction, { assessment_digest: offer.assessmentDigest });
    if (ended?.was_standing === 1) {
      replaced = holdOf(ended);
      await holdReleased(transaction, ended.fact);
    }
    const [row] = await insertHoldRow(transaction, holdRow(hold, ttlMs, fact));
    if (row !== undefined) {
      const expiresAt = new Date(row.expires_at);
      return { hold: { ...hold, expiresAt, released: false, extended: false }, replaced };
    }
  }
  throw new Error('A hold was not inserted: others for the same need came in between.');
}

function holdRow(
  { id, callerId, patientDigest, patientSealed, offer }: NewHold,
  ttlMs: number,
  fact: number | null,
) {
  return {
    id,
    caller_id: callerId,
    patient_digest: patientDigest,
    patient_sealed: patientSealed,
    offer_json: JSON.stringify(offer),
    assessment_digest: offer.assessmentDigest,
    practice: offer.slot.practice,
    starts_on: londonDate(offer.slot.startsAt),
    relation: offer.relation,
    expires_at: Math.round(ttlMs),
    released_at: null,
    extended_at: null,
    fact,
  };
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
