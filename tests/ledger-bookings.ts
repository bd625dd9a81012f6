import { randomUUID } from 'node:crypto';
import type { Slot } from '../adapters/gp-system';
import type { LifecycleEvent } from '../subgraphs/appointments/lifecycle/states';
import type { Booking, Hold } from '../subgraphs/appointments/ledger/records';
import pino from 'pino';
import { ledger, type Ledger } from '../subgraphs/appointments/ledger/ledger';
import { ledgerMigrations } from '../subgraphs/appointments/database/migrations';
import type { LedgerTables } from '../subgraphs/appointments/database/tables';
import { openDatabase, type Database, type DatabaseSettings } from '../platform/database/database';
import { EVERYTHING_RELEASED, newCaller, newPractice, offer } from './booking-laboratory';

/** A ledger of its own on a database, as each process has one. */
export async function openLedger(
  settings: DatabaseSettings,
): Promise<{ books: Ledger; database: Database<LedgerTables> }> {
  const database = await openDatabase<LedgerTables>(settings, 'appointments', ledgerMigrations);
  return { books: ledger(database, pino({ level: 'silent' }), EVERYTHING_RELEASED), database };
}

/** Rows that only the ledger knows: no supplier was called, and no person is behind them. */
export async function recordHold(books: Ledger, slot: Partial<Slot> = {}): Promise<Hold> {
  const caller = newCaller();
  const startsAt = slot.startsAt ?? new Date(Date.now() + 3_600_000);
  const whole: Slot = {
    practice: newPractice(),
    id: randomUUID(),
    startsAt,
    endsAt: new Date(startsAt.getTime() + 600_000),
    mode: 'IN_PERSON',
    slotType: '111 urgent',
    supplierData: '',
    ...slot,
  };
  const hold = {
    id: randomUUID(),
    callerId: caller.id,
    patientDigest: caller.id,
    patientSealed: 'sealed',
    offer: offer(caller, whole),
  };
  const recorded = await books.recordHold(hold, 60_000, requestFor('hold', caller.id));
  if (recorded.kind !== 'recorded') throw new Error('expected a new hold');
  return recorded.hold;
}

export async function openBooking(books: Ledger, slot: Partial<Slot> = {}): Promise<Booking> {
  const hold = await recordHold(books, slot);
  const answer = await books.openBooking(hold, 60_000, requestFor('confirm', hold.callerId));
  if (answer.kind !== 'opened') throw new Error(`expected a booking, not ${answer.kind}`);
  return answer.booking;
}

/** @throws Error when the event does not apply. */
export async function moveBooking(books: Ledger, booking: Booking, event: LifecycleEvent): Promise<Booking> {
  const evidence = { asked: 'BOOK', answer: event } as const;
  const moved = await books.applyTransition(booking, event, { nextCheckMs: null, evidence });
  if (moved.kind !== 'moved') throw new Error(`expected ${event} to apply, but it was ${moved.kind}`);
  return moved.booking;
}

function requestFor(operation: 'hold' | 'confirm', callerId: string) {
  return { callerId, operation, key: randomUUID(), fingerprint: 'the same' };
}
