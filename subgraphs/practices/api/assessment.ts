import { Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { z } from 'zod';
import type { Point } from '../directory/great-circle';

// What the practices need of the triage subgraph's types; the gateway fetches it first (@requires).

@ObjectType()
export class Place {
  @Directive('@external')
  @Field(() => Float)
  latitude!: number;

  @Directive('@external')
  @Field(() => Float)
  longitude!: number;
}

@ObjectType()
export class Subject {
  @Directive('@external')
  @Field(() => String, { nullable: true })
  registeredPracticeOdsCode!: string | null;

  @Directive('@external')
  @Field(() => Int)
  ageInMonths!: number;
}

@Directive('@key(fields: "id")')
@ObjectType()
export class Assessment {
  @Field(() => ID)
  id!: string;

  @Directive('@external')
  @Field(() => Place, { nullable: true })
  place!: Point | null;

  @Directive('@external')
  @Field(() => Subject)
  subject!: { registeredPracticeOdsCode: string | null; ageInMonths: number } | null;
}

const Representation = z.object({
  id: z.string(),
  place: z.object({ latitude: z.number(), longitude: z.number() }).nullish(),
  subject: z.object({ registeredPracticeOdsCode: z.string().nullable(), ageInMonths: z.number() }).nullish(),
});

/** The gateway sends place and subject only where `candidates` is asked for. */
export function assessmentReference(representation: unknown): Omit<Assessment, never> {
  const { id, place, subject } = Representation.parse(representation);
  return { id, place: place ?? null, subject: subject ?? null };
}
