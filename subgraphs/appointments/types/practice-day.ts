import { Directive, Field, Int, ObjectType } from 'type-graphql';
import type { AppointmentMode } from '../../../domain/appointment-mode';
import type { BookingStatus } from '../lifecycle/states';
import { AppointmentModeEnum, BookingStatusEnum } from './enums';

@ObjectType({
  description: 'A booking made through this service, as the practice sees it: no patient is named.',
})
export class PracticeBooking {
  @Field(() => String, { description: 'Short reference to read out on the phone.' })
  reference!: string;

  @Field(() => BookingStatusEnum)
  status!: BookingStatus;

  @Field(() => Date)
  startsAt!: Date;

  @Field(() => Date)
  endsAt!: Date;

  @Field(() => AppointmentModeEnum)
  mode!: AppointmentMode;

  @Field(() => Boolean)
  ownPatient!: boolean;

  @Field(() => Date)
  bookedAt!: Date;
}

@ObjectType({ description: 'A London day of a practice.' })
export class PracticeDay {
  @Field(() => String, { description: 'For example 2026-03-02.' })
  day!: string;

  @Directive('@listSize(assumedSize: 20)')
  @Field(() => [PracticeBooking], { description: 'Bookings of that day, soonest first; at most 500.' })
  bookings!: PracticeBooking[];

  @Field(() => Int, { nullable: true, description: 'Null where there is no cap.' })
  dailyQuota!: number | null;

  @Field(() => Int, { description: "Slots that other practices' patients have taken of it." })
  quotaUsed!: number;
}
