import type { AgeRange, PathwayContent, Population, Refusal } from '../content/content';
import type { Sex } from '../content/vocabulary';

/** Who has the symptoms, as far as content asks. */
export interface Subject {
  ageInDays: number;
  sex: Sex;
}

export function suits({ ageInDays, sex }: Population, subject: Subject): boolean {
  return sex.includes(subject.sex) && isIn(ageInDays, subject.ageInDays);
}

/** What somebody is told whom the pathway is not for; undefined for everybody else. Content covers everyone by one rule. */
export function refusalOf(pathway: PathwayContent, subject: Subject): Refusal | undefined {
  return pathway.refusals.find((refusal) => suits(refusal, subject));
}

export function isIn({ from, below }: AgeRange, days: number): boolean {
  return days >= from && (below === null || days < below);
}
