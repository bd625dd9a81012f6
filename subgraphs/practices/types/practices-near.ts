import { createUnionType, Directive, Field, Float, InputType, Int, ObjectType } from 'type-graphql';
import type { PlacePrecision } from '../../../domain/place-lookup';
import { PageInfo } from '../../../platform/graphql/page-info';
import { InvalidInput, Problem } from '../../../platform/graphql/problem';
import { PlacePrecisionEnum } from './enums';
import { Practice, type PracticeFields } from './practice';

@InputType()
export class CoordinatesInput {
  @Field(() => Float)
  latitude!: number;

  @Field(() => Float)
  longitude!: number;
}

@InputType({ description: 'Exactly one of the two.' })
export class PlaceInput {
  @Field(() => String, { nullable: true })
  postcode?: string | null;

  @Field(() => CoordinatesInput, { nullable: true })
  coordinates?: CoordinatesInput | null;
}

@ObjectType()
export class PracticeNearEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => Practice)
  node!: PracticeFields;

  @Field(() => Float, { description: 'Straight line, in miles of 1,609.344 m.' })
  distanceMiles!: number;
}

@ObjectType({ description: 'Nearest first.' })
export class PracticeNearConnection {
  // The longest page: a union's field cannot say that its argument decides, as `sizedFields` does elsewhere.
  @Directive('@listSize(assumedSize: 100)')
  @Field(() => [PracticeNearEdge])
  edges!: PracticeNearEdge[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  @Field(() => Int, { description: 'All practices within the distance, on whichever page.' })
  totalCount!: number;

  @Field(() => PlacePrecisionEnum, { description: 'Precision with which the place in the query is known.' })
  precision!: PlacePrecision;

  @Field(() => String, {
    nullable: true,
    description:
      'The postcode or outward code as it was read, for example LS1 of "ls1 4": people see whether it is the place that they meant. Null of coordinates.',
  })
  place!: string | null;
}

@ObjectType({ implements: Problem })
export class PostcodeNotFound extends Problem {
  @Field(() => Boolean, { description: 'True when at least the first half of the postcode is known.' })
  outwardCodeKnown!: boolean;
}

export const PracticesNearResult = createUnionType({
  name: 'PracticesNearResult',
  types: () => [PracticeNearConnection, PostcodeNotFound, InvalidInput] as const,
});
