import type { AssessmentRecord } from '../assessment/assessment-store';
import type { Reader } from '../content/wording';

/** Who reads an assessment: the one who answered. */
export function readerOf({ subject, locale }: Pick<AssessmentRecord, 'subject' | 'locale'>): Reader {
  return { relationship: subject.relationship, locale };
}
