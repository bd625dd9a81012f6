import { create } from '../../../platform/graphql/create';
import { PageInfo } from '../../../platform/graphql/page-info';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import type { AppointmentMode } from '../../../domain/appointment-mode';
import type { Caller, Person } from '../../../domain/caller';
import { cancellableUntil } from '../booking/cancel-booking';
import { statusOf, type ActorKind, type BookingStatus } from '../lifecycle/states';
import type { Booking as LedgerBooking } from '../ledger/records';
import { ActorKindEnum, AppointmentModeEnum, BookingStatusEnum } from './enums';
import { practice, Practice } from './slot';

@ObjectType()
export class BookingEvent {
  @Field(() => Date)
  at!: Date;

  @Field(() => BookingStatusEnum)
  status!: BookingStatus;

  @Field(() => ActorKindEnum)
  by!: ActorKind;
}

@Directive('@key(fields: "id")')
@ObjectType()
export class Booking {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'What the person reads out on the phone, for example K7QX-2MPD.' })
  reference!: string;

  @Field(() => BookingStatusEnum)
  status!: BookingStatus;

  @Field(() => Date)
  startsAt!: Date;

  @Field(() => Date)
  endsAt!: Date;

  @Field(() => AppointmentModeEnum)
  mode!: AppointmentMode;

  @Field(() => String, { nullable: true })
  clinicianName?: string | undefined;

  @Field(() => Practice)
  practice!: Practice;

  @Field(() => Boolean)
  atOwnPractice!: boolean;

  @Field(() => Date)
  createdAt!: Date;

  /** When the practice's cut-off falls, gone or not; null where it cannot be cancelled as it stands. */
  cutOff!: Date | null;

  /** The id of the booking that `replaces` shows. */
  replacesId!: string | null;

  /** Whose it is, without saying who. */
  patientDigest!: string;
}

export function bookingOf(booking: LedgerBooking): Booking {
  const { offer } = booking;
  const { startsAt, endsAt, mode, clinicianName, practice: odsCode } = offer.slot;
  return create(Booking, {
    id: booking.id,
    reference: booking.reference,
    status: statusOf(booking.state),
    startsAt,
    endsAt,
    mode,
    clinicianName,
    practice: practice(odsCode),
    atOwnPractice: offer.relation === 'OWN',
    createdAt: booking.createdAt,
    cutOff: booking.state === 'CONFIRMED' ? cancellableUntil(booking) : null,
    replacesId: booking.replacesId,
    patientDigest: booking.patientDigest,
  });
}

@ObjectType()
export class BookingEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => Booking)
  node!: Booking;
}

@ObjectType()
export class BookingConnection {
  @Directive('@listSize(assumedSize: 20)')
  @Field(() => [BookingEdge])
  edges!: BookingEdge[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@ObjectType({ description: 'Somebody whom the caller may book for.' })
export class BookablePerson {
  @Field(() => ID, { description: 'What holdSlot takes as patientId.' })
  id!: string;

  @Field(() => String)
  givenName!: string;

  @Field(() => Boolean)
  isCaller!: boolean;
}

/** @param caller who may act for the person. */
export function bookablePerson({ id, givenName }: Person, caller: Caller): BookablePerson {
  const isCaller = caller.kind === 'patient' && caller.self?.id === id;
  return create(BookablePerson, { id, givenName, isCaller });
}
