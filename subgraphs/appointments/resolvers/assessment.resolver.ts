import { Args, Ctx, Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Slot } from '../../../adapters/gp-system';
import { create } from '../../../platform/graphql/create';
import { fieldFault } from '../../../domain/messages/field-problem-codes';
import { noTimeFits } from '../../../domain/messages/messages';
import { problem } from '../../../platform/graphql/problem';
import { badInput } from '../../../platform/graphql/graphql-errors';
import type { SubgraphContext } from '../../../platform/graphql/subgraph-context';
import { appointmentOptions, type OptionsDeps, type OptionsOffered } from '../options/appointment-options';
import { AssessmentFacts } from '../options/assessment-facts';
import type { BesideWhich } from '../options/beside';
import type { PracticeFound } from '../options/search-practice';
import { sharedQuestions, type SharedQuestions } from '../options/slot-questions';
import { whereaboutsMissing, type WhereaboutsMissing } from '../options/whereabouts';
import { supplierReports } from '../options/supplier-reports';
import { Assessment, Disposition, OPTIONS_REQUIRE } from '../types/assessment';
import type { BesideInput } from '../types/inputs';
import { OptionsArgs } from '../types/inputs';
import {
  AppointmentOptions,
  AppointmentOptionsResult,
  NotBookable,
  NotOffered,
  OptionsNotice,
  PracticeOptions,
  TimeBeside,
  WhereaboutsRequired,
} from '../types/options';
import { practiceReference } from '../views/slot-view';
import { reportOf } from './supplier.resolver';

const MAX_FIRST = 30;
const WAIT_MS = { min: 100, max: 10_000, unit: 'milliseconds' } as const;

@Resolver(() => Assessment)
export class AssessmentResolver {
  private readonly questions: SharedQuestions;

  constructor(private readonly deps: OptionsDeps) {
    this.questions = sharedQuestions(deps.timers);
  }

  @Directive(`@requires(fields: "${OPTIONS_REQUIRE}")`)
  @Directive('@cost(weight: 600)')
  @FieldResolver(() => AppointmentOptionsResult, {
    nullable: true,
    description:
      'The own practice first. Others, nearest first, only when the own practice has nothing in time, or when the person says why not. Null before there is an outcome.',
  })
  async appointmentOptions(
    @Root() assessment: Assessment,
    @Args(() => OptionsArgs) args: OptionsArgs,
    @Ctx() context: SubgraphContext,
  ): Promise<typeof AppointmentOptionsResult | null> {
    const { first, modes = null, elsewhereReason = null, accessNeeds, timeoutMs } = args;
    if (first < 1 || first > MAX_FIRST)
      throw badInput({ first: fieldFault('OUT_OF_RANGE', { min: 1, max: MAX_FIRST }) });
    if (timeoutMs < WAIT_MS.min || timeoutMs > WAIT_MS.max)
      throw badInput({ timeoutMs: fieldFault('OUT_OF_RANGE', WAIT_MS) });
    const beside = args.beside == null ? null : besideWhich(args.beside);
    const facts = AssessmentFacts.parse(assessment);
    const { outcome } = facts;
    if (outcome === null) return null;
    if (outcome.disposition.bookable === 'NONE')
      return notBookable(outcome.disposition.id, problem('OUTCOME_NOT_BOOKABLE', {}));
    if (facts.expiresAt <= this.deps.now())
      return notBookable(outcome.disposition.id, problem('SYMPTOM_CHECK_EXPIRED', { before: 'BOOKING' }));
    const missing = whereaboutsMissing(facts);
    const { candidates } = facts;
    if (missing !== null || candidates === null)
      return whereaboutsRequired(outcome, missing ?? 'PLACE_REQUIRED');
    const wanted = { first, modes, elsewhereReason, accessNeeds, beside, timeoutMs };
    const offered = await appointmentOptions({ ...facts, outcome, candidates }, wanted, context, {
      ...this.deps,
      questions: this.questions,
    });
    return optionsOf(offered, outcome.disposition.bookable, this.deps);
  }
}

function besideWhich({ holdId, bookingId }: BesideInput): BesideWhich {
  if (holdId != null && bookingId == null) return { holdId };
  if (bookingId != null && holdId == null) return { bookingId };
  throw badInput({ beside: fieldFault('EXACTLY_ONE', { of: 'holdId and bookingId' }) });
}

function notBookable(dispositionId: string, why: Pick<NotBookable, 'code' | 'message'>): NotBookable {
  return create(NotBookable, { ...why, disposition: create(Disposition, { id: dispositionId }) });
}

function whereaboutsRequired(
  { deadline, disposition: { bookable } }: NonNullable<AssessmentFacts['outcome']>,
  missing: WhereaboutsMissing,
): WhereaboutsRequired {
  return create(WhereaboutsRequired, {
    ...problem(missing, {}),
    fallbackAdvice: noTimeFits({ deadline, ownPracticeOnly: bookable === 'OWN_PRACTICE' }),
  });
}

function optionsOf(
  offered: OptionsOffered,
  bookable: 'OWN_PRACTICE' | 'NETWORK',
  { systems }: OptionsDeps,
): AppointmentOptions {
  const { own, elsewhere, considered, notOffered, deadline, beside } = offered;
  const reports = supplierReports(systems.keys(), considered);
  return create(AppointmentOptions, {
    searchedAt: offered.searchedAt,
    offersExpireAt: offered.offersExpireAt,
    ownPractice: own && practiceOptions(own, offered),
    elsewhere: elsewhere.map((found) => practiceOptions(found, offered)),
    beside: beside && timeBeside(beside),
    complete: offered.complete,
    practicesInRadius: offered.practicesInRadius,
    practicesAsked: considered.filter(({ search }) => search !== null).length,
    notOffered: [...notOffered].map(([reason, practices]) => create(NotOffered, { reason, practices })),
    supplierReports: reports.map((report) => reportOf(report, systems)),
    notices: offered.notices.map((code) => create(OptionsNotice, problem(code, {}))),
    fallbackAdvice: noTimeFits({ deadline, ownPracticeOnly: bookable === 'OWN_PRACTICE' }),
  });
}

function timeBeside({ practice, startsAt, endsAt, mode }: Slot): TimeBeside {
  return create(TimeBeside, { practice: practiceReference(practice), startsAt, endsAt, mode });
}

function practiceOptions(
  found: PracticeFound,
  { offersOf, beside }: Pick<OptionsOffered, 'offersOf' | 'beside'>,
): PracticeOptions {
  const { odsCode, distanceMiles } = found.candidate;
  return create(PracticeOptions, {
    practice: practiceReference(odsCode),
    distanceMiles,
    answer: found.answer,
    offers: offersOf(found),
    beside,
  });
}
