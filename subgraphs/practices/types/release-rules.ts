import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import type { AppointmentMode } from '../../../domain/appointment-mode';
import type { PolicyInForce } from '../../../domain/release-ledger';
import type { BookAudience, BookClosure as Closure, BookStatus } from '../../../domain/release-policy';
import { AppointmentModeEnum, BookAudienceEnum, BookStatusEnum } from './enums';

@ObjectType({ description: 'Half-open: from is in, below is out.' })
export class AgeRange {
  @Field(() => Int)
  from!: number;

  @Field(() => Int, { nullable: true, description: 'Null where there is no upper end.' })
  below!: number | null;
}

@ObjectType({
  description:
    'A time for which a practice has closed its book: no slot that starts in it is offered or booked.',
})
export class BookClosure implements Closure {
  @Field(() => ID)
  id!: string;

  @Field(() => Date)
  from!: Date;

  @Field(() => Date, { description: 'The first moment after it.' })
  until!: Date;

  @Field(() => BookAudienceEnum, { description: 'To whom the book is closed then.' })
  to!: BookAudience;
}

@ObjectType({
  description: 'Rules of a practice for bookings through this service. Off until the practice opts in.',
})
export class ReleasePolicy implements PolicyInForce {
  @Field(() => Int)
  version!: number;

  @Field(() => BookStatusEnum)
  status!: BookStatus;

  @Field(() => BookAudienceEnum, { nullable: true, description: 'To whom a closed book is closed.' })
  closedTo!: BookAudience | null;

  @Field(() => Boolean)
  ownPatients!: boolean;

  @Field(() => Boolean)
  otherPatients!: boolean;

  @Directive('@listSize(assumedSize: 3)')
  @Field(() => [AppointmentModeEnum])
  modes!: readonly AppointmentMode[];

  @Directive('@listSize(assumedSize: 20)')
  @Field(() => [ID])
  dispositionIds!: readonly string[];

  @Field(() => AgeRange, { nullable: true, description: 'Null admits every age.' })
  ageInMonths!: AgeRange | null;

  @Directive('@listSize(assumedSize: 20)')
  @Field(() => [String], {
    description: 'Slot types, session names that the practice has released; empty means none.',
  })
  slotTypes!: readonly string[];

  @Field(() => Int, {
    nullable: true,
    description:
      'Most slots a day that others may take, spread over its core hours; null where there is no cap.',
  })
  dailyQuota!: number | null;

  @Field(() => Int, {
    description: 'Unused released slots go back to the practice this long before they start.',
  })
  takeBackMinutes!: number;

  @Field(() => Int)
  minimumNoticeMinutes!: number;

  @Field(() => Int, {
    description: 'London days after today on which appointments may start; 0 is today alone.',
  })
  horizonDays!: number;

  @Field(() => Int)
  cancelCutOffMinutes!: number;

  @Directive('@listSize(assumedSize: 20)')
  @Field(() => [BookClosure], {
    description:
      'Times for which the book is closed beside all that, soonest first; at most 20 that are not over.',
  })
  closures!: readonly Closure[];

  @Field(() => Date, { nullable: true, description: 'Null while the practice has never set its rules.' })
  updatedAt!: Date | null;
}
