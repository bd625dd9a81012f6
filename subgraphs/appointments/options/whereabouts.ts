import { relationsServed } from '../../../domain/disposition-catalogue';
import type { AssessmentFacts } from './assessment-facts';
import type { OptionsFound } from './find-options';

/** Code of what has to be said before anything can be searched. */
export type WhereaboutsMissing = 'PLACE_REQUIRED' | 'OWN_PRACTICE_REQUIRED' | 'OWN_PRACTICE_NOT_FOUND';

/** Code of what has kept others from being found. */
export type OptionsNotice = 'PLACE_REQUIRED' | 'OWN_PRACTICE_NOT_FOUND' | 'NO_PRACTICE_NEAR';

type Known = Pick<AssessmentFacts, 'subject' | 'candidates'>;

/** Null where at least one practice could be searched for, or there are none near. */
export function whereaboutsMissing({
  subject,
  candidates,
  outcome,
}: Known & Pick<AssessmentFacts, 'outcome'>): WhereaboutsMissing | null {
  if (candidates?.own) return null;
  if (subject.registeredPracticeOdsCode !== null && (candidates === null || isOwnOnly(outcome)))
    return 'OWN_PRACTICE_NOT_FOUND';
  if (isOwnOnly(outcome)) return 'OWN_PRACTICE_REQUIRED';
  return candidates === null ? 'PLACE_REQUIRED' : null;
}

function isOwnOnly(outcome: AssessmentFacts['outcome']): boolean {
  return outcome !== null && !relationsServed(outcome.disposition.bookable).includes('OTHER');
}

/** Reasons that practices may be missing, so that an empty list is never all that somebody is told. */
export function optionsNotices(
  { subject, candidates }: Known,
  { isElsewhereSearched }: Pick<OptionsFound, 'isElsewhereSearched'>,
): OptionsNotice[] {
  if (candidates === null) return [];
  const { own, placeKnown, practicesInRadius } = candidates;
  const notices: OptionsNotice[] = [];
  if (own === null && subject.registeredPracticeOdsCode !== null) notices.push('OWN_PRACTICE_NOT_FOUND');
  if (!isElsewhereSearched) return notices;
  if (!placeKnown) notices.push('PLACE_REQUIRED');
  else if (practicesInRadius === 0) notices.push('NO_PRACTICE_NEAR');
  return notices;
}
