import { z } from 'zod';
import { wallClock } from '../../domain/london-time';
import { BookingRecord, recordReport } from './booking-record';
import { columns } from './columns';
import { forHowLong } from './for-how-long';

/** Answer of the saved operation UnsettledBookings. */
export const Unsettled = z.object({ unsettledBookings: z.array(BookingRecord) });

/**
 * Formats unsettled bookings as a table with the open question and the next step of each, those that need an
 * operator first.
 */
export function unsettledReport(bookings: readonly BookingRecord[], now: Date): string {
  if (bookings.length === 0) return 'Every booking is settled.';
  const waiting = bookings.filter(({ needsAnOperator }) => needsAnOperator);
  const inOrder = [...waiting, ...bookings.filter(({ needsAnOperator }) => !needsAnOperator)];
  return [
    `${bookings.length} unsettled, of which ${needing(waiting.length)} an operator.`,
    table(inOrder, now),
    ...inOrder.map((one) => recordReport(one, now)),
  ].join('\n\n');
}

function table(bookings: readonly BookingRecord[], now: Date): string {
  const rows = bookings.map(({ booking, state, since, needsAnOperator, supplier }) => [
    needsAnOperator ? '!' : '',
    booking.reference,
    state,
    forHowLong(now.getTime() - since.getTime()),
    minute(booking.startsAt),
    `${booking.practice.name} (${booking.practice.odsCode})`,
    supplier.name,
  ]);
  return columns([['', 'reference', 'state', 'for', 'appointment', 'practice', 'supplier'], ...rows]);
}

function needing(count: number): string {
  if (count === 0) return 'none needs';
  return count === 1 ? '1 needs' : `${count} need`;
}

/** London time. */
function minute(at: Date): string {
  return wallClock(at).replace('T', ' ').slice(0, 16);
}
