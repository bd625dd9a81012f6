import { fieldFault, type FieldFaults } from '../../../domain/messages/field-problem-codes';
import type { Content } from '../content/content';

const LONGEST_REASON = 500;

/** Returns the faults of a request to set a kill switch; null when there are none. */
export function switchFaults(
  { pathwayId, reason }: { pathwayId?: string | null; reason: string },
  { pathways }: Pick<Content, 'pathways'>,
): FieldFaults | null {
  const length = reason.trim().length;
  const faults: FieldFaults = {
    ...(pathwayId == null || pathways.has(pathwayId)
      ? {}
      : { 'input.pathwayId': fieldFault('UNKNOWN_PATHWAY', {}) }),
    ...(length > 0 ? {} : { 'input.reason': fieldFault('REQUIRED', {}) }),
    ...(length <= LONGEST_REASON ? {} : { 'input.reason': fieldFault('TOO_LONG', { max: LONGEST_REASON }) }),
  };
  return Object.keys(faults).length > 0 ? faults : null;
}
