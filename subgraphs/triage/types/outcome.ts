import { Directive, Field, ID, ObjectType } from 'type-graphql';
import type { PinnedAssessment } from '../assessment/assessments';
import { Disposition } from './disposition';

@ObjectType({ description: 'An answer that, given otherwise, would have led elsewhere at once.' })
export class AlternativeOutcome {
  @Field(() => ID)
  questionId!: string;

  @Field(() => String)
  question!: string;

  @Field(() => String, { description: 'The option chosen instead, or ticked as well.' })
  answer!: string;

  @Field(() => Disposition)
  disposition!: Disposition;
}

@ObjectType()
export class Outcome {
  @Field(() => Disposition)
  disposition!: Disposition;

  @Field(() => Date, { description: 'When the last of the answers that led here was given.' })
  reachedAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description:
      'Latest time by which the person should be seen or spoken to; null where the disposition has no limit.',
  })
  deadline!: Date | null;

  @Directive('@listSize(assumedSize: 6)')
  @Field(() => [String], { description: "The answers that decided, in the person's words." })
  reasons!: readonly string[];

  @Directive('@listSize(assumedSize: 8)')
  @Field(() => [String])
  careAdvice!: readonly string[];

  @Directive('@listSize(assumedSize: 8)')
  @Field(() => [String], { description: 'Signs to watch for, and what to do then; never empty.' })
  worseningAdvice!: readonly string[];

  /** Source of `moreUrgentAnswers`, which is computed only when selected; not published. */
  pinned!: PinnedAssessment;
}
