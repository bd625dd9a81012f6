import { PageInfo } from '../../../platform/graphql/page-info';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import type { AppointmentMode } from '../../../domain/appointment-mode';
import { type ActorKind, type BookingStatus } from '../lifecycle/states';
import { ActorKindEnum, AppointmentModeEnum, BookingStatusEnum } from './enums';
import { Practice } from './slot';

@ObjectType()
export class BookingEvent {
  @Field(() => Date)
  at!: Date;

  @Field(() => BookingStatusEnum)
  status!: BookingStatus;

  @Field(() => ActorKindEnum)
  by!: ActorKind;
}

@ObjectType({
  description: 'A change that a practice made to an appointment; the booking has it as it is now.',
})
export class MovedByPractice {
  @Field(() => String, {
    description: 'The appointment as it is now and as it was, in words for the person.',
  })
  message!: string;

  @Field(() => Date, { description: 'The start that was booked.' })
  startedAt!: Date;

  @Field(() => AppointmentModeEnum, { description: 'The mode that was booked.' })
  mode!: AppointmentMode;

  @Field(() => String, { nullable: true })
  clinicianName?: string | undefined;
}

@Directive('@key(fields: "id")')
@ObjectType()
export class Booking {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'Short reference to read out on the phone, for example K7QX-2MPD.' })
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

  @Field(() => MovedByPractice, { nullable: true, description: 'Present where the practice has changed it.' })
  moved!: MovedByPractice | null;

  @Field(() => Date)
  createdAt!: Date;

  /** When the practice's cut-off falls, gone or not; null where it cannot be cancelled as it stands. */
  cutOff!: Date | null;

  /** The id of the booking that `replaces` shows. */
  replacesId!: string | null;

  /** Digest of the patient: the same for all their bookings, and it names nobody. */
  patientDigest!: string;
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
  @Field(() => ID, { description: 'The value that holdSlot takes as patientId.' })
  id!: string;

  @Field(() => String)
  givenName!: string;

  @Field(() => Boolean)
  isCaller!: boolean;
}
