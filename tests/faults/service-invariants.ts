import { groupsBy, isEventOf, slotText, type History } from './history';

/** Beyond what the machine needed at that moment for nothing at all. */
const DEADLINE_SLACK_MS = 2_500;

/** 10. Every change of a booking has one event, in order, and the last one says what the booking is. */
export function eventsAreWhole(history: History): string[] {
  return [...brokenEvents(history), ...undeliveredEvents(history)];
}

function brokenEvents({ ledger }: History): string[] {
  const events = groupsBy(ledger.events, ({ bookingId }) => bookingId);
  return ledger.bookings.flatMap((booking) => {
    const theirs = [...(events.get(booking.id) ?? [])].sort((a, b) => a.version - b.version);
    const inOrder = theirs.every(({ version }, index) => version === index + 1);
    const complete = theirs.length === booking.version && theirs.at(-1)?.state === booking.state;
    const told = ledger.outbox.filter(({ bookingId }) => bookingId === booking.id);
    const toldOnce = new Set(told.map(({ version }) => version)).size === told.length;
    const toldOfEvents = told.every(({ version }) => theirs.some((event) => event.version === version));
    const whole = inOrder && complete && toldOnce && toldOfEvents && booking.chainBrokenAt === null;
    return whole ? [] : [`the events of the booking on ${slotText(booking)} are not whole`];
  });
}

/** At least once, in the same words, and of one booking in the order in which it happened. */
function undeliveredEvents({ ledger, told }: History): string[] {
  const firsts = [...new Set(told.map(({ id }) => id))];
  const place = ({ bookingId, version }: { bookingId: string; version: number }) =>
    firsts.findIndex(isEventOf(bookingId, version));
  const missing = ledger.outbox.filter((change) => place(change) < 0);
  const changes = [...groupsBy(ledger.outbox, ({ bookingId }) => bookingId).values()];
  const inOrder = (theirs: typeof ledger.outbox) =>
    [...theirs]
      .sort((a, b) => a.version - b.version)
      .map(place)
      .every((at, index, all) => index === 0 || at < 0 || at > (all[index - 1] ?? -1));
  const words = groupsBy(told, ({ id }) => id);
  return [
    ...missing.map(({ status }) => `the front end was never told of a booking that is ${status}`),
    ...changes.filter((theirs) => !inOrder(theirs)).map(() => 'the front end was told in the wrong order'),
    ...[...words.values()]
      .filter((same) => new Set(same.map(({ body }) => body)).size > 1)
      .map(() => 'the front end was told of one event in different words'),
  ];
}

/** 11. A search keeps its time and its number of practices at once, and accounts for every supplier once. */
export function searchKeepsItsLimits({ operations, rules }: History): string[] {
  const expected = [...rules.suppliers].sort().join(' ');
  return operations.flatMap(({ search, invokedAt, completedAt, during }) => {
    if (search === null) return [];
    const { timeoutMs, idleMs, reports, peak } = search;
    const took = completedAt - invokedAt;
    const broken: string[] = [];
    if (took > timeoutMs + idleMs + DEADLINE_SLACK_MS)
      broken.push(`a search (${during}) took ${took} ms of ${timeoutMs} ms, and nothing at all ${idleMs} ms`);
    if ([...reports].sort().join(' ') !== expected)
      broken.push(`a search (${during}) reported ${reports.join(', ')}`);
    const most = rules.atOnce + rules.givenUp;
    if (peak !== null && peak > most)
      broken.push(`a search (${during}) asked ${peak} practices at once, not ${most}`);
    return broken;
  });
}

/** 13. Nothing is left open, held or locked. */
export function nothingIsLeft({ leftovers }: History): string[] {
  return Object.entries(leftovers)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what} left behind`);
}
