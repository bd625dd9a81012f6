import { Directive, Field, ID, ObjectType } from 'type-graphql';
import type { AppointmentMode } from '../../../domain/appointment-mode';
import type { Offer } from '../holds/offers';
import type { Side } from '../options/beside';
import { AppointmentModeEnum, SideEnum } from './enums';

@Directive('@key(fields: "odsCode")')
@ObjectType()
export class Practice {
  @Field(() => String)
  odsCode!: string;
}

@ObjectType({
  description: 'An appointment time that a practice has released, offered to the caller.',
  // There are hundreds in an answer: read as they are they cost a third less.
  simpleResolvers: true,
})
export class Slot {
  @Field(() => Date)
  startsAt!: Date;

  @Field(() => Date)
  endsAt!: Date;

  @Field(() => AppointmentModeEnum)
  mode!: AppointmentMode;

  @Field(() => String, { nullable: true, description: 'For example General Medical Practitioner.' })
  clinicianRole?: string | undefined;

  @Field(() => String, { nullable: true })
  clinicianName?: string | undefined;

  @Field(() => String, { nullable: true, description: "The practice's name for the session." })
  sessionName?: string | undefined;

  @Field(() => Practice)
  practice!: Practice;

  @Field(() => SideEnum, {
    nullable: true,
    description: 'Set where it is directly before or after the time that the search named with `beside`.',
  })
  beside!: Side | null;

  /** Offer, sealed into the id when that is selected. */
  offer!: Offer;
}

@ObjectType({
  description:
    'A slot kept for the caller while they confirm. One is kept for one need: holding another lets the one before go.',
})
export class Hold {
  @Field(() => ID)
  id!: string;

  @Field(() => Slot)
  slot!: Slot;

  @Field(() => Date)
  expiresAt!: Date;

  @Field(() => Boolean, {
    description:
      'True when extendHold gives more time: once for each hold, and never beyond the start of the appointment.',
  })
  extendable!: boolean;

  @Field(() => Slot, {
    nullable: true,
    description: 'The time that was kept for the same need until now: others can have it again.',
  })
  letGo!: Slot | null;
}
