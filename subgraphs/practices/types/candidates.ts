import { Directive, Field, Float, Int, ObjectType } from 'type-graphql';
import type { AccessNeed } from '../../../domain/access-needs';
import type { BookingRoute } from '../../../adapters/gp-system';
import type { StoppedReason } from '../candidates/candidate-finder';
import { AccessNeedEnum, BookingRouteEnum, StoppedReasonEnum } from './enums';
import { ReleasePolicy } from './release-rules';

// Inside the graph only: the appointments subgraph requires these, and clients never see them.

@Directive('@inaccessible')
@ObjectType({
  description:
    "Route to this practice's book: by a patient session (own patients only), or by the network route (anyone the practice releases slots to).",
})
export class SupplierConnection {
  @Field(() => String)
  supplier!: string;

  @Field(() => BookingRouteEnum)
  route!: BookingRoute;
}

@Directive('@inaccessible')
@ObjectType()
export class Candidate {
  @Field(() => String)
  odsCode!: string;

  @Field(() => Float, { nullable: true, description: 'Straight line; null where either place is not known.' })
  distanceMiles!: number | null;

  @Directive('@listSize(assumedSize: 2)')
  @Field(() => [SupplierConnection])
  connections!: SupplierConnection[];

  @Field(() => ReleasePolicy)
  release!: ReleasePolicy;

  @Directive('@listSize(assumedSize: 4)')
  @Field(() => [AccessNeedEnum])
  accessNeedsMet!: readonly AccessNeed[];

  @Directive('@listSize(assumedSize: 4)')
  @Field(() => [AccessNeedEnum])
  accessNeedsNotMet!: readonly AccessNeed[];
}

@Directive('@inaccessible')
@ObjectType()
export class StoppedPractices {
  @Field(() => StoppedReasonEnum)
  reason!: StoppedReason;

  @Field(() => Int)
  practices!: number;
}

@Directive('@inaccessible')
@ObjectType()
export class CandidatePractices {
  @Field(() => Candidate, { nullable: true, description: 'However far away it is.' })
  own!: Candidate | null;

  @Directive('@listSize(assumedSize: 60)')
  @Field(() => [Candidate], {
    description:
      'Nearest first, without the own practice and those that could offer nothing: sixty, among them the nearest few that meet each access need.',
  })
  near!: Candidate[];

  @Directive('@listSize(assumedSize: 4)')
  @Field(() => [StoppedPractices], { description: 'Practices near that could offer nothing, by reason.' })
  stopped!: StoppedPractices[];

  @Field(() => Int, { description: 'All of them but the own practice, those beyond the cap too.' })
  practicesInRadius!: number;

  @Field(() => Float)
  withinMiles!: number;

  @Field(() => Boolean, { description: 'False: nobody has looked for practices near.' })
  placeKnown!: boolean;
}
