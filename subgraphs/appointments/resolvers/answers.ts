import { spokenTime } from '../../../domain/london-time';
import { instance } from '../../instance';
import { notAllowed, ProblemCode, type NotAllowed } from '../../problem';
import type { CancelAnswer } from '../booking/cancel-booking';
import type { ConfirmAnswer } from '../booking/confirm-booking';
import type { HoldAnswer } from '../booking/hold-slot';
import type { Booking as LedgerBooking, Hold as LedgerHold } from '../ledger/records';
import type { Offer } from '../offers';
import { type Booking, bookingOf } from '../types/booking';
import {
  AlreadyBooked,
  BookingNotFound,
  HoldExpired,
  IdempotencyKeyReused,
  OfferExpired,
  PatientNotAccepted,
  PracticeClosedBook,
  SlotHeldByAnother,
  SlotTaken,
  SupplierUnavailable,
  TooLateToChange,
} from '../types/problems';
import { Hold, practice, slotOf } from '../types/slot';

/** What the services answer, in the words of the API. */

export type HeldResult =
  Hold | SlotHeldByAnother | SlotTaken | OfferExpired | AlreadyBooked | NotAllowed | IdempotencyKeyReused;

export function heldResult(answer: HoldAnswer): HeldResult {
  switch (answer.kind) {
    case 'held':
      return holdOf(answer.hold);
    case 'held-by-another':
      return instance(SlotHeldByAnother, {
        code: ProblemCode.NOT_AVAILABLE,
        message:
          'Somebody else is confirming this time just now. Choose another, or try again in a few minutes.',
        heldUntil: answer.heldUntil,
        alternatives: answer.alternatives.map(slotOf),
      });
    case 'slot-taken':
      return slotTaken(answer.alternatives);
    case 'offer-expired':
      return instance(OfferExpired, {
        code: ProblemCode.EXPIRED,
        message: 'This offer is no longer good. Ask for the options again.',
      });
    case 'already-booked':
      return alreadyBooked(answer.booking);
    case 'not-allowed':
      return notAllowed(answer.message);
    case 'key-reused':
      return keyReused();
  }
}

export type ConfirmedResult =
  | Booking
  | HoldExpired
  | SlotTaken
  | PracticeClosedBook
  | PatientNotAccepted
  | SupplierUnavailable
  | AlreadyBooked
  | NotAllowed
  | IdempotencyKeyReused;

export function confirmedResult(answer: ConfirmAnswer): ConfirmedResult {
  switch (answer.kind) {
    case 'booking':
      return bookingOf(answer.booking);
    case 'hold-expired':
      return instance(HoldExpired, {
        code: ProblemCode.EXPIRED,
        message: 'The time is no longer kept for you. Hold it again, or choose another.',
        expiredAt: answer.expiredAt,
      });
    case 'slot-taken':
      return slotTaken(answer.alternatives);
    case 'practice-closed':
      return instance(PracticeClosedBook, {
        code: ProblemCode.NOT_AVAILABLE,
        message: 'The practice does not let this be booked from outside just now. Choose another practice.',
        practice: practice(answer.practice),
      });
    case 'patient-not-accepted':
      return instance(PatientNotAccepted, {
        code: ProblemCode.NOT_AVAILABLE,
        message:
          "The practice's system did not accept this person for this appointment. Choose another, or phone the practice.",
        practice: practice(answer.practice),
      });
    case 'supplier-unavailable':
      return supplierUnavailable(answer);
    case 'already-booked':
      return alreadyBooked(answer.booking);
    case 'not-allowed':
      return notAllowed(answer.message);
    case 'key-reused':
      return keyReused();
  }
}

export type CancelledResult =
  Booking | TooLateToChange | SupplierUnavailable | BookingNotFound | IdempotencyKeyReused;

export function cancelledResult(answer: CancelAnswer): CancelledResult {
  switch (answer.kind) {
    case 'booking':
      return bookingOf(answer.booking);
    case 'too-late':
      return instance(TooLateToChange, {
        code: ProblemCode.EXPIRED,
        message: `It could be cancelled here until ${spokenTime(answer.changeableUntil)}. Phone the practice.`,
        changeableUntil: answer.changeableUntil,
        practice: practice(answer.practice),
      });
    case 'supplier-unavailable':
      return supplierUnavailable(answer);
    case 'not-found':
      return instance(BookingNotFound, { code: ProblemCode.NOT_FOUND, message: 'You have no such booking.' });
    case 'key-reused':
      return keyReused();
  }
}

function holdOf({ id, offer, expiresAt }: LedgerHold): Hold {
  return instance(Hold, { id, slot: slotOf(offer), expiresAt });
}

function slotTaken(alternatives: Offer[]): SlotTaken {
  return instance(SlotTaken, {
    code: ProblemCode.NOT_AVAILABLE,
    message: 'This time has just gone. Choose another.',
    alternatives: alternatives.map(slotOf),
  });
}

function alreadyBooked(booking: LedgerBooking): AlreadyBooked {
  return instance(AlreadyBooked, {
    code: ProblemCode.NOT_AVAILABLE,
    message:
      'There is a booking for this person and these symptoms already. Cancel it before you book another.',
    booking: bookingOf(booking),
  });
}

function supplierUnavailable(answer: {
  practice: string;
  retryAfterSeconds: number | null;
}): SupplierUnavailable {
  return instance(SupplierUnavailable, {
    code: ProblemCode.UPSTREAM_FAILED,
    message:
      "The practice's system did not take the request. Nothing was changed. Try again, or choose another practice.",
    retryAfterSeconds: answer.retryAfterSeconds,
    practice: practice(answer.practice),
  });
}

function keyReused(): IdempotencyKeyReused {
  return instance(IdempotencyKeyReused, {
    code: ProblemCode.INVALID_INPUT,
    message: 'This idempotency key was used for another request. Use a new one for each intention.',
  });
}
