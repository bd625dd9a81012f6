import type { JWTPayload } from 'jose';
import type { Person } from '../domain/caller';
import { CalendarDate, londonDate } from '../domain/london-time';
import { syntheticNhsNumber } from '../domain/nhs-number';
import { OdsCode } from '../domain/ods-code';

/** Invented people: NHS numbers of the 999 range, which is never issued. */
export interface DemoFamily {
  mother: Person;
  /** Six years old. */
  son: Person;
}

/** The own practice of the case study, in the demo directory. */
export const CASE_STUDY_PRACTICE = OdsCode.parse('Z90001');

/** @param serial another number makes other people; the same number the same ones. */
export function demoFamily(practice: OdsCode, serial: number, today: Date): DemoFamily {
  const year = Number(londonDate(today).slice(0, 4));
  return {
    mother: person('mother', serial * 2, 'Ruth', CalendarDate.parse(`${year - 35}-02-11`), practice),
    son: person('son', serial * 2 + 1, 'Sam', sixYearsBefore(today), practice),
  };
}

function person(
  role: string,
  serial: number,
  givenName: string,
  birthDate: CalendarDate,
  practice: OdsCode,
): Person {
  const id = `demo-${role}-${serial}`;
  return {
    id,
    nhsNumber: syntheticNhsNumber(serial),
    familyName: 'Example',
    givenName,
    birthDate,
    registeredPractice: practice,
    linkage: { practice, userId: accessIdentity(serial), key: `linkage-${serial}` },
  };
}

function sixYearsBefore(today: Date): CalendarDate {
  const day = new Date(today);
  day.setUTCFullYear(day.getUTCFullYear() - 6, day.getUTCMonth(), 1);
  return londonDate(day);
}

function accessIdentity(serial: number): string {
  return `00000000-0000-4000-8000-${serial.toString(16).padStart(12, '0')}`;
}

/** The claims with which NHS login would vouch for a person. */
export function patientClaims(self: Person, actsFor: readonly Person[]): JWTPayload {
  return {
    vot: 'P9.Cp.Cd',
    identity_proofing_level: 'P9',
    ...personClaims(self),
    acts_for: actsFor.map((person) => ({ sub: person.id, ...personClaims(person) })),
  };
}

function personClaims({ nhsNumber, familyName, givenName, birthDate, registeredPractice, linkage }: Person) {
  return {
    nhs_number: nhsNumber,
    family_name: familyName,
    given_name: givenName,
    birthdate: birthDate,
    gp_ods_code: registeredPractice,
    gp_integration_credentials: linkage && {
      gp_ods_code: linkage.practice,
      gp_user_id: linkage.userId,
      gp_linkage_key: linkage.key,
    },
  };
}

/** R8008, admin or clinical support: practice managers hold it. */
const MANAGER = 'S8001:G8005:R8008';

/** The claims with which CIS2 would vouch for somebody who works at the practice. */
export function staffClaims(practice: OdsCode, role = MANAGER): JWTPayload {
  return {
    selected_roleid: 'demo-role',
    nhsid_nrbac_roles: [{ person_roleid: 'demo-role', org_code: practice, role_code: role }],
  };
}
