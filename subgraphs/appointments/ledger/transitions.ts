import { sql, type Transaction } from 'kysely';
import type { Logger } from 'pino';
import { isUniqueViolation } from '../../../platform/database/database';
import type { Changes } from '../lifecycle/decide';
import type { Evidence } from '../lifecycle/evidence';
import {
  ACTORS,
  nextState,
  isOneOf,
  LIVE_STATES,
  COMPARED_STATES,
  UNSETTLED_STATES,
  type BookingEvent,
  type BookingState,
} from '../lifecycle/states';
import { noticeOwnPractices } from './practice-notices';
import { bookingRows } from './queries';
import { bookingOf, readable, type Booking } from './records';
import { oneOf } from '../database/states-in-sql';
import type { BookingTable, LedgerTables } from '../database/tables';
import type { Change, LedgerTransactions } from '../database/transactions';

/** What became of an event. */
export type Transition =
  | { kind: 'moved'; booking: Booking }
  /** It does not apply to that state. */
  | { kind: 'refused' }
  /** The booking is not as it was read any more. */
  | { kind: 'stale' }
  /** Another booking stands where it would: on the slot, or for the person and the same need. */
  | { kind: 'guarded' };

/** A look that settled nothing, and when to look again; null when there is no need to. */
export interface Look {
  absentReads: number;
  failedReads: number;
  /** Left out where everything is as it was. */
  evidence?: Evidence;
  nextCheckMs: number | null;
}

/** How long a booking that was replaced may be given back by the process that replaced it, before another does. */
const GIVE_BACK_WITHIN_MS = 15_000;

/** An event that is to change a booking as it was read. */
interface Move {
  booking: Booking;
  event: BookingEvent;
  /** What the booking is after it. */
  state: BookingState;
  changes: Changes & { replacedBy?: string };
}

/** How bookings change: each guarded by the version that it was read at, and with its event in the same transaction. */
export function ledgerTransitions(writing: LedgerTransactions, logger: Logger) {
  const { write, writeTogether, given, now, inMs, appendEvents, noteEvidence } = writing;
  const moveTogether = writeTogether<Move, Transition>(
    ({ booking }) => booking.id,
    async (transaction, moves) => {
      const moved = await moveAll(transaction, moves);
      return new Map(
        moves.map((applyTransition) => [applyTransition, outcomeOf(moved.get(applyTransition))]),
      );
    },
  );

  return {
    /** Applies an event to the booking as it was read. */
    async move(booking: Booking, event: BookingEvent, changes: Changes): Promise<Transition> {
      const move = moveOf(booking, event, changes);
      if (move === null) return { kind: 'refused' };
      const withAnother = move.state === 'CONFIRMED' && booking.replacesId !== null;
      try {
        return await (withAnother || event === 'CANCEL_REFUSED' ? moveLinked(move) : moveTogether(move));
      } catch (error) {
        if (isUniqueViolation(error)) return { kind: 'guarded' };
        throw error;
      }
    },

    /**
     * Notes a look that did not settle anything, and when to look again.
     * @returns false when the booking is not as it was read any more.
     */
    looked(booking: Booking, { absentReads, failedReads, evidence, nextCheckMs }: Look): Promise<boolean> {
      return write(async (transaction) => {
        const noted = await transaction
          .updateTable('booking')
          .set({
            absent_reads: absentReads,
            failed_reads: failedReads,
            next_check_at: nextCheckMs === null ? null : inMs(nextCheckMs),
          })
          .where('id', '=', booking.id)
          .where('version', '=', booking.version)
          .returning('id')
          .executeTakeFirst();
        await noteEvidence(transaction, [{ bookingId: booking.id, evidence }]);
        return noted !== undefined;
      });
    },

    /**
     * Bookings that cannot stay as they are and whose time to look has come, each given to one asker alone for the time
     * of the lease: if that process dies, the lease runs out and another takes over.
     */
    claimUnsettled: (limit: number, leaseMs: number) => claim(UNSETTLED_STATES, null, limit, leaseMs),

    /** The same of bookings that the practice may have changed, of one supplier. */
    claimSwept: (supplier: string, limit: number, leaseMs: number) =>
      claim(COMPARED_STATES, supplier, limit, leaseMs),
  };

  /** Where another booking is replaced by it, or may be replacing it. */
  function moveLinked(move: Move): Promise<Transition> {
    const { booking, event, state } = move;
    return write(async (transaction) => {
      // By the time that its cancellation is refused, another booking may have taken its place: then it must not stand.
      if (event === 'CANCEL_REFUSED' && !(await lockUnreplaced(transaction, booking.id)))
        return { kind: 'stale' };
      const replaced = state === 'CONFIRMED' ? booking.replacesId : null;
      // In this order everywhere: what is replaced, then what replaces it, so that no two wait for each other.
      if (replaced !== null) await lock(transaction, replaced);
      const moved = outcomeOf((await moveAll(transaction, [move])).get(move));
      if (replaced !== null && moved.kind === 'moved')
        await cancelAtPractice(transaction, replaced, booking.id);
      return moved;
    });
  }

  /** @returns those that were as they had been read, as they are now. */
  async function moveAll(
    transaction: Transaction<LedgerTables>,
    moves: readonly Move[],
  ): Promise<Map<Move, Booking>> {
    const rows = moves.map((move) => {
      const { booking, state, changes } = move;
      const appointment = appointmentAfter(move);
      return {
        id: booking.id,
        version: booking.version,
        state,
        failure: changes.failure ?? booking.failure,
        appointment_id: appointment?.id ?? null,
        appointment_version: appointment?.version ?? null,
        next_check_at: changes.nextCheckMs === null ? null : Math.round(changes.nextCheckMs),
        replaced_by: changes.replacedBy ?? null,
      };
    });
    const updated = await transaction
      .updateTable('booking')
      .from(given('booking', rows))
      .set((set) => ({
        state: set.ref('given.state'),
        version: sql<number>`given.version + 1`,
        failure: set.ref('given.failure'),
        appointment_id: set.ref('given.appointment_id'),
        appointment_version: set.ref('given.appointment_version'),
        next_check_at: inMs(sql.ref('given.next_check_at')),
        unknown_since: set
          .case()
          .when('given.state', 'in', UNSETTLED_STATES)
          .then(sql<number | null>`coalesce(booking.unknown_since, ${now})`)
          .else(null)
          .end(),
        absent_reads: 0,
        failed_reads: 0,
        replaced_by: sql<string | null>`coalesce(given.replaced_by, booking.replaced_by)`,
        changed_at: now,
      }))
      .whereRef('booking.id', '=', 'given.id')
      .whereRef('booking.version', '=', 'given.version')
      .returning(['booking.id', 'booking.unknown_since', 'booking.replaced_by', 'booking.changed_at'])
      // Of the event that made it what it was read as.
      .returning((from) =>
        from
          .selectFrom('booking_event')
          .select('hash')
          .whereRef('booking_id', '=', 'booking.id')
          .where('booking_event.version', '=', sql<number>`booking.version - 1`)
          .as('hash_before'),
      )
      .execute();
    const found = new Map(updated.map((row) => [row.id, row]));
    const moved = new Map<Move, Booking>();
    const events: Change[] = [];
    for (const move of moves) {
      const row = found.get(move.booking.id);
      if (row === undefined) continue;
      const booking = bookingAfter(move, row);
      moved.set(move, booking);
      const { event } = move;
      const before = { hash: row.hash_before, state: move.booking.state };
      events.push({ booking, before, event, actor: ACTORS[event] });
    }
    await appendEvents(transaction, events);
    const done = [...moved.keys()];
    await noteEvidence(
      transaction,
      done.map(({ booking: { id }, changes: { evidence } }) => ({ bookingId: id, evidence })),
    );
    await noticeOwnPractices(
      transaction,
      done.map(({ booking, state }) => ({ booking, after: state })),
      writing,
    );
    await endStandIns(
      transaction,
      done.filter(
        ({ booking, state }) => isOneOf(LIVE_STATES, booking.state) && !isOneOf(LIVE_STATES, state),
      ),
    );
    return moved;
  }

  /** What was to take the place of bookings that stand no longer is their need's one booking now. */
  async function endStandIns(transaction: Transaction<LedgerTables>, ended: readonly Move[]): Promise<void> {
    if (ended.length === 0) return;
    const ids = ended.map(({ booking }) => booking.id);
    await transaction
      .updateTable('booking')
      .set({ stand_in: 0 })
      .where('replaces_id', 'in', ids)
      .where('stand_in', '=', 1)
      .execute();
  }

  /** False when another booking has taken its place; while it has not, none does before this transaction ends. */
  async function lockUnreplaced(transaction: Transaction<LedgerTables>, id: string): Promise<boolean> {
    const locked = await transaction
      .updateTable('booking')
      .set({ id })
      .where('id', '=', id)
      .where('replaced_by', 'is', null)
      .returning('id')
      .executeTakeFirst();
    return locked !== undefined;
  }

  async function lock(transaction: Transaction<LedgerTables>, id: string): Promise<void> {
    await transaction.updateTable('booking').set({ id }).where('id', '=', id).execute();
  }

  /** What a booking that is CONFIRMED now was to take the place of is given back from the same moment. */
  async function cancelAtPractice(
    transaction: Transaction<LedgerTables>,
    replacedId: string,
    replacedBy: string,
  ): Promise<void> {
    const row = await bookingRows(transaction).where('booking.id', '=', replacedId).executeTakeFirstOrThrow();
    const replaced = bookingOf(row);
    const changes = { nextCheckMs: GIVE_BACK_WITHIN_MS, replacedBy };
    const move = moveOf(replaced, 'REPLACED', changes);
    if (move !== null) await moveAll(transaction, [move]);
    else if (isOneOf(LIVE_STATES, replaced.state)) {
      // Its person is cancelling it already; now that must not be given up any more.
      await transaction
        .updateTable('booking')
        .set({ replaced_by: replacedBy })
        .where('id', '=', replacedId)
        .execute();
    }
  }

  async function claim(
    states: readonly BookingState[],
    supplier: string | null,
    limit: number,
    leaseMs: number,
  ): Promise<Booking[]> {
    const claimed = await write(async (transaction) => {
      const ids = await transaction
        .updateTable('booking')
        .set({ next_check_at: inMs(leaseMs) })
        .where('id', 'in', (from) => {
          const due = from
            .selectFrom('booking')
            .select('id')
            .where('state', 'in', oneOf(states))
            .where('next_check_at', '<=', now)
            .orderBy('next_check_at')
            .limit(limit);
          return supplier === null ? due : due.where('supplier', '=', supplier);
        })
        // Judged again when the row is locked: of two processes that saw it due, one finds it leased.
        .where('next_check_at', '<=', now)
        .returning('id')
        .execute();
      if (ids.length === 0) return [];
      return bookingRows(transaction)
        .where(
          'booking.id',
          'in',
          ids.map(({ id }) => id),
        )
        .execute();
    });
    return readable(claimed, logger);
  }
}

/** Null when the event does not apply to the state. */
function moveOf(booking: Booking, event: BookingEvent, changes: Move['changes']): Move | null {
  const state = nextState(booking.state, event);
  return state === null ? null : { booking, event, state, changes };
}

function outcomeOf(moved: Booking | undefined): Transition {
  return moved === undefined ? { kind: 'stale' } : { kind: 'moved', booking: moved };
}

function appointmentAfter({ booking: { appointment }, changes }: Move): Booking['appointment'] {
  const id = changes.appointment?.id ?? appointment?.id;
  return id === undefined ? null : { id, version: changes.appointment?.version ?? appointment?.version };
}

function bookingAfter(
  move: Move,
  row: Pick<BookingTable, 'unknown_since' | 'replaced_by' | 'changed_at'>,
): Booking {
  const { booking, state, changes } = move;
  return {
    ...booking,
    state,
    version: booking.version + 1,
    failure: changes.failure ?? booking.failure,
    appointment: appointmentAfter(move),
    unknownSince: row.unknown_since === null ? null : new Date(row.unknown_since),
    absentReads: 0,
    failedReads: 0,
    replacedBy: row.replaced_by,
    changedAt: new Date(row.changed_at),
  };
}
