import { Field, Int, ObjectType } from 'type-graphql';
import type { BookingState } from '../lifecycle/states';
import type { EvidenceAsked } from '../lifecycle/evidence';
import { Booking } from './booking';
import { BookingStateEnum, EvidenceAskedEnum } from './enums';
import { Supplier } from './options';

@ObjectType({ description: 'Something that was asked of the supplier about a booking, and what came of it.' })
export class Evidence {
  @Field(() => Date)
  at!: Date;

  @Field(() => EvidenceAskedEnum)
  asked!: EvidenceAsked;

  @Field(() => String, {
    description: 'For example AMBIGUOUS TIMED_OUT, ABSENT, BOOKED, FAILED SERVER_ERROR 503.',
  })
  answer!: string;
}

@ObjectType({ description: 'A booking as operators see it, in whatever state; nobody is named.' })
export class BookingRecord {
  @Field(() => Booking)
  booking!: Booking;

  @Field(() => BookingStateEnum)
  state!: BookingState;

  @Field(() => Supplier)
  supplier!: Supplier;

  @Field(() => Date, { description: 'Since when its outcome is not known, or it is as it is.' })
  since!: Date;

  @Field(() => Boolean, {
    description: 'True when nothing more happens until settleBooking says what is so.',
  })
  needsAnOperator!: boolean;

  @Field(() => String, {
    description: 'The text that the practice finds with the appointment, where its system keeps one.',
  })
  marker!: string;

  @Field(() => Int, { description: 'Reads of the practice’s book in a row that did not find it.' })
  absentReads!: number;

  @Field(() => Int, { description: 'Reads in a row that failed.' })
  failedReads!: number;
}

@ObjectType({ description: 'Health of all bookings, for alarms.' })
export class BookingHealth {
  @Field(() => Int, { description: 'Bookings whose result is being read back.' })
  unsettled!: number;

  @Field(() => Int, { description: 'Bookings that wait for an operator.' })
  awaitingOperator!: number;

  @Field(() => Int, { nullable: true, description: 'Age of the oldest of both.' })
  oldestUnsettledSeconds!: number | null;

  @Field(() => Int, { description: 'Events not yet delivered to the front end.' })
  undelivered!: number;

  @Field(() => Int, { nullable: true, description: 'Age of the oldest of these.' })
  outboxLagSeconds!: number | null;

  @Field(() => Int, { description: 'Changes that were given up telling: nobody took them for a day.' })
  abandonedDeliveries!: number;

  @Field(() => Int, { description: 'Slots kept for people who are confirming.' })
  holds!: number;
}
