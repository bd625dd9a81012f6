import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { InvalidInput, Problem } from '../../problem';
import type { AnswerInput } from '../assessments';
import { Assessment } from './assessment';

@InputType()
export class AnswerQuestionInput implements AnswerInput {
  @Field(() => ID)
  assessmentId!: string;

  @Field(() => ID, { description: 'The next question, or one answered before.' })
  questionId!: string;

  @Field(() => [ID])
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

export const AnswerQuestionResult = createUnionType({
  name: 'AnswerQuestionResult',
  types: () => [Assessment, StaleRevision, AssessmentExpired, InvalidInput, AssessmentNotFound] as const,
});
