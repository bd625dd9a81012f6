import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import type { AppointmentMode } from '../../../domain/appointment-mode';
import type { BookableScope, CareLevel, ContentStatus } from '../content/vocabulary';
import { AppointmentModeEnum, BookableScopeEnum, CareLevelEnum, ContentStatusEnum } from './enums';

@ObjectType({ description: 'A code of another system for the same thing.' })
export class ExternalCode {
  @Field(() => String, { description: 'For example nhs-pathways.' })
  system!: string;

  @Field(() => String, { description: 'For example Dx06.' })
  code!: string;
}

@Directive('@key(fields: "id")')
@ObjectType({ description: 'Kind of help, and how soon it is needed.' })
export class Disposition {
  @Field(() => ID, { description: 'Neutral, for example gp-6h.' })
  id!: string;

  @Field(() => String)
  title!: string;

  @Field(() => CareLevelEnum)
  careLevel!: CareLevel;

  @Field(() => Int, {
    nullable: true,
    description:
      'Minutes within which care is due; null where the limit is in working days or there is none.',
  })
  withinMinutes!: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Working days within which care is due; null where the limit is in minutes or there is none.',
  })
  withinWorkingDays!: number | null;

  @Field(() => BookableScopeEnum)
  bookable!: BookableScope;

  @Directive('@listSize(assumedSize: 3)')
  @Field(() => [AppointmentModeEnum])
  modes!: readonly AppointmentMode[];

  @Directive('@listSize(assumedSize: 3)')
  @Field(() => [ExternalCode])
  externalCodes!: readonly ExternalCode[];

  @Field(() => ContentStatusEnum)
  contentStatus!: ContentStatus;

  @Field(() => String, { nullable: true, description: 'To be shown wherever the content is shown.' })
  contentBanner!: string | null;
}
