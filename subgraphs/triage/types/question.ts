import { Directive, Field, ObjectType } from 'type-graphql';
import type { QuestionKind } from '../content/vocabulary';
import { QuestionKindEnum } from './enums';

@ObjectType()
export class Option {
  @Field(() => String, {
    description:
      'Id of the option among those of its question: the value that answerQuestion takes in optionIds.',
  })
  key!: string;

  @Field(() => String)
  text!: string;

  @Field(() => String, { nullable: true })
  detail!: string | null;

  @Field(() => Boolean, {
    description:
      'True where it is the only answer: choosing it clears the others, and another one clears it.',
  })
  exclusive!: boolean;
}

@ObjectType({ description: 'In words for the reader: "you" or "your child".' })
export class Question {
  @Field(() => String, {
    description:
      'For example child-rash.fever, stable across versions: what answerQuestion takes as questionId. Not an id of this object, whose words are for one reader.',
  })
  key!: string;

  @Field(() => String)
  text!: string;

  @Field(() => String, { nullable: true, description: 'Reason for the question.' })
  why!: string | null;

  @Field(() => QuestionKindEnum)
  kind!: QuestionKind;

  @Directive('@listSize(assumedSize: 10)')
  @Field(() => [Option])
  options!: readonly Option[];
}

@ObjectType()
export class GivenAnswer {
  @Field(() => Question)
  question!: Question;

  @Directive('@listSize(assumedSize: 10)')
  @Field(() => [Option], { description: 'The options that were chosen.' })
  options!: readonly Option[];

  @Field(() => Date)
  answeredAt!: Date;
}
