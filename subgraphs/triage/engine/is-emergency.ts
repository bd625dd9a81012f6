import type { DispositionContent } from '../content/content';
import { isMoreUrgent, type Evaluation } from './evaluate';

/** Checks that help is needed at once: an ambulance, or an emergency department. */
export function isEmergency({ careLevel }: Pick<DispositionContent, 'careLevel'>): boolean {
  return careLevel === 'AMBULANCE' || careLevel === 'EMERGENCY_DEPARTMENT';
}

/** Checks that a changed answer takes an emergency back: what follows is less urgent, or a question again. */
export function fallsFromEmergency(before: Evaluation, after: Evaluation): boolean {
  if (before.kind !== 'outcome' || !isEmergency(before.disposition)) return false;
  return after.kind === 'question' || isMoreUrgent(before.disposition, after.disposition);
}
