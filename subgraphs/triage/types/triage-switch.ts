import { createUnionType, Directive, Field, ID, InputType, ObjectType } from 'type-graphql';
import { InvalidInput, NotAllowed } from '../../../platform/graphql/problem';

@ObjectType({ description: 'Kill switch of a symptom check, or of all of them.' })
export class TriageSwitch {
  @Field(() => ID, { nullable: true, description: 'Null: all triage.' })
  pathwayId!: string | null;

  @Field(() => Boolean)
  off!: boolean;

  @Field(() => String)
  reason!: string;

  @Field(() => Date)
  changedAt!: Date;
}

@InputType()
export class SwitchTriageInput {
  @Field(() => ID, { nullable: true, description: 'All triage, when left out.' })
  pathwayId?: string | null;

  @Field(() => Boolean)
  off!: boolean;

  @Field(() => String, { description: 'Reason, in 1 to 500 characters; it is kept.' })
  reason!: string;
}

@ObjectType({ description: 'Every switch that was ever set; what is not listed is on.' })
export class TriageSwitches {
  @Directive('@listSize(assumedSize: 20)')
  @Field(() => [TriageSwitch])
  switches!: readonly TriageSwitch[];
}

export const SwitchTriageResult = createUnionType({
  name: 'SwitchTriageResult',
  types: () => [TriageSwitches, InvalidInput, NotAllowed] as const,
});
