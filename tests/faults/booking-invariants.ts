import {
  groupsBy,
  sameSlot,
  slotText,
  type History,
  type LedgerBooking,
  type RecordedOperation,
} from './history';

/** States in which nothing stands at the practice. */
const OVER = ['FAILED', 'CANCELLED', 'CANCELLED_BY_PRACTICE'];
/** Something of ours may stand that is no booking any more: nobody is to turn up for it. */
const UNWANTED = ['ORPHAN_FOUND', 'ORPHAN_MANUAL', 'DUPLICATE_FOUND', 'DUPLICATE_MANUAL'];
const UNSETTLED = ['BOOKING', 'UNKNOWN', 'CANCELLING', 'CANCEL_UNKNOWN', 'ORPHAN_FOUND', 'DUPLICATE_FOUND'];
/** Between two clocks on one machine: the database's, and ours when the answer came. */
const CLOCK_TOLERANCE_MS = 50;
/** Time before the check within which a late arrival cannot be seen; later ones have no excuse. */
const LATE_MS = 1_000;

/** 1. At most one live booking of ours on a slot, in the suppliers' truth and in the ledger. */
export function bookedOnce({ truth, ledger }: History): string[] {
  const standing = truth.filter(({ status }) => status === 'BOOKED');
  const live = ledger.bookings.filter(({ state }) => !OVER.includes(state) && !UNWANTED.includes(state));
  return [
    ...[...groupsBy(standing, ({ practice, slotId }) => `${practice} ${slotId}`).values()]
      .filter((appointments) => appointments.length > 1)
      .flatMap(([one]) => (one === undefined ? [] : [`several appointments stand on ${slotText(one)}`])),
    ...[...groupsBy(live, ({ place }) => place).values()]
      .filter((bookings) => bookings.length > 1)
      .flatMap(([one]) =>
        one === undefined ? [] : [`several live bookings in the ledger on ${slotText(one)}`],
      ),
  ];
}

/** 2. A person who saw CONFIRMED has it on our disk and in the practice's book, unless we or the practice cancelled. */
export function confirmedStands(history: History): string[] {
  const { ledger, operations } = history;
  const told = operations.filter(({ result }) => result === 'Booking CONFIRMED');
  return [
    ...told.flatMap((operation) => promiseBroken(operation, history)),
    ...ledger.bookings
      .filter((booking) => booking.state === 'CONFIRMED' && !stands(booking, history))
      .map(
        (booking) => `the ledger's CONFIRMED booking on ${slotText(booking)} is not in the practice's book`,
      ),
  ];
}

function promiseBroken(operation: RecordedOperation, history: History): string[] {
  const { ledger } = history;
  const about = `${operation.kind} (${operation.during})`;
  const booking = ledger.bookings.find(({ id }) => id === operation.bookingId);
  if (booking === undefined) return [`${about} was told CONFIRMED, and the ledger knows nothing of it`];
  const confirmedAt = ledger.events
    .filter(({ bookingId, state }) => bookingId === booking.id && state === 'CONFIRMED')
    .map(({ at }) => at);
  const broken: string[] = [];
  if (!confirmedAt.some((at) => at <= operation.completedAt + CLOCK_TOLERANCE_MS))
    broken.push(`${about} was told CONFIRMED on ${slotText(booking)} before that was on disk`);
  if (!stands(booking, history) && !wasCancelled(booking, history))
    broken.push(`${about} was told CONFIRMED on ${slotText(booking)}, which the practice does not have`);
  return broken;
}

/** At the time and for the person that we say; what the desk did to it is the practice's right. */
function stands(booking: LedgerBooking, { truth }: History): boolean {
  return truth.some(
    (appointment) =>
      appointment.patient === booking.patient &&
      appointment.practice === booking.practice &&
      (appointment.touchedByDesk || (appointment.status === 'BOOKED' && sameSlot(appointment, booking))),
  );
}

function wasCancelled({ id, state }: LedgerBooking, { operations }: History): boolean {
  const asked = operations.some(
    ({ kind, about }) => about === id && (kind === 'cancel' || kind === 'reschedule'),
  );
  return asked && [...OVER, ...UNWANTED].includes(state);
}

/** 3. A person who saw a refusal or a cancellation has no appointment there in the end. */
export function failedDoesNotStand(history: History): string[] {
  const { ledger, truth, operations } = history;
  const standing = truth.filter(({ status }) => status === 'BOOKED');
  const unwanted = standing.flatMap((appointment) => {
    const bookings = ledger.bookings.filter(
      (booking) => booking.patient === appointment.patient && sameSlot(booking, appointment),
    );
    const known = bookings.some(({ state }) => !OVER.includes(state));
    if (known || bookings.length === 0 || appointment.touchedByDesk) return [];
    const states = bookings.map(({ state }) => state).join(', ');
    return [`an appointment stands on ${slotText(appointment)} that the ledger calls ${states}`];
  });
  const refusals = [...groupsBy(operations.filter(isPlacing), byKey).values()].filter(
    (tries) =>
      tries.some(({ outcome }) => outcome === 'fail') && tries.every(({ bookingId }) => bookingId === null),
  );
  const denied = refusals.flatMap(([first]) => {
    const slot = first?.slot ?? ledger.holds.find(({ id }) => id === first?.holdId);
    if (first === undefined || slot === undefined) return [];
    const stood = standing.some(
      (one) => one.patient === first.patient && sameSlot(one, slot) && !one.touchedByDesk,
    );
    return stood && !toldOtherwise(first, slot, history)
      ? [`${first.kind} (${first.during}) was told no on ${slotText(slot)}, where an appointment stands`]
      : [];
  });
  const undone = operations
    .filter(({ kind, result }) => kind === 'cancel' && result === 'Booking CANCELLED')
    .filter(({ bookingId }) =>
      ledger.bookings.some(({ id, state }) => id === bookingId && ![...OVER, ...UNWANTED].includes(state)),
    )
    .map(({ during }) => `cancel (${during}) was told CANCELLED, and the ledger says otherwise`);
  return [...unwanted, ...denied, ...undone, ...calledFailedWhileStanding(history)];
}

/** Read-back had time to see it: this was no late arrival. */
function calledFailedWhileStanding({ ledger, truth }: History): string[] {
  return ledger.events
    .filter(({ state, version }) => state === 'FAILED' && version > 1)
    .flatMap(({ bookingId, at }) => {
      const booking = ledger.bookings.find(({ id }) => id === bookingId);
      const stood = truth.some(
        (one) =>
          one.status === 'BOOKED' &&
          !one.touchedByDesk &&
          one.patient === booking?.patient &&
          sameSlot(one, booking) &&
          one.bookedAt + LATE_MS < at &&
          !ledger.bookings.some((other) => other.id !== bookingId && isFor(other, one)),
      );
      return booking !== undefined && stood
        ? [`a booking on ${slotText(booking)} was called FAILED while it stood there`]
        : [];
    });
}

function isFor(
  booking: LedgerBooking,
  slot: { patient: string; practice: string; startsAt: number },
): boolean {
  return booking.patient === slot.patient && sameSlot(booking, slot);
}

/** Another request of the same person caused it; or it turned up late, and was adopted or is being cancelled. */
function toldOtherwise(
  refused: RecordedOperation,
  slot: { practice: string; startsAt: number },
  { operations, ledger }: History,
): boolean {
  const theirs = ledger.bookings.filter((one) => one.patient === refused.patient && sameSlot(one, slot));
  return theirs.some(({ id }) => {
    if (ledger.events.some(({ bookingId, state }) => bookingId === id && state === 'ORPHAN_FOUND'))
      return true;
    const request = ledger.requests.find(({ resultId }) => resultId === id);
    return (
      (request !== undefined && request.key !== refused.key) ||
      operations.some((other) => other.bookingId === id && other.key !== refused.key && other.kind !== 'read')
    );
  });
}

const isPlacing = ({ kind, result: said }: RecordedOperation) =>
  (kind === 'confirm' || kind === 'reschedule') && said !== 'IdempotencyKeyReused';
const byKey = ({ caller, key }: RecordedOperation) => `${caller} ${key ?? ''}`;

/** 4. What nobody knew is known in the end, or in a person's hands. */
export function unknownIsSettled({ ledger }: History): string[] {
  return ledger.bookings
    .filter(({ state }) => UNSETTLED.includes(state))
    .map((booking) => `the booking on ${slotText(booking)} is ${booking.state} still`);
}
