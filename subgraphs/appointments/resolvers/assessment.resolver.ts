import { Args, Ctx, Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import { instance } from '../../instance';
import { ProblemCode } from '../../problem';
import { badInput } from '../../refused';
import type { SubgraphContext } from '../../subgraph-context';
import { appointmentOptions, type OptionsDeps, type OptionsOffered } from '../options/appointment-options';
import { AssessmentFacts } from '../options/assessment-facts';
import { fallbackAdvice } from '../options/fallback-advice';
import type { PracticeFound } from '../options/practice-search';
import { sharedQuestions, type SharedQuestions } from '../options/slot-questions';
import { supplierReports } from '../options/supplier-reports';
import { Assessment, Disposition, OPTIONS_REQUIRE } from '../types/assessment';
import { OptionsArgs } from '../types/inputs';
import {
  AppointmentOptions,
  AppointmentOptionsResult,
  NotBookable,
  NotOffered,
  PracticeOptions,
} from '../types/options';
import { practice } from '../types/slot';
import { reportOf } from './supplier.resolver';

const MAX_FIRST = 30;
const SHORTEST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;

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
    @Args(() => OptionsArgs) { first, modes = null, elsewhereBecause = null, waitAtMost }: OptionsArgs,
    @Ctx() context: SubgraphContext,
  ): Promise<AppointmentOptions | NotBookable | null> {
    if (first < 1 || first > MAX_FIRST) throw badInput(`first must be 1 to ${MAX_FIRST}.`);
    if (waitAtMost < SHORTEST_WAIT_MS || waitAtMost > LONGEST_WAIT_MS)
      throw badInput(`waitAtMost must be ${SHORTEST_WAIT_MS} to ${LONGEST_WAIT_MS} milliseconds.`);
    const facts = AssessmentFacts.parse(assessment);
    const { outcome } = facts;
    if (outcome === null) return null;
    if (outcome.disposition.bookable === 'NONE') return notBookable(outcome.disposition.id, NOTHING_TO_BOOK);
    if (facts.expiresAt <= this.deps.now()) return notBookable(outcome.disposition.id, EXPIRED);
    const wanted = { first, modes, elsewhereBecause, waitAtMostMs: waitAtMost };
    const offered = await appointmentOptions({ ...facts, outcome }, wanted, context, {
      ...this.deps,
      questions: this.questions,
    });
    return optionsOf(offered, this.deps);
  }
}

const NOTHING_TO_BOOK = {
  code: ProblemCode.NOT_AVAILABLE,
  message: 'No appointment is booked here for this outcome. Follow the advice that comes with it.',
};
const EXPIRED = {
  code: ProblemCode.EXPIRED,
  message: 'Symptoms change, and these were checked some time ago. Check them again before you book.',
};

function notBookable(dispositionId: string, why: { code: ProblemCode; message: string }): NotBookable {
  return instance(NotBookable, { ...why, disposition: instance(Disposition, { id: dispositionId }) });
}

function optionsOf(offered: OptionsOffered, { systems }: OptionsDeps): AppointmentOptions {
  const { own, elsewhere, considered, notOffered, deadline, offersOf } = offered;
  const reports = supplierReports(systems.keys(), considered);
  return instance(AppointmentOptions, {
    searchedAt: offered.searchedAt,
    offersExpireAt: offered.offersExpireAt,
    ownPractice: own && practiceOptions(own, offersOf),
    elsewhere: elsewhere.map((found) => practiceOptions(found, offersOf)),
    complete: offered.complete,
    practicesInRadius: offered.practicesInRadius,
    practicesAsked: considered.filter(({ asked }) => asked !== null).length,
    notOffered: [...notOffered].map(([reason, practices]) => instance(NotOffered, { reason, practices })),
    supplierReports: reports.map((report) => reportOf(report, systems)),
    fallbackAdvice: fallbackAdvice(deadline),
  });
}

function practiceOptions(found: PracticeFound, offersOf: OptionsOffered['offersOf']): PracticeOptions {
  const { odsCode, distanceMiles } = found.candidate;
  return instance(PracticeOptions, {
    practice: practice(odsCode),
    distanceMiles,
    answer: found.answer,
    offers: offersOf(found),
  });
}
