import { createUnionType, Directive, Field, InputType, Int, ObjectType } from 'type-graphql';
import { DIMENSIONS, type Dimension } from '../../../domain/insight/dimensions';
import { GRAINS, type Grain } from '../../../domain/insight/periods';
import type { StatisticsQuestion } from '../../../domain/insight/statistics-question';
import { MEASURES, type Measure } from '../../../domain/insight/topics';
import { graphqlEnum } from '../../../platform/graphql/graphql-enum';
import { InvalidInput, NotAllowed, Problem } from '../../../platform/graphql/problem';

export const MeasureEnum = graphqlEnum(
  'StatisticsMeasure',
  MEASURES,
  'Each has a title and dimensions: statisticsCatalogue.',
);
export const DimensionEnum = graphqlEnum(
  'StatisticsDimension',
  DIMENSIONS,
  'PERIOD is the grain of the question. Practice, PCN, sub-ICB, ICB and region are those where the person is registered; of times those of the practice.',
);
export const GrainEnum = graphqlEnum(
  'StatisticsGrain',
  GRAINS,
  'DAY has room for two dimensions and no geography, WEEK (Monday to Sunday) for two, MONTH for three. Practice, PCN, sub-ICB and outward code take two.',
);
const ColumnKindEnum = graphqlEnum('StatisticsColumnKind', ['DIMENSION', 'COUNT', 'SHARE', 'MINUTES']);

@InputType({ description: 'Whole periods that are over.' })
class StatisticsPeriodInput {
  @Field(() => GrainEnum)
  grain!: Grain;

  @Field(() => String, { description: 'The first: 2026-11-30, 2026-W49 or 2026-11.' })
  from!: string;

  @Field(() => String, { description: 'The last, included. At most 92 days, 106 weeks, 60 months.' })
  to!: string;
}

@InputType()
class StatisticsFilterInput {
  @Field(() => DimensionEnum)
  dimension!: Dimension;

  @Field(() => [String], { description: 'Values as in the column of the dimension; at most 50.' })
  in!: string[];
}

@InputType()
export class StatisticsInput implements StatisticsQuestion {
  @Field(() => [MeasureEnum], { description: 'One to six.' })
  measures!: Measure[];

  @Field(() => [DimensionEnum], { description: 'At most three, filters included.' })
  by!: Dimension[];

  @Field(() => StatisticsPeriodInput)
  period!: StatisticsPeriodInput;

  @Field(() => [StatisticsFilterInput], { defaultValue: [] })
  where!: StatisticsFilterInput[];

  @Field(() => Boolean, { defaultValue: true, description: 'Rows of zeros, too: every combination.' })
  fill!: boolean;
}

@ObjectType()
export class StatisticsColumn {
  @Field(() => String, { description: 'For example ageBand or checksStarted.' })
  name!: string;

  @Field(() => String)
  title!: string;

  @Field(() => ColumnKindEnum)
  kind!: keyof typeof ColumnKindEnum;

  @Field(() => String, { nullable: true, description: '% or minutes.' })
  unit!: string | null;
}

@ObjectType({ description: 'A flat table of published numbers.' })
export class StatisticsTable {
  @Directive('@listSize(assumedSize: 12)')
  @Field(() => [StatisticsColumn])
  columns!: StatisticsColumn[];

  @Directive('@listSize(assumedSize: 200)')
  @Field(() => [[String]], {
    description: '`*` is withheld; an empty text has no value, such as a share of nobody.',
  })
  rows!: string[][];

  @Field(() => Date, { description: 'End of the last day that is in.' })
  dataUpTo!: Date;

  @Field(() => Date, {
    description: 'When that day was added. What is published for a period does not change.',
  })
  publishedAt!: Date;

  @Field(() => String, { description: 'The rule under which numbers are shown.' })
  rule!: string;

  @Field(() => String, { description: 'Path of the page of the website that asks the same question.' })
  link!: string;
}

@ObjectType({
  implements: Problem,
  description: 'Most of the numbers would be withheld, or there is no table of so many dimensions.',
})
export class TooFine extends Problem {
  @Field(() => [DimensionEnum], { description: 'Dimensions without any one of which there is an answer.' })
  drop!: Dimension[];
}

export const StatisticsResultUnion = createUnionType({
  name: 'StatisticsResult',
  types: () => [StatisticsTable, InvalidInput, NotAllowed, TooFine] as const,
});

@ObjectType()
export class StatisticsValue {
  @Field(() => String)
  value!: string;

  @Field(() => String)
  title!: string;
}

@ObjectType()
export class StatisticsDimensionEntry {
  @Field(() => DimensionEnum)
  dimension!: Dimension;

  @Field(() => String)
  title!: string;

  @Directive('@listSize(assumedSize: 30)')
  @Field(() => [StatisticsValue], {
    nullable: true,
    description: 'All values; null where they depend on what is published.',
  })
  values!: StatisticsValue[] | null;
}

@ObjectType()
export class StatisticsMeasureEntry {
  @Field(() => MeasureEnum)
  measure!: Measure;

  @Field(() => String)
  title!: string;

  @Field(() => ColumnKindEnum)
  kind!: keyof typeof ColumnKindEnum;

  @Directive('@listSize(assumedSize: 25)')
  @Field(() => [DimensionEnum], { description: 'Dimensions by which it is counted.' })
  dimensions!: Dimension[];

  @Field(() => DimensionEnum, { nullable: true, description: 'It has to be among them, or filtered by.' })
  needs!: Dimension | null;
}

@ObjectType({ description: 'A question that commissioners ask; the period is to be chosen.' })
export class StatisticsSavedQuestion {
  @Field(() => Int)
  number!: number;

  @Field(() => String, { description: 'The question in one sentence.' })
  title!: string;

  @Field(() => [MeasureEnum])
  measures!: Measure[];

  @Field(() => [DimensionEnum])
  by!: Dimension[];

  @Field(() => GrainEnum, { description: 'Length of the periods for which it is asked first.' })
  grain!: Grain;
}

@ObjectType({ description: 'Measures and dimensions that a question to statistics may have.' })
export class StatisticsCatalogue {
  @Directive('@listSize(assumedSize: 31)')
  @Field(() => [StatisticsMeasureEntry])
  measures!: StatisticsMeasureEntry[];

  @Directive('@listSize(assumedSize: 25)')
  @Field(() => [StatisticsDimensionEntry])
  dimensions!: StatisticsDimensionEntry[];

  @Field(() => String, { nullable: true, description: 'The last day that is in; null before the first.' })
  lastDay!: string | null;

  @Directive('@listSize(assumedSize: 20)')
  @Field(() => [StatisticsSavedQuestion], { description: 'The twenty questions, in their order.' })
  questions!: StatisticsSavedQuestion[];
}
