import { setTimeout as sleep } from 'node:timers/promises';
import { sql, type RawBuilder, type Transaction } from 'kysely';
import { isConflict, type Database } from '../../database';
import { unawaited } from '../../unawaited';
import { statusOf, type BookingState } from '../booking/states';
import { eventHash } from './chain';
import type { Evidence } from './records';
import type { ActorKind, LedgerEvent, LedgerTables } from './tables';

/** Leaves a transaction with an answer, and with nothing written. */
export class Undone<T> extends Error {
  constructor(readonly answer: T) {
    super('undone');
  }
}

export type Writing = ReturnType<typeof ledgerWriting>;

/** Of two transactions that wait for each other PostgreSQL undoes one, which is then tried again so many times. */
const CONFLICT_RETRIES = 4;
const CONFLICT_PAUSE_MS = 20;

/** How the ledger writes: in transactions, by the database's clock, and never a change without its event. */
export function ledgerWriting({ db, now }: Pick<Database<LedgerTables>, 'db' | 'now'>) {
  /** Every write is a transaction, also a single statement: on the embedded database only those wait for each other. */
  async function write<T>(work: (transaction: Transaction<LedgerTables>) => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++)
      try {
        return await db.transaction().execute(work);
      } catch (error) {
        if (error instanceof Undone) return error.answer as T;
        if (!isConflict(error) || tries >= CONFLICT_RETRIES) throw error;
        await sleep(Math.random() * CONFLICT_PAUSE_MS * 2 ** tries);
      }
  }

  const inMs = (ms: number): RawBuilder<number> => sql<number>`${now} + ${Math.round(ms)}`;

  /** The event, chained to the one before; and, where the person can see the change, what the front end is told. */
  async function appendEvent(
    transaction: Transaction<LedgerTables>,
    booking: { id: string; version: number; state: BookingState; changed_at: number },
    before: { hash: string | null; state: BookingState } | null,
    event: LedgerEvent,
    actor: ActorKind,
  ): Promise<void> {
    const { id: booking_id, version, state, changed_at: at } = booking;
    const hash = eventHash(before?.hash ?? null, { bookingId: booking_id, version, at, event, state, actor });
    await transaction
      .insertInto('booking_event')
      .values({ booking_id, version, at, event, state, actor, hash })
      .modifyEnd(unawaited)
      .execute();
    const status = statusOf(state);
    if (before === null || status === statusOf(before.state)) return;
    const untried = {
      attempts: 0,
      first_tried_at: null,
      next_try_at: at,
      delivered_at: null,
      given_up_at: null,
    };
    await transaction
      .insertInto('outbox')
      .values({ booking_id, version, status, at, ...untried })
      .modifyEnd(unawaited)
      .execute();
  }

  async function noteEvidence(
    transaction: Transaction<LedgerTables>,
    bookingId: string,
    evidence: Omit<Evidence, 'at'> | undefined,
  ): Promise<void> {
    if (evidence === undefined) return;
    await transaction
      .insertInto('booking_evidence')
      .values({ booking_id: bookingId, at: now, ...evidence })
      .modifyEnd(unawaited)
      .execute();
  }

  return { write, now, inMs, appendEvent, noteEvidence };
}
