import type { PatientCaller } from '../../../domain/caller';
import type { Booking } from '../ledger/records';
import { DOUBTFUL_STATES, isOneOf } from '../lifecycle/states';

/** Another booking keeps this one from being made. */
export interface AlreadyBooked {
  kind: 'already-booked';
  /** Null where somebody else, who may also act for the person, has made it: it is theirs to see. */
  booking: Booking | null;
  /** It may be for other symptoms: while its outcome is not known, nothing else is booked for the person. */
  isInDoubt: boolean;
}

export function alreadyBooked(booking: Booking, caller: PatientCaller): AlreadyBooked {
  return {
    kind: 'already-booked',
    booking: booking.callerId === caller.id ? booking : null,
    isInDoubt: isOneOf(DOUBTFUL_STATES, booking.state),
  };
}
