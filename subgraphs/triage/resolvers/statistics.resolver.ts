import { Arg, Ctx, Directive, Query, Resolver } from 'type-graphql';
import { notAllowed } from '../../problem';
import type { SubgraphContext } from '../../subgraph-context';
import type { AssessmentStatistics } from '../statistics';
import { AssessmentStatisticsInput, AssessmentStatisticsResult } from '../types/statistics';
import { statisticsView } from '../views/result-view';

@Resolver()
export class StatisticsResolver {
  constructor(private readonly statistics: AssessmentStatistics) {}

  @Directive('@tag(name: "analyst")')
  @Directive('@cost(weight: 50)')
  @Query(() => AssessmentStatisticsResult, {
    description:
      'Counts of assessments by pathway, disposition, day and more. Small numbers are withheld. Analysts only.',
  })
  async assessmentStatistics(
    @Arg('input', () => AssessmentStatisticsInput) input: AssessmentStatisticsInput,
    @Ctx() { caller }: SubgraphContext,
  ): Promise<typeof AssessmentStatisticsResult> {
    if (caller.kind !== 'analyst') return notAllowed('Statistics are for analysts.');
    return statisticsView(await this.statistics.count(input));
  }
}
