import type { PathwayContent, Population, Refusal } from '../content/content';
import type { Sex } from '../content/vocabulary';

/** Who has the symptoms, as far as content asks. */
export interface Subject {
  ageInMonths: number;
  sex: Sex;
}

export function suits({ ageInMonths: { from, below }, sex }: Population, subject: Subject): boolean {
  const { ageInMonths: age } = subject;
  return sex.includes(subject.sex) && age >= from && (below === null || age < below);
}

/** What somebody is told whom the pathway is not for; undefined for everybody else. Content covers everyone by one rule. */
export function refusalOf(pathway: PathwayContent, subject: Subject): Refusal | undefined {
  return pathway.refusals.find((refusal) => suits(refusal, subject));
}
