import { Directive, Field, Float, InputType, Int, ObjectType } from 'type-graphql';
import type { ResolvedPlace as DomainPlace, PlacePrecision } from '../../../domain/place-lookup';
import type { PlaceAsGiven } from '../assessment/read-whereabouts';
import { PlacePrecisionEnum } from './enums';

@ObjectType()
export class Place implements DomainPlace {
  @Field(() => String, { nullable: true, description: 'Null when coordinates were given.' })
  postcode!: string | null;

  @Field(() => Float)
  latitude!: number;

  @Field(() => Float)
  longitude!: number;

  @Field(() => PlacePrecisionEnum)
  precision!: PlacePrecision;

  /** For statistics alone: no client has a use for it. */
  @Directive('@inaccessible')
  @Field(() => Int, { nullable: true })
  deprivation?: number | null | undefined;
}

@InputType()
export class CoordinatesInput {
  @Field(() => Float)
  latitude!: number;

  @Field(() => Float)
  longitude!: number;
}

@InputType({ description: 'Exactly one of the two.' })
export class PlaceInput implements PlaceAsGiven {
  @Field(() => String, { nullable: true })
  postcode?: string | null;

  @Field(() => CoordinatesInput, { nullable: true, description: 'WGS 84 degrees.' })
  coordinates?: CoordinatesInput | null;
}
