import type { Booking } from '../ledger/records';
import { DOUBTFUL_STATES, isOneOf } from '../lifecycle/states';

/** Another booking keeps this one from being made. */
export interface AlreadyBooked {
  kind: 'already-booked';
  /** Null where it has gone since. */
  booking: Booking | null;
  why:
    | 'SAME_NEED'
    /** It may be for other symptoms: while its outcome is not known, nothing else is booked for the person. */
    | 'IN_DOUBT'
    | 'TIMES_OVERLAP'
    /** The person may want both, and can say so. */
    | 'SAME_COMPLAINT';
}

/** The booking is shown to those who may act for the person, whoever has made it. */
export function alreadyBooked(booking: Booking, why: AlreadyBooked['why'] = 'SAME_NEED'): AlreadyBooked {
  return {
    kind: 'already-booked',
    booking,
    why: isOneOf(DOUBTFUL_STATES, booking.state) ? 'IN_DOUBT' : why,
  };
}
