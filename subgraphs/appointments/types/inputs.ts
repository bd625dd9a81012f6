import { ArgsType, Field, ID, InputType, Int } from 'type-graphql';
import type { AccessNeed } from '../../../domain/access-needs';
import type { AppointmentMode } from '../../../domain/appointment-mode';
import type { ElsewhereReason } from '../database/tables';
import {
  AccessNeedEnum,
  AppointmentModeEnum,
  CancelReasonEnum,
  ElsewhereReasonEnum,
  type CancelReason,
} from './enums';

@InputType({
  description:
    'The time that is kept or booked for somebody else of the caller, for two people on one visit: exactly one of the two.',
})
export class BesideInput {
  @Field(() => ID, { nullable: true, description: 'A hold of the caller, for another symptom check.' })
  holdId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'A booking of somebody for whom the caller may act, for another symptom check.',
  })
  bookingId?: string | null;
}

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

  @Field(() => [AccessNeedEnum], {
    defaultValue: [],
    description:
      "Needs that a practice has to be known to meet, the person's own too; others are counted in notOffered as ACCESS_NEED_NOT_MET or ACCESS_NOT_KNOWN.",
  })
  accessNeeds!: AccessNeed[];

  @Field(() => BesideInput, {
    nullable: true,
    description:
      'Puts times directly before and after this one first, and its practice before others. One that is not of this caller, or does not stand (any more), is as none: see AppointmentOptions.beside.',
  })
  beside?: BesideInput | null;

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
    description:
      'Number for the practice; left out, the one that was given for the booking. Null: none is passed on.',
  })
  contactPhone?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Words for the practice; left out, those that were given for the booking. Null: none are passed on.',
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
