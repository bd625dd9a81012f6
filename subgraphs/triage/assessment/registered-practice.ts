import type { Caller, Person } from '../../../domain/caller';
import type { OdsCode } from '../../../domain/ods-code';
import type { AssessmentRecord } from './assessment-store';

/**
 * The practice where the person with the symptoms is registered. A verified identity outranks the declaration at the start; a
 * person whom the caller acts for is recognised by their date of birth, and of twins it is enough that they have one practice.
 * Where nobody has that date, which may be mistyped, and none was declared, it is the one practice of all who may be meant.
 */
export function registeredPractice(
  caller: Caller,
  { subject, declaredPractice }: Pick<AssessmentRecord, 'subject' | 'declaredPractice'>,
): OdsCode | null {
  if (caller.kind !== 'patient') return declaredPractice;
  if (subject.relationship === 'SELF') return caller.self?.registeredPractice ?? declaredPractice;
  const sameBirthday = caller.actsFor.filter(({ birthDate }) => birthDate === subject.dateOfBirth);
  return onePractice(sameBirthday) ?? declaredPractice ?? onePractice(caller.actsFor) ?? null;
}

function onePractice(meant: readonly Person[]): OdsCode | undefined {
  const practices = new Set(meant.map(({ registeredPractice: practice }) => practice));
  return practices.size === 1 ? [...practices][0] : undefined;
}
