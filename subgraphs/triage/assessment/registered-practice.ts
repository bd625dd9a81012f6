import type { Caller } from '../../../domain/caller';
import type { OdsCode } from '../../../domain/ods-code';
import type { AssessmentRecord } from './assessment-store';

/**
 * The practice where the person with the symptoms is registered. A verified identity outranks the declaration at
 * the start; a person whom the caller acts for is recognised by their date of birth if only one has it.
 */
export function registeredPractice(
  caller: Caller,
  { subject, declaredPractice }: Pick<AssessmentRecord, 'subject' | 'declaredPractice'>,
): OdsCode | null {
  return verifiedPractice(caller, subject) ?? declaredPractice;
}

function verifiedPractice(caller: Caller, subject: AssessmentRecord['subject']): OdsCode | undefined {
  if (caller.kind !== 'patient') return undefined;
  if (subject.relationship === 'SELF') return caller.self?.registeredPractice;
  const matches = caller.actsFor.filter(({ birthDate }) => birthDate === subject.dateOfBirth);
  return matches.length === 1 ? matches[0]?.registeredPractice : undefined;
}
