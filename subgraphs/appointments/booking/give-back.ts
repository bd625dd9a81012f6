import type { CancelOutcome, CancelRefusal, Patient } from '../../../adapters/gp-system';
import { answered } from '../ledger/evidence';
import type { Booking } from '../ledger/records';
import { boundedCall, systemOf } from '../suppliers';
import { ABANDONED_AFTER_MS, actorFor, apply, outcomeOf, type BookingDeps } from './booking-deps';
import { needsAPerson } from './looking';

export interface GivingBack {
  patient: Patient;
  /** When this process made the booking its own, on the monotonic clock. */
  claimedAt: number;
  /**
   * FIRST: the person waits, and can be told that nothing has changed. AGAIN: they were told that it is being cancelled,
   * or have another in its place.
   */
  attempt: 'FIRST' | 'AGAIN';
  requestId: string;
}

export interface GivenBack {
  booking: Booking;
  /** Null when the supplier was not asked: its name for the appointment is not known yet, or this process slept. */
  outcome: CancelOutcome | null;
}

/** Asks the supplier to cancel a booking that is in CANCELLING, and puts down what it said. */
export async function giveBack(booking: Booking, giving: GivingBack, deps: BookingDeps): Promise<GivenBack> {
  if (booking.appointment === null)
    return { booking: await apply(booking, 'ANSWER_LOST', 'SYSTEM', {}, deps), outcome: null };
  // By now another may have cancelled it, and the person may have booked the slot again.
  if (deps.timers.elapsedMs() - giving.claimedAt > ABANDONED_AFTER_MS) return { booking, outcome: null };
  const outcome = await askToCancel(booking, booking.appointment, giving, deps);
  return { booking: await record(booking, outcome, giving, deps), outcome };
}

export function askToCancel(
  booking: Booking,
  appointment: NonNullable<Booking['appointment']>,
  { patient, requestId }: Pick<GivingBack, 'patient' | 'requestId'>,
  deps: BookingDeps,
): Promise<CancelOutcome> {
  const { slot } = booking.offer;
  const { manifest, cancel } = systemOf(booking, deps.systems);
  const command = { practice: slot.practice, patient, actor: actorFor(booking), appointment, slot };
  const call = boundedCall(manifest.limits.timeoutMs.cancel, requestId, deps.timers);
  return outcomeOf(cancel(command, call), manifest.id, deps.logger);
}

function record(
  booking: Booking,
  outcome: CancelOutcome,
  { attempt }: GivingBack,
  deps: BookingDeps,
): Promise<Booking> {
  const { settleMs } = systemOf(booking, deps.systems).manifest.limits;
  const evidence = { asked: 'CANCEL', answer: answered(outcome) } as const;
  const lookAgain = (checkInMs: number) =>
    apply(booking, 'ANSWER_LOST', 'SYSTEM', { checkInMs, evidence }, deps);
  // Where the person has another appointment in its place by now, this one must not quietly stand.
  const stands = () =>
    booking.replacedBy === null
      ? apply(booking, 'CANCEL_REFUSED', 'SUPPLIER', { evidence }, deps)
      : needsAPerson(booking, evidence, deps);
  const refused = (refusal: CancelRefusal) => {
    switch (refusal) {
      case 'TOO_LATE':
        return stands();
      case 'CHANGED_MEANWHILE':
      case 'NOT_FOUND':
        return lookAgain(attempt === 'FIRST' ? 0 : settleMs);
      case 'NOT_PERMITTED':
      case 'INVALID_REQUEST':
        // It may not be as we know it: that is read back, once, before anything is said.
        return attempt === 'FIRST' ? lookAgain(0) : stands();
    }
  };
  switch (outcome.class) {
    case 'ACCEPTED':
      return apply(booking, 'CANCEL_ACCEPTED', 'SUPPLIER', {}, deps);
    case 'THROTTLED':
      return attempt === 'FIRST' ? stands() : lookAgain(Math.max(settleMs, outcome.retryAfterMs ?? 0));
    case 'NOT_SENT':
      return attempt === 'FIRST' ? stands() : lookAgain(settleMs);
    case 'REJECTED':
      return refused(outcome.refusal);
    case 'AMBIGUOUS':
      return lookAgain(settleMs);
  }
}
