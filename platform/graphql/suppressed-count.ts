import { Directive, Field, Int, ObjectType } from 'type-graphql';
import { create } from './create';

/** NHS Digital's rule for counts of people: 1 to 7 are suppressed, others rounded to the nearest 5; 0 is shown. */
const SMALLEST_TOLD = 8;
const ROUNDED_TO = 5;

@Directive('@shareable')
@ObjectType({
  description:
    'A count in which nobody can be found: value is null and suppressed is true for counts from 1 to 7; others are rounded to the nearest 5.',
})
export class SuppressedCount {
  @Field(() => Int, { nullable: true })
  value!: number | null;

  @Field(() => Boolean)
  suppressed!: boolean;
}

@Directive('@shareable')
@ObjectType()
export class StatisticsLabel {
  @Field(() => String, { description: 'For example DAY.' })
  dimension!: string;

  @Field(() => String, { description: 'For example 2026-03-02.' })
  value!: string;
}

export function suppressedCount(count: number): SuppressedCount {
  const suppressed = count > 0 && count < SMALLEST_TOLD;
  const value = suppressed ? null : Math.round(count / ROUNDED_TO) * ROUNDED_TO;
  return create(SuppressedCount, { value, suppressed });
}
