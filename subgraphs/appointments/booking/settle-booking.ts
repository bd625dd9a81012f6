import type { Caller } from '../../../domain/caller';
import type { Booking } from '../ledger/records';
import { request, move, type BookingDeps } from './booking-deps';
import { isOneOf, MANUAL_STATES } from './states';

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
  /** What the practice says: true when the appointment stands in its book. */
  stands: boolean;
  idempotencyKey: string;
}

/** An operator has asked the practice, and says what is so. The person is told through the outbox. */
export async function settleBooking(
  { bookingId, stands, idempotencyKey }: SettleBooking,
  caller: Extract<Caller, { kind: 'operator' }>,
  deps: BookingDeps,
): Promise<SettleAnswer> {
  const { ledger } = deps;
  const booking = await ledger.findBooking(bookingId);
  if (booking === null) return { kind: 'not-found' };
  const asked = request(caller.id, 'settle', idempotencyKey, [bookingId, stands], deps);
  const earlier = await ledger.remember(asked, bookingId);
  if (earlier?.kind === 'key-reused') return earlier;
  if (!isOneOf(MANUAL_STATES, booking.state))
    return earlier === null ? { kind: 'nothing-to-settle', booking } : { kind: 'booking', booking };
  const event = stands ? 'SETTLED_AS_STANDING' : 'SETTLED_AS_ABSENT';
  const evidence = { asked: 'OPERATOR', answer: stands ? 'STANDS' : 'DOES_NOT_STAND' } as const;
  const failure = stands ? {} : ({ failure: 'NOT_APPLIED' } as const);
  const settled = await move(booking, event, 'STAFF', { ...failure, evidence }, deps);
  switch (settled.kind) {
    case 'moved':
      return { kind: 'booking', booking: settled.booking };
    case 'guarded':
      return { kind: 'another-stands' };
    case 'refused':
    case 'stale':
      return { kind: 'booking', booking: (await ledger.findBooking(bookingId)) ?? booking };
  }
}
