import { Arg, Directive, FieldResolver, ID, Int, Resolver, Root } from 'type-graphql';
import { badInput } from '../../../platform/graphql/graphql-errors';
import type { BookingDeps } from '../booking/booking-deps';
import { cancellableUntil } from '../booking/cancel-booking';
import { needsPhone } from '../booking/contact';
import { systemOf } from '../gp-systems';
import { fieldFault } from '../../../domain/messages/field-problem-codes';
import { sideOf } from '../options/beside';
import { PracticeOptions } from '../types/options';
import { Slot } from '../types/slot';
import { slotView } from '../views/slot-view';
import { MAX_REASON_LENGTH } from './booking-input';

const MAX_FIRST = 50;

@Resolver(() => PracticeOptions)
export class PracticeOptionsResolver {
  @Directive('@listSize(slicingArguments: ["first"])')
  @FieldResolver(() => [Slot], {
    description:
      'Soonest first, but for those directly before or after the time that was named with `beside`; at most 50.',
  })
  slots(
    @Root() { offers, beside }: PracticeOptions,
    @Arg('first', () => Int, { defaultValue: 10 }) first: number,
  ): Slot[] {
    if (first < 1 || first > MAX_FIRST)
      throw badInput({ first: fieldFault('OUT_OF_RANGE', { min: 1, max: MAX_FIRST }) });
    return offers.slice(0, first).map((offer) => slotView(offer, sideOf(offer.slot, beside)));
  }
}

@Resolver(() => Slot)
export class SlotResolver {
  constructor(private readonly deps: Pick<BookingDeps, 'offers' | 'systems' | 'now'>) {}

  @FieldResolver(() => ID, {
    description: 'An offer to this caller, opaque and sealed; good until offersExpireAt.',
  })
  id(@Root() { offer }: Slot): string {
    return this.deps.offers.seal(offer, offer.expiresAt);
  }

  @FieldResolver(() => Boolean, {
    description:
      'True where the practice calls the person, or sends them a link: confirmBooking needs contactPhone.',
  })
  needsContactPhone(@Root() { mode }: Slot): boolean {
    return needsPhone({ mode });
  }

  @FieldResolver(() => Int, {
    description:
      "The most characters of the person's own words that reach the practice; 0 where its system takes none.",
  })
  reasonMaxLength(@Root() { offer }: Slot): number {
    const { reasonMaxLength } = systemOf({ offer }, this.deps.systems).manifest.capabilities;
    return Math.min(reasonMaxLength, MAX_REASON_LENGTH);
  }

  @FieldResolver(() => Date, {
    nullable: true,
    description: 'Until when it can be cancelled here once it is booked; null where it is too near for that.',
  })
  cancellableUntil(@Root() { offer }: Slot): Date | null {
    const until = cancellableUntil({ offer });
    return until >= this.deps.now() ? until : null;
  }
}
