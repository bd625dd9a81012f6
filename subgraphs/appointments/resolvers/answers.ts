import { spokenTime } from '../../../domain/london-time';
import { instance } from '../../instance';
import { notAllowed, ProblemCode, type NotAllowed } from '../../problem';
import type { AlreadyBooked as AlreadyBookedAnswer } from '../booking/already-booked';
import type { CancelAnswer, TooLate } from '../booking/cancel-booking';
import type { ConfirmAnswer } from '../booking/confirm-booking';
import type { HoldAnswer } from '../booking/hold-slot';
import type { Placed } from '../booking/place-booking';
import type { RescheduleAnswer } from '../booking/reschedule-booking';
import type { SettleAnswer } from '../booking/settle-booking';
import type { Hold as LedgerHold } from '../ledger/records';
import type { Offer } from '../offers';
import { type Booking, bookingOf } from '../types/booking';
import {
  AlreadyBooked,
  AnotherBookingStands,
  BookingNotFound,
  HoldExpired,
  IdempotencyKeyReused,
  NothingToSettle,
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
  | Hold
  | SlotHeldByAnother
  | SlotTaken
  | OfferExpired
  | PracticeClosedBook
  | AlreadyBooked
  | NotAllowed
  | IdempotencyKeyReused;

export function heldResult(answer: HoldAnswer): HeldResult {
  switch (answer.kind) {
    case 'held':
      return holdOf(answer.hold);
    case 'held-by-another':
      return heldByAnother(answer);
    case 'slot-taken':
      return slotTaken(answer.alternatives);
    case 'offer-expired':
      return offerExpired();
    case 'practice-closed':
      return practiceClosed(answer.practice);
    case 'already-booked':
      return alreadyBooked(answer);
    case 'not-allowed':
      return notAllowed(answer.message);
    case 'key-reused':
      return keyReused();
  }
}

export type ConfirmedResult = PlacedResult | HoldExpired | AlreadyBooked | NotAllowed | IdempotencyKeyReused;

export function confirmedResult(answer: ConfirmAnswer): ConfirmedResult {
  switch (answer.kind) {
    case 'hold-expired':
      return instance(HoldExpired, {
        code: ProblemCode.EXPIRED,
        message: 'The time is no longer kept for you. Hold it again, or choose another.',
        expiredAt: answer.expiredAt,
      });
    case 'already-booked':
      return alreadyBooked(answer);
    case 'not-allowed':
      return notAllowed(answer.message);
    case 'key-reused':
      return keyReused();
    case 'booking':
    case 'slot-taken':
    case 'practice-closed':
    case 'patient-not-accepted':
    case 'supplier-unavailable':
      return placedResult(answer);
  }
}

export type RescheduledResult =
  | PlacedResult
  | TooLateToChange
  | SlotHeldByAnother
  | OfferExpired
  | AlreadyBooked
  | BookingNotFound
  | NotAllowed
  | IdempotencyKeyReused;

export function rescheduledResult(answer: RescheduleAnswer): RescheduledResult {
  switch (answer.kind) {
    case 'too-late':
      return tooLate(answer);
    case 'held-by-another':
      return heldByAnother(answer);
    case 'offer-expired':
      return offerExpired();
    case 'already-booked':
      return alreadyBooked(answer);
    case 'not-found':
      return notFound();
    case 'not-allowed':
      return notAllowed(answer.message);
    case 'key-reused':
      return keyReused();
    case 'booking':
    case 'slot-taken':
    case 'practice-closed':
    case 'patient-not-accepted':
    case 'supplier-unavailable':
      return placedResult(answer);
  }
}

type PlacedResult = Booking | SlotTaken | PracticeClosedBook | PatientNotAccepted | SupplierUnavailable;

function placedResult(answer: Placed): PlacedResult {
  switch (answer.kind) {
    case 'booking':
      return bookingOf(answer.booking);
    case 'slot-taken':
      return slotTaken(answer.alternatives);
    case 'practice-closed':
      return practiceClosed(answer.practice);
    case 'patient-not-accepted':
      return instance(PatientNotAccepted, {
        code: ProblemCode.NOT_AVAILABLE,
        message:
          "The practice's system did not accept this person for this appointment. Choose another, or phone the practice.",
        practice: practice(answer.practice),
      });
    case 'supplier-unavailable':
      return supplierUnavailable(answer);
  }
}

export type SettledResult =
  Booking | NothingToSettle | AnotherBookingStands | BookingNotFound | IdempotencyKeyReused;

export function settledResult(answer: SettleAnswer): SettledResult {
  switch (answer.kind) {
    case 'booking':
      return bookingOf(answer.booking);
    case 'nothing-to-settle':
      return instance(NothingToSettle, {
        code: ProblemCode.STALE,
        message: 'Nobody waits for this to be settled. Look at it as it is now.',
        booking: bookingOf(answer.booking),
      });
    case 'another-stands':
      return instance(AnotherBookingStands, {
        code: ProblemCode.NOT_AVAILABLE,
        message:
          'Another booking stands on that time, or for this person and these symptoms. Have the practice cancel this one, then settle it as not standing.',
      });
    case 'not-found':
      return notFound();
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
      return tooLate(answer);
    case 'supplier-unavailable':
      return supplierUnavailable(answer);
    case 'not-found':
      return notFound();
    case 'key-reused':
      return keyReused();
  }
}

function holdOf({ id, offer, expiresAt }: LedgerHold): Hold {
  return instance(Hold, { id, slot: slotOf(offer), expiresAt });
}

function heldByAnother(answer: { heldUntil: Date; alternatives: Offer[] }): SlotHeldByAnother {
  return instance(SlotHeldByAnother, {
    code: ProblemCode.NOT_AVAILABLE,
    message: 'Somebody else is confirming this time just now. Choose another, or try again in a few minutes.',
    heldUntil: answer.heldUntil,
    alternatives: answer.alternatives.map(slotOf),
  });
}

function practiceClosed(odsCode: string): PracticeClosedBook {
  return instance(PracticeClosedBook, {
    code: ProblemCode.NOT_AVAILABLE,
    message: 'The practice does not let this be booked here just now. Choose another practice.',
    practice: practice(odsCode),
  });
}

function offerExpired(): OfferExpired {
  return instance(OfferExpired, {
    code: ProblemCode.EXPIRED,
    message: 'This offer is no longer good. Ask for the options again.',
  });
}

function tooLate({ changeableUntil, practice: odsCode }: TooLate): TooLateToChange {
  return instance(TooLateToChange, {
    code: ProblemCode.EXPIRED,
    message: `It could be changed here until ${spokenTime(changeableUntil)}. Phone the practice.`,
    changeableUntil,
    practice: practice(odsCode),
  });
}

function notFound(): BookingNotFound {
  return instance(BookingNotFound, {
    code: ProblemCode.NOT_FOUND,
    message: 'There is no such booking of yours.',
  });
}

function slotTaken(alternatives: Offer[]): SlotTaken {
  return instance(SlotTaken, {
    code: ProblemCode.NOT_AVAILABLE,
    message: 'This time has just gone. Choose another.',
    alternatives: alternatives.map(slotOf),
  });
}

function alreadyBooked({ booking, isInDoubt }: AlreadyBookedAnswer): AlreadyBooked {
  return instance(AlreadyBooked, {
    code: ProblemCode.NOT_AVAILABLE,
    message: isInDoubt
      ? 'Another booking for this person is still being checked. Nothing else is booked until that is settled.'
      : 'There is a booking for this person and these symptoms already. It has to be cancelled or moved first.',
    booking: booking && bookingOf(booking),
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
