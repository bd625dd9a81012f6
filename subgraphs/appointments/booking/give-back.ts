import type { CancelOutcome } from '../../../adapters/gp-system';
import { answered } from '../ledger/evidence';
import type { Booking } from '../ledger/records';
import { boundedCall, systemOf } from '../suppliers';
import { apply, outcomeOf, patientFor, type BookingDeps } from './booking-deps';

export interface GivenBack {
  booking: Booking;
  /** Null when the supplier could not be asked yet, because nobody knows what it calls the appointment. */
  outcome: CancelOutcome | null;
}

/**
 * Asks the supplier to cancel a booking that is in CANCELLING, and puts down what it said.
 * @param mayStand true where the person is still waiting and can be told that nothing has changed; otherwise it is
 * tried again until it is done.
 */
export async function giveBack(
  booking: Booking,
  mayStand: boolean,
  requestId: string,
  deps: BookingDeps,
): Promise<GivenBack> {
  const { practice } = booking.offer.slot;
  const system = systemOf(booking, deps.systems);
  const { timeoutMs, settleMs } = system.manifest.limits;
  if (booking.appointment === null)
    return { booking: await apply(booking, 'ANSWER_LOST', 'SYSTEM', {}, deps), outcome: null };
  const command = {
    practice,
    patient: await patientFor(booking, deps),
    actor: { kind: 'PATIENT', id: booking.callerId } as const,
    appointment: booking.appointment,
    slot: booking.offer.slot,
  };
  const exchange = system.cancel(command, boundedCall(timeoutMs.cancel, requestId));
  const outcome = await outcomeOf(exchange, system.manifest.id, deps.logger);
  return { booking: await record(booking, outcome, mayStand, settleMs, deps), outcome };
}

function record(
  booking: Booking,
  outcome: CancelOutcome,
  mayStand: boolean,
  settleMs: number,
  deps: BookingDeps,
): Promise<Booking> {
  const evidence = { asked: 'CANCEL', answer: answered(outcome) } as const;
  const stands = () => apply(booking, 'CANCEL_REFUSED', 'SUPPLIER', { evidence }, deps);
  const lookAgain = (checkInMs: number) =>
    apply(booking, 'ANSWER_LOST', 'SYSTEM', { checkInMs, evidence }, deps);
  switch (outcome.class) {
    case 'ACCEPTED':
      return apply(booking, 'CANCEL_ACCEPTED', 'SUPPLIER', {}, deps);
    case 'THROTTLED':
    case 'NOT_SENT':
      return mayStand ? stands() : lookAgain(settleMs);
    case 'REJECTED':
      // What else the supplier says no to is not as we know it: it is read back before anything is said.
      if (outcome.refusal !== 'TOO_LATE') return lookAgain(mayStand ? 0 : settleMs);
      // The person has another appointment in its place by now, so this one must not quietly stand.
      return booking.replacedBy === null
        ? stands()
        : apply(booking, 'OUT_OF_TIME', 'SUPPLIER', { evidence }, deps);
    case 'AMBIGUOUS':
      return lookAgain(settleMs);
  }
}
