import { Field, Int, ObjectType } from 'type-graphql';
import type { PracticeNoticeKind, WhyElsewhere } from '../database/tables';
import { PracticeNoticeKindEnum, WhyElsewhereEnum } from './enums';
import { Practice } from './slot';

@ObjectType({ description: 'What an own practice was to be told, and nobody took for a day.' })
export class PracticeDeadLetter {
  @Field(() => Practice, { description: 'Who was to be told.' })
  practice!: Practice;

  @Field(() => Int, { description: 'Of this practice, from 1.' })
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
