import { sameSlot, slotText, type CheckChange, type History, type LedgerBooking } from './history';

/** Between the database's clock and ours. */
const CLOCK_TOLERANCE_MS = 10;

/** 14. Nothing is held or booked against a symptom check that did not allow it when it was asked for. */
export function outcomesAreKept(history: History): string[] {
  return [...heldAgainst(history), ...bookedAgainst(history)];
}

function heldAgainst({ operations, checks }: History): string[] {
  const holds = operations.filter(({ kind, outcome }) => kind === 'hold' && outcome === 'ok');
  return holds.flatMap(({ key, caller, check, during, completedAt }) => {
    const tries = operations.filter(
      (other) => other.kind === 'hold' && other.key === key && other.caller === caller,
    );
    const asked = Math.min(...tries.map(({ invokedAt }) => invokedAt));
    return wasForbidden(checks, check, asked, completedAt)
      ? [`a time was held (${during}) that the symptom check did not allow`]
      : [];
  });
}

/** Judged after the booking is on disk, so a change before that counts, in the supplier's own diary too. */
function bookedAgainst({ checks, ledger, truth }: History): string[] {
  return ledger.bookings.flatMap((booking) => {
    const confirmed = ledger.events.find(
      ({ bookingId, state }) => bookingId === booking.id && state === 'CONFIRMED',
    );
    const sent = truth.find(
      (one) =>
        one.patient === booking.patient &&
        sameSlot(one, booking.asked) &&
        one.bookedAt >= booking.createdAt &&
        !isOfAnother(one.bookedAt, booking, ledger.bookings),
    );
    const until = Math.min(confirmed?.at ?? Infinity, sent?.bookedAt ?? Infinity);
    return Number.isFinite(until) && wasForbidden(checks, booking.check, booking.createdAt, until)
      ? [`${slotText(booking.asked)} was booked although the symptom check did not allow it`]
      : [];
  });
}

/** They tried again and got the same slot before it was booked there. */
function isOfAnother(bookedAt: number, booking: LedgerBooking, bookings: readonly LedgerBooking[]): boolean {
  return bookings.some(
    (other) =>
      other.patient === booking.patient &&
      sameSlot(other.asked, booking.asked) &&
      other.createdAt > booking.createdAt &&
      other.createdAt <= bookedAt,
  );
}

/** For the whole of this time. */
function wasForbidden(checks: readonly CheckChange[], check: string, from: number, until: number): boolean {
  const changes = checks.filter((change) => change.check === check);
  const before = changes.findLast(({ at }) => at + CLOCK_TOLERANCE_MS < from);
  const isAllowedMeanwhile = changes.some(
    ({ at, allows }) => allows && at + CLOCK_TOLERANCE_MS >= from && at <= until,
  );
  return before?.allows === false && !isAllowedMeanwhile;
}
