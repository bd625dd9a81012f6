import type { BookOutcome, CancelOutcome } from '../../../adapters/gp-system';

export const EVIDENCE_ASKED = [
  'BOOK',
  'CANCEL',
  'READ_BACK',
  'SLOT_SEARCH',
  'SYMPTOM_CHECK',
  'PERSON',
  'OPERATOR',
] as const;
export type EvidenceAsked = (typeof EVIDENCE_ASKED)[number];

/** Record of a read-back or command and its result, in our own words: nothing that a supplier or the person wrote. */
export interface EvidenceRecord {
  asked: EvidenceAsked;
  answer: string;
}

/** Names an outcome in the words of the port, with the fault where there was one. */
export function outcomeInWords(outcome: BookOutcome | CancelOutcome): string {
  if (outcome.class === 'REJECTED') return `${outcome.class} ${outcome.refusal}`;
  if (!('error' in outcome)) return outcome.class;
  const { fault, status } = outcome.error;
  return [outcome.class, fault, status].filter((part) => part !== undefined).join(' ');
}
