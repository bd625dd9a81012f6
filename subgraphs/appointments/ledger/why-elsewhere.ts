import type { WhyElsewhere } from '../database/tables';
import type { Offer } from '../holds/offers';

/**
 * The reason that an offer is not at the own practice; null where it is. The person's own reason first; else what their own
 * practice answered when they searched.
 */
export function whyElsewhere({
  relation,
  elsewhereReason,
  ownPractice,
  about,
}: Pick<Offer, 'relation' | 'elsewhereReason' | 'ownPractice' | 'about'>): WhyElsewhere | null {
  if (relation === 'OWN') return null;
  if (elsewhereReason !== null) return elsewhereReason;
  if (ownPractice === null) return 'NO_OWN_PRACTICE_KNOWN';
  // Of offers from before the answer was kept, nothing more is known.
  if (about === null) return 'NOTHING_AT_OWN_PRACTICE';
  if (about.ownPractice !== ownPractice || about.ownAnswer === null) return 'OWN_PRACTICE_NOT_SEARCHED';
  return about.ownAnswer === 'SLOTS' ? 'OWN_PRACTICE_HAD_SLOTS' : about.ownAnswer;
}
