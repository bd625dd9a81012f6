import type { Caller } from '../../../domain/caller';
import type { BookingDeps } from '../booking/booking-deps';
import { mayBook } from '../booking/not-allowed';
import { personOf } from '../sealed-patients';
import type { Booking } from '../types/booking';
import { bookingView } from '../views/booking-view';

/** A booking as its caller may see it: one of somebody for whom they may act at this moment. Null: there is none for them. */
export async function bookingFor(
  caller: Caller,
  id: string,
  deps: Pick<BookingDeps, 'ledger' | 'patients'>,
): Promise<Booking | null> {
  const booking = mayBook(caller) ? await deps.ledger.findBooking(id) : null;
  return booking !== null && personOf(caller, booking, deps) !== undefined ? bookingView(booking) : null;
}
