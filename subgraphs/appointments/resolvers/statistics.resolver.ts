import { Arg, Ctx, Directive, Query, Resolver } from 'type-graphql';
import { callerOf, ForKinds } from '../../../platform/graphql/access-directive';
import type { SubgraphContext } from '../../../platform/graphql/subgraph-context';
import type { Statistics } from '../insight/statistics';
import type { ContentWords } from '../insight/vocabulary';
import { StatisticsCatalogue, StatisticsInput, StatisticsResultUnion } from '../types/statistics';
import { catalogueView, statisticsView } from '../views/statistics-view';

/** Statistics for analysts, from published tables alone. */
@Resolver()
export class StatisticsResolver {
  constructor(
    private readonly statisticsService: Statistics,
    private readonly content: ContentWords,
  ) {}

  @ForKinds('ANALYST')
  @Directive('@tag(name: "analyst")')
  @Directive('@cost(weight: 2000)')
  @Query(() => StatisticsResultUnion, {
    description:
      'Symptom checks, searches, holds, bookings and times, counted by up to three dimensions over whole periods. Small numbers are withheld; the same question has the same answer.',
  })
  async statistics(
    @Arg('input', () => StatisticsInput) input: StatisticsInput,
    @Ctx() context: SubgraphContext,
  ): Promise<typeof StatisticsResultUnion> {
    const { measures, by, period, where, fill } = input;
    const { grain, from, to } = period;
    const question = {
      measures,
      by,
      period: { grain, from, to },
      where: where.map(({ dimension, in: values }) => ({ dimension, in: values })),
      fill,
    };
    const asker = { callerId: callerOf(context, 'analyst').id, requestId: context.requestId };
    return statisticsView(await this.statisticsService.ask(question, asker));
  }

  @ForKinds('ANALYST')
  @Directive('@tag(name: "analyst")')
  @Query(() => StatisticsCatalogue, {
    description: 'Measures and dimensions of statistics with their titles, and saved questions.',
  })
  async statisticsCatalogue(): Promise<StatisticsCatalogue> {
    return catalogueView(this.content, await this.statisticsService.lastDay());
  }
}
