import type { Caller, PatientCaller } from '../../../domain/caller';
import type { NotAllowedReason } from '../../../platform/graphql/problem';

/** Reason for refusing a caller an action on a booking: each has a next step of its own. */
export type BookingRefusal =
  Exclude<NotAllowedReason, 'NOT_YOUR_PRACTICE' | 'MANAGER_ROLE_REQUIRED'> | 'ROLE_NOT_ALLOWED';

export interface NotAllowedAnswer {
  kind: 'not-allowed';
  why: BookingRefusal;
}

export function bookingNotAllowed(why: BookingRefusal): NotAllowedAnswer {
  return { kind: 'not-allowed', why };
}

export function mayBook(caller: Caller): caller is PatientCaller {
  return caller.kind === 'patient' && caller.proofing === 'P9';
}

/** @param caller one for whom `mayBook` does not hold. */
export function whyNotBook({ kind }: Caller): BookingRefusal {
  switch (kind) {
    case 'anonymous':
      return 'SIGN_IN_REQUIRED';
    case 'patient':
      return 'IDENTITY_PROOF_REQUIRED';
    case 'practice-staff':
    case 'analyst':
    case 'operator':
      return 'ROLE_NOT_ALLOWED';
  }
}
