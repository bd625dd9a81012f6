import { Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { z } from 'zod';
import { APPOINTMENT_MODES, type AppointmentMode } from '../../../domain/appointment-mode';
import type { Point } from '../directory/great-circle';
import { AppointmentModeEnum } from './enums';

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

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType()
export class Disposition {
  @Field(() => ID)
  id!: string;

  @Directive('@external')
  @Field(() => [AppointmentModeEnum])
  modes?: AppointmentMode[];
}

@Directive('@external')
@ObjectType()
export class Outcome {
  @Field(() => Disposition)
  disposition!: Disposition;
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

  @Directive('@external')
  @Field(() => Outcome, { nullable: true })
  outcome!: { disposition: { id: string; modes: AppointmentMode[] } } | null;
}

const Representation = z.object({
  id: z.string(),
  place: z.object({ latitude: z.number(), longitude: z.number() }).nullish(),
  subject: z
    .object({ registeredPracticeOdsCode: z.string().nullable().default(null), ageInMonths: z.number() })
    .nullish(),
  outcome: z
    .object({ disposition: z.object({ id: z.string(), modes: z.array(z.enum(APPOINTMENT_MODES)) }) })
    .nullish(),
});

/** The gateway sends the other fields only where `candidates` is selected. */
export function assessmentReference(representation: unknown): Omit<Assessment, never> {
  const { id, place, subject, outcome } = Representation.parse(representation);
  return { id, place: place ?? null, subject: subject ?? null, outcome: outcome ?? null };
}
