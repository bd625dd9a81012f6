import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
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
}

@ObjectType({ implements: Problem })
export class StaleRevision extends Problem {
  @Field(() => Assessment)
  current!: Assessment;
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
      AssessmentExpired,
      AssessmentSwitchedOff,
      InvalidInput,
      AssessmentNotFound,
    ] as const,
});
