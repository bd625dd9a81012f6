import type { PathwayContent } from '../content/content';
import type { Evaluation } from '../engine/evaluate';
import type { SwitchedOff } from './switches';

/**
 * Checks that a kill switch stops an assessment: that of its pathway, or of any pathway that its answers have led through
 * or lead to now. A switch holds however its pathway is reached.
 */
export function isSwitchedOff(
  pathway: Pick<PathwayContent, 'id'>,
  evaluation: Evaluation,
  off: SwitchedOff,
): boolean {
  const nodes = evaluation.trace.map(({ node }) => node);
  const reached = evaluation.kind === 'question' ? [...nodes, evaluation.question] : nodes;
  return off.has(pathway.id) || reached.some(({ pathwayId }) => off.has(pathwayId));
}
