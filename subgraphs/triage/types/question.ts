import { Directive, Field, ID, ObjectType } from 'type-graphql';
import type { QuestionKind } from '../content/vocabulary';
import { QuestionKindEnum } from './enums';

@ObjectType()
export class Option {
  @Field(() => ID, { description: 'Unique within its question.' })
  id!: string;

  @Field(() => String)
  text!: string;

  @Field(() => String, { nullable: true })
  detail!: string | null;
}

@ObjectType({ description: 'In words for the reader: "you" or "your child".' })
export class Question {
  @Field(() => ID, { description: 'For example child-rash.fever; stable across versions.' })
  id!: string;

  @Field(() => String)
  text!: string;

  @Field(() => String, { nullable: true, description: 'Why it is asked.' })
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
