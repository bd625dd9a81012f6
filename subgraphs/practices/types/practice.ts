import { Directive, Field, Float, ObjectType } from 'type-graphql';
import type { AccessNeed } from '../../../domain/access-needs';
import type { Point } from '../directory/great-circle';
import { AccessNeedEnum } from './enums';

@Directive('@shareable')
@ObjectType()
export class Address {
  @Directive('@listSize(assumedSize: 5)')
  @Field(() => [String])
  lines!: string[];

  @Field(() => String)
  postcode!: string;
}

@Directive('@shareable')
@ObjectType({ description: 'WGS 84 degrees.' })
export class GeoPoint {
  @Field(() => Float)
  latitude!: number;

  @Field(() => Float)
  longitude!: number;
}

@ObjectType()
export class OpeningPeriod {
  @Field(() => Date)
  opens!: Date;

  @Field(() => Date)
  closes!: Date;
}

@Directive('@key(fields: "odsCode")')
@ObjectType({ description: 'A GP practice in England.' })
export class Practice {
  @Field(() => String, { description: 'For example B86030.' })
  odsCode!: string;

  @Field(() => String)
  name!: string;

  @Field(() => Address)
  address!: { lines: string[]; postcode: string };

  @Field(() => String, { nullable: true })
  phone!: string | null;

  @Field(() => GeoPoint, { nullable: true, description: "Null where the practice's postcode is not known." })
  location!: Point | null;

  @Field(() => String, { description: 'Date of the directory entry.' })
  directoryAsOf!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The day on which the practice closed or left the NHS directory, for example 2025-03-31; null while it is in it. A practice that has left is answered as it was known last, for those who have bookings there, and never found by a search.',
  })
  leftDirectoryOn!: string | null;

  @Directive('@listSize(assumedSize: 4)')
  @Field(() => [AccessNeedEnum], {
    nullable: true,
    description:
      'Access needs that the practice is known to meet; null where nothing is known of it. One that is neither here nor in accessNeedsNotMet is not known, which does not mean no: phone the practice.',
  })
  accessNeedsMet!: readonly AccessNeed[] | null;

  @Directive('@listSize(assumedSize: 4)')
  @Field(() => [AccessNeedEnum], {
    nullable: true,
    description: 'Access needs that the practice is known not to meet; null where nothing is known of it.',
  })
  accessNeedsNotMet!: readonly AccessNeed[] | null;
}

/** Fields that a resolver returns; the class is its declaration in the schema. */
export type PracticeFields = Omit<Practice, never>;
