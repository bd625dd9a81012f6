import type { Content, DispositionContent } from './content';

/** Disposition for everybody whom the symptom checks cannot serve. The checker ensures that it exists. */
export const INSTEAD_OF_TRIAGE = 'call-111';

export function insteadOfTriage({ dispositions }: Content): DispositionContent {
  const disposition = dispositions.get(INSTEAD_OF_TRIAGE);
  if (!disposition) throw new Error(`Content that was checked lacks the disposition "${INSTEAD_OF_TRIAGE}".`);
  return disposition;
}
