import { Arg, Args, Ctx, Directive, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { people } from '../../../domain/caller';
import { ForOwn } from '../../../platform/graphql/access-directive';
import { create } from '../../../platform/graphql/create';
import type { InvalidInput, NotAllowed } from '../../../platform/graphql/problem';
import type { SubgraphContext } from '../../../platform/graphql/subgraph-context';
import type { BookingDeps } from '../booking/booking-deps';
import { cancelBooking } from '../booking/cancel-booking';
import { acceptMove } from '../booking/accept-move';
import { confirmBooking } from '../booking/confirm-booking';
import { extendHold } from '../booking/extend-hold';
import { holdSlot, releaseHold } from '../booking/hold-slot';
import { rescheduleBooking } from '../booking/reschedule-booking';
import { statusOf } from '../lifecycle/states';
import { identifiedPatient, personOf } from '../sealed-patients';
import { findLostOf } from '../recovery/lost-bookings';
import { BookablePerson, Booking, BookingConnection, BookingEvent } from '../types/booking';
import { bookablePersonView } from '../views/booking-view';
import {
  AcceptMovedBookingInput,
  CancelBookingInput,
  ConfirmBookingInput,
  ExtendHoldInput,
  HoldSlotInput,
  PageArgs,
  ReleaseHoldInput,
  RescheduleBookingInput,
} from '../types/inputs';
import type { HoldReleased } from '../types/results';
import {
  AcceptMovedBookingResult,
  CancelBookingResult,
  ConfirmBookingResult,
  ExtendHoldResult,
  HoldSlotResult,
  ReleaseHoldResult,
  RescheduleBookingResult,
} from '../types/results';
import {
  acceptedMoveResult,
  cancelledResult,
  confirmedResult,
  extendedResult,
  heldResult,
  releasedResult,
  rescheduledResult,
  type AcceptedMoveResult,
  type CancelledResult,
  type ConfirmedResult,
  type ExtendedResult,
  type HeldResult,
  type RescheduledResult,
} from '../views/result-view';
import { inputProblems, plainPhone } from './booking-input';
import { bookingFor } from './booking-for';
import { bookingPage } from './booking-page';

@Resolver(() => Booking)
export class BookingResolver {
  constructor(private readonly deps: BookingDeps) {}

  @ForOwn('PATIENT')
  @Query(() => Booking, {
    nullable: true,
    description: 'A booking of somebody for whom the caller may act; null where it is of nobody else.',
  })
  async booking(
    @Arg('id', () => ID) id: string,
    @Ctx() { caller }: SubgraphContext,
  ): Promise<Booking | null> {
    return bookingFor(caller, id, this.deps);
  }

  @ForOwn('PATIENT')
  @Directive('@listSize(slicingArguments: ["first"], sizedFields: ["edges"])')
  @Query(() => BookingConnection, {
    description:
      'Bookings of the people for whom the caller may act, whoever has made them; latest start first.',
  })
  async myBookings(
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { caller }: SubgraphContext,
  ): Promise<BookingConnection> {
    await Promise.all(
      people(caller).map((person) =>
        findLostOf(this.deps.patients.digest(identifiedPatient(person)), this.deps),
      ),
    );
    return bookingPage(page, caller, this.deps);
  }

  @ForOwn('PATIENT')
  @Directive('@listSize(assumedSize: 5)')
  @Query(() => [BookablePerson], {
    description: 'The caller and those whom their verified identity lets them act for.',
  })
  bookablePeople(@Ctx() { caller }: SubgraphContext): BookablePerson[] {
    return people(caller).map((person) => bookablePersonView(person, caller));
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
    const { slotId, patientId, keepBookingIds, idempotencyKey } = input;
    const invalid = inputProblems({ idempotencyKey }, { keepBookingIds });
    if (invalid !== null) return invalid;
    const answer = await holdSlot(
      { slotId, patientId: patientId ?? undefined, keepBookingIds, idempotencyKey, requestId },
      caller,
      this.deps,
    );
    return heldResult(answer, this.deps.now());
  }

  @ForOwn('PATIENT')
  @Mutation(() => ExtendHoldResult, {
    description:
      'Keeps a held slot for as long again. That can be done once for each hold, while it stands; doing it twice changes nothing.',
  })
  async extendHold(
    @Arg('input', () => ExtendHoldInput) { holdId }: ExtendHoldInput,
    @Ctx() { caller }: SubgraphContext,
  ): Promise<ExtendedResult> {
    return extendedResult(await extendHold(holdId, caller, this.deps), this.deps.now());
  }

  @ForOwn('PATIENT')
  @Mutation(() => ReleaseHoldResult, { description: 'Lets a held slot go; doing so twice is no error.' })
  async releaseHold(
    @Arg('input', () => ReleaseHoldInput) { holdId }: ReleaseHoldInput,
    @Ctx() { caller }: SubgraphContext,
  ): Promise<HoldReleased | NotAllowed> {
    return releasedResult(await releaseHold(holdId, caller, this.deps));
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
    const contactPhone = input.contactPhone == null ? undefined : plainPhone(input.contactPhone);
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
    const invalid = inputProblems(input);
    if (invalid !== null) return invalid;
    const contactPhone = input.contactPhone && plainPhone(input.contactPhone);
    const reason = input.reason && input.reason.trim();
    const moving = { bookingId, slotId, contactPhone, reason, idempotencyKey, requestId };
    return rescheduledResult(await rescheduleBooking(moving, caller, this.deps));
  }

  @ForOwn('PATIENT')
  @Mutation(() => AcceptMovedBookingResult, {
    description:
      'Says that the time to which the practice has moved an appointment suits the person: it is CONFIRMED again.',
  })
  async acceptMovedBooking(
    @Arg('input', () => AcceptMovedBookingInput) { bookingId, idempotencyKey }: AcceptMovedBookingInput,
    @Ctx() { caller, requestId }: SubgraphContext,
  ): Promise<AcceptedMoveResult | InvalidInput> {
    const invalid = inputProblems({ idempotencyKey });
    return (
      invalid ??
      acceptedMoveResult(await acceptMove({ bookingId, idempotencyKey, requestId }, caller, this.deps))
    );
  }

  @FieldResolver(() => BookablePerson, {
    nullable: true,
    description:
      'The patient, as bookablePeople names them. Null for a caller who may not act for that person (any more).',
  })
  patient(@Root() booking: Booking, @Ctx() { caller }: SubgraphContext): BookablePerson | null {
    const person = personOf(caller, booking, this.deps);
    return person === undefined ? null : bookablePersonView(person, caller);
  }

  @FieldResolver(() => Date, {
    nullable: true,
    description: 'Null when it cannot be cancelled here any more, or not yet.',
  })
  cancellableUntil(@Root() { cutOff }: Booking): Date | null {
    return cutOff !== null && cutOff >= this.deps.now() ? cutOff : null;
  }

  @FieldResolver(() => Booking, { nullable: true, description: 'The booking whose place it took.' })
  async replaces(
    @Root() { replacesId }: Booking,
    @Ctx() { caller }: SubgraphContext,
  ): Promise<Booking | null> {
    return replacesId === null ? null : bookingFor(caller, replacesId, this.deps);
  }

  @Directive('@listSize(assumedSize: 8)')
  @FieldResolver(() => [BookingEvent], { description: 'Changes of the booking, in order.' })
  async history(@Root() booking: Booking): Promise<BookingEvent[]> {
    const entries = await this.deps.ledger.history(booking.id);
    const events = entries.map(({ at, state, actor }) =>
      create(BookingEvent, { at, status: statusOf(state), by: actor }),
    );
    // Of internal states that look alike from outside, the first tells it.
    return events.filter(({ status }, index) => status !== events[index - 1]?.status);
  }
}
