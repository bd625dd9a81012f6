import { createUnionType, Directive, Field, InputType, ObjectType } from 'type-graphql';
import { InvalidInput, NotAllowed } from '../../../platform/graphql/problem';
import { StatisticsLabel, SuppressedCount } from '../../../platform/graphql/suppressed-count';
import type { AssessmentDimension, StatisticsInput } from '../statistics/assessment-statistics';
import { AssessmentDimensionEnum } from './enums';

@InputType()
export class AssessmentStatisticsInput implements StatisticsInput {
  @Field(() => String, { description: 'First day, for example 2026-03-01.' })
  from!: string;

  @Field(() => String, { description: 'Last day; at most 366 days in all.' })
  to!: string;

  @Field(() => [AssessmentDimensionEnum], { description: 'Empty: one row for everything.' })
  groupBy!: AssessmentDimension[];
}

@ObjectType({ description: 'Assessments that began in the period and share these labels.' })
export class AssessmentStatisticsRow {
  @Directive('@listSize(assumedSize: 7)')
  @Field(() => [StatisticsLabel])
  labels!: readonly StatisticsLabel[];

  @Field(() => SuppressedCount)
  started!: SuppressedCount;

  @Field(() => SuppressedCount, { description: 'Symptom checks with an outcome.' })
  completed!: SuppressedCount;

  @Field(() => SuppressedCount, { description: 'Symptom checks that expired without an outcome.' })
  abandoned!: SuppressedCount;
}

@ObjectType()
export class AssessmentStatistics {
  @Directive('@listSize(assumedSize: 200)')
  @Field(() => [AssessmentStatisticsRow])
  rows!: readonly AssessmentStatisticsRow[];

  @Field(() => Date)
  dataUpTo!: Date;
}

export const AssessmentStatisticsResult = createUnionType({
  name: 'AssessmentStatisticsResult',
  types: () => [AssessmentStatistics, InvalidInput, NotAllowed] as const,
});
