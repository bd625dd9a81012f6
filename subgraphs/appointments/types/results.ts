import { createUnionType, Field, ID, ObjectType } from 'type-graphql';
import { InvalidInput, NotAllowed } from '../../../platform/graphql/problem';
import { Booking } from './booking';
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
} from './problems';
import { Hold } from './slot';

@ObjectType()
export class HoldReleased {
  @Field(() => ID)
  holdId!: string;
}

export const HoldSlotResult = createUnionType({
  name: 'HoldSlotResult',
  types: () =>
    [
      Hold,
      SlotHeldByAnother,
      SlotTaken,
      OfferExpired,
      OutcomeChanged,
      PracticeClosedBook,
      AlreadyBooked,
      TooManyHolds,
      SupplierUnavailable,
      NotAllowed,
      InvalidInput,
      IdempotencyKeyReused,
    ] as const,
});

export const ExtendHoldResult = createUnionType({
  name: 'ExtendHoldResult',
  types: () =>
    [
      Hold,
      HoldNotExtendable,
      HoldExpired,
      OutcomeChanged,
      SupplierUnavailable,
      AlreadyBooked,
      NotAllowed,
    ] as const,
});

export const ReleaseHoldResult = createUnionType({
  name: 'ReleaseHoldResult',
  types: () => [HoldReleased, NotAllowed] as const,
});

export const ConfirmBookingResult = createUnionType({
  name: 'ConfirmBookingResult',
  types: () =>
    [
      Booking,
      HoldExpired,
      SlotTaken,
      OutcomeChanged,
      PracticeClosedBook,
      PatientNotAccepted,
      SupplierUnavailable,
      AlreadyBooked,
      NotAllowed,
      InvalidInput,
      IdempotencyKeyReused,
    ] as const,
});

export const CancelBookingResult = createUnionType({
  name: 'CancelBookingResult',
  types: () =>
    [
      Booking,
      TooLateToChange,
      SupplierUnavailable,
      BookingNotFound,
      NotAllowed,
      InvalidInput,
      IdempotencyKeyReused,
    ] as const,
});

export const RescheduleBookingResult = createUnionType({
  name: 'RescheduleBookingResult',
  types: () =>
    [
      Booking,
      SlotHeldByAnother,
      SlotTaken,
      OfferExpired,
      OutcomeChanged,
      PracticeClosedBook,
      PatientNotAccepted,
      BookingNotStanding,
      TooLateToChange,
      SupplierUnavailable,
      AlreadyBooked,
      BookingNotFound,
      NotAllowed,
      InvalidInput,
      IdempotencyKeyReused,
    ] as const,
});

export const AcceptMovedBookingResult = createUnionType({
  name: 'AcceptMovedBookingResult',
  types: () =>
    [Booking, BookingNotStanding, BookingNotFound, NotAllowed, InvalidInput, IdempotencyKeyReused] as const,
});

export const SettleBookingResult = createUnionType({
  name: 'SettleBookingResult',
  types: () =>
    [
      Booking,
      NothingToSettle,
      AnotherBookingStands,
      BookingNotFound,
      NotAllowed,
      InvalidInput,
      IdempotencyKeyReused,
    ] as const,
});
