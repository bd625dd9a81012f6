import { Arg, Args, Ctx, Directive, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { fieldFault } from '../../../domain/messages/field-problem-codes';
import { callerOf, ForKinds } from '../../../platform/graphql/access-directive';
import { create } from '../../../platform/graphql/create';
import type { InvalidInput, NotAllowed } from '../../../platform/graphql/problem';
import { badInput } from '../../../platform/graphql/graphql-errors';
import type { SubgraphContext } from '../../../platform/graphql/subgraph-context';
import type { BookingDeps } from '../booking/booking-deps';
import { settleBooking } from '../booking/settle-booking';
import { isOneOf, MANUAL_STATES } from '../lifecycle/states';
import type { Booking as LedgerBooking } from '../ledger/records';
import { readReference } from '../ledger/spoken-reference';
import { bookingView } from '../views/booking-view';
import { SettleBookingInput, UnsettledArgs } from '../types/inputs';
import { SettleBookingResult } from '../types/results';
import { BookingHealth, BookingRecord, Evidence } from '../types/unsettled';
import { settledResult, type SettledResult } from '../views/result-view';
import { inputProblems } from './booking-input';
import { supplierOf } from './supplier.resolver';

const MAX_FIRST = 200;
const MAX_EVIDENCE = 50;

/** Resolves the fields with which operators see and settle bookings. Nothing here names the person. */
@Resolver(() => BookingRecord)
export class OperatorResolver {
  constructor(private readonly deps: BookingDeps) {}

  @ForKinds('OPERATOR')
  @Directive('@listSize(slicingArguments: ["first"])')
  @Query(() => [BookingRecord], {
    description: 'Bookings whose outcome is not known, longest waiting first.',
  })
  async unsettledBookings(@Args(() => UnsettledArgs) { first }: UnsettledArgs): Promise<BookingRecord[]> {
    if (first < 1 || first > MAX_FIRST)
      throw badInput({ first: fieldFault('OUT_OF_RANGE', { min: 1, max: MAX_FIRST }) });
    return (await this.deps.ledger.unsettled(first)).map((booking) => this.recordOf(booking));
  }

  @ForKinds('OPERATOR')
  @Query(() => BookingRecord, {
    nullable: true,
    description:
      'The booking whose reference somebody reads out, in whatever state; null where there is none. Small letters, blanks, O for 0 and I for 1 are understood.',
  })
  async bookingByReference(@Arg('reference', () => ID) text: string): Promise<BookingRecord | null> {
    const reference = readReference(text);
    const booking = reference === null ? null : await this.deps.ledger.findByReference(reference);
    return booking && this.recordOf(booking);
  }

  @ForKinds('OPERATOR')
  @Directive('@cost(weight: 20)')
  @Query(() => BookingHealth)
  async bookingHealth(): Promise<BookingHealth> {
    return create(BookingHealth, await this.deps.ledger.health());
  }

  @ForKinds('OPERATOR')
  @Mutation(() => SettleBookingResult, {
    description: 'Says what the practice says of a booking that needs a person.',
  })
  async settleBooking(
    @Arg('input', () => SettleBookingInput) input: SettleBookingInput,
    @Ctx() context: SubgraphContext,
  ): Promise<SettledResult | NotAllowed | InvalidInput> {
    const invalid = inputProblems({ idempotencyKey: input.idempotencyKey });
    return invalid ?? settledResult(await settleBooking(input, callerOf(context, 'operator'), this.deps));
  }

  @Directive('@listSize(assumedSize: 50)')
  @FieldResolver(() => [Evidence], { description: 'Attempts, oldest first; the latest 50.' })
  async evidence(@Root() { booking }: BookingRecord): Promise<Evidence[]> {
    const evidence = await this.deps.ledger.evidence(booking.id, MAX_EVIDENCE);
    return evidence.map((one) => create(Evidence, one));
  }

  private recordOf(booking: LedgerBooking): BookingRecord {
    const { state, marker, absentReads, failedReads, unknownSince, changedAt, offer } = booking;
    return create(BookingRecord, {
      booking: bookingView(booking),
      state,
      supplier: supplierOf(offer.supplier, this.deps.systems),
      since: unknownSince ?? changedAt,
      needsAnOperator: isOneOf(MANUAL_STATES, state),
      marker,
      absentReads,
      failedReads,
    });
  }
}
