import { Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { AccessNeed } from '../../../domain/access-needs';
import type { AppointmentMode } from '../../../domain/appointment-mode';
import type { BookAudience, BookStatus } from '../../../domain/release-policy';
import type { BookingRoute } from '../../../adapters/gp-system';
import {
  AccessNeedEnum,
  AppointmentModeEnum,
  BookableScopeEnum,
  BookAudienceEnum,
  BookingRouteEnum,
  BookStatusEnum,
  SexEnum,
  StoppedReasonEnum,
} from './enums';

/** Fields of an assessment that appointments reads; triage and practices own them, the gateway passes them on. */

@Directive('@external')
@ObjectType()
class AgeRange {
  @Field(() => Int)
  from!: number;

  @Field(() => Int, { nullable: true })
  below!: number | null;
}

@Directive('@external')
@ObjectType()
class BookClosure {
  @Field(() => ID)
  id!: string;

  @Field(() => Date)
  from!: Date;

  @Field(() => Date)
  until!: Date;

  @Field(() => BookAudienceEnum)
  to!: BookAudience;
}

@Directive('@external')
@ObjectType()
class ReleasePolicy {
  @Field(() => Int)
  version!: number;

  @Field(() => BookStatusEnum)
  status!: BookStatus;

  @Field(() => BookAudienceEnum, { nullable: true })
  closedTo!: BookAudience | null;

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

  @Field(() => AgeRange, { nullable: true })
  ageInMonths!: AgeRange | null;

  @Field(() => Int, { nullable: true })
  dailyQuota!: number | null;

  @Field(() => Int)
  takeBackMinutes!: number;

  @Field(() => Int)
  minimumNoticeMinutes!: number;

  @Field(() => Int)
  horizonDays!: number;

  @Field(() => Int)
  cancelCutOffMinutes!: number;

  @Field(() => [BookClosure])
  closures!: BookClosure[];
}

@Directive('@external')
@Directive('@inaccessible')
@ObjectType()
class SupplierConnection {
  @Field(() => String)
  supplier!: string;

  @Field(() => BookingRouteEnum)
  route!: BookingRoute;
}

@Directive('@external')
@Directive('@inaccessible')
@ObjectType()
class Candidate {
  @Field(() => String)
  odsCode!: string;

  @Field(() => Float, { nullable: true })
  distanceMiles!: number | null;

  @Field(() => [SupplierConnection])
  connections!: SupplierConnection[];

  @Field(() => ReleasePolicy)
  release!: ReleasePolicy;

  @Field(() => [AccessNeedEnum])
  accessNeedsMet!: AccessNeed[];

  @Field(() => [AccessNeedEnum])
  accessNeedsNotMet!: AccessNeed[];
}

@Directive('@external')
@Directive('@inaccessible')
@ObjectType()
class StoppedPractices {
  @Field(() => StoppedReasonEnum)
  reason!: keyof typeof StoppedReasonEnum;

  @Field(() => Int)
  practices!: number;
}

@Directive('@external')
@Directive('@inaccessible')
@ObjectType()
class CandidatePractices {
  @Field(() => Candidate, { nullable: true })
  own!: Candidate | null;

  @Field(() => [Candidate])
  near!: Candidate[];

  @Field(() => [StoppedPractices])
  stopped!: StoppedPractices[];

  @Field(() => Int)
  practicesInRadius!: number;

  @Field(() => Float)
  withinMiles!: number;

  @Field(() => Boolean)
  placeKnown!: boolean;
}

@Directive('@external')
@ObjectType()
class Subject {
  @Field(() => Int)
  ageInMonths!: number;

  @Field(() => String, { nullable: true })
  registeredPracticeOdsCode!: string | null;

  @Field(() => SexEnum)
  sex!: keyof typeof SexEnum;
}

@Directive('@external')
@ObjectType()
class Place {
  @Field(() => String, { nullable: true })
  postcode!: string | null;

  @Field(() => Int, { nullable: true })
  deprivation!: number | null;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType()
class Pathway {
  @Field(() => ID)
  id!: string;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType()
export class Disposition {
  @Field(() => ID)
  id!: string;

  @Directive('@external')
  @Field(() => BookableScopeEnum)
  bookable?: keyof typeof BookableScopeEnum;

  @Directive('@external')
  @Field(() => [AppointmentModeEnum])
  modes?: AppointmentMode[];
}

@Directive('@external')
@ObjectType()
class Outcome {
  @Field(() => Date, { nullable: true })
  deadline!: Date | null;

  @Field(() => Date)
  reachedAt!: Date;

  @Field(() => Disposition)
  disposition!: Disposition;
}

@Directive('@key(fields: "id")')
@ObjectType()
export class Assessment {
  @Field(() => ID)
  id!: string;

  @Directive('@external')
  @Field(() => Date)
  expiresAt!: Date;

  @Directive('@external')
  @Field(() => Outcome, { nullable: true })
  outcome!: Outcome | null;

  @Directive('@external')
  @Field(() => Subject)
  subject!: Subject;

  @Directive('@external')
  @Field(() => Pathway)
  pathway!: Pathway;

  @Directive('@external')
  @Field(() => Place, { nullable: true })
  place!: Place | null;

  @Directive('@external')
  @Field(() => CandidatePractices, { nullable: true })
  candidates!: CandidatePractices | null;
}

/** All that `appointmentOptions` needs to know; without arguments, which the gateway would merge wrongly. */
const CANDIDATE = `odsCode distanceMiles connections { supplier route } release { version status closedTo ownPatients otherPatients
  modes dispositionIds slotTypes ageInMonths { from below } dailyQuota takeBackMinutes minimumNoticeMinutes horizonDays
  cancelCutOffMinutes closures { id from until to } } accessNeedsMet accessNeedsNotMet`;
export const OPTIONS_REQUIRE = `expiresAt outcome { deadline reachedAt disposition { id bookable modes } }
  subject { ageInMonths registeredPracticeOdsCode sex } pathway { id } place { postcode deprivation }
  candidates { own { ${CANDIDATE} } near { ${CANDIDATE} } stopped { reason practices } practicesInRadius withinMiles placeKnown }`.replaceAll(
  /\s+/g,
  ' ',
);
