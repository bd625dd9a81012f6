import type { Content } from './content/content';
import type { FieldFaults } from './start-request';

const LONGEST_REASON = 500;

/** What is wrong with a request to set a kill switch; null when nothing is. */
export function switchFaults(
  { pathwayId, reason }: { pathwayId?: string | null; reason: string },
  { pathways }: Pick<Content, 'pathways'>,
): FieldFaults | null {
  const length = reason.trim().length;
  const faults: FieldFaults = {
    ...(pathwayId == null || pathways.has(pathwayId)
      ? {}
      : { 'input.pathwayId': 'There is no such pathway; leave it out for all triage.' }),
    ...(length > 0 && length <= LONGEST_REASON
      ? {}
      : { 'input.reason': `Say why, in 1 to ${LONGEST_REASON} characters.` }),
  };
  return Object.keys(faults).length > 0 ? faults : null;
}
