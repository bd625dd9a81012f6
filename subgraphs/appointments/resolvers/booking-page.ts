import { fieldFault } from '../../../domain/messages/field-problem-codes';
import { whyNotAsk } from '../../../domain/access';
import { z } from 'zod';
import type { Caller } from '../../../domain/caller';
import { create } from '../../../platform/graphql/create';
import { PageInfo } from '../../../platform/graphql/page-info';
import { badInput, forbidden } from '../../../platform/graphql/graphql-errors';
import type { Ledger } from '../ledger/ledger';
import type { Booking as LedgerBooking } from '../ledger/records';
import { BookingConnection, BookingEdge } from '../types/booking';
import { bookingView } from '../views/booking-view';
import { digestsOfPeople, type Patients } from '../sealed-patients';
import type { PageArgs } from '../types/inputs';
import { DEVELOPERS_EN_GB } from '../../../domain/messages/developers.en-gb';

const MAX_FIRST = 100;

/** One page of the bookings of those for whom the caller may act now (Relay cursor connections). */
export async function bookingPage(
  { first, after }: PageArgs,
  caller: Caller,
  { ledger, patients }: { ledger: Pick<Ledger, 'bookingsOf'>; patients: Patients },
): Promise<BookingConnection> {
  if (caller.kind !== 'patient')
    throw forbidden(DEVELOPERS_EN_GB.FORBIDDEN.OWN_BOOKINGS({}), whyNotAsk(caller));
  if (first < 1 || first > MAX_FIRST)
    throw badInput({ first: fieldFault('OUT_OF_RANGE', { min: 1, max: MAX_FIRST }) });
  const before = after == null ? null : readCursor(after);
  const found = await ledger.bookingsOf(digestsOfPeople(caller, { patients }), first + 1, before);
  const edges = found
    .slice(0, first)
    .map((booking) => create(BookingEdge, { cursor: cursorOf(booking), node: bookingView(booking) }));
  return create(BookingConnection, {
    edges,
    pageInfo: create(PageInfo, {
      hasNextPage: found.length > first,
      hasPreviousPage: before !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    }),
  });
}

const Cursor = z.tuple([z.number(), z.string()]).transform(([startsAt, id]) => ({ startsAt, id }));

function cursorOf({ offer, id }: LedgerBooking): string {
  return Buffer.from(JSON.stringify([offer.slot.startsAt.getTime(), id])).toString('base64url');
}

function readCursor(text: string): z.infer<typeof Cursor> {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch {
    throw badInput({ after: fieldFault('NOT_A_CURSOR', {}) });
  }
}
