import { Arg, Ctx, Directive, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { SubgraphContext } from '../../subgraph-context';
import type { Assessments } from '../assessments';
import type { Content } from '../content/content';
import { AnswerQuestionInput, AnswerQuestionResult } from '../types/answer-question';
import { Assessment } from '../types/assessment';
import { StartAssessmentInput, StartAssessmentResult } from '../types/start-assessment';
import { assessmentView } from '../views/assessment-view';
import { answerResultView, startResultView } from '../views/result-view';

@Resolver()
export class AssessmentResolver {
  constructor(
    private readonly content: Content,
    private readonly assessments: Assessments,
  ) {}

  @Directive('@tag(name: "public")')
  @Query(() => Assessment, { nullable: true, description: 'The assessment with this id, or null.' })
  async assessment(
    @Arg('id', () => ID) id: string,
    @Ctx() { caller }: SubgraphContext,
  ): Promise<Assessment | null> {
    const found = await this.assessments.find(id);
    return found && assessmentView(this.content, found, caller);
  }

  @Directive('@tag(name: "public")')
  @Mutation(() => StartAssessmentResult)
  async startAssessment(
    @Arg('input', () => StartAssessmentInput) input: StartAssessmentInput,
    @Ctx() { caller }: SubgraphContext,
  ): Promise<typeof StartAssessmentResult> {
    return startResultView(this.content, await this.assessments.start(input, caller), caller);
  }

  @Directive('@tag(name: "public")')
  @Mutation(() => AnswerQuestionResult, {
    description:
      'Answers the next question, or changes an earlier answer; later answers that no longer apply are dropped and listed.',
  })
  async answerQuestion(
    @Arg('input', () => AnswerQuestionInput) input: AnswerQuestionInput,
    @Ctx() { caller }: SubgraphContext,
  ): Promise<typeof AnswerQuestionResult> {
    return answerResultView(this.content, await this.assessments.answer(input), caller);
  }
}
