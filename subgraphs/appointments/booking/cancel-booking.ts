import type { CancelOutcome } from '../../../adapters/gp-system';
import type { Caller } from '../../../domain/caller';
import type { OdsCode } from '../../../domain/ods-code';
import type { Booking } from '../ledger/records';
import { actorOf, boundedCall, systemOf } from '../suppliers';
import { apply, outcomeOf, patientFor, request, seconds, type BookingDeps } from './booking-deps';

export type CancelAnswer =
  /** Cancelled, being cancelled, or, where its outcome is still being looked into, unchanged. */
  | { kind: 'booking'; booking: Booking }
  | { kind: 'too-late'; changeableUntil: Date; practice: OdsCode }
  | { kind: 'supplier-unavailable'; practice: OdsCode; retryAfterSeconds: number | null }
  | { kind: 'not-found' }
  | { kind: 'key-reused' };

export interface CancelBooking {
  bookingId: string;
  reason: string;
  idempotencyKey: string;
  requestId: string;
}

const ABANDONED_AFTER_MS = 5_000;

/** Gives the slot back to the practice. What is already cancelled is done. */
export async function cancelBooking(
  input: CancelBooking,
  caller: Caller,
  deps: BookingDeps,
): Promise<CancelAnswer> {
  const { ledger, now } = deps;
  const booking = caller.kind === 'patient' ? await ledger.findBooking(input.bookingId, caller.id) : null;
  if (booking === null || caller.kind !== 'patient') return { kind: 'not-found' };
  const asked = request(caller.id, 'cancel', input.idempotencyKey, [input.bookingId, input.reason]);
  const earlier = await ledger.remember(asked, booking.id);
  if (earlier?.kind === 'key-reused') return earlier;
  if (booking.state !== 'CONFIRMED') return { kind: 'booking', booking };

  const until = cancellableUntil(booking);
  if (now() > until) return tooLate(booking);
  const system = systemOf(booking, deps.systems);
  const { timeoutMs, settleMs } = system.manifest.limits;
  const cancelling = await ledger.move(booking, 'CANCEL_ASKED', 'PATIENT', {
    checkInMs: timeoutMs.cancel + ABANDONED_AFTER_MS,
  });
  if (cancelling === null)
    return { kind: 'booking', booking: (await ledger.findBooking(booking.id)) ?? booking };

  const outcome = await outcomeOf(
    system.cancel(
      {
        practice: booking.offer.slot.practice,
        patient: await patientFor(booking, deps),
        actor: actorOf(caller),
        appointment: appointmentOf(booking),
        slot: booking.offer.slot,
      },
      boundedCall(timeoutMs.cancel, input.requestId),
    ),
    system.manifest.id,
    deps.logger,
  );
  return answer(cancelling, outcome, settleMs, deps);
}

/** @throws Error when the ledger holds a CONFIRMED booking that no supplier named: a mistake of ours. */
function appointmentOf({ appointment, id }: Booking): NonNullable<Booking['appointment']> {
  if (appointment === null) throw new Error(`Booking ${id} is CONFIRMED without an appointment.`);
  return appointment;
}

/** The practice's own cut-off before the start; suppliers have one of theirs as well, and say so. */
export function cancellableUntil({ offer }: Booking): Date {
  return new Date(offer.slot.startsAt.getTime() - offer.policy.cancelCutOffMinutes * 60_000);
}

async function answer(
  booking: Booking,
  outcome: CancelOutcome,
  settleMs: number,
  deps: BookingDeps,
): Promise<CancelAnswer> {
  const { practice } = booking.offer.slot;
  const stands = () => apply(booking, 'CANCEL_REFUSED', 'SUPPLIER', { checkInMs: null }, deps);
  switch (outcome.class) {
    case 'ACCEPTED':
      return {
        kind: 'booking',
        booking: await apply(booking, 'CANCEL_ACCEPTED', 'SUPPLIER', { checkInMs: null }, deps),
      };
    case 'THROTTLED':
      await stands();
      return { kind: 'supplier-unavailable', practice, retryAfterSeconds: seconds(outcome.retryAfterMs) };
    case 'NOT_SENT':
      await stands();
      return {
        kind: 'supplier-unavailable',
        practice,
        retryAfterSeconds: seconds(outcome.error.retryAfterMs ?? null),
      };
    case 'REJECTED':
      if (outcome.refusal === 'TOO_LATE') {
        await stands();
        return tooLate(booking);
      }
      // It is not as we know it at the practice: read it back before saying anything.
      return {
        kind: 'booking',
        booking: await apply(booking, 'ANSWER_LOST', 'SUPPLIER', { checkInMs: 0 }, deps),
      };
    case 'AMBIGUOUS':
      return {
        kind: 'booking',
        booking: await apply(booking, 'ANSWER_LOST', 'SYSTEM', { checkInMs: settleMs }, deps),
      };
  }
}

function tooLate(booking: Booking): CancelAnswer {
  return {
    kind: 'too-late',
    changeableUntil: cancellableUntil(booking),
    practice: booking.offer.slot.practice,
  };
}
