import { insertInto, type LedgerTransaction } from '../database/ledger-database';
import type { LedgerEvent } from '../database/tables';
import type { EvidenceRecord } from '../lifecycle/evidence';
import { statusOf, type ActorKind, type BookingState } from '../lifecycle/states';
import { eventHash } from './chain';
import { UNTRIED } from './delivery-queue';
import { insertOutboxEntry } from './outbox';
import type { Booking } from './records';
import { toldSlotJson } from './told-slot';

/** A change that a booking has gone through, as its row is after it. */
export interface Change {
  booking: Pick<Booking, 'id' | 'version' | 'state' | 'changedAt' | 'offer'>;
  /** The event before it and the state until then; null where the booking begins. */
  before: { hash: string | null; state: BookingState } | null;
  event: LedgerEvent;
  actor: ActorKind;
}

const insertEvent = insertInto('booking_event')();
const insertEvidence = insertInto('booking_evidence')({ computed: (now) => ({ at: now }) });

/** Appends the change to the booking's history, and, where the person can see it, to the outbox for the front end. */
export async function appendEvent(
  transaction: LedgerTransaction,
  { booking, before, event, actor }: Change,
): Promise<void> {
  const { id, version, state, changedAt } = booking;
  const at = changedAt.getTime();
  const hash = eventHash(before?.hash ?? null, { bookingId: id, version, at, event, state, actor });
  await insertEvent(transaction, { booking_id: id, version, at, event, state, actor, hash });
  const status = statusOf(state);
  if (before === null || (status === statusOf(before.state) && event !== 'MOVED_AT_PRACTICE')) return;
  const slot_json = toldSlotJson(booking.offer.slot);
  const entry = { booking_id: id, version, status, slot_json, at, next_try_at: at };
  await insertOutboxEntry(transaction, { ...UNTRIED, ...entry });
}

/** Appends what was asked of the supplier, and what came back. */
export async function appendEvidence(
  transaction: LedgerTransaction,
  bookingId: string,
  evidence: EvidenceRecord | undefined,
): Promise<void> {
  if (evidence !== undefined) await insertEvidence(transaction, { booking_id: bookingId, ...evidence });
}
