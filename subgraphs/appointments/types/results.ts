import { createUnionType, Field, ID, ObjectType } from 'type-graphql';
import { InvalidInput, NotAllowed } from '../../../platform/graphql/problem';
import { Booking } from './booking';
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
      PracticeClosedBook,
      AlreadyBooked,
      NotAllowed,
      InvalidInput,
      IdempotencyKeyReused,
    ] as const,
});

export const ExtendHoldResult = createUnionType({
  name: 'ExtendHoldResult',
  types: () => [Hold, HoldNotExtendable, HoldExpired, AlreadyBooked, NotAllowed] as const,
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
      PracticeClosedBook,
      PatientNotAccepted,
      TooLateToChange,
      SupplierUnavailable,
      AlreadyBooked,
      BookingNotFound,
      NotAllowed,
      InvalidInput,
      IdempotencyKeyReused,
    ] as const,
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
