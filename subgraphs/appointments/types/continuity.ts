import { Field, Int, ObjectType } from 'type-graphql';
import type { PracticeNoticeKind, WhyElsewhere } from '../database/tables';
import { PracticeNoticeKindEnum, WhyElsewhereEnum } from './enums';
import { Practice } from './slot';

@ObjectType({ description: 'Notice to an own practice that nobody accepted for a day.' })
export class PracticeDeadLetter {
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

@ObjectType()
export class ElsewhereCount {
  @Field(() => WhyElsewhereEnum)
  reason!: WhyElsewhere;

  @Field(() => Int)
  bookings!: number;
}
