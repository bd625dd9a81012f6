import { Args, ArgsType, Ctx, Directive, Field, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { fieldFault } from '../../../domain/messages/field-problem-codes';
import { CalendarDate, londonDate } from '../../../domain/london-time';
import { OdsCode } from '../../../domain/ods-code';
import { releaseActorOf, mayLookAt, whyNotLook } from '../../../domain/practice-staff';
import { ForOwn } from '../../../platform/graphql/access-directive';
import { create } from '../../../platform/graphql/create';
import { badInput, forbidden } from '../../../platform/graphql/graphql-errors';
import type { SubgraphContext } from '../../../platform/graphql/subgraph-context';
import type { BookingDeps } from '../booking/booking-deps';
import { statusOf } from '../lifecycle/states';
import type { Booking } from '../ledger/records';
import { whyElsewhere } from '../ledger/why-elsewhere';
import { OwnPatientElsewhere, PracticeBooking, PracticeDay } from '../types/practice-day';
import { Practice } from '../types/slot';
import { practiceReference } from '../views/slot-view';
import { DEVELOPERS_EN_GB } from '../../../domain/messages/developers.en-gb';

@ArgsType()
class PracticeDayArgs {
  @Field(() => String, { nullable: true, description: 'For example 2026-03-02; left out: today.' })
  day?: string | null;
}

const MAX_ELSEWHERE = 100;

@ArgsType()
class OwnPatientsElsewhereArgs {
  @Field(() => Int, { defaultValue: 20, description: `At most ${MAX_ELSEWHERE}.` })
  first!: number;
}

/** Resolves a practice's view of what was booked at it through this service. */
@Resolver(() => Practice)
export class PracticeResolver {
  constructor(private readonly deps: Pick<BookingDeps, 'ledger' | 'releases' | 'now'>) {}

  @ForOwn('PRACTICE_STAFF', 'OPERATOR')
  @Directive('@cost(weight: 20)')
  @FieldResolver(() => PracticeDay, {
    nullable: true,
    description:
      'Bookings made through this service for a day, and how much of the quota is used. For staff of the practice, and operators.',
  })
  async bookingDay(
    @Root() { odsCode }: Practice,
    @Args(() => PracticeDayArgs) { day }: PracticeDayArgs,
    @Ctx() context: SubgraphContext,
  ): Promise<PracticeDay> {
    const { ledger, releases, now } = this.deps;
    const code = await this.lookedAt(odsCode, context);
    const date = CalendarDate.safeParse(day ?? londonDate(now()));
    if (!date.success) throw badInput({ day: fieldFault('NOT_A_DATE', {}) });
    const bookings = await ledger.bookingsAt(code, date.data);
    const policy = await releases.policy(code);
    const quotaUsed = await ledger.quotaUsed(code, date.data);
    return create(PracticeDay, {
      day: date.data,
      bookings: bookings.map(practiceBooking),
      dailyQuota: policy.dailyQuota,
      quotaUsed,
    });
  }

  @ForOwn('PRACTICE_STAFF', 'OPERATOR')
  @Directive('@listSize(slicingArguments: ["first"])')
  @FieldResolver(() => [OwnPatientElsewhere], {
    nullable: true,
    description:
      "The practice's own patients who were booked at another practice, the latest notice first, and the true reason. For staff of the practice, and operators.",
  })
  async ownPatientsElsewhere(
    @Root() { odsCode }: Practice,
    @Args(() => OwnPatientsElsewhereArgs) { first }: OwnPatientsElsewhereArgs,
    @Ctx() context: SubgraphContext,
  ): Promise<OwnPatientElsewhere[]> {
    if (first < 1 || first > MAX_ELSEWHERE)
      throw badInput({ first: fieldFault('OUT_OF_RANGE', { min: 1, max: MAX_ELSEWHERE }) });
    const code = await this.lookedAt(odsCode, context);
    const bookings = await this.deps.ledger.ownPatientsElsewhere(code, first);
    return bookings.flatMap(ownPatientElsewhere);
  }

  /** @throws GraphQLError where the caller may not look at the practice's book, and writes that down */
  private async lookedAt(odsCode: string, { caller, requestId }: SubgraphContext): Promise<OdsCode> {
    const code = OdsCode.parse(odsCode);
    if (mayLookAt(caller, code)) return code;
    const note = { actor: releaseActorOf(caller), requestId, reason: null };
    await this.deps.releases.refused(code, 'VIEW', note);
    throw forbidden(
      DEVELOPERS_EN_GB.FORBIDDEN.CALLER({ allowed: 'staff of this practice' }),
      whyNotLook(caller),
    );
  }
}

function ownPatientElsewhere({ reference, state, offer, createdAt }: Booking): OwnPatientElsewhere[] {
  const { practice, startsAt, endsAt, mode } = offer.slot;
  const reason = whyElsewhere(offer);
  if (reason === null) return [];
  return [
    create(OwnPatientElsewhere, {
      reference,
      practice: practiceReference(practice),
      reason,
      status: statusOf(state),
      startsAt,
      endsAt,
      mode,
      bookedAt: createdAt,
    }),
  ];
}

function practiceBooking({ reference, state, offer, createdAt }: Booking): PracticeBooking {
  const { startsAt, endsAt, mode } = offer.slot;
  return create(PracticeBooking, {
    reference,
    status: statusOf(state),
    startsAt,
    endsAt,
    mode,
    ownPatient: offer.relation === 'OWN',
    bookedAt: createdAt,
  });
}
