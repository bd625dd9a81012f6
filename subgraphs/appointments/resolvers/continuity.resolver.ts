import { Args, ArgsType, Directive, Field, Int, Query, Resolver } from 'type-graphql';
import { fieldFault } from '../../../domain/messages/field-problem-codes';
import { ForKinds } from '../../../platform/graphql/access-directive';
import { create } from '../../../platform/graphql/create';
import { badInput } from '../../../platform/graphql/graphql-errors';
import type { Ledger } from '../ledger/ledger';
import { ElsewhereCount, PracticeDeadLetter } from '../types/continuity';
import { practiceReference } from '../views/slot-view';

const MAX_FIRST = 200;

@ArgsType()
class DeadLetterArgs {
  @Field(() => Int, { defaultValue: 50, description: `At most ${MAX_FIRST}.` })
  first!: number;
}

@ArgsType()
class ElsewhereArgs {
  @Field(() => Date, { description: 'Bookings made from then on.' })
  from!: Date;

  @Field(() => Date, { description: 'And before then.' })
  to!: Date;
}

/** Resolves whether own practices are notified of bookings elsewhere, and the reasons for those. */
@Resolver()
export class ContinuityResolver {
  constructor(private readonly ledger: Pick<Ledger, 'deadLetters' | 'elsewhereReasons'>) {}

  @ForKinds('OPERATOR')
  @Directive('@listSize(slicingArguments: ["first"])')
  @Query(() => [PracticeDeadLetter], {
    description: 'Notices to own practices that nobody took, latest first.',
  })
  async practiceDeadLetters(
    @Args(() => DeadLetterArgs) { first }: DeadLetterArgs,
  ): Promise<PracticeDeadLetter[]> {
    if (first < 1 || first > MAX_FIRST)
      throw badInput({ first: fieldFault('OUT_OF_RANGE', { min: 1, max: MAX_FIRST }) });
    const letters = await this.ledger.deadLetters(first);
    return letters.map((letter) =>
      create(PracticeDeadLetter, { ...letter, practice: practiceReference(letter.practice) }),
    );
  }

  @ForKinds('OPERATOR')
  @Directive('@cost(weight: 50)')
  @Directive('@listSize(assumedSize: 5)')
  @Query(() => [ElsewhereCount], {
    description: 'Bookings at other practices, by why they were not at the own one.',
  })
  async bookingsElsewhere(@Args(() => ElsewhereArgs) { from, to }: ElsewhereArgs): Promise<ElsewhereCount[]> {
    if (from >= to) throw badInput({ to: fieldFault('RANGE_REVERSED', {}) });
    const counts = await this.ledger.elsewhereReasons(from, to);
    return counts.map((count) => create(ElsewhereCount, count));
  }
}
