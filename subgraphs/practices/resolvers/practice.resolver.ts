import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  Int,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { fieldFault } from '../../../domain/messages/field-problem-codes';
import type { Caller } from '../../../domain/caller';
import type { PolicyInForce, ReleaseLedger } from '../../../domain/release-ledger';
import { badInput } from '../../../platform/graphql/graphql-errors';
import type { SubgraphContext } from '../../../platform/graphql/subgraph-context';
import type { DirectoryFeed } from '../directory/directory-feed';
import { isOpenAt, nextOpening, openingWeek, type OpeningPeriod as Period } from '../opening/opening-hours';
import { OpeningPeriod, Practice, type PracticeFields } from '../types/practice';
import { practiceByCode } from '../views/practice-view';
import { practiceView } from '../views/practice-view';
import { ReleasePolicy } from '../types/release-rules';

const MAX_FOUND = 50;
const MAX_TEXT = 100;

@ArgsType()
class SearchPracticesArgs {
  @Field(() => String)
  text!: string;

  @Field(() => Int, { defaultValue: 10 })
  first!: number;
}

@Resolver(() => Practice)
export class PracticeResolver {
  constructor(
    private readonly feed: DirectoryFeed,
    private readonly releases: Pick<ReleaseLedger, 'policy'>,
    private readonly now: () => Date,
  ) {}

  @Directive('@tag(name: "public")')
  @Query(() => Practice, { nullable: true })
  practice(@Arg('odsCode', () => String) odsCode: string): PracticeFields | null {
    return practiceByCode(this.feed.current(), odsCode);
  }

  @Directive('@cost(weight: 20)')
  @Directive('@listSize(slicingArguments: ["first"])')
  @Directive('@tag(name: "public")')
  @Query(() => [Practice], {
    description: `Practices whose code or postcode begins with the text, or whose name and address have a word that begins with each of its words. At most ${MAX_FOUND}. Practices that have left the directory are not found.`,
  })
  searchPractices(@Args(() => SearchPracticesArgs) { text, first }: SearchPracticesArgs): PracticeFields[] {
    if (first < 1 || first > MAX_FOUND)
      throw badInput({ first: fieldFault('OUT_OF_RANGE', { min: 1, max: MAX_FOUND }) });
    if (text.length > MAX_TEXT) throw badInput({ text: fieldFault('TOO_LONG', { max: MAX_TEXT }) });
    const directory = this.feed.current();
    return directory.search(text, first).map((entry) => practiceView(entry, directory));
  }

  @Query(() => Practice, {
    nullable: true,
    description: "The practice that the caller's verified identity names; null when it names none.",
  })
  myPractice(@Ctx() { caller }: SubgraphContext): PracticeFields | null {
    const odsCode = practiceOf(caller);
    return odsCode === undefined ? null : practiceByCode(this.feed.current(), odsCode);
  }

  @FieldResolver(() => ReleasePolicy, {
    description:
      'Release rules of this practice: the slots that it lets others book. Off until the practice itself turns it on.',
  })
  release(@Root() practice: Practice): Promise<PolicyInForce> {
    return this.releases.policy(practice.odsCode);
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description: 'Null where its opening hours, or the bank holidays that it depends on, are not known.',
  })
  openNow(@Root() { odsCode }: Practice): boolean | null {
    const { rules, bankHolidays } = this.hours(odsCode);
    return rules.length === 0 ? null : isOpenAt(rules, bankHolidays, this.now());
  }

  @FieldResolver(() => OpeningPeriod, {
    nullable: true,
    description:
      'The next time it opens, bank holidays considered; null where that is not known, or not within two weeks.',
  })
  nextOpening(@Root() { odsCode }: Practice): Period | null {
    const { rules, bankHolidays } = this.hours(odsCode);
    return nextOpening(rules, bankHolidays, this.now());
  }

  @Directive('@listSize(assumedSize: 14)')
  @FieldResolver(() => [OpeningPeriod], {
    nullable: true,
    description:
      'Opening hours of seven days from today on, bank holidays considered; empty where the practice has told none, null where the bank holidays of these days are not known yet.',
  })
  openingHours(@Root() { odsCode }: Practice): Period[] | null {
    const { rules, bankHolidays } = this.hours(odsCode);
    return rules.length === 0 ? [] : openingWeek(rules, bankHolidays, this.now());
  }

  private hours(odsCode: string) {
    const { openingHours, bankHolidays } = this.feed.current();
    return { rules: openingHours(odsCode), bankHolidays };
  }
}

function practiceOf(caller: Caller): string | undefined {
  switch (caller.kind) {
    case 'patient':
      return caller.self?.registeredPractice;
    case 'practice-staff':
      return caller.practice;
    case 'anonymous':
    case 'analyst':
    case 'operator':
      return undefined;
  }
}
