import { Arg, Ctx, Directive, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { SubgraphContext } from '../../../platform/graphql/subgraph-context';
import type { Assessments } from '../assessment/assessments';
import type { Content } from '../content/content';
import { FIRST_LOCALE } from '../content/wording';
import type { GuessLimit } from '../assessment/guess-limit';
import type { StartLimit } from '../assessment/start-limit';
import { AnswerQuestionInput, AnswerQuestionResult } from '../types/answer-question';
import { Assessment } from '../types/assessment';
import { StartAssessmentInput, StartAssessmentResult } from '../types/start-assessment';
import { assessmentView } from '../views/assessment-view';
import { SetWhereaboutsInput, SetWhereaboutsResult } from '../types/set-whereabouts';
import { answerResultView, startResultView, whereaboutsResultView } from '../views/result-view';

@Resolver()
export class AssessmentResolver {
  constructor(
    private readonly content: Content,
    private readonly assessments: Assessments,
    private readonly guesses: GuessLimit,
    private readonly starts: StartLimit,
  ) {}

  @Directive('@tag(name: "public")')
  @Query(() => Assessment, { nullable: true, description: 'The assessment with this id, or null.' })
  async assessment(
    @Arg('id', () => ID) id: string,
    @Ctx() context: SubgraphContext,
  ): Promise<Assessment | null> {
    await this.guesses.check(context);
    const found = await this.assessments.find(id);
    if (found === null) await this.guesses.missed(context);
    return found && assessmentView(found, context.caller);
  }

  @Directive('@tag(name: "public")')
  @Mutation(() => StartAssessmentResult)
  async startAssessment(
    @Arg('input', () => StartAssessmentInput) input: StartAssessmentInput,
    @Ctx() context: SubgraphContext,
  ): Promise<typeof StartAssessmentResult> {
    await this.starts.spend(context);
    const { caller, source } = context;
    const reader = { relationship: input.subject.relationship, locale: input.locale ?? FIRST_LOCALE };
    const result = await this.assessments.start(input, caller, source);
    return startResultView(this.content, result, caller, reader);
  }

  @Directive('@tag(name: "public")')
  @Mutation(() => AnswerQuestionResult, {
    description:
      'Answers the next question, or changes an earlier answer; later answers that no longer apply are dropped and listed.',
  })
  async answerQuestion(
    @Arg('input', () => AnswerQuestionInput) input: AnswerQuestionInput,
    @Ctx() context: SubgraphContext,
  ): Promise<typeof AnswerQuestionResult> {
    await this.guesses.check(context);
    const result = await this.assessments.answer(input);
    if (result.kind === 'not-found') await this.guesses.missed(context);
    return answerResultView(result, context.caller);
  }

  @Directive('@tag(name: "public")')
  @Mutation(() => SetWhereaboutsResult, {
    description:
      'Says where the person is, or where they are registered, of a symptom check that was begun without it. Answers and outcome stay as they are.',
  })
  async setWhereabouts(
    @Arg('input', () => SetWhereaboutsInput) input: SetWhereaboutsInput,
    @Ctx() context: SubgraphContext,
  ): Promise<typeof SetWhereaboutsResult> {
    await this.guesses.check(context);
    const result = await this.assessments.setWhereabouts(input);
    if (result.kind === 'not-found') await this.guesses.missed(context);
    return whereaboutsResultView(result, context.caller);
  }
}
