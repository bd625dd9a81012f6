import type { Patient } from '../../../adapters/gp-system';
import type { Caller } from '../../../domain/caller';
import type { OdsCode } from '../../../domain/ods-code';
import type { Booking } from '../ledger/records';
import { identifiedPatient, personOf } from '../sealed-patients';
import { systemOf } from '../gp-systems';
import { isOneOf, STANDING_STATES } from '../lifecycle/states';
import { advance, type Advanced } from './advance';
import { seconds } from '../retry-after-seconds';
import { idempotentRequest, type BookingDeps } from './booking-deps';
import { mayBook, bookingNotAllowed, whyNotBook, type NotAllowedAnswer } from './not-allowed';
import type { SystemUnavailable } from './system-unavailable';

export type CancelAnswer =
  /** The booking as cancelled, being cancelled, or, while its outcome is unknown, unchanged. */
  | { kind: 'booking'; booking: Booking }
  | TooLate
  | SystemUnavailable
  | { kind: 'not-found' }
  | NotAllowedAnswer
  | { kind: 'key-reused' };

export interface TooLate {
  kind: 'too-late';
  changeableUntil: Date;
  /** False where it never could: that was over when it was booked, or the practice's own system has an earlier limit. */
  wasChangeable: boolean;
  practice: OdsCode;
}

export interface CancelBooking {
  bookingId: string;
  reason: string;
  idempotencyKey: string;
  requestId: string;
}

/** Also what an operator asks the practice about: the person may give it up all the same. */
const CANCELLABLE_STATES = [...STANDING_STATES, 'MISSING'] as const;

/** Cancels the appointment at the practice. A booking that is already cancelled is returned. */
export async function cancelBooking(
  input: CancelBooking,
  caller: Caller,
  deps: BookingDeps,
): Promise<CancelAnswer> {
  const { ledger } = deps;
  // For a login without proof of identity it is unknown for whom it may act.
  if (!mayBook(caller)) return bookingNotAllowed(whyNotBook(caller));
  const booking = await ledger.findBooking(input.bookingId);
  const person = booking === null ? undefined : personOf(caller, booking, deps);
  if (booking === null || person === undefined) return { kind: 'not-found' };
  const request = idempotentRequest(
    { callerId: caller.id, operation: 'cancel', key: input.idempotencyKey },
    [input.bookingId, input.reason],
    deps,
  );
  const earlier = await ledger.remember(request, booking.id);
  if (earlier?.kind === 'key-reused') return earlier;
  return cancel(booking, { ...input, patient: identifiedPatient(person) }, deps);
}

async function cancel(
  booking: Booking,
  acting: { patient: Patient; requestId: string; reason: string },
  deps: BookingDeps,
): Promise<CancelAnswer> {
  if (!isOneOf(CANCELLABLE_STATES, booking.state)) return { kind: 'booking', booking };
  if (deps.now() > cancellableUntil(booking)) return tooLate(booking, deps.now());
  // Nothing is said to be under way that nobody can be asked for.
  systemOf(booking, deps.systems);
  const { patient, requestId, reason } = acting;
  const advanced = await advance(booking, { kind: 'PERSON_CANCELS', reason }, { patient, requestId }, deps);
  // Another tap was quicker. Where the practice refused that, this one returns the result of its own attempt.
  return advanced.end === 'STALE' && advanced.booking.version !== booking.version
    ? cancel(advanced.booking, acting, deps)
    : answer(advanced, deps.now());
}

/** The practice's own cut-off before the start, or the supplier's where that is earlier, as it was when the time was offered. */
export function cancellableUntil({ offer }: Pick<Booking, 'offer'>): Date {
  return new Date(offer.slot.startsAt.getTime() - offer.policy.cancelCutOffMinutes * 60_000);
}

function answer({ booking, cancellation: outcome }: Advanced, now: Date): CancelAnswer {
  const { practice } = booking.offer.slot;
  if (booking.state === 'CONFIRMED' && outcome !== null)
    switch (outcome.class) {
      case 'THROTTLED':
        return unavailable(practice, outcome.retryAfterMs);
      case 'NOT_SENT':
        return unavailable(practice, outcome.error.retryAfterMs ?? null);
      case 'REJECTED':
        if (outcome.refusal === 'TOO_LATE') return tooLate(booking, now);
        break;
      case 'ACCEPTED':
      case 'AMBIGUOUS':
    }
  return { kind: 'booking', booking };
}

function unavailable(practice: OdsCode, retryAfterMs: number | null): SystemUnavailable {
  return {
    kind: 'supplier-unavailable',
    practice,
    retryAfterSeconds: seconds(retryAfterMs),
    why: 'UNAVAILABLE',
  };
}

export function tooLate(booking: Booking, now: Date): TooLate {
  const cutOff = cancellableUntil(booking);
  const isOver = cutOff < now;
  return {
    kind: 'too-late',
    changeableUntil: isOver ? cutOff : now,
    wasChangeable: isOver && cutOff > booking.createdAt,
    practice: booking.offer.slot.practice,
  };
}
