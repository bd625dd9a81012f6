import { groupsBy, slotText, type History, type LedgerBooking, type LedgerHold } from './history';

/** A caller holds so many times at once, and takes so many in a minute. */
const MAX_STANDING = 6;
const MAX_A_MINUTE = 12;
const MINUTE_MS = 60_000;
/** States in which a booking takes no place of a quota any more. */
const OVER = ['FAILED', 'CANCELLED', 'CANCELLED_BY_PRACTICE', 'ORPHAN_FOUND', 'ORPHAN_MANUAL'];

/** 15. Times are shared fairly: one for one need, few for a caller, no more than the quota, and one person once at a time. */
export function timesAreShared(history: History): string[] {
  return [
    ...heldForOneNeed(history),
    ...heldByOneCaller(history),
    ...overQuota(history),
    ...twiceAtOnce(history),
  ];
}

function heldForOneNeed({ ledger }: History): string[] {
  return [...groupsBy(ledger.holds, ({ check }) => check ?? '').values()].flatMap((holds) => {
    const inOrder = [...holds].sort((a, b) => a.createdAt - b.createdAt);
    return inOrder.flatMap((hold, index) => {
      const before = inOrder[index - 1];
      return before !== undefined && hold.createdAt < before.endedAt
        ? [`${slotText(before)} and ${slotText(hold)} were held for one need`]
        : [];
    });
  });
}

function heldByOneCaller({ ledger }: History): string[] {
  return [...groupsBy(ledger.holds, ({ caller }) => caller).values()].flatMap((holds) =>
    holds.flatMap(({ createdAt }) => {
      const earlier = holds.filter((one) => one.createdAt <= createdAt);
      const standing = earlier.filter(({ endedAt }) => endedAt > createdAt).length;
      const recent = earlier.filter((one) => one.createdAt > createdAt - MINUTE_MS).length;
      return standing > MAX_STANDING || recent > MAX_A_MINUTE
        ? [`a caller held ${standing} times at once, and took ${recent} in a minute`]
        : [];
    }),
  );
}

interface Taken {
  from: number;
  until: number;
}

/** Counts what people from elsewhere hold and have booked, whenever another was added. */
function overQuota({ ledger, rules }: History): string[] {
  const hasQuota = ({ practice, isOfGuest }: LedgerHold | LedgerBooking) =>
    practice.startsWith('Q') && isOfGuest;
  const bookings = ledger.bookings.filter(hasQuota).map((booking) => ({
    day: `${booking.practice} ${booking.day}`,
    from: booking.createdAt,
    until: endOf(booking, ledger.events),
  }));
  const holds = ledger.holds.filter(hasQuota).map((hold) => ({
    day: `${hold.practice} ${hold.day ?? ''}`,
    from: hold.createdAt,
    until: Math.min(
      hold.endedAt,
      ...ledger.bookings.filter(({ holdId }) => holdId === hold.id).map(({ createdAt }) => createdAt),
    ),
  }));
  return [...groupsBy([...bookings, ...holds], ({ day }) => day)].flatMap(([day, taken]) => {
    const most = Math.max(...taken.map(({ from }) => takenAt(taken, from)));
    return most > rules.quota ? [`${most} places of a quota of ${rules.quota} were taken at ${day}`] : [];
  });
}

const takenAt = (taken: readonly Taken[], at: number) =>
  taken.filter(({ from, until }) => from <= at && at < until).length;

function endOf({ id }: LedgerBooking, events: History['ledger']['events']): number {
  return events.find(({ bookingId, state }) => bookingId === id && OVER.includes(state))?.at ?? Infinity;
}

/** Leaves out what a desk has moved: that is its own affair. */
function twiceAtOnce({ ledger }: History): string[] {
  const standing = ledger.bookings.filter(
    ({ state, startsAt, asked }) => state === 'CONFIRMED' && startsAt === asked.startsAt,
  );
  return [...groupsBy(standing, ({ patient, startsAt }) => `${patient} ${startsAt}`).values()]
    .filter((bookings) => bookings.length > 1)
    .map(
      ([first]) =>
        `somebody has two appointments at once, one on ${first === undefined ? '' : slotText(first)}`,
    );
}
