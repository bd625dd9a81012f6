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
