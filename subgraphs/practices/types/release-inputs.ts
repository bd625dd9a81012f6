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

  @Field(() => [AppointmentModeEnum], { description: 'At least one.' })
  modes!: AppointmentMode[];

  @Field(() => [ID], {
    description: 'Ids of `dispositions`, at least one; each has to have one of the modes.',
  })
  dispositionIds!: string[];

  @Field(() => [String], {
    description:
      "The practice's own names, at least one; each has to have been seen in its book, in the same letters.",
  })
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

  @Field(() => Int, {
    description: 'London days after today on which appointments may start; 0 is today alone.',
  })
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

  @Field(() => Date, {
    nullable: true,
    description: 'For closing for a time: its first moment; left out: now.',
  })
  from?: Date | null;

  @Field(() => Date, {
    nullable: true,
    description:
      'For closing for a time: the first moment after it, at most 366 days after the first. Without both the book is closed from now on until it is reopened.',
  })
  until?: Date | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'For closing for a time: the `total` that `BookingsInClosure` answered, once staff have read its list. Left out: none.',
  })
  acceptedBookings?: number | null;
}

@InputType()
export class ReopenBookInput {
  @Field(() => String)
  odsCode!: string;

  @Field(() => ID, {
    nullable: true,
    description:
      'The one closure that ends, or does not come; left out: what is closed until it is reopened.',
  })
  closureId?: string | null;
}

@InputType()
export class ReleasePreviewInput {
  @Field(() => ID, { description: 'The outcome of a symptom check that ends now: an id of `dispositions`.' })
  dispositionId!: string;

  @Field(() => Int)
  ageInMonths!: number;

  @Field(() => PracticeRelationEnum)
  relation!: PracticeRelation;

  @Field(() => AppointmentModeEnum, {
    nullable: true,
    description: 'Any that is released and that the disposition has, when left out.',
  })
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

@InputType({ description: 'Somebody whose symptom check ends now.' })
export class DiaryNeedInput {
  @Field(() => ID, { description: 'The outcome of the symptom check: an id of `dispositions`.' })
  dispositionId!: string;

  @Field(() => Int)
  ageInMonths!: number;
}

@InputType()
export class PracticeDiaryInput {
  @Field(() => String, {
    nullable: true,
    description: 'London day, for example 2026-03-02; left out: today.',
  })
  day?: string | null;

  @Field(() => DiaryNeedInput, {
    nullable: true,
    description: 'The person and outcome to judge for; left out: any that the rules admit.',
  })
  need?: DiaryNeedInput | null;

  @Field(() => SetReleasePolicyInput, {
    nullable: true,
    description:
      'Rules to judge by as if they had been set; nothing is stored, and their odsCode and expectedVersion are not read. Left out: the rules in force.',
  })
  rules?: SetReleasePolicyInput | null;
}
