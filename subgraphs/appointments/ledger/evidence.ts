import type { BookOutcome, CancelOutcome } from '../../../adapters/gp-system';

/** An outcome in the words of the port, with the fault where there was one: nothing of what the supplier or the person wrote. */
export function answered(outcome: BookOutcome | CancelOutcome | { class: 'NOT_SENT' }): string {
  if (outcome.class === 'REJECTED') return `${outcome.class} ${outcome.refusal}`;
  if (!('error' in outcome)) return outcome.class;
  const { fault, status } = outcome.error;
  return [outcome.class, fault, status].filter((part) => part !== undefined).join(' ');
}
