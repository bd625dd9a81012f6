import type { AssessmentRecord } from '../assessment/assessment-store';
import type { Reader } from '../content/wording';

/** Returns the reader of an assessment: the person who answers it. */
export function readerOf({ subject, locale }: Pick<AssessmentRecord, 'subject' | 'locale'>): Reader {
  return { relationship: subject.relationship, locale };
}
