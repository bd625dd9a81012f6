import { isOneOf, LIVE_STATES } from '../../subgraphs/appointments/lifecycle/states';
import { slotKey } from '../../subgraphs/appointments/holds/hold-store';
import type { Ledger } from '../../subgraphs/appointments/ledger/ledger';
import type { Booking } from '../../subgraphs/appointments/ledger/records';
import type { LedgerTables } from '../../subgraphs/appointments/database/tables';
import type { Database } from '../../platform/database/database';
import type { Acknowledged } from './writer-plan';

/** Everything that a ledger holds and should not, or lacks and should have, against what its writers were promised. */
export async function unlikePromised(
  acknowledged: readonly Acknowledged[],
  database: Database<LedgerTables>,
  books: Ledger,
): Promise<string[]> {
  const bookings = await allBookings(database, books);
  // One after the other: all at once they would wait for connections longer than the ledger lets anybody.
  const histories: string[][] = [];
  for (const booking of bookings) histories.push(await historyProblems(booking, books));
  const versions = new Map(bookings.map(({ id, version }) => [id, version]));
  const lost: string[] = [];
  for (const promise of acknowledged) {
    if (promise.what === 'held' && (await books.findHold(promise.holdId, promise.callerId)) === null)
      lost.push('a hold was lost');
    if (promise.what === 'moved' && (versions.get(promise.bookingId) ?? 0) < promise.version)
      lost.push('a booking was lost');
  }
  return [...lost, ...histories.flat(), ...slotsTwice(bookings)];
}

export async function allBookings({ db }: Database<LedgerTables>, books: Ledger): Promise<Booking[]> {
  const rows = await db.selectFrom('booking').select('id').execute();
  const bookings: Booking[] = [];
  for (const { id } of rows) {
    const booking = await books.findBooking(id);
    if (booking !== null) bookings.push(booking);
  }
  return bookings;
}

async function historyProblems({ id, version, state }: Booking, books: Ledger): Promise<string[]> {
  const history = await books.history(id);
  return [
    ...(history.length === version ? [] : [`version ${version} has ${history.length} events`]),
    ...(history.at(-1)?.state === state ? [] : ['the last event is not the state']),
    ...((await books.brokenHistory(id)) === null ? [] : ['the chain of events is broken']),
  ];
}

function slotsTwice(bookings: readonly Booking[]): string[] {
  const live = bookings.filter(({ state }) => isOneOf(LIVE_STATES, state));
  const slots = live.map(({ offer: { supplier, slot } }) => slotKey(supplier, slot.practice, slot.id));
  return slots.length === new Set(slots).size ? [] : ['a slot is booked twice'];
}
