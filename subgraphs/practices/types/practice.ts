import { Directive, Field, Float, ObjectType } from 'type-graphql';
import type { Directory } from '../directory/directory';
import type { DirectoryPractice } from '../directory/directory-practice';
import type { Point } from '../directory/great-circle';

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

  @Field(() => String, { description: 'Which date the directory entry is from.' })
  directoryAsOf!: string;
}

/** What a resolver answers with; the class is its declaration in the schema. */
export type PracticeFields = Omit<Practice, never>;

export function toPractice(entry: DirectoryPractice, directory: Directory): PracticeFields {
  const { odsCode, name, addressLines, postcode, phone, location } = entry;
  return {
    odsCode,
    name,
    address: { lines: addressLines, postcode },
    phone,
    location,
    directoryAsOf: directory.asOf,
  };
}

/** The practice with this code, however it is typed; null when the directory has none. */
export function practiceByCode(directory: Directory, odsCode: string): PracticeFields | null {
  const entry = directory.practice(odsCode.trim().toUpperCase());
  return entry === undefined ? null : toPractice(entry, directory);
}
