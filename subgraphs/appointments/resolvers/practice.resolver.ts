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

/** Twice what a page of a week asks for. */
const MAX_DAYS = 14;

@ArgsType()
class PracticeDaysArgs {
  @Field(() => String, { nullable: true, description: 'The first, for example 2026-03-02; left out: today.' })
  from?: string | null;

  @Field(() => Int, { defaultValue: 7, description: `At most ${MAX_DAYS}.` })
  first!: number;
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
  ): Promise<PracticeDay | undefined> {
    const code = await this.lookedAt(odsCode, context);
    const [asked] = await this.daysOf(code, [this.dayIn('day', day)]);
    return asked;
  }

  @ForOwn('PRACTICE_STAFF', 'OPERATOR')
  @Directive('@cost(weight: 20)')
  @Directive('@listSize(slicingArguments: ["first"])')
  @FieldResolver(() => [PracticeDay], {
    nullable: true,
    description:
      'A list of `bookingDay`s, one day after the other. For staff of the practice, and operators.',
  })
  async bookingDays(
    @Root() { odsCode }: Practice,
    @Args(() => PracticeDaysArgs) { from, first }: PracticeDaysArgs,
    @Ctx() context: SubgraphContext,
  ): Promise<PracticeDay[]> {
    const code = await this.lookedAt(odsCode, context);
    checkFirst(first, MAX_DAYS);
    return this.daysOf(code, daysFrom(this.dayIn('from', from), first));
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
    const code = await this.lookedAt(odsCode, context);
    checkFirst(first, MAX_ELSEWHERE);
    const bookings = await this.deps.ledger.ownPatientsElsewhere(code, first);
    return bookings.flatMap(ownPatientElsewhere);
  }

  private async daysOf(code: OdsCode, days: readonly string[]): Promise<PracticeDay[]> {
    const { ledger, releases } = this.deps;
    const [bookings, { dailyQuota }] = await Promise.all([
      ledger.bookingsAt(code, days),
      releases.policy(code),
    ]);
    const ofDay = (day: string) =>
      bookings.filter(({ offer }) => londonDate(offer.slot.startsAt) === day).map(practiceBooking);
    return Promise.all(
      days.map(async (day) => {
        const quotaUsed = await ledger.quotaUsed(code, day);
        return create(PracticeDay, { day, bookings: ofDay(day), dailyQuota, quotaUsed });
      }),
    );
  }

  /** Reads an argument that is a London day; today where it is left out. */
  private dayIn(argument: 'day' | 'from', day: string | null | undefined): CalendarDate {
    const date = CalendarDate.safeParse(day ?? londonDate(this.deps.now()));
    if (!date.success) throw badInput({ [argument]: fieldFault('NOT_A_DATE', {}) });
    return date.data;
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

function checkFirst(first: number, max: number): void {
  if (first < 1 || first > max) throw badInput({ first: fieldFault('OUT_OF_RANGE', { min: 1, max }) });
}

const DAY_MS = 24 * 60 * 60_000;

function daysFrom(day: CalendarDate, days: number): string[] {
  const daysLater = (ahead: number) => new Date(Date.parse(day) + ahead * DAY_MS).toISOString();
  return Array.from({ length: days }, (_, ahead) => daysLater(ahead).replace(/T.*/, ''));
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
