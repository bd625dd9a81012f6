import { randomUUID } from 'node:crypto';
import type { Caller } from '../../../domain/caller';
import type { Booking } from '../ledger/records';
import { isOneOf, MANUAL_STATES } from '../lifecycle/states';
import { advance } from './advance';
import { idempotentRequest, type BookingDeps } from './booking-deps';

export type SettleAnswer =
  | { kind: 'booking'; booking: Booking }
  /** Nobody waits for an operator there (any more). */
  | { kind: 'nothing-to-settle'; booking: Booking }
  /** It cannot stand beside another live booking on that slot, or of that person for the same need. */
  | { kind: 'another-stands' }
  | { kind: 'not-found' }
  | { kind: 'key-reused' };

export interface SettleBooking {
  bookingId: string;
  /** The practice's answer: true when the appointment stands in its book. */
  stands: boolean;
  idempotencyKey: string;
}

/** Records an operator's answer from the practice. The person is notified through the outbox. */
export async function settleBooking(
  { bookingId, stands, idempotencyKey }: SettleBooking,
  caller: Extract<Caller, { kind: 'operator' }>,
  deps: BookingDeps,
): Promise<SettleAnswer> {
  const { ledger } = deps;
  const booking = await ledger.findBooking(bookingId);
  if (booking === null) return { kind: 'not-found' };
  const request = idempotentRequest(
    { callerId: caller.id, operation: 'settle', key: idempotencyKey },
    [bookingId, stands],
    deps,
  );
  const earlier = await ledger.remember(request, bookingId);
  if (earlier?.kind === 'key-reused') return earlier;
  if (!isOneOf(MANUAL_STATES, booking.state))
    return earlier === null ? { kind: 'nothing-to-settle', booking } : { kind: 'booking', booking };
  const seen = { kind: 'OPERATOR_SAYS', stands } as const;
  const settled = await advance(booking, seen, { requestId: randomUUID() }, deps);
  return settled.end === 'GUARDED'
    ? { kind: 'another-stands' }
    : { kind: 'booking', booking: settled.booking };
}
