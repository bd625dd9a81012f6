import { z } from 'zod';
import {
  groupsBy,
  isEventOf,
  slotText,
  type DeskAct,
  type History,
  type LedgerBooking,
  type PracticeNotice,
} from './history';

const STANDING = ['CONFIRMED', 'MOVED'];
/** States of which a person is told something that is true of the practice's book. */
const STATUSES: Record<string, string> = {
  CONFIRMED: 'CONFIRMED',
  MOVED: 'MOVED_BY_PRACTICE',
  MISSING: 'NEEDS_ATTENTION',
  CANCELLED: 'CANCELLED',
  CANCELLED_BY_PRACTICE: 'CANCELLED_BY_PRACTICE',
};
/** States in which each act may have been noticed. Of a time that is somebody else's by now an operator asks. */
const NOTICED_AS: Record<DeskAct['kind'], readonly string[]> = {
  cancels: ['CANCELLED_BY_PRACTICE'],
  'cancels and refills': ['CANCELLED_BY_PRACTICE', 'MISSING'],
  'moves to another time': ['MOVED'],
  'moves to another session': ['MOVED'],
};
const Told = z.object({
  status: z.string(),
  practice: z.string(),
  startsAt: z.coerce.date(),
  mode: z.string(),
});

/** 16. What the desk does is noticed in time, and told to the person as it is. */
export function deskIsNoticed(history: History): string[] {
  if (history.rules.noticedWithinMs === null) return [];
  return [
    ...unnoticed(history, history.rules.noticedWithinMs),
    ...toldOtherwise(history),
    ...standElsewhere(history),
  ];
}

function unnoticed({ deskActs, ledger }: History, withinMs: number): string[] {
  return deskActs.flatMap(({ kind, bookingId, at }) => {
    const booking = ledger.bookings.find(({ id }) => id === bookingId);
    // One that was moved cannot be told from another then, so an operator asks.
    const expected = [...NOTICED_AS[kind], ...(booking?.isNamedBySlot ? ['MISSING'] : [])];
    const noticed = ledger.events.some(
      (event) =>
        event.bookingId === bookingId &&
        event.at >= at &&
        event.at <= at + withinMs &&
        expected.includes(event.state),
    );
    return noticed ? [] : [`the desk ${kind}, which was not noticed as that within ${withinMs} ms`];
  });
}

/** The last that the person was told is what the booking is, and when. */
function toldOtherwise({ ledger, told }: History): string[] {
  return ledger.bookings.flatMap((booking) => {
    const wanted = STATUSES[booking.state];
    const [last] = ledger.outbox
      .filter(({ bookingId }) => bookingId === booking.id)
      .sort((a, b) => b.version - a.version);
    const event = last && told.find(({ id }) => isEventOf(booking.id, last.version)(id));
    // An event that never came is another promise's matter.
    if (wanted === undefined || event === undefined) return [];
    const said = Told.safeParse(JSON.parse(event.body)).data;
    const isTrue =
      said?.status === wanted &&
      said.practice === booking.practice &&
      said.startsAt.getTime() === booking.startsAt &&
      said.mode === booking.mode;
    return isTrue
      ? []
      : [`of a booking ${booking.state} on ${slotText(booking)} the person was told otherwise`];
  });
}

/** The ledger has each booking where the practice's own book has it. */
function standElsewhere({ ledger, truth }: History): string[] {
  return ledger.bookings
    .filter(({ state }) => STANDING.includes(state))
    .filter(
      (booking) =>
        !truth.some(
          (one) =>
            one.status === 'BOOKED' &&
            one.patient === booking.patient &&
            one.practice === booking.practice &&
            one.startsAt === booking.startsAt &&
            one.mode === booking.mode,
        ),
    )
    .map((booking) => `the booking on ${slotText(booking)} is not where its practice has put it`);
}

/** 17. Own practices are told of every booking elsewhere, in order, and the last that they are told is true. */
export function ownPracticesAreTold(history: History): string[] {
  return [...outOfOrder(history), ...untrueNotices(history)];
}

function outOfOrder({ noticed }: History): string[] {
  return [...groupsBy(noticed, ({ practice }) => practice)].flatMap(([practice, notices]) => {
    const sequences = [...new Set(notices.map(({ sequence }) => sequence))];
    return sequences.every((sequence, index) => sequence === index + 1)
      ? []
      : [`${practice} was told in the order ${sequences.join(', ')}`];
  });
}

function untrueNotices({ ledger, noticed, people }: History): string[] {
  return ledger.bookings.flatMap((booking) => {
    const own = people.find(({ patient }) => patient === booking.patient)?.ownPractice;
    const theirs = noticed.filter(({ bookingReference }) => bookingReference === booking.reference);
    const stood = ledger.events.some(
      ({ bookingId, state }) => bookingId === booking.id && STANDING.includes(state),
    );
    const isOwed = own !== booking.asked.practice && stood;
    if (!isOwed)
      return theirs.length === 0 ? [] : [`a practice was told of ${slotText(booking)}, which is none of its`];
    const last = theirs.at(-1);
    const isTrue =
      last !== undefined && theirs.every(({ practice }) => practice === own) && isSo(last, booking);
    return isTrue
      ? []
      : [
          `the own practice was told ${last?.type ?? 'nothing'} of a booking ${booking.state} on ${slotText(booking)}`,
        ];
  });
}

function isSo({ type, bookedAt, startsAt, mode }: PracticeNotice, booking: LedgerBooking): boolean {
  switch (booking.state) {
    case 'CANCELLED':
    case 'CANCELLED_BY_PRACTICE':
      return type === 'patient.cancelled-elsewhere';
    case 'CONFIRMED':
    case 'MOVED':
      return (
        type !== 'patient.cancelled-elsewhere' &&
        bookedAt === booking.practice &&
        Date.parse(startsAt) === booking.startsAt &&
        mode === booking.mode
      );
    default:
      // Somebody has still to find out what is so.
      return true;
  }
}
