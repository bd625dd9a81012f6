import type { AgeRange, PathwayContent, Population, Exclusion } from '../content/content';
import type { Sex } from '../content/vocabulary';

/** The person with the symptoms, as far as content depends on them. */
export interface PatientProfile {
  ageInDays: number;
  sex: Sex;
}

export function suits({ ageInDays, sex }: Population, subject: PatientProfile): boolean {
  return sex.includes(subject.sex) && isIn(ageInDays, subject.ageInDays);
}

/**
 * Returns the message for somebody whom the pathway is not for; undefined for everybody else. Content covers
 * everyone by one rule.
 */
export function exclusionOf(pathway: PathwayContent, subject: PatientProfile): Exclusion | undefined {
  return pathway.refusals.find((refusal) => suits(refusal, subject));
}

export function isIn({ from, below }: AgeRange, days: number): boolean {
  return days >= from && (below === null || days < below);
}
