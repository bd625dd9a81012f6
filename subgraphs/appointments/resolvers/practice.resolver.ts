import { Args, ArgsType, Ctx, Directive, Field, FieldResolver, Resolver, Root } from 'type-graphql';
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
import { PracticeBooking, PracticeDay } from '../types/practice-day';
import { Practice } from '../types/slot';
import { DEVELOPERS_EN_GB } from '../../../domain/messages/developers.en-gb';

@ArgsType()
class PracticeDayArgs {
  @Field(() => String, { nullable: true, description: 'For example 2026-03-02; left out: today.' })
  day?: string | null;
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
    @Ctx() { caller, requestId }: SubgraphContext,
  ): Promise<PracticeDay> {
    const { ledger, releases, now } = this.deps;
    const code = OdsCode.parse(odsCode);
    if (!mayLookAt(caller, code)) {
      await releases.refused(code, 'VIEW', { actor: releaseActorOf(caller), requestId, reason: null });
      throw forbidden(
        DEVELOPERS_EN_GB.FORBIDDEN.CALLER({ allowed: 'staff of this practice' }),
        whyNotLook(caller),
      );
    }
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
