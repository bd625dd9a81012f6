import type { JWTPayload } from 'jose';
import type { Person } from '../domain/caller';
import { CalendarDate, londonDate } from '../domain/london-time';
import { syntheticNhsNumber } from '../domain/nhs-number';
import { OdsCode } from '../domain/ods-code';
import type { DemoIssuer, DemoIssuerKind } from './issuer';

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
    mother: person('mother', serial * 2, practice, {
      givenName: 'Ruth',
      familyName: 'Example',
      birthDate: CalendarDate.parse(`${year - 35}-02-11`),
    }),
    son: person('son', serial * 2 + 1, practice, {
      givenName: 'Sam',
      familyName: 'Example',
      birthDate: yearsBefore(today, 6),
    }),
  };
}

function person(
  role: string,
  serial: number,
  practice: OdsCode,
  names: Pick<Person, 'givenName' | 'familyName' | 'birthDate'>,
): Person {
  const id = `demo-${role}-${serial}`;
  return {
    id,
    nhsNumber: syntheticNhsNumber(serial),
    ...names,
    registeredPractice: practice,
    linkage: { practice, userId: accessIdentity(serial), key: `linkage-${serial}` },
  };
}

/** The first day of this month, so many years ago: who was born then stays of that age for the month. */
function yearsBefore(today: Date, years: number): CalendarDate {
  const day = new Date(today);
  day.setUTCFullYear(day.getUTCFullYear() - years, day.getUTCMonth(), 1);
  return londonDate(day);
}

function accessIdentity(serial: number): string {
  return `00000000-0000-4000-8000-${serial.toString(16).padStart(12, '0')}`;
}

/** The claims with which NHS login would vouch for a person. */
export function patientClaims(
  self: Person,
  actsFor: readonly Person[],
  proofing: 'P5' | 'P9' = 'P9',
): JWTPayload {
  return {
    vot: `${proofing}.Cp.Cd`,
    identity_proofing_level: proofing,
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

/** Demo people beside the first family have serials from here on; other invented families stay below. */
export const FIRST_RESERVED_SERIAL = 99_900;

/**
 * The people of the demo by name, ages as of today. All but Una are registered at the practice, and its simulated system
 * knows them.
 */
export function demoPeople(practice: OdsCode, today: Date) {
  const { mother: ruth, son: sam } = demoFamily(practice, 0, today);
  const member = (role: string, offset: number, name: string, years: number) => {
    const [givenName = '', familyName = ''] = name.split(' ');
    const birthDate = yearsBefore(today, years);
    return person(role, FIRST_RESERVED_SERIAL + offset, practice, { givenName, familyName, birthDate });
  };
  const una = member('patient', 7, 'Una Nowhere', 51);
  return {
    ruth,
    sam,
    noor: member('patient', 0, 'Noor Sample', 42),
    grace: member('parent', 1, 'Grace Specimen', 38),
    ada: member('child', 2, 'Ada Specimen', 9),
    ben: member('child', 3, 'Ben Specimen', 3),
    peter: member('parent', 4, 'Peter Placeholder', 40),
    tim: member('child', 5, 'Tim Placeholder', 6),
    tom: member('child', 6, 'Tom Placeholder', 6),
    owen: member('parent', 9, 'Owen Example', 37),
    una: { ...una, registeredPractice: undefined, linkage: undefined },
    paula: member('patient', 8, 'Paula Partly', 29),
  } satisfies Record<string, Person>;
}

type DemoPeople = ReturnType<typeof demoPeople>;

/** Person whom a demo token identifies. */
export interface DemoCaller {
  /** Says who that is, in the words of docs/api.md and `npm run token -- --help`. */
  description: string;
  token(world: { people: DemoPeople; practice: OdsCode }): DemoToken;
}

export interface DemoToken {
  kind: DemoIssuerKind;
  subject: string;
  claims: JWTPayload;
  /** Made so long ago that it has expired. */
  hasExpired?: true;
}

/** R8010, admin or clinical support: may see and close the book, and change no rule. */
const RECEPTIONIST = 'S8001:G8006:R8010';

/** In the demo directory; what they are connected to follows from their codes (simulated-world.ts). */
const UNCONNECTED_PRACTICE = OdsCode.parse('Z90052');
const NEW_PRACTICE = OdsCode.parse('Z90022');

/** Every person for whom a front end may draw a screen, by the name that `npm run token -- --as` takes. */
export const DEMO_CALLERS = {
  patient: {
    description: 'Ruth Example, 35: an adult who acts for nobody else',
    token: ({ people: { ruth } }) => patientToken(ruth, []),
  },
  'other-patient': {
    description: 'Noor Sample, 42: somebody else, at the same practice',
    token: ({ people: { noor } }) => patientToken(noor, []),
  },
  parent: {
    description: 'Ruth Example, who may act for her son Sam, 6',
    token: ({ people: { ruth, sam } }) => patientToken(ruth, [sam]),
  },
  'other-parent': {
    description: "Owen Example, 37: Sam's father, who may act for him too",
    token: ({ people: { owen, sam } }) => patientToken(owen, [sam]),
  },
  'parent-of-two': {
    description: 'Grace Specimen, 38, who may act for Ada, 9, and Ben, 3',
    token: ({ people: { grace, ada, ben } }) => patientToken(grace, [ada, ben]),
  },
  'parent-of-twins': {
    description: 'Peter Placeholder, 40, who may act for Tim and Tom, 6, born on the same day',
    token: ({ people: { peter, tim, tom } }) => patientToken(peter, [tim, tom]),
  },
  unregistered: {
    description: 'Una Nowhere, 51: has proved who she is, and is registered at no practice',
    token: ({ people: { una } }) => patientToken(una, []),
  },
  p5: {
    description: 'Paula Partly, 29: signed in at P5, so she has to prove more before she can book',
    token: ({ people: { paula } }) => patientToken(paula, [], 'P5'),
  },
  p0: {
    description: 'Somebody signed in at P0, of whom nothing but an e-mail address is known',
    token: () => ({
      kind: 'nhs-login',
      subject: 'demo-unproven',
      claims: { vot: 'P0.Cp', identity_proofing_level: 'P0' },
    }),
  },
  expired: {
    description: 'Ruth Example, whose token expired an hour ago',
    token: ({ people: { ruth } }) => ({ ...patientToken(ruth, []), hasExpired: true }),
  },
  practice: {
    description: 'The manager of the practice, who may set its rules',
    token: ({ practice }) => staffToken(`demo-manager-${practice}`, practice, MANAGER),
  },
  receptionist: {
    description: 'A receptionist there, who may see and close the book and change no rule',
    token: ({ practice }) => staffToken(`demo-receptionist-${practice}`, practice, RECEPTIONIST),
  },
  'other-practice': {
    description: 'The manager of Z90052, which has not opted in and is connected to no system',
    token: () => staffToken(`demo-manager-${UNCONNECTED_PRACTICE}`, UNCONNECTED_PRACTICE, MANAGER),
  },
  'new-practice': {
    description: 'The manager of Z90022, which is connected and has not opted in yet',
    token: () => staffToken(`demo-manager-${NEW_PRACTICE}`, NEW_PRACTICE, MANAGER),
  },
  analyst: {
    description: 'An analyst of this service',
    token: () => clientToken('analyst'),
  },
  operator: {
    description: 'An operator of this service',
    token: () => clientToken('operator'),
  },
} as const satisfies Record<string, DemoCaller>;
export type DemoCallerName = keyof typeof DEMO_CALLERS;
export const DEMO_CALLER_NAMES = Object.keys(DEMO_CALLERS) as DemoCallerName[];

/** Signs a token for one of them. */
export function demoToken(
  name: DemoCallerName,
  practice: OdsCode,
  today: Date,
  issuer: DemoIssuer,
): Promise<string> {
  const caller: DemoCaller = DEMO_CALLERS[name];
  const { kind, subject, claims, hasExpired } = caller.token({
    people: demoPeople(practice, today),
    practice,
  });
  return issuer.sign(kind, subject, claims, hasExpired);
}

/**
 * Writes the variables with which a shell acts for all of them: `TOKEN_PATIENT` and so on, and of each person
 * `BORN_RUTH`, `NHS_RUTH`, and `ID_RUTH`, which `holdSlot` takes as patientId. Values consist of letters, digits,
 * dots, hyphens and underscores.
 */
export async function demoVariables(
  practice: OdsCode,
  today: Date,
  issuer: DemoIssuer,
): Promise<Record<string, string>> {
  const inShell = (name: string) => name.toUpperCase().replaceAll('-', '_');
  const tokens = DEMO_CALLER_NAMES.map(
    async (name) => [`TOKEN_${inShell(name)}`, await demoToken(name, practice, today, issuer)] as const,
  );
  const people = Object.entries<Person>(demoPeople(practice, today)).flatMap(
    ([name, { id, birthDate, nhsNumber }]) => [
      [`BORN_${inShell(name)}`, birthDate] as const,
      [`ID_${inShell(name)}`, id] as const,
      [`NHS_${inShell(name)}`, nhsNumber] as const,
    ],
  );
  return Object.fromEntries([...(await Promise.all(tokens)), ...people]);
}

function patientToken(self: Person, actsFor: readonly Person[], proofing?: 'P5'): DemoToken {
  return { kind: 'nhs-login', subject: self.id, claims: patientClaims(self, actsFor, proofing) };
}

function staffToken(subject: string, practice: OdsCode, role: string): DemoToken {
  return { kind: 'cis2', subject, claims: staffClaims(practice, role) };
}

function clientToken(scope: 'analyst' | 'operator'): DemoToken {
  return { kind: 'client', subject: `demo-${scope}`, claims: { scope } };
}
