import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { InvalidInput, NotAllowed } from '../../../platform/graphql/problem';
import type { BookingStatus } from '../lifecycle/states';
import type { PracticeNoticeKind, WhyElsewhere } from '../database/tables';
import { BookingStatusEnum, PracticeNoticeKindEnum, WhyElsewhereEnum } from './enums';
import { Practice } from './slot';

@ObjectType({ description: 'Notice to an own practice that nobody accepted for a day.' })
export class PracticeDeadLetter {
  @Field(() => ID, { description: 'For redeliver.' })
  id!: string;

  @Field(() => Practice, { description: 'Receiver of the notice.' })
  practice!: Practice;

  @Field(() => Int, { description: 'Number of the notice for this practice, from 1.' })
  sequence!: number;

  @Field(() => PracticeNoticeKindEnum)
  kind!: PracticeNoticeKind;

  @Field(() => String)
  bookingReference!: string;

  @Field(() => Date)
  at!: Date;

  @Field(() => Int)
  attempts!: number;

  @Field(() => Date)
  givenUpAt!: Date;
}

@ObjectType({ description: 'Change of a booking that the front end did not accept for a day.' })
export class FrontEndDeadLetter {
  @Field(() => ID, { description: 'For redeliver.' })
  id!: string;

  @Field(() => ID)
  bookingId!: string;

  @Field(() => String)
  bookingReference!: string;

  @Field(() => Practice)
  practice!: Practice;

  @Field(() => Date, { description: 'The start of the appointment as it is now.' })
  startsAt!: Date;

  @Field(() => BookingStatusEnum, { description: 'The status that it changed to then.' })
  status!: BookingStatus;

  @Field(() => Date)
  at!: Date;

  @Field(() => Int)
  attempts!: number;

  @Field(() => Date)
  givenUpAt!: Date;
}

@InputType()
export class RedeliverInput {
  @Field(() => [ID], { defaultValue: [], description: 'Ids of frontEndDeadLetters; at most 100.' })
  frontEnd!: string[];

  @Field(() => [ID], { defaultValue: [], description: 'Ids of practiceDeadLetters; at most 100.' })
  practices!: string[];
}

@ObjectType({
  description: 'Messages that wait to be delivered again; those that were not given up are left out.',
})
export class Redelivery {
  @Field(() => Int)
  frontEnd!: number;

  @Field(() => Int)
  practices!: number;
}

export const RedeliverResult = createUnionType({
  name: 'RedeliverResult',
  types: () => [Redelivery, NotAllowed, InvalidInput] as const,
});

@ObjectType()
export class ElsewhereCount {
  @Field(() => WhyElsewhereEnum)
  reason!: WhyElsewhere;

  @Field(() => Int)
  bookings!: number;
}
