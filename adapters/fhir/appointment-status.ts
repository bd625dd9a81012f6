import type { CancelOutcome } from '../gp-system';
import { badReply } from '../http/parse-reply';

/**
 * Meaning of an Appointment's status in FHIR (STU3 and R4): it stands, or does not. What was not yet agreed to (`proposed`,
 * `pending`, `waitlist`), what was missed (`noshow`) and any word unknown to us say neither: undefined.
 * https://hl7.org/fhir/R4/valueset-appointmentstatus.html
 */
export function standingOf(status: string): 'BOOKED' | 'CANCELLED' | undefined {
  switch (status) {
    case 'booked':
    case 'arrived':
    case 'checked-in':
    case 'fulfilled':
      return 'BOOKED';
    case 'cancelled':
    case 'entered-in-error':
      return 'CANCELLED';
    default:
      return undefined;
  }
}

/**
 * Returns the outcome of a cancellation that an appointment's status decides; null where it stands, and may be cancelled.
 * @throws SupplierError BAD_REPLY for a status that says neither that it stands nor that it does not.
 */
export function cancelOutcomeOfStatus(supplier: string, status: string): CancelOutcome | null {
  if (status === 'booked') return null;
  if (standingOf(status) === 'CANCELLED') return { class: 'ACCEPTED' };
  // The visit has begun, is over, or was missed.
  if (standingOf(status) === 'BOOKED' || status === 'noshow')
    return { class: 'REJECTED', refusal: 'TOO_LATE' };
  throw badReply(supplier, 'the status of the appointment says neither that it stands nor that it does not');
}
