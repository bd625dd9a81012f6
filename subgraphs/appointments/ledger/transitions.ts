import { sql } from 'kysely';
import type { Logger } from 'pino';
import { londonDate } from '../../../domain/london-time';
import { isUniqueViolation } from '../../../platform/database/database';
import { rowStatement } from '../../../platform/database/row-statement';
import {
  inMs,
  type ForLedgerRow,
  type LedgerTransaction,
  type LedgerTransactions,
} from '../database/ledger-database';
import { oneOf } from '../database/states-in-sql';
import type { BookingTable } from '../database/tables';
import type { Changes } from '../lifecycle/decision';
import type { EvidenceRecord } from '../lifecycle/evidence';
import type { SlotInBook } from '../lifecycle/observation';
import {
  ACTORS,
  COMPARED_STATES,
  isOneOf,
  LIVE_STATES,
  nextState,
  STANDING_STATES,
  UNSETTLED_STATES,
  type LifecycleEvent,
  type BookingState,
} from '../lifecycle/states';
import { appendEvent, appendEvidence } from './events';
import { bookingChanged } from './facts';
import { noticeOwnPractice } from './practice-notices';
import { bookingOf, bookingRows, movedSlot, readable, type Booking } from './records';

/** The result of applying an event. */
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
  /** Absent where everything is as it was. */
  evidence?: EvidenceRecord;
  nextCheckMs: number | null;
}

/** Time in which the process that replaced a booking cancels it at the practice, before another process does. */
const GIVE_BACK_WITHIN_MS = 15_000;

/** An event that is to change a booking as it was read. */
interface Move {
  booking: Booking;
  event: LifecycleEvent;
  /** The booking's state after it. */
  state: BookingState;
  changes: Changes & { replacedBy?: string };
}

type ChangedRow = Pick<
  BookingTable,
  | 'id'
  | 'version'
  | 'state'
  | 'failure'
  | 'appointment_id'
  | 'appointment_version'
  | 'next_check_at'
  | 'replaced_by'
  | 'cancel_reason'
>;

/** Changes a booking that is as it was read. */
const updateBooking = rowStatement(
  { table: 'booking', by: ['id'], kind: 'write' },
  ({ db, now, input }: ForLedgerRow<ChangedRow>) =>
    db
      .updateTable('booking')
      .from(input)
      .set((set) => ({
        state: set.ref('input.state'),
        version: sql<number>`input.version + 1`,
        failure: set.ref('input.failure'),
        appointment_id: set.ref('input.appointment_id'),
        appointment_version: set.ref('input.appointment_version'),
        next_check_at: inMs(now, sql.ref('input.next_check_at')),
        unknown_since: set
          .case()
          .when('input.state', 'in', UNSETTLED_STATES)
          .then(sql<number | null>`coalesce(booking.unknown_since, ${now})`)
          .else(null)
          .end(),
        absent_reads: 0,
        failed_reads: 0,
        replaced_by: sql<string | null>`coalesce(input.replaced_by, booking.replaced_by)`,
        cancel_reason: sql<string | null>`coalesce(input.cancel_reason, booking.cancel_reason)`,
        changed_at: now,
      }))
      .whereRef('booking.id', '=', 'input.id')
      .whereRef('booking.version', '=', 'input.version')
      .returning([
        'booking.id',
        'booking.unknown_since',
        'booking.replaced_by',
        'booking.changed_at',
        'booking.cancel_reason',
      ])
      // Of the event that made it what it was read as.
      .returning((from) =>
        from
          .selectFrom('booking_event')
          .select('hash')
          .whereRef('booking_id', '=', 'booking.id')
          .where('booking_event.version', '=', sql<number>`booking.version - 1`)
          .as('hash_before'),
      ),
);

/** Changes bookings: each change is guarded by the version that was read, and written with its event. */
export function ledgerTransitions({ write, shared }: LedgerTransactions, logger: Logger) {
  const applyMove = shared(async (transaction, move: Move) => outcomeOf(await changed(transaction, move)));

  return {
    /** Applies an event to the booking as it was read. */
    async applyTransition(booking: Booking, event: LifecycleEvent, changes: Changes): Promise<Transition> {
      const move = moveOf(booking, event, changes);
      if (move === null) return { kind: 'refused' };
      const withAnother = isOneOf(STANDING_STATES, move.state) && booking.replacesId !== null;
      try {
        return await (withAnother || event === 'CANCEL_REFUSED'
          ? write((transaction) => applyLinkedMove(transaction, move))
          : applyMove(move));
      } catch (error) {
        if (isUniqueViolation(error)) return { kind: 'guarded' };
        throw error;
      }
    },

    /**
     * Notes a look that did not settle anything, and when to look again.
     * @returns false when the booking is not as it was read any more.
     */
    scheduleReadBack(
      booking: Booking,
      { absentReads, failedReads, evidence, nextCheckMs }: Look,
    ): Promise<boolean> {
      return write(async (transaction) => {
        const noted = await transaction.db
          .updateTable('booking')
          .set({
            absent_reads: absentReads,
            failed_reads: failedReads,
            next_check_at: nextCheckMs === null ? null : inMs(transaction.now, nextCheckMs),
          })
          .where('id', '=', booking.id)
          .where('version', '=', booking.version)
          .returning('id')
          .executeTakeFirst();
        await appendEvidence(transaction, booking.id, evidence);
        return noted !== undefined;
      });
    },

    /**
     * Bookings that cannot stay as they are and whose time to look has come, each given to one process alone for the
     * time of the lease: if that process dies, the lease runs out and another takes over.
     */
    claimUnsettled: (limit: number, leaseMs: number) => claim(UNSETTLED_STATES, null, limit, leaseMs),

    /** The same of one supplier's bookings that the practice may have changed. */
    claimForComparison: (supplier: string, limit: number, leaseMs: number) =>
      claim(COMPARED_STATES, supplier, limit, leaseMs),
  };

  async function claim(
    states: readonly BookingState[],
    supplier: string | null,
    limit: number,
    leaseMs: number,
  ): Promise<Booking[]> {
    const due = { states, supplier, limit, leaseMs };
    return readable(await write((transaction) => claimDue(transaction, due)), logger);
  }
}

interface Due {
  states: readonly BookingState[];
  /** Null for all suppliers. */
  supplier: string | null;
  limit: number;
  leaseMs: number;
}

async function claimDue({ db, now }: LedgerTransaction, { states, supplier, limit, leaseMs }: Due) {
  const claimed = await db
    .updateTable('booking')
    .set({ next_check_at: inMs(now, leaseMs) })
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
  const ids = claimed.map(({ id }) => id);
  return ids.length === 0 ? [] : bookingRows(db).where('booking.id', 'in', ids).execute();
}

/** Applies an event by which another booking is replaced, or may have been. */
async function applyLinkedMove(transaction: LedgerTransaction, move: Move): Promise<Transition> {
  const { booking, event, state } = move;
  // By the time that its cancellation is refused, another booking may have taken its place: then it must not stand.
  if (event === 'CANCEL_REFUSED' && !(await lockUnreplaced(transaction, booking.id)))
    return { kind: 'stale' };
  const replaced = isOneOf(STANDING_STATES, state) ? booking.replacesId : null;
  // In this order everywhere: what is replaced, then what replaces it, so that no two wait for each other.
  if (replaced !== null) await lock(transaction, replaced);
  const moved = outcomeOf(await changed(transaction, move));
  if (replaced !== null && moved.kind === 'moved') await cancelAtPractice(transaction, replaced, booking.id);
  return moved;
}

/** Changes a booking, with all that is written with the change. @returns null when it is not as it was read any more. */
async function changed(transaction: LedgerTransaction, move: Move): Promise<Booking | null> {
  const { booking, event, state, changes } = move;
  transaction.exclusively(booking.id);
  const [row] = await updateBooking(transaction, changedRow(move));
  if (row === undefined) return null;
  const after = await standingOn(transaction, bookingAfter(move, row), changes.slot);
  const before = { hash: row.hash_before, state: booking.state };
  await appendEvent(transaction, { booking: after, before, event, actor: ACTORS[event] });
  await appendEvidence(transaction, booking.id, changes.evidence);
  await bookingChanged(transaction, booking.state, after, row.cancel_reason);
  await noticeOwnPractice(transaction, { ...booking, offer: after.offer }, { event, state });
  if (isOneOf(LIVE_STATES, booking.state) && !isOneOf(LIVE_STATES, state))
    await endStandIn(transaction, booking.id);
  return after;
}

/** Writes down the slot on which the practice has put the booking; no other of ours is in its way there. */
async function standingOn(
  { db }: LedgerTransaction,
  booking: Booking,
  moved: SlotInBook | undefined,
): Promise<Booking> {
  if (moved === undefined) return booking;
  const { offer } = booking;
  const slot = movedSlot(offer.slot, moved);
  const { seat } = await db
    .selectFrom('booking')
    .select(sql<number>`coalesce(max(seat) + 1, 0)`.as('seat'))
    .where('supplier', '=', offer.supplier)
    .where('practice', '=', slot.practice)
    .where('slot_id', '=', slot.id)
    .where('state', 'in', oneOf(LIVE_STATES))
    .where('id', '<>', booking.id)
    .executeTakeFirstOrThrow();
  await db
    .updateTable('booking')
    .set({
      moved_json: JSON.stringify(slot),
      slot_id: slot.id,
      seat,
      starts_at: slot.startsAt.getTime(),
      starts_on: londonDate(slot.startsAt),
    })
    .where('id', '=', booking.id)
    .execute();
  return { ...booking, offer: { ...offer, slot, seat }, movedFrom: booking.movedFrom ?? offer.slot };
}

/** Makes the booking that was to take its place the one booking for their need. */
async function endStandIn({ db }: LedgerTransaction, endedId: string): Promise<void> {
  await db
    .updateTable('booking')
    .set({ stand_in: 0 })
    .where('replaces_id', '=', endedId)
    .where('stand_in', '=', 1)
    .execute();
}

/** False when another booking has taken its place; while it has not, none does before this transaction ends. */
async function lockUnreplaced({ db }: LedgerTransaction, id: string): Promise<boolean> {
  const locked = await db
    .updateTable('booking')
    .set({ id })
    .where('id', '=', id)
    .where('replaced_by', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return locked !== undefined;
}

async function lock({ db }: LedgerTransaction, id: string): Promise<void> {
  await db.updateTable('booking').set({ id }).where('id', '=', id).execute();
}

/** Begins to cancel, at the practice, the booking whose place a CONFIRMED one has taken. */
async function cancelAtPractice(
  transaction: LedgerTransaction,
  replacedId: string,
  replacedBy: string,
): Promise<void> {
  const { db } = transaction;
  const row = await bookingRows(db).where('booking.id', '=', replacedId).executeTakeFirstOrThrow();
  const replaced = bookingOf(row);
  const move = moveOf(replaced, 'REPLACED', { nextCheckMs: GIVE_BACK_WITHIN_MS, replacedBy });
  if (move !== null) await changed(transaction, move);
  else if (isOneOf(LIVE_STATES, replaced.state))
    // Its person is cancelling it already; now that must not be given up any more.
    await db.updateTable('booking').set({ replaced_by: replacedBy }).where('id', '=', replacedId).execute();
}

function changedRow(move: Move): ChangedRow {
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
    cancel_reason: cancelReasonOf(move),
  };
}

/** The person's reason, which is the evidence of their asking. */
function cancelReasonOf({ event, changes: { evidence } }: Move): string | null {
  return event === 'CANCEL_ASKED' && evidence?.asked === 'PERSON' ? evidence.answer : null;
}

/** Null when the event does not apply to the state. */
function moveOf(booking: Booking, event: LifecycleEvent, changes: Move['changes']): Move | null {
  const state = nextState(booking.state, event);
  return state === null ? null : { booking, event, state, changes };
}

function outcomeOf(moved: Booking | null): Transition {
  return moved === null ? { kind: 'stale' } : { kind: 'moved', booking: moved };
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
