import { Directive, Field, Int, ObjectType } from 'type-graphql';
import type { AppointmentMode } from '../../../domain/appointment-mode';
import type { BookingStatus } from '../lifecycle/states';
import type { WhyElsewhere } from '../database/tables';
import { AppointmentModeEnum, BookingStatusEnum, WhyElsewhereEnum } from './enums';
import { Practice } from './slot';

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

@ObjectType({
  description:
    "A booking of a practice's own patient at another practice, of which the own practice was told. Nobody is named: the notice to the practice's system has the person.",
})
export class OwnPatientElsewhere {
  @Field(() => String, { description: 'Short reference to read out on the phone.' })
  reference!: string;

  @Field(() => Practice, { description: 'The practice at which the person is booked.' })
  practice!: Practice;

  @Field(() => WhyElsewhereEnum)
  reason!: WhyElsewhere;

  @Field(() => BookingStatusEnum)
  status!: BookingStatus;

  @Field(() => Date)
  startsAt!: Date;

  @Field(() => Date)
  endsAt!: Date;

  @Field(() => AppointmentModeEnum)
  mode!: AppointmentMode;

  @Field(() => Date)
  bookedAt!: Date;
}
