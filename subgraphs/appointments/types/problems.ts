import { Directive, Field, Int, ObjectType } from 'type-graphql';
import { Problem } from '../../../platform/graphql/problem';
import { Booking } from './booking';
import { Disposition } from './assessment';
import { Hold, Practice, Slot } from './slot';

@ObjectType({ implements: Problem, description: 'Another user of this service is just confirming it.' })
export class SlotHeldByAnother extends Problem {
  @Field(() => Date, { nullable: true })
  heldUntil!: Date | null;

  @Directive('@listSize(assumedSize: 5)')
  @Field(() => [Slot], { description: 'Other times at the same practice.' })
  alternatives!: Slot[];
}

@ObjectType({ implements: Problem, description: 'The practice does not have it any more.' })
export class SlotTaken extends Problem {
  @Directive('@listSize(assumedSize: 5)')
  @Field(() => [Slot], { description: 'Other times at the same practice.' })
  alternatives!: Slot[];
}

@ObjectType({
  implements: Problem,
  description: 'The slot id is too old, or was not given out by this service.',
})
export class OfferExpired extends Problem {}

@ObjectType({ implements: Problem })
export class HoldExpired extends Problem {
  @Field(() => Date)
  expiredAt!: Date;
}

@ObjectType({
  implements: Problem,
  description:
    'The hold stands, and cannot be kept any longer: it was extended before, or the appointment begins.',
})
export class HoldNotExtendable extends Problem {
  @Field(() => Hold)
  hold!: Hold;
}

@ObjectType({
  implements: Problem,
  description: 'The practice does not let this be booked from outside just now.',
})
export class PracticeClosedBook extends Problem {
  @Field(() => Practice)
  practice!: Practice;
}

@ObjectType({ implements: Problem })
export class PatientNotAccepted extends Problem {
  @Field(() => Practice)
  practice!: Practice;
}

@ObjectType({
  implements: Problem,
  description: 'The practice could not be asked; nothing was booked or changed.',
})
export class SupplierUnavailable extends Problem {
  @Field(() => Int, { nullable: true })
  retryAfterSeconds!: number | null;

  @Field(() => Practice)
  practice!: Practice;
}

@ObjectType({
  implements: Problem,
  description:
    'The person has a booking for these symptoms, at the same time, or one whose outcome is still being looked into. One for the same complaint can be kept beside this one: keepBookingIds.',
})
export class AlreadyBooked extends Problem {
  @Field(() => Booking, {
    nullable: true,
    description: 'The booking, by whoever it was made. Null where it has gone since.',
  })
  booking!: Booking | null;
}

@ObjectType({
  implements: Problem,
  description:
    'The symptom check does not allow this time any more: its outcome has changed, its questions are open again or switched off, or it is too old. The message is the advice that now holds.',
})
export class OutcomeChanged extends Problem {
  @Field(() => Disposition, {
    nullable: true,
    description: 'Outcome of the symptom check now; null where it has none.',
  })
  disposition!: Disposition | null;
}

@ObjectType({
  implements: Problem,
  description: 'The caller keeps several times already, or has kept many in the last minute.',
})
export class TooManyHolds extends Problem {
  @Field(() => Int, { nullable: true })
  retryAfterSeconds!: number | null;
}

@ObjectType({
  implements: Problem,
  description: 'The person does not have this appointment, so it cannot be changed.',
})
export class BookingNotStanding extends Problem {
  // As of AlreadyBooked: two types for one name could not be selected in one document.
  @Field(() => Booking, { nullable: true, description: 'The booking, with the status that it has.' })
  booking!: Booking | null;
}

@ObjectType({ implements: Problem })
export class TooLateToChange extends Problem {
  @Field(() => Date)
  changeableUntil!: Date;

  @Field(() => Practice)
  practice!: Practice;
}

@ObjectType({ implements: Problem })
export class BookingNotFound extends Problem {}

@ObjectType({ implements: Problem, description: 'The idempotency key was used for another request before.' })
export class IdempotencyKeyReused extends Problem {}

@ObjectType({
  implements: Problem,
  description: 'The booking is not waiting for an operator.',
})
export class NothingToSettle extends Problem {
  @Field(() => Booking)
  booking!: Booking;
}

@ObjectType({
  implements: Problem,
  description: 'Another booking of ours stands on the slot, or for the person and the same symptoms.',
})
export class AnotherBookingStands extends Problem {}
