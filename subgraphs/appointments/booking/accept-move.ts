import type { Caller } from '../../../domain/caller';
import type { Booking } from '../ledger/records';
import { personOf } from '../sealed-patients';
import { advance } from './advance';
import { idempotentRequest, type BookingDeps } from './booking-deps';
import { mayBook, bookingNotAllowed, whyNotBook, type NotAllowedAnswer } from './not-allowed';

export type AcceptMoveAnswer =
  | { kind: 'booking'; booking: Booking }
  /** The practice has not moved it, or not any more. */
  | { kind: 'not-standing'; booking: Booking }
  | { kind: 'not-found' }
  | NotAllowedAnswer
  | { kind: 'key-reused' };

/** The person is content with the time to which the practice has moved their appointment. */
export async function acceptMove(
  { bookingId, idempotencyKey, requestId }: { bookingId: string; idempotencyKey: string; requestId: string },
  caller: Caller,
  deps: BookingDeps,
): Promise<AcceptMoveAnswer> {
  const { ledger } = deps;
  if (!mayBook(caller)) return bookingNotAllowed(whyNotBook(caller));
  const booking = await ledger.findBooking(bookingId);
  if (booking === null || personOf(caller, booking, deps) === undefined) return { kind: 'not-found' };
  const request = idempotentRequest(
    { callerId: caller.id, operation: 'accept-move', key: idempotencyKey },
    [bookingId],
    deps,
  );
  const earlier = await ledger.remember(request, booking.id);
  if (earlier?.kind === 'key-reused') return earlier;
  const { booking: after } = await advance(booking, { kind: 'PERSON_ACCEPTS_MOVE' }, { requestId }, deps);
  const isAccepted = after.state === 'CONFIRMED' && after.movedFrom !== null;
  return { kind: isAccepted ? 'booking' : 'not-standing', booking: after };
}
