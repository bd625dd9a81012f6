import { create } from '../../../platform/graphql/create';
import {
  invalidInput,
  notAllowed,
  problem,
  roleNotAllowed,
  type InvalidInput,
  type NotAllowed,
} from '../../../platform/graphql/problem';
import type { AlreadyBooked as AlreadyBookedAnswer } from '../booking/already-booked';
import type { CancelAnswer, TooLate } from '../booking/cancel-booking';
import type { ConfirmAnswer } from '../booking/confirm-booking';
import { isExtendable, type ExtendAnswer } from '../booking/extend-hold';
import type { HoldAnswer, ReleaseAnswer } from '../booking/hold-slot';
import type { NotAllowedAnswer } from '../booking/not-allowed';
import type { AcceptMoveAnswer } from '../booking/accept-move';
import type { OutcomeChanged as OutcomeChangedAnswer } from '../booking/obstacle-answer';
import type { Placed } from '../booking/place-booking';
import type { SystemUnavailable } from '../booking/system-unavailable';
import type { RescheduleAnswer } from '../booking/reschedule-booking';
import type { SlotGone } from '../booking/search-again';
import type { SettleAnswer } from '../booking/settle-booking';
import type { ObstacleAnswer } from '../booking/obstacle-answer';
import type { Booking as LedgerBooking, Hold as LedgerHold } from '../ledger/records';
import type { Offer } from '../holds/offers';
import { type Booking } from '../types/booking';
import { bookingView } from './booking-view';
import {
  AlreadyBooked,
  AnotherBookingStands,
  BookingNotFound,
  BookingNotStanding,
  HoldExpired,
  HoldNotExtendable,
  IdempotencyKeyReused,
  NothingToSettle,
  OfferExpired,
  OutcomeChanged,
  PatientNotAccepted,
  PracticeClosedBook,
  SlotHeldByAnother,
  SlotTaken,
  SupplierUnavailable,
  TooLateToChange,
  TooManyHolds,
} from '../types/problems';
import { Disposition } from '../types/assessment';
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
  | TooManyHolds
  | ObstacleResult
  | IdempotencyKeyReused;

export function heldResult(answer: HoldAnswer, now: Date): HeldResult {
  switch (answer.kind) {
    case 'held':
      return holdOf(answer.hold, now, answer.replaced);
    case 'too-many-holds':
      return create(TooManyHolds, {
        ...problem('TOO_MANY_HOLDS', {}),
        retryAfterSeconds: answer.retryAfterSeconds,
      });
    case 'held-by-another':
      return heldByAnother(answer);
    case 'slot-taken':
      return slotTaken(answer);
    case 'offer-expired':
      return offerExpired();
    case 'practice-closed':
      return practiceClosed(answer.practice);
    case 'outcome-changed':
    case 'already-booked':
    case 'not-allowed':
    case 'supplier-unavailable':
      return obstacleResult(answer);
    case 'key-reused':
      return keyReused();
  }
}

type ObstacleResult = OutcomeChanged | AlreadyBooked | NotAllowed | SupplierUnavailable;

function obstacleResult(answer: ObstacleAnswer): ObstacleResult {
  switch (answer.kind) {
    case 'outcome-changed':
      return outcomeChanged(answer);
    case 'already-booked':
      return alreadyBooked(answer);
    case 'not-allowed':
      return notAllowedResult(answer);
    case 'supplier-unavailable':
      return supplierUnavailable(answer);
  }
}

/** The advice that now holds, in the words of the symptom check. */
function outcomeChanged({ result }: OutcomeChangedAnswer): OutcomeChanged {
  switch (result.kind) {
    case 'OUTCOME': {
      const disposition = create(Disposition, { id: result.dispositionId });
      const { title } = result;
      return create(OutcomeChanged, { ...problem('OUTCOME_CHANGED', { title }), disposition });
    }
    case 'UNFINISHED':
      return create(OutcomeChanged, { ...problem('SYMPTOM_CHECK_UNFINISHED', {}), disposition: null });
    case 'SWITCHED_OFF':
      return create(OutcomeChanged, {
        code: 'SYMPTOM_CHECK_SWITCHED_OFF',
        message: result.advice,
        disposition: null,
      });
    case 'EXPIRED': {
      const expired = problem('SYMPTOM_CHECK_EXPIRED', { before: 'BOOKING' });
      return create(OutcomeChanged, { ...expired, disposition: null });
    }
  }
}

export function releasedResult(answer: ReleaseAnswer): HoldReleased | NotAllowed {
  return answer.kind === 'released'
    ? create(HoldReleased, { holdId: answer.holdId })
    : notAllowedResult(answer);
}

export type ExtendedResult = Hold | HoldNotExtendable | HoldExpired | ObstacleResult;

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
    case 'outcome-changed':
    case 'already-booked':
    case 'not-allowed':
    case 'supplier-unavailable':
      return obstacleResult(answer);
  }
}

export type ConfirmedResult = PlacedResult | HoldExpired | InvalidInput | IdempotencyKeyReused;

export function confirmedResult(answer: ConfirmAnswer): ConfirmedResult {
  switch (answer.kind) {
    case 'hold-expired':
      return holdExpired(answer.expiredAt);
    case 'invalid':
      return invalidInput(answer.faults);
    case 'key-reused':
      return keyReused();
    default:
      return placedResult(answer);
  }
}

export type RescheduledResult =
  | PlacedResult
  | TooLateToChange
  | SlotHeldByAnother
  | OfferExpired
  | BookingNotStanding
  | BookingNotFound
  | InvalidInput
  | IdempotencyKeyReused;

export function rescheduledResult(answer: RescheduleAnswer): RescheduledResult {
  switch (answer.kind) {
    case 'too-late':
      return tooLate(answer);
    case 'held-by-another':
      return heldByAnother(answer);
    case 'offer-expired':
      return offerExpired();
    case 'not-standing':
      return notStanding(answer.booking);
    case 'not-found':
      return notFound();
    case 'invalid':
      return invalidInput(answer.faults);
    case 'key-reused':
      return keyReused();
    default:
      return placedResult(answer);
  }
}

type PlacedResult = Booking | SlotTaken | PracticeClosedBook | PatientNotAccepted | ObstacleResult;

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
    case 'outcome-changed':
    case 'already-booked':
    case 'not-allowed':
    case 'supplier-unavailable':
      return obstacleResult(answer);
  }
}

export type AcceptedMoveResult =
  Booking | BookingNotStanding | BookingNotFound | NotAllowed | IdempotencyKeyReused;

export function acceptedMoveResult(answer: AcceptMoveAnswer): AcceptedMoveResult {
  switch (answer.kind) {
    case 'booking':
      return bookingView(answer.booking);
    case 'not-standing':
      return notStanding(answer.booking);
    case 'not-found':
      return notFound();
    case 'not-allowed':
      return notAllowedResult(answer);
    case 'key-reused':
      return keyReused();
  }
}

function notStanding(booking: LedgerBooking): BookingNotStanding {
  return create(BookingNotStanding, {
    ...problem('BOOKING_NOT_STANDING', {}),
    booking: bookingView(booking),
  });
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

function holdOf(hold: LedgerHold, now: Date, replaced: LedgerHold | null = null): Hold {
  const { id, offer, expiresAt } = hold;
  const letGo = replaced && slotView(replaced.offer);
  return create(Hold, { id, slot: slotView(offer), expiresAt, extendable: isExtendable(hold, now), letGo });
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
    alternatives: answer.alternatives.map((alternative) => slotView(alternative)),
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

function tooLate({ changeableUntil, wasChangeable, practice: odsCode }: TooLate): TooLateToChange {
  return create(TooLateToChange, {
    ...problem('TOO_LATE_TO_CHANGE', { until: wasChangeable ? changeableUntil : null }),
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
    alternatives: alternatives.map((alternative) => slotView(alternative)),
  });
}

const STANDING = {
  SAME_NEED: 'ALREADY_BOOKED',
  IN_DOUBT: 'BOOKING_BEING_CHECKED',
  TIMES_OVERLAP: 'BOOKED_AT_SAME_TIME',
  SAME_COMPLAINT: 'BOOKED_FOR_SAME_COMPLAINT',
} as const;

function alreadyBooked(answer: AlreadyBookedAnswer): AlreadyBooked {
  const { booking } = answer;
  return create(AlreadyBooked, {
    ...problem(STANDING[answer.why], {}),
    booking: booking && bookingView(booking),
  });
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
