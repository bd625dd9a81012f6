import type { Manifest, Slot } from '../../../adapters/gp-system';
import { fieldFault, type FieldFaults } from '../../../domain/messages/field-problem-codes';
import type { Offer } from '../holds/offers';
import type { Contact } from '../sealed-contacts';

/** Checks that all of it reaches the practice: nothing that people tell us is dropped on the way. */
export function contactFaults(
  { phone, reason = '' }: Contact,
  { slot }: Offer,
  { capabilities }: Manifest,
): FieldFaults | null {
  const { reasonMaxLength: max, contactPhone: takesPhone } = capabilities;
  const faults: FieldFaults = {};
  if (needsPhone(slot) && phone === undefined) faults['input.contactPhone'] = fieldFault('PHONE_NEEDED', {});
  if (phone !== undefined && !takesPhone) faults['input.contactPhone'] = fieldFault('NOT_PASSED_ON', {});
  if (reason !== '' && max === 0) faults['input.reason'] = fieldFault('NOT_PASSED_ON', {});
  else if (reason.length > max) faults['input.reason'] = fieldFault('TOO_LONG', { max });
  return Object.keys(faults).length === 0 ? null : faults;
}

/** The practice calls, or sends a link to the call. */
export function needsPhone({ mode }: Pick<Slot, 'mode'>): boolean {
  return mode !== 'IN_PERSON';
}
