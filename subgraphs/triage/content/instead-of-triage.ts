import type { Content, DispositionContent } from './content';

/** What everybody is told to do whom the symptom checks cannot serve. The checker sees to it that it is there. */
export const INSTEAD_OF_TRIAGE = 'call-111';

export function insteadOfTriage({ dispositions }: Content): DispositionContent {
  const disposition = dispositions.get(INSTEAD_OF_TRIAGE);
  if (!disposition) throw new Error(`Content that was checked lacks the disposition "${INSTEAD_OF_TRIAGE}".`);
  return disposition;
}
