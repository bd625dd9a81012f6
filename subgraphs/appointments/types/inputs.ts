import { ArgsType, Field, ID, InputType, Int } from 'type-graphql';
import type { AppointmentMode } from '../../../domain/appointment-mode';
import type { ElsewhereReason } from '../database/tables';
import { AppointmentModeEnum, CancelReasonEnum, ElsewhereReasonEnum, type CancelReason } from './enums';

@ArgsType()
export class OptionsArgs {
  @Field(() => Int, { defaultValue: 5, description: 'Number of other practices that is enough; 1 to 30.' })
  first!: number;

  @Field(() => [AppointmentModeEnum], { nullable: true })
  modes?: AppointmentMode[] | null;

  @Field(() => ElsewhereReasonEnum, {
    nullable: true,
    description: 'Asks for other practices although the own practice has slots; the reason is kept.',
  })
  elsewhereReason?: ElsewhereReason | null;

  @Field(() => Int, {
    defaultValue: 2500,
    description: 'Milliseconds to wait for suppliers before answering with what is there; 100 to 10000.',
  })
  timeoutMs!: number;
}

@ArgsType()
export class PageArgs {
  @Field(() => Int, { defaultValue: 20, description: '1 to 100.' })
  first!: number;

  @Field(() => String, { nullable: true })
  after?: string | null;
}

@ArgsType()
export class UnsettledArgs {
  @Field(() => Int, { defaultValue: 50, description: '1 to 200.' })
  first!: number;
}

const IDEMPOTENCY =
  'Any text that is new for each intention and the same for each repetition of it; a repetition answers what the first one did.';

@InputType()
export class HoldSlotInput {
  @Field(() => ID)
  slotId!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The person to be seen, when it is not the caller: an id from bookablePeople.',
  })
  patientId?: string | null;

  @Field(() => [ID], {
    defaultValue: [],
    description:
      'Bookings for the same complaint, as AlreadyBooked named them, that the person wants to keep beside this one; at most 10.',
  })
  keepBookingIds!: string[];

  @Field(() => ID, { description: IDEMPOTENCY })
  idempotencyKey!: string;
}

@InputType()
export class ReleaseHoldInput {
  @Field(() => ID)
  holdId!: string;
}

@InputType()
export class ExtendHoldInput {
  @Field(() => ID)
  holdId!: string;
}

@InputType()
export class ConfirmBookingInput {
  @Field(() => ID)
  holdId!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Phone number at which the practice can reach the person; a slot with needsContactPhone needs one.',
  })
  contactPhone?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The person's own words for the practice: 1 to the slot's reasonMaxLength characters.",
  })
  reason?: string | null;

  @Field(() => ID, { description: IDEMPOTENCY })
  idempotencyKey!: string;
}

@InputType()
export class CancelBookingInput {
  @Field(() => ID)
  bookingId!: string;

  @Field(() => CancelReasonEnum)
  reason!: CancelReason;

  @Field(() => ID, { description: IDEMPOTENCY })
  idempotencyKey!: string;
}

@InputType()
export class RescheduleBookingInput {
  @Field(() => ID)
  bookingId!: string;

  @Field(() => ID, { description: 'The new time: a slot offered to the caller for the same person.' })
  slotId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Left out: the number that was given for the booking. Null: none is passed on.',
  })
  contactPhone?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Left out: the words that were given for the booking. Null: none are passed on.',
  })
  reason?: string | null;

  @Field(() => ID, { description: IDEMPOTENCY })
  idempotencyKey!: string;
}

@InputType()
export class AcceptMovedBookingInput {
  @Field(() => ID)
  bookingId!: string;

  @Field(() => ID, { description: IDEMPOTENCY })
  idempotencyKey!: string;
}

@InputType()
export class SettleBookingInput {
  @Field(() => ID)
  bookingId!: string;

  @Field(() => Boolean, {
    description: "The practice's answer: true when the appointment stands in its book.",
  })
  stands!: boolean;

  @Field(() => ID, { description: IDEMPOTENCY })
  idempotencyKey!: string;
}
