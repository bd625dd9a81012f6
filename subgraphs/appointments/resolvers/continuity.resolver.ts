import { Arg, Args, ArgsType, Directive, Field, Int, Mutation, Query, Resolver } from 'type-graphql';
import { fieldFault, type FieldFaults } from '../../../domain/messages/field-problem-codes';
import { ForKinds } from '../../../platform/graphql/access-directive';
import { create } from '../../../platform/graphql/create';
import { badInput } from '../../../platform/graphql/graphql-errors';
import { invalidInput, type InvalidInput, type NotAllowed } from '../../../platform/graphql/problem';
import type { MessageKey } from '../ledger/delivery-queue';
import type { Ledger } from '../ledger/ledger';
import {
  ElsewhereCount,
  FrontEndDeadLetter,
  PracticeDeadLetter,
  RedeliverInput,
  RedeliverResult,
  Redelivery,
} from '../types/continuity';
import { practiceReference } from '../views/slot-view';

const MAX_FIRST = 200;
/** Ids that one request may name: the audit trail keeps as many. */
const MAX_REDELIVERED = 100;

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

/** Resolves what could not be delivered to the front end and to own practices, and the reasons for bookings elsewhere. */
@Resolver()
export class ContinuityResolver {
  constructor(
    private readonly ledger: Pick<
      Ledger,
      'abandonedChanges' | 'deadLetters' | 'elsewhereReasons' | 'redeliverChanges' | 'redeliverNotices'
    >,
  ) {}

  @ForKinds('OPERATOR')
  @Directive('@listSize(slicingArguments: ["first"])')
  @Query(() => [FrontEndDeadLetter], {
    description: 'Changes of bookings that the front end did not take, latest first.',
  })
  async frontEndDeadLetters(
    @Args(() => DeadLetterArgs) { first }: DeadLetterArgs,
  ): Promise<FrontEndDeadLetter[]> {
    const changes = await this.ledger.abandonedChanges(checked(first));
    return changes.map(({ bookingId, version, reference, practice, ...change }) =>
      create(FrontEndDeadLetter, {
        ...change,
        id: idOf({ stream: bookingId, position: version }),
        bookingId,
        bookingReference: reference,
        practice: practiceReference(practice),
      }),
    );
  }

  @ForKinds('OPERATOR')
  @Directive('@listSize(slicingArguments: ["first"])')
  @Query(() => [PracticeDeadLetter], {
    description: 'Notices to own practices that nobody took, latest first.',
  })
  async practiceDeadLetters(
    @Args(() => DeadLetterArgs) { first }: DeadLetterArgs,
  ): Promise<PracticeDeadLetter[]> {
    const letters = await this.ledger.deadLetters(checked(first));
    return letters.map((letter) =>
      create(PracticeDeadLetter, {
        ...letter,
        id: idOf({ stream: letter.practice, position: letter.sequence }),
        practice: practiceReference(letter.practice),
      }),
    );
  }

  @ForKinds('OPERATOR')
  @Mutation(() => RedeliverResult, {
    description:
      'Has messages that were given up delivered again, for another day, once their receiver works. Doing it twice changes nothing.',
  })
  async redeliver(
    @Arg('input', () => RedeliverInput) input: RedeliverInput,
  ): Promise<Redelivery | InvalidInput | NotAllowed> {
    const faults: FieldFaults = {};
    for (const list of ['frontEnd', 'practices'] as const)
      if (input[list].length > MAX_REDELIVERED)
        faults[`input.${list}`] = fieldFault('TOO_MANY', { max: MAX_REDELIVERED });
    if (Object.keys(faults).length > 0) return invalidInput(faults);
    return create(Redelivery, {
      frontEnd: await this.ledger.redeliverChanges(keysIn(input.frontEnd)),
      practices: await this.ledger.redeliverNotices(keysIn(input.practices)),
    });
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

function checked(first: number): number {
  if (first < 1 || first > MAX_FIRST)
    throw badInput({ first: fieldFault('OUT_OF_RANGE', { min: 1, max: MAX_FIRST }) });
  return first;
}

function idOf({ stream, position }: MessageKey): string {
  return `${stream}:${position}`;
}

/** Ids that were never given out name no message. */
function keysIn(ids: readonly string[]): MessageKey[] {
  return ids.flatMap((id) => {
    const [, stream, position] = /^(.{1,100}):([1-9]\d{0,8})$/.exec(id) ?? [];
    return stream === undefined ? [] : [{ stream, position: Number(position) }];
  });
}
