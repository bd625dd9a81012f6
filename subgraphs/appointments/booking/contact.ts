import type { Manifest, Slot } from '../../../adapters/gp-system';
import { fieldFault, type FieldFaults } from '../../../domain/messages/field-problem-codes';
import type { Offer } from '../holds/offers';
import type { BookingDeps } from './booking-deps';
import { notReadable } from './obstacles';
import type { Contact } from '../sealed-contacts';

/**
 * Checks that all of it reaches the practice: nothing that people tell us is dropped on the way.
 * @param handover sentences for the clinician, which go before the person's words.
 */
export function contactFaults(
  { phone, reason = '' }: Contact,
  { slot }: Offer,
  { capabilities }: Manifest,
  handover: readonly string[] = [],
): FieldFaults | null {
  const { reasonMaxLength, contactPhone: takesPhone } = capabilities;
  const notice = noticeWithin(handover, reasonMaxLength);
  const max = notice === '' ? reasonMaxLength : Math.max(0, reasonMaxLength - notice.length - 1);
  const faults: FieldFaults = {};
  if (needsPhone(slot) && phone === undefined) faults['input.contactPhone'] = fieldFault('PHONE_NEEDED', {});
  if (phone !== undefined && !takesPhone) faults['input.contactPhone'] = fieldFault('NOT_PASSED_ON', {});
  if (reason !== '' && max === 0) faults['input.reason'] = fieldFault('NOT_PASSED_ON', {});
  else if (reason.length > max) faults['input.reason'] = fieldFault('TOO_LONG', { max });
  return Object.keys(faults).length === 0 ? null : faults;
}

/** Sentences of the handover that have room in what this supplier takes: in their order, each as a whole. */
function noticeWithin(handover: readonly string[], max: number): string {
  return handover.reduce((text, sentence) => {
    const longer = text === '' ? sentence : `${text} ${sentence}`;
    return longer.length <= max ? longer : text;
  }, '');
}

/**
 * Returns the words that go to the practice: what the clinician has to know, then the person's own. A handover that came up after these
 * were checked leaves less room for them; they are cut then, visibly.
 */
export function wordsForPractice(
  { reason }: Contact,
  { capabilities: { reasonMaxLength: max } }: Manifest,
  handover: readonly string[],
): string | undefined {
  const notice = noticeWithin(handover, max);
  if (notice === '') return reason;
  if (reason === undefined) return notice;
  const text = `${notice} ${reason}`;
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

/** Sentences for the clinician, as the symptom check has them now; null where it cannot be read: then nothing may be booked. */
export async function handoverOf(
  { assessmentDigest }: Offer,
  deps: BookingDeps,
): Promise<readonly string[] | null> {
  try {
    return (await deps.checks.find(assessmentDigest))?.handover ?? [];
  } catch (error) {
    notReadable(error, deps);
    return null;
  }
}

/** The practice calls, or sends a link to the call. */
export function needsPhone({ mode }: Pick<Slot, 'mode'>): boolean {
  return mode !== 'IN_PERSON';
}
