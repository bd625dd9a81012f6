import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import type { ContentStatus, Relationship } from '../content/vocabulary';
import { Disposition } from './disposition';
import { EarlierEmergency } from './assessment';
import { AmendmentKindEnum, ContentStatusEnum, RelationshipEnum, TraceStepKindEnum } from './enums';

@ObjectType({ description: 'Source of a rule.' })
export class RuleSource {
  @Field(() => String)
  name!: string;

  @Field(() => String)
  url!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The day on which the page was last compared with the rules that cite it; null: never.',
  })
  accessed!: string | null;
}

@ObjectType({ description: 'One way on from a question, and what it rests on.' })
export class TraceRule {
  @Field(() => String, { description: 'The key of the option, or of the age band, within its question.' })
  key!: string;

  @Field(() => String)
  text!: string;

  @Field(() => String, { description: 'The question or disposition that it leads to.' })
  leadsTo!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The disposition that the outcome is at least as urgent as, whatever follows.',
  })
  atLeast!: string | null;

  @Directive('@listSize(assumedSize: 3)')
  @Field(() => [RuleSource])
  sources!: readonly RuleSource[];
}

@ObjectType({ description: 'Signs that are counted, and what so many of them lead to together.' })
export class TraceCount {
  @Field(() => Int)
  atLeast!: number;

  @Directive('@listSize(assumedSize: 4)')
  @Field(() => [ID], { description: 'The keys of the options that are counted.' })
  of!: readonly string[];

  @Field(() => String, { description: 'The disposition that counts in place of theirs.' })
  leadsTo!: string;

  @Directive('@listSize(assumedSize: 3)')
  @Field(() => [RuleSource])
  sources!: readonly RuleSource[];
}

@ObjectType()
export class TraceStep {
  @Field(() => TraceStepKindEnum)
  kind!: keyof typeof TraceStepKindEnum;

  @Field(() => ID)
  questionId!: string;

  @Field(() => String, { nullable: true, description: 'Null where the age decided.' })
  question!: string | null;

  @Directive('@listSize(assumedSize: 4)')
  @Field(() => [TraceRule], { description: 'Options that were chosen, or known without asking.' })
  present!: readonly TraceRule[];

  @Directive('@listSize(assumedSize: 8)')
  @Field(() => [String], {
    description: 'Signs that were shown and not ticked; empty where somebody was not sure.',
  })
  absent!: readonly string[];

  @Directive('@listSize(assumedSize: 4)')
  @Field(() => [ID], { description: 'The one of those present that decided the next step.' })
  decisive!: readonly string[];

  @Directive('@listSize(assumedSize: 1)')
  @Field(() => [TraceCount], { description: '"Two of three signs", where so many were ticked.' })
  counted!: readonly TraceCount[];

  @Field(() => Date, { nullable: true })
  answeredAt!: Date | null;
}

@ObjectType({ description: 'An answer that was given and does not count any more.' })
export class AmendedAnswer {
  @Field(() => ID)
  questionId!: string;

  @Field(() => String)
  question!: string;

  @Directive('@listSize(assumedSize: 4)')
  @Field(() => [String], { description: 'The options that had been chosen, in words.' })
  said!: readonly string[];

  @Field(() => Date)
  answeredAt!: Date;

  @Field(() => Date)
  amendedAt!: Date;

  @Field(() => Int, { description: 'Revision of the assessment that the amendment made.' })
  revision!: number;

  @Field(() => AmendmentKindEnum)
  change!: keyof typeof AmendmentKindEnum;

  @Field(() => Disposition, {
    nullable: true,
    description: 'Outcome that this answer had decided; null where it had decided none.',
  })
  decided!: Disposition | null;

  @Field(() => Boolean, { description: 'It had led to an ambulance or an emergency department.' })
  emergency!: boolean;

  @Field(() => Boolean, { description: 'The person confirmed that the emergency was a mistake.' })
  confirmedLessUrgent!: boolean;
}

@ObjectType({
  description:
    'Everything that led to an outcome, for the clinician who receives the person: question, answer, rule, source, version.',
})
export class AssessmentTrace {
  @Field(() => String, { description: 'Semantic version and hash of the content.' })
  contentVersion!: string;

  @Field(() => ContentStatusEnum)
  contentStatus!: ContentStatus;

  @Field(() => String, { nullable: true, description: 'To be shown wherever the content is shown.' })
  contentBanner!: string | null;

  @Field(() => RelationshipEnum, { description: 'Relation of the one who answered to the person.' })
  answeredBy!: Relationship;

  @Directive('@listSize(assumedSize: 15)')
  @Field(() => [TraceStep])
  steps!: readonly TraceStep[];

  @Field(() => Disposition, { nullable: true, description: 'Null while there is a question.' })
  disposition!: Disposition | null;

  @Directive('@listSize(assumedSize: 20)')
  @Field(() => [AmendedAnswer], {
    description:
      'Answers that were changed or dropped, those that had led to an emergency first; at most 100.',
  })
  amendedAnswers!: readonly AmendedAnswer[];

  @Field(() => EarlierEmergency, {
    nullable: true,
    description: 'Emergency that the same person was told of within twelve hours before.',
  })
  earlierEmergency!: EarlierEmergency | null;

  @Field(() => ID, { nullable: true, description: 'The question that decided.' })
  decidedBy!: string | null;
}
