import { createUnionType, Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { InvalidInput, Problem } from '../../../platform/graphql/problem';
import type { AnswerInput } from '../assessment/assessments';
import { Assessment } from './assessment';
import { Disposition } from './disposition';

@InputType()
export class AnswerQuestionInput implements AnswerInput {
  @Field(() => ID)
  assessmentId!: string;

  @Field(() => ID, { description: 'The key of the next question, or of one answered before.' })
  questionId!: string;

  @Field(() => [ID], { description: 'The keys of the chosen options.' })
  optionIds!: string[];

  @Field(() => Int, {
    description: 'The revision that the caller has seen: two devices cannot overwrite each other.',
  })
  expectedRevision!: number;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True once the person has confirmed, after `ConfirmLessUrgent`, that the answer which led to an emergency was wrong.',
  })
  confirmLessUrgent?: boolean | null;
}

@ObjectType({ implements: Problem })
export class StaleRevision extends Problem {
  @Field(() => Assessment)
  current!: Assessment;
}

@ObjectType({
  implements: Problem,
  description:
    'The change would take an emergency back, and nothing is changed yet. Show what was said and the emergency advice; send the same with confirmLessUrgent once the person confirms it.',
})
export class ConfirmLessUrgent extends Problem {
  @Field(() => Assessment, {
    description: 'The symptom check, not changed yet, with the emergency as its outcome.',
  })
  current!: Assessment;

  @Directive('@listSize(assumedSize: 6)')
  @Field(() => [String], { description: 'The answers that led to the emergency, in words.' })
  said!: readonly string[];

  @Field(() => Disposition)
  disposition!: Disposition;
}

@ObjectType({ implements: Problem })
export class AssessmentExpired extends Problem {
  @Field(() => Date)
  expiredAt!: Date;
}

@ObjectType({ implements: Problem })
export class AssessmentNotFound extends Problem {}

@ObjectType({
  implements: Problem,
  description: 'An operator has switched this symptom check off; says what to do instead.',
})
export class AssessmentSwitchedOff extends Problem {
  @Field(() => Disposition)
  disposition!: Disposition;
}

export const AnswerQuestionResult = createUnionType({
  name: 'AnswerQuestionResult',
  types: () =>
    [
      Assessment,
      StaleRevision,
      ConfirmLessUrgent,
      AssessmentExpired,
      AssessmentSwitchedOff,
      InvalidInput,
      AssessmentNotFound,
    ] as const,
});
