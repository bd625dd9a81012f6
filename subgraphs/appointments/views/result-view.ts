import { create } from '../../../platform/graphql/create';
import { notAllowed, problem, roleNotAllowed, type NotAllowed } from '../../../platform/graphql/problem';
import type { AlreadyBooked as AlreadyBookedAnswer } from '../booking/already-booked';
import type { CancelAnswer, TooLate } from '../booking/cancel-booking';
import type { ConfirmAnswer } from '../booking/confirm-booking';
import { isExtendable, type ExtendAnswer } from '../booking/extend-hold';
import type { HoldAnswer, ReleaseAnswer } from '../booking/hold-slot';
import type { NotAllowedAnswer } from '../booking/not-allowed';
import type { Placed, SystemUnavailable } from '../booking/place-booking';
import type { RescheduleAnswer } from '../booking/reschedule-booking';
import type { SlotGone } from '../booking/search-again';
import type { SettleAnswer } from '../booking/settle-booking';
import type { Hold as LedgerHold } from '../ledger/records';
import type { Offer } from '../holds/offers';
import { type Booking } from '../types/booking';
import { bookingView } from './booking-view';
import {
  AlreadyBooked,
  AnotherBookingStands,
  BookingNotFound,
  HoldExpired,
  HoldNotExtendable,
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
import { HoldReleased } from '../types/results';
import { Hold } from '../types/slot';
import { slotView } from './slot-view';
import { practiceReference } from './slot-view';

/** Results of the services, in the words of the API. */

export type HeldResult =
  | Hold
  | SlotHeldByAnother
  | SlotTaken
  | OfferExpired
  | PracticeClosedBook
  | AlreadyBooked
  | NotAllowed
  | IdempotencyKeyReused;

export function heldResult(answer: HoldAnswer, now: Date): HeldResult {
  switch (answer.kind) {
    case 'held':
      return holdOf(answer.hold, now);
    case 'held-by-another':
      return heldByAnother(answer);
    case 'slot-taken':
      return slotTaken(answer);
    case 'offer-expired':
      return offerExpired();
    case 'practice-closed':
      return practiceClosed(answer.practice);
    case 'already-booked':
      return alreadyBooked(answer);
    case 'not-allowed':
      return notAllowedResult(answer);
    case 'key-reused':
      return keyReused();
  }
}

export function releasedResult(answer: ReleaseAnswer): HoldReleased | NotAllowed {
  return answer.kind === 'released'
    ? create(HoldReleased, { holdId: answer.holdId })
    : notAllowedResult(answer);
}

export type ExtendedResult = Hold | HoldNotExtendable | HoldExpired | AlreadyBooked | NotAllowed;

export function extendedResult(answer: ExtendAnswer, now: Date): ExtendedResult {
  switch (answer.kind) {
    case 'held':
      return holdOf(answer.hold, now);
    case 'not-extendable':
      return create(HoldNotExtendable, {
        ...problem('HOLD_NOT_EXTENDABLE', { until: answer.hold.expiresAt }),
        hold: holdOf(answer.hold, now),
      });
    case 'hold-expired':
      return holdExpired(answer.expiredAt);
    case 'already-booked':
      return alreadyBooked(answer);
    case 'not-allowed':
      return notAllowedResult(answer);
  }
}

export type ConfirmedResult = PlacedResult | HoldExpired | AlreadyBooked | NotAllowed | IdempotencyKeyReused;

export function confirmedResult(answer: ConfirmAnswer): ConfirmedResult {
  switch (answer.kind) {
    case 'hold-expired':
      return holdExpired(answer.expiredAt);
    case 'already-booked':
      return alreadyBooked(answer);
    case 'not-allowed':
      return notAllowedResult(answer);
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
      return notAllowedResult(answer);
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
      return bookingView(answer.booking);
    case 'slot-taken':
      return slotTaken(answer);
    case 'practice-closed':
      return practiceClosed(answer.practice);
    case 'patient-not-accepted':
      return create(PatientNotAccepted, {
        ...problem(answer.why === 'NOT_ACCEPTED' ? 'PATIENT_NOT_ACCEPTED' : 'BOOKING_LIMIT_REACHED', {}),
        practice: practiceReference(answer.practice),
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
      return bookingView(answer.booking);
    case 'nothing-to-settle':
      return create(NothingToSettle, {
        ...problem('ALREADY_SETTLED', {}),
        booking: bookingView(answer.booking),
      });
    case 'another-stands':
      return create(AnotherBookingStands, problem('ANOTHER_BOOKING_STANDS', {}));
    case 'not-found':
      return notFound();
    case 'key-reused':
      return keyReused();
  }
}

export type CancelledResult =
  Booking | TooLateToChange | SupplierUnavailable | BookingNotFound | NotAllowed | IdempotencyKeyReused;

export function cancelledResult(answer: CancelAnswer): CancelledResult {
  switch (answer.kind) {
    case 'booking':
      return bookingView(answer.booking);
    case 'too-late':
      return tooLate(answer);
    case 'supplier-unavailable':
      return supplierUnavailable(answer);
    case 'not-found':
      return notFound();
    case 'not-allowed':
      return notAllowedResult(answer);
    case 'key-reused':
      return keyReused();
  }
}

function notAllowedResult({ why }: NotAllowedAnswer): NotAllowed {
  return why === 'ROLE_NOT_ALLOWED'
    ? roleNotAllowed('people who have signed in as patients')
    : notAllowed(why);
}

function holdOf(hold: LedgerHold, now: Date): Hold {
  const { id, offer, expiresAt } = hold;
  return create(Hold, { id, slot: slotView(offer), expiresAt, extendable: isExtendable(hold, now) });
}

/** The offer may be over too, so what always leads on is to search again. */
function holdExpired(expiredAt: Date): HoldExpired {
  return create(HoldExpired, {
    ...problem('HOLD_EXPIRED', {}),
    expiredAt,
  });
}

function heldByAnother(answer: { heldUntil: Date; alternatives: Offer[] }): SlotHeldByAnother {
  return create(SlotHeldByAnother, {
    ...problem('SLOT_HELD_BY_ANOTHER', { until: answer.heldUntil }),
    heldUntil: answer.heldUntil,
    alternatives: answer.alternatives.map(slotView),
  });
}

function practiceClosed(odsCode: string): PracticeClosedBook {
  return create(PracticeClosedBook, {
    ...problem('PRACTICE_CLOSED_BOOK', {}),
    practice: practiceReference(odsCode),
  });
}

function offerExpired(): OfferExpired {
  return create(OfferExpired, problem('OFFER_EXPIRED', {}));
}

function tooLate({ changeableUntil, practice: odsCode }: TooLate): TooLateToChange {
  return create(TooLateToChange, {
    ...problem('TOO_LATE_TO_CHANGE', { until: changeableUntil }),
    changeableUntil,
    practice: practiceReference(odsCode),
  });
}

function notFound(): BookingNotFound {
  return create(BookingNotFound, problem('BOOKING_NOT_FOUND', {}));
}

const SLOT_GONE = {
  TAKEN: 'SLOT_TAKEN',
  NOT_RELEASED: 'SLOT_NOT_RELEASED',
  DAILY_LIMIT: 'DAILY_LIMIT_REACHED',
} as const;

function slotTaken({ why, alternatives }: SlotGone): SlotTaken {
  return create(SlotTaken, {
    ...problem(SLOT_GONE[why], {}),
    alternatives: alternatives.map(slotView),
  });
}

function alreadyBooked(answer: AlreadyBookedAnswer): AlreadyBooked {
  const { booking } = answer;
  return create(AlreadyBooked, {
    ...problem(standingProblem(answer), {}),
    booking: booking && bookingView(booking),
  });
}

function standingProblem({ booking, isInDoubt }: AlreadyBookedAnswer) {
  if (isInDoubt) return 'BOOKING_BEING_CHECKED';
  return booking === null ? 'ALREADY_BOOKED_BY_ANOTHER' : 'ALREADY_BOOKED';
}

function supplierUnavailable(answer: SystemUnavailable): SupplierUnavailable {
  return create(SupplierUnavailable, {
    ...problem(answer.why === 'REFUSED' ? 'PRACTICE_SYSTEM_REFUSED' : 'PRACTICE_SYSTEM_UNAVAILABLE', {}),
    retryAfterSeconds: answer.retryAfterSeconds,
    practice: practiceReference(answer.practice),
  });
}

function keyReused(): IdempotencyKeyReused {
  return create(IdempotencyKeyReused, problem('IDEMPOTENCY_KEY_REUSED', {}));
}
