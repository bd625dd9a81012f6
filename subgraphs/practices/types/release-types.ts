import { createUnionType, Directive, Field, Int, ObjectType } from 'type-graphql';
import type { ReleaseAction, ReleaseOutcome } from '../../../domain/release-ledger';
import { InvalidInput, NotAllowed, Problem } from '../../../platform/graphql/problem';
import type { PreviewRule, ReleasePreview as Preview } from '../release/release-preview';
import { PreviewRuleEnum, ReleaseActionEnum, ReleaseOutcomeEnum } from './enums';
import { Practice } from './practice';
import { ReleasePolicy } from './release-rules';

@ObjectType({
  implements: Problem,
  description: 'Somebody changed the rules meanwhile; nothing was changed now.',
})
export class StalePolicy extends Problem {
  @Field(() => ReleasePolicy)
  current!: ReleasePolicy;
}

@ObjectType({ implements: Problem })
export class PracticeNotFound extends Problem {}

@ObjectType({
  description: 'A booking made through this service, in a time that is to be closed; no patient is named.',
})
export class BookingInClosure {
  @Field(() => String, { description: 'Short reference to read out on the phone.' })
  reference!: string;

  @Field(() => Date)
  startsAt!: Date;

  @Field(() => Boolean)
  ownPatient!: boolean;
}

@ObjectType({
  implements: Problem,
  description:
    'Bookings in the time that is to be closed; nothing was changed. They stand when the book is closed: send the same with `acceptedBookings`.',
})
export class BookingsInClosure extends Problem {
  @Field(() => Date)
  from!: Date;

  @Field(() => Date)
  until!: Date;

  @Field(() => Int)
  total!: number;

  @Directive('@listSize(assumedSize: 100)')
  @Field(() => [BookingInClosure], { description: 'Soonest first; at most 100.' })
  bookings!: BookingInClosure[];
}

export const SetReleasePolicyResult = createUnionType({
  name: 'SetReleasePolicyResult',
  types: () => [Practice, StalePolicy, InvalidInput, NotAllowed, PracticeNotFound] as const,
});

export const CloseBookResult = createUnionType({
  name: 'CloseBookResult',
  types: () => [Practice, BookingsInClosure, InvalidInput, NotAllowed, PracticeNotFound] as const,
});

@ObjectType({
  description:
    'Slots that somebody would be offered whose symptom check ends now, if the book had free slots at these times.',
})
export class ReleasePreview implements Preview {
  @Field(() => Boolean, {
    description: 'True when any of it would be offered, exactly as the search judges.',
  })
  offered!: boolean;

  @Directive('@listSize(assumedSize: 16)')
  @Field(() => [PreviewRuleEnum], { description: 'Rules that stop the rest.' })
  stoppedBy!: PreviewRule[];
}

@ObjectType({
  description: 'Something that was done, or refused, with the rules of a practice. Never changes.',
})
export class ReleaseHistoryEntry {
  @Field(() => Int, { description: 'From 1, without gaps.' })
  sequence!: number;

  @Field(() => Date)
  at!: Date;

  @Field(() => ReleaseActionEnum)
  action!: ReleaseAction;

  @Field(() => ReleaseOutcomeEnum)
  outcome!: ReleaseOutcome;

  @Field(() => String, { nullable: true, description: 'A pseudonym, the same for the same person.' })
  by!: string | null;

  @Field(() => String, { nullable: true, description: 'Role as it was then, for example S8001:G8005:R8008.' })
  role!: string | null;

  @Field(() => String, { nullable: true, description: 'Organisation where that person worked then.' })
  organisation!: string | null;

  @Field(() => String, { nullable: true })
  reason!: string | null;

  @Field(() => ReleasePolicy, { nullable: true, description: 'Null unless something changed.' })
  before!: ReleasePolicy | null;

  @Field(() => ReleasePolicy, { nullable: true, description: 'Null unless something changed.' })
  after!: ReleasePolicy | null;
}
