import { Arg, Args, Ctx, Directive, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { people } from '../../../domain/caller';
import { ForOwn } from '../../access';
import { instance } from '../../instance';
import { notAllowed, type InvalidInput, type NotAllowed } from '../../problem';
import type { SubgraphContext } from '../../subgraph-context';
import type { BookingDeps } from '../booking/booking-deps';
import { cancelBooking } from '../booking/cancel-booking';
import { confirmBooking } from '../booking/confirm-booking';
import { holdSlot, releaseHold } from '../booking/hold-slot';
import { rescheduleBooking } from '../booking/reschedule-booking';
import { statusOf } from '../booking/states';
import { BookablePerson, Booking, BookingConnection, BookingEvent, bookingOf } from '../types/booking';
import {
  CancelBookingInput,
  ConfirmBookingInput,
  HoldSlotInput,
  PageArgs,
  ReleaseHoldInput,
  RescheduleBookingInput,
} from '../types/inputs';
import {
  CancelBookingResult,
  ConfirmBookingResult,
  HoldReleased,
  HoldSlotResult,
  ReleaseHoldResult,
  RescheduleBookingResult,
} from '../types/results';
import {
  cancelledResult,
  confirmedResult,
  heldResult,
  rescheduledResult,
  type CancelledResult,
  type ConfirmedResult,
  type HeldResult,
  type RescheduledResult,
} from './answers';
import { inputProblems } from './booking-input';
import { bookingPage } from './booking-page';

@Resolver(() => Booking)
export class BookingResolver {
  constructor(private readonly deps: BookingDeps) {}

  @ForOwn('PATIENT')
  @Query(() => Booking, {
    nullable: true,
    description: "One of the caller's own bookings; null when it is not theirs.",
  })
  async booking(
    @Arg('id', () => ID) id: string,
    @Ctx() { caller }: SubgraphContext,
  ): Promise<Booking | null> {
    const booking = caller.kind === 'patient' ? await this.deps.ledger.findBooking(id, caller.id) : null;
    return booking && bookingOf(booking);
  }

  @ForOwn('PATIENT')
  @Directive('@listSize(slicingArguments: ["first"], sizedFields: ["edges"])')
  @Query(() => BookingConnection, { description: "The caller's bookings, latest start first." })
  myBookings(
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { caller }: SubgraphContext,
  ): Promise<BookingConnection> {
    return bookingPage(page, caller, this.deps.ledger);
  }

  @ForOwn('PATIENT')
  @Directive('@listSize(assumedSize: 5)')
  @Query(() => [BookablePerson], {
    description: 'The caller and those whom their verified identity lets them act for.',
  })
  peopleICanBookFor(@Ctx() { caller }: SubgraphContext): BookablePerson[] {
    const self = caller.kind === 'patient' ? caller.self : undefined;
    return people(caller).map((person) =>
      instance(BookablePerson, {
        id: person.id,
        givenName: person.givenName,
        isCaller: person === self,
      }),
    );
  }

  @ForOwn('PATIENT')
  @Directive('@cost(weight: 30)')
  @Mutation(() => HoldSlotResult, {
    description:
      'Keeps an offered slot for the caller while they confirm. Nobody else who books through this service can take it meanwhile; the practice itself can.',
  })
  async holdSlot(
    @Arg('input', () => HoldSlotInput) input: HoldSlotInput,
    @Ctx() { caller, requestId }: SubgraphContext,
  ): Promise<HeldResult | InvalidInput> {
    const { slotId, patientId, idempotencyKey } = input;
    const invalid = inputProblems({ idempotencyKey });
    if (invalid !== null) return invalid;
    return heldResult(
      await holdSlot(
        { slotId, patientId: patientId ?? undefined, idempotencyKey, requestId },
        caller,
        this.deps,
      ),
    );
  }

  @ForOwn('PATIENT')
  @Mutation(() => ReleaseHoldResult, { description: 'Lets a held slot go; doing so twice is no error.' })
  async releaseHold(
    @Arg('input', () => ReleaseHoldInput) { holdId }: ReleaseHoldInput,
    @Ctx() { caller }: SubgraphContext,
  ): Promise<HoldReleased | NotAllowed> {
    const released = await releaseHold(holdId, caller, this.deps);
    return released ? instance(HoldReleased, { holdId }) : notAllowed('You have no such hold.');
  }

  @ForOwn('PATIENT')
  @Directive('@cost(weight: 30)')
  @Mutation(() => ConfirmBookingResult, {
    description:
      'Makes a hold a booking. CONFIRMED only after the practice said yes and it is on our disk; CHECKING while its answer is not known.',
  })
  async confirmBooking(
    @Arg('input', () => ConfirmBookingInput) input: ConfirmBookingInput,
    @Ctx() { caller, requestId }: SubgraphContext,
  ): Promise<ConfirmedResult | InvalidInput> {
    const { holdId, idempotencyKey } = input;
    const invalid = inputProblems(input);
    if (invalid !== null) return invalid;
    const contactPhone = input.contactPhone?.trim();
    const reason = input.reason?.trim();
    return confirmedResult(
      await confirmBooking({ holdId, contactPhone, reason, idempotencyKey, requestId }, caller, this.deps),
    );
  }

  @ForOwn('PATIENT')
  @Directive('@cost(weight: 30)')
  @Mutation(() => CancelBookingResult, {
    description:
      'Gives the slot back. What is already cancelled comes back as it is; so does a booking that is still CHECKING: it can be cancelled once that is settled.',
  })
  async cancelBooking(
    @Arg('input', () => CancelBookingInput) input: CancelBookingInput,
    @Ctx() { caller, requestId }: SubgraphContext,
  ): Promise<CancelledResult | InvalidInput> {
    const { bookingId, reason, idempotencyKey } = input;
    const invalid = inputProblems({ idempotencyKey });
    if (invalid !== null) return invalid;
    return cancelledResult(
      await cancelBooking({ bookingId, reason, idempotencyKey, requestId }, caller, this.deps),
    );
  }

  @ForOwn('PATIENT')
  @Directive('@cost(weight: 60)')
  @Mutation(() => RescheduleBookingResult, {
    description:
      'Takes the new time first and gives the old one back after. Until the new one is CONFIRMED the old booking stands; the answer is the new booking, or why there is none.',
  })
  async rescheduleBooking(
    @Arg('input', () => RescheduleBookingInput) input: RescheduleBookingInput,
    @Ctx() { caller, requestId }: SubgraphContext,
  ): Promise<RescheduledResult | InvalidInput> {
    const { bookingId, slotId, idempotencyKey } = input;
    const invalid = inputProblems({ idempotencyKey });
    if (invalid !== null) return invalid;
    return rescheduledResult(
      await rescheduleBooking({ bookingId, slotId, idempotencyKey, requestId }, caller, this.deps),
    );
  }

  @FieldResolver(() => Booking, { nullable: true, description: 'The booking whose place it took.' })
  async replaces(@Root() { replacesId }: Booking): Promise<Booking | null> {
    const replaced = replacesId === null ? null : await this.deps.ledger.findBooking(replacesId);
    return replaced && bookingOf(replaced);
  }

  @Directive('@listSize(assumedSize: 8)')
  @FieldResolver(() => [BookingEvent], { description: 'What happened, in order.' })
  async history(@Root() booking: Booking): Promise<BookingEvent[]> {
    const entries = await this.deps.ledger.history(booking.id);
    const events = entries.map(({ at, state, actor }) =>
      instance(BookingEvent, { at, status: statusOf(state), by: actor }),
    );
    // Of internal states that look alike from outside, the first tells it.
    return events.filter(({ status }, index) => status !== events[index - 1]?.status);
  }
}
