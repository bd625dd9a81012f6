import { Arg, Directive, FieldResolver, ID, Int, Resolver, Root } from 'type-graphql';
import { badInput } from '../../../platform/graphql/graphql-errors';
import type { Offer } from '../holds/offers';
import { fieldFault } from '../../../domain/messages/field-problem-codes';
import type { Sealer } from '../../../domain/sealed';
import { PracticeOptions } from '../types/options';
import { Slot } from '../types/slot';
import { slotView } from '../views/slot-view';

const MAX_FIRST = 50;

@Resolver(() => PracticeOptions)
export class PracticeOptionsResolver {
  @Directive('@listSize(slicingArguments: ["first"])')
  @FieldResolver(() => [Slot], { description: 'Soonest first; at most 50.' })
  slots(
    @Root() { offers }: PracticeOptions,
    @Arg('first', () => Int, { defaultValue: 10 }) first: number,
  ): Slot[] {
    if (first < 1 || first > MAX_FIRST)
      throw badInput({ first: fieldFault('OUT_OF_RANGE', { min: 1, max: MAX_FIRST }) });
    return offers.slice(0, first).map(slotView);
  }
}

@Resolver(() => Slot)
export class SlotResolver {
  constructor(private readonly offers: Sealer<Offer>) {}

  @FieldResolver(() => ID, {
    description: 'An offer to this caller, opaque and sealed; good until offersExpireAt.',
  })
  id(@Root() { offer }: Slot): string {
    return this.offers.seal(offer, offer.expiresAt);
  }
}
