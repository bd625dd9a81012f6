import { createUnionType, Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { Slot } from '../../../adapters/gp-system';
import type { AppointmentMode } from '../../../domain/appointment-mode';
import type { ProblemCode } from '../../../domain/messages/problem-codes';
import { Problem, ProblemCodeEnum } from '../../../platform/graphql/problem';
import type { Offer } from '../holds/offers';
import type { NotOfferedReason } from '../options/not-offered';
import type { PracticeAnswer } from '../options/search-practice';
import type { SupplierOutcome } from '../options/supplier-reports';
import { Disposition } from './assessment';
import { AppointmentModeEnum, NotOfferedReasonEnum, PracticeAnswerEnum, SupplierOutcomeEnum } from './enums';
import { Practice } from './slot';

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A GP-system supplier that this service is connected to.' })
export class Supplier {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;
}

@ObjectType({ description: 'Result of this search at one supplier.' })
export class SupplierReport {
  @Field(() => Supplier)
  supplier!: Supplier;

  @Field(() => SupplierOutcomeEnum)
  outcome!: SupplierOutcome;

  @Field(() => Int)
  practicesAsked!: number;

  @Field(() => Int)
  practicesAnswered!: number;

  @Field(() => Int, { description: 'Milliseconds of the slowest answer.' })
  elapsedMs!: number;

  @Field(() => Int, { nullable: true })
  retryAfterSeconds!: number | null;
}

@ObjectType()
export class NotOffered {
  @Field(() => NotOfferedReasonEnum)
  reason!: NotOfferedReason;

  @Field(() => Int)
  practices!: number;
}

@ObjectType()
export class PracticeOptions {
  @Field(() => Practice)
  practice!: Practice;

  @Field(() => Float, { nullable: true, description: 'Straight line, in miles of 1,609.344 m.' })
  distanceMiles!: number | null;

  @Field(() => PracticeAnswerEnum)
  answer!: PracticeAnswer;

  /** Soonest first, but for those beside that time. */
  offers!: Offer[];

  /** The time that the search named. */
  beside!: Slot | null;
}

@ObjectType({ description: 'The time beside which somebody would like to be seen.' })
export class TimeBeside {
  @Field(() => Practice)
  practice!: Practice;

  @Field(() => Date)
  startsAt!: Date;

  @Field(() => Date)
  endsAt!: Date;

  @Field(() => AppointmentModeEnum)
  mode!: AppointmentMode;
}

@ObjectType({ description: 'Something that has kept practices from being found, and what to do.' })
export class OptionsNotice {
  @Field(() => ProblemCodeEnum, {
    description: 'PLACE_REQUIRED, OWN_PRACTICE_NOT_FOUND or NO_PRACTICE_NEAR.',
  })
  code!: ProblemCode;

  @Field(() => String, { description: 'For the person, in their words.' })
  message!: string;
}

@ObjectType()
export class AppointmentOptions {
  @Field(() => Date)
  searchedAt!: Date;

  @Field(() => Date, { description: 'The slots below can be held until then.' })
  offersExpireAt!: Date;

  @Field(() => PracticeOptions, { nullable: true, description: 'Null when no own practice is known.' })
  ownPractice!: PracticeOptions | null;

  @Directive('@listSize(assumedSize: 10)')
  @Field(() => [PracticeOptions], {
    description:
      'Other practices with times: that of the time which was named with `beside`, then nearest first.',
  })
  elsewhere!: PracticeOptions[];

  @Field(() => TimeBeside, {
    nullable: true,
    description:
      'The time that was named with `beside`; null where none was, or where it is not of this caller or does not stand (any more).',
  })
  beside!: TimeBeside | null;

  @Field(() => Boolean, {
    description:
      'False when a practice that was asked has not answered, or when the place is not known and others were to be asked: `notices` say so.',
  })
  complete!: boolean;

  @Field(() => Int, { description: 'Within ten miles in a straight line, the own practice left out.' })
  practicesInRadius!: number;

  @Field(() => Int)
  practicesAsked!: number;

  @Directive('@listSize(assumedSize: 12)')
  @Field(() => [NotOffered], {
    description:
      'Reasons that practices in the radius are not among the answers, with counts that add up to all of them.',
  })
  notOffered!: NotOffered[];

  @Directive('@listSize(assumedSize: 6)')
  @Field(() => [SupplierReport], { description: 'One for each supplier, asked or not.' })
  supplierReports!: SupplierReport[];

  @Directive('@listSize(assumedSize: 3)')
  @Field(() => [OptionsNotice], { description: 'To be shown above the times, or in place of them.' })
  notices!: OptionsNotice[];

  @Field(() => String, {
    description: 'Advice when nothing fits; never empty, never less urgent than the outcome.',
  })
  fallbackAdvice!: string;
}

@ObjectType({
  implements: Problem,
  description: 'No appointment is booked for this outcome: follow its advice.',
})
export class NotBookable extends Problem {
  @Field(() => Disposition)
  disposition!: Disposition;
}

@ObjectType({
  implements: Problem,
  description:
    'Nothing can be searched before the person says where they are, or where they are registered: ask, send it with `setWhereabouts`, and ask for the options again.',
})
export class WhereaboutsRequired extends Problem {
  @Field(() => String, { description: 'Advice in the meantime; never less urgent than the outcome.' })
  fallbackAdvice!: string;
}

export const AppointmentOptionsResult = createUnionType({
  name: 'AppointmentOptionsResult',
  types: () => [AppointmentOptions, NotBookable, WhereaboutsRequired] as const,
});
