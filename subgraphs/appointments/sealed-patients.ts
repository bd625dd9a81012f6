import { z } from 'zod';
import type { Patient } from '../../adapters/gp-system';
import { PatientLinkage, people, type Caller, type Person } from '../../domain/caller';
import { ageInMonths, CalendarDate, londonDate } from '../../domain/london-time';
import { NhsNumber } from '../../domain/nhs-number';
import { keyedDigest } from '../../domain/secret';
import { sealer, type Sealer } from '../../domain/sealed';
import { mayBook } from './booking/not-allowed';

/** Identity details that read-back and cancelling need after the person has left; kept sealed. */
const PatientDetails: z.ZodType<Patient> = z.object({
  nhsNumber: NhsNumber,
  familyName: z.string(),
  givenName: z.string(),
  birthDate: CalendarDate,
  linkage: PatientLinkage.optional(),
});

export interface Patients extends Sealer<Patient> {
  /** The same for the same person, without saying who: a keyed digest of the NHS number. */
  digest(patient: Patient): string;
}

/** @param keys `name` is stored with the sealed text. */
export function patients(keys: {
  details: Uint8Array;
  digest: Uint8Array;
  name?: string | undefined;
}): Patients {
  const digest = keyedDigest(keys.digest);
  return {
    ...patientSealer(keys.details, keys.name),
    digest: ({ nhsNumber }) => digest(nhsNumber),
  };
}

export function patientSealer(key: Uint8Array, keyName?: string): Sealer<Patient> {
  return sealer(PatientDetails, key, keyName);
}

export function identifiedPatient({ nhsNumber, familyName, givenName, birthDate, linkage }: Person): Patient {
  return { nhsNumber, familyName, givenName, birthDate, linkage };
}

/** The patient of a hold or booking, when the caller may (still) act for them. */
export function personOf(
  caller: Caller,
  { patientDigest }: { patientDigest: string },
  { patients: { digest } }: { patients: Patients },
): Person | undefined {
  return people(caller).find((person) => digest(identifiedPatient(person)) === patientDigest);
}

/** Digests of the people whose bookings a caller may see and change: those for whom they may act now, by a proven identity. */
export function digestsOfPeople(caller: Caller, { patients: { digest } }: { patients: Patients }): string[] {
  return mayBook(caller) ? people(caller).map((person) => digest(identifiedPatient(person))) : [];
}

/**
 * Finds the person through whose own link a practice is searched: somebody the caller may act for who is registered where the
 * subject is (if that is known) and of the subject's age today, give or take the month that may have turned since. Of twins at
 * one practice either will do, since only the booking itself is in somebody's name. Undefined when nobody fits, or it is unclear.
 */
export function subjectAmong(
  caller: Caller,
  subject: { ageInMonths: number; registeredPracticeOdsCode: string | null },
  now: Date,
): Person | undefined {
  const fitting = people(caller).filter(
    (person) =>
      isOfAge(person, subject.ageInMonths, now) &&
      (subject.registeredPracticeOdsCode === null ||
        person.registeredPractice === subject.registeredPracticeOdsCode),
  );
  const practices = new Set(fitting.map(({ registeredPractice }) => registeredPractice));
  return practices.size === 1 ? fitting[0] : undefined;
}

function isOfAge({ birthDate }: Person, months: number, now: Date): boolean {
  return Math.abs(ageInMonths(birthDate, londonDate(now)) - months) <= 1;
}
