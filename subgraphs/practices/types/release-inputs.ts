import { Field, ID, InputType, Int } from 'type-graphql';
import type { AppointmentMode } from '../../../domain/appointment-mode';
import type { BookAudience, PracticeRelation } from '../../../domain/release-policy';
import { AppointmentModeEnum, BookAudienceEnum, PracticeRelationEnum } from './enums';

@InputType({ description: 'All of the rules; they replace those before.' })
export class SetReleasePolicyInput {
  @Field(() => String)
  odsCode!: string;

  @Field(() => Int, { description: 'The version that the change was made from.' })
  expectedVersion!: number;

  @Field(() => Boolean)
  ownPatients!: boolean;

  @Field(() => Boolean)
  otherPatients!: boolean;

  @Field(() => [AppointmentModeEnum])
  modes!: AppointmentMode[];

  @Field(() => [ID])
  dispositionIds!: string[];

  @Field(() => [String])
  slotTypes!: string[];

  @Field(() => Int, { nullable: true, description: 'The youngest age that is in.' })
  minAgeMonths?: number | null;

  @Field(() => Int, { nullable: true, description: 'The oldest age that is in.' })
  maxAgeMonths?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Null: no cap. Left out: as the GP contract has it, one slot a day up to 3,000 patients, then one for each whole 3,000.',
  })
  dailyQuota?: number | null;

  @Field(() => Int)
  takeBackMinutes!: number;

  @Field(() => Int)
  minimumNoticeMinutes!: number;

  @Field(() => Int)
  horizonDays!: number;

  @Field(() => Int)
  cancelCutOffMinutes!: number;
}

@InputType()
export class CloseBookInput {
  @Field(() => String)
  odsCode!: string;

  @Field(() => BookAudienceEnum, { defaultValue: 'OTHER_PATIENTS' })
  to!: BookAudience;

  @Field(() => String, {
    description: 'Reason, kept in the history; 1 to 200 characters, and nothing about patients.',
  })
  reason!: string;
}

@InputType()
export class ReopenBookInput {
  @Field(() => String)
  odsCode!: string;
}

@InputType()
export class ReleasePreviewInput {
  @Field(() => ID)
  dispositionId!: string;

  @Field(() => Int)
  ageInMonths!: number;

  @Field(() => PracticeRelationEnum)
  relation!: PracticeRelation;

  @Field(() => AppointmentModeEnum, { nullable: true, description: 'Any that is released, when left out.' })
  mode?: AppointmentMode | null;

  @Field(() => String, { nullable: true, description: 'Any that is released, when left out.' })
  slotType?: string | null;

  @Field(() => Date, { nullable: true, description: 'Earliest start; left out: now.' })
  from?: Date | null;

  @Field(() => Date, {
    nullable: true,
    description: 'Latest start; left out: 14 days after. At most 14 days after the earliest.',
  })
  to?: Date | null;
}
