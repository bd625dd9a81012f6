import { Field, InputType, Int, ObjectType } from 'type-graphql';
import type { Relationship, Sex } from '../content/vocabulary';
import type { SubjectAsGiven } from '../assessment/start-request';
import { RelationshipEnum, SexEnum } from './enums';

@ObjectType({ description: 'The person with the symptoms, as they were when the assessment began.' })
export class Subject {
  @Field(() => RelationshipEnum)
  relationship!: Relationship;

  @Field(() => Int, { description: 'Completed months.' })
  ageInMonths!: number;

  @Field(() => SexEnum)
  sex!: Sex;

  @Field(() => String, {
    nullable: true,
    description:
      'Practice where they are registered: from a verified identity, else as declared at the start.',
  })
  registeredPracticeOdsCode!: string | null;
}

@InputType()
export class SubjectInput implements SubjectAsGiven {
  @Field(() => RelationshipEnum, {
    defaultValue: 'SELF',
    description: 'Relation of the person with the symptoms to the caller.',
  })
  relationship!: Relationship;

  @Field(() => String, { description: 'For example 2020-03-29.' })
  dateOfBirth!: string;

  @Field(() => SexEnum)
  sex!: Sex;
}
