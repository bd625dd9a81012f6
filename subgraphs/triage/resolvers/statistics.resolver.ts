import { Arg, Directive, Query, Resolver } from 'type-graphql';
import { ForKinds } from '../../../platform/graphql/access-directive';
import type { AssessmentStatistics } from '../statistics/assessment-statistics';
import { AssessmentStatisticsInput, AssessmentStatisticsResult } from '../types/statistics';
import { statisticsView } from '../views/result-view';

@Resolver()
export class StatisticsResolver {
  constructor(private readonly statistics: AssessmentStatistics) {}

  @ForKinds('ANALYST')
  @Directive('@tag(name: "analyst")')
  @Directive('@cost(weight: 2000)')
  @Query(() => AssessmentStatisticsResult, {
    description: 'Counts of assessments by pathway, disposition, day and more. Small numbers are withheld.',
  })
  async assessmentStatistics(
    @Arg('input', () => AssessmentStatisticsInput) input: AssessmentStatisticsInput,
  ): Promise<typeof AssessmentStatisticsResult> {
    return statisticsView(await this.statistics.count(input));
  }
}
