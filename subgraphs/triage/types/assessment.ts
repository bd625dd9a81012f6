import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import type { PinnedAssessment } from '../assessment/assessments';
import type { ContentStatus } from '../content/vocabulary';
import { Disposition } from './disposition';
import { ContentStatusEnum } from './enums';
import { Outcome } from './outcome';
import { Pathway } from './pathway';
import { Place } from './place-input';
import { GivenAnswer, Question } from './question';
import { Subject } from './subject';

@ObjectType({
  description: 'An emergency that the same person was told of, within twelve hours before they began again.',
})
export class EarlierEmergency {
  @Field(() => Date)
  at!: Date;

  @Field(() => String, { description: 'Advice to show before any question: it may still hold.' })
  advice!: string;

  @Field(() => Disposition, { description: 'The help that was advised.' })
  disposition!: Disposition;
}

@Directive('@key(fields: "id")')
@ObjectType({ description: 'One symptom check of one person.' })
export class Assessment {
  @Field(() => ID, {
    description: 'Unguessable; whoever holds it can read the answers, so treat it as a secret.',
  })
  id!: string;

  @Field(() => Int, { description: 'Goes up with every change.' })
  revision!: number;

  @Field(() => Date, { description: 'From then on no answer is taken: symptoms change.' })
  expiresAt!: Date;

  @Field(() => Pathway)
  pathway!: Pathway;

  @Field(() => String, {
    description: 'Semantic version and hash of the content that this assessment is pinned to.',
  })
  contentVersion!: string;

  @Field(() => ContentStatusEnum, {
    description: 'DEMO content is not clinically assured: show the banner.',
  })
  contentStatus!: ContentStatus;

  @Field(() => String, { nullable: true, description: 'To be shown wherever the content is shown.' })
  contentBanner!: string | null;

  @Field(() => Subject)
  subject!: Subject;

  @Field(() => Place, { nullable: true })
  place!: Place | null;

  @Directive('@listSize(assumedSize: 15)')
  @Field(() => [GivenAnswer])
  answers!: readonly GivenAnswer[];

  @Directive('@listSize(assumedSize: 15)')
  @Field(() => [GivenAnswer], { description: 'Answers dropped by the last change.' })
  droppedAnswers!: readonly GivenAnswer[];

  @Field(() => Question, { nullable: true, description: 'Null once there is an outcome.' })
  question!: Question | null;

  @Field(() => Outcome, { nullable: true, description: 'Null while there is a question.' })
  outcome!: Outcome | null;

  @Field(() => EarlierEmergency, {
    nullable: true,
    description: 'Show it first. Needs a signed-in person, or the `deviceToken` of the start.',
  })
  earlierEmergency!: EarlierEmergency | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Advice instead, where an operator has switched this symptom check off; question and outcome are null then.',
  })
  switchedOff!: string | null;

  /** Source of fields that cost something and are computed only when selected; not published. */
  pinned!: PinnedAssessment;
}
