import { ANONYMOUS, type Caller, type Person } from '../../../domain/caller';
import { CalendarDate } from '../../../domain/london-time';
import { syntheticNhsNumber } from '../../../domain/nhs-number';
import { OdsCode } from '../../../domain/ods-code';
import { registeredPractice } from './registered-practice';

const DECLARED = OdsCode.parse('DEC001');
const BIRTH_DATE = CalendarDate.parse('2020-03-01');
const subject = {
  relationship: 'CHILD',
  dateOfBirth: BIRTH_DATE,
  sex: 'MALE',
  ageInDays: 2192,
  ageInMonths: 72,
} as const;

const son = person('son', '2020-03-01', 'SON001');
const daughter = person('daughter', '2018-05-05', 'DAU001');
const mother = person('mother', '1990-01-01', 'MUM001');

it('is the one that was declared when nobody is verified', () => {
  expect(registeredPractice(ANONYMOUS, { subject, declaredPractice: DECLARED })).toBe('DEC001');
  expect(registeredPractice(ANONYMOUS, { subject, declaredPractice: null })).toBeNull();
});

it('is that of the verified caller, when the symptoms are theirs', () => {
  const own = { ...subject, relationship: 'SELF' } as const;
  expect(registeredPractice(patient(mother, [son]), { subject: own, declaredPractice: DECLARED })).toBe(
    'MUM001',
  );
});

it.each(['CHILD', 'OTHER'] as const)(
  'is that of the person the caller acts for with the same birth date (%s)',
  (relationship) => {
    const other = { ...subject, relationship };
    expect(
      registeredPractice(patient(mother, [daughter, son]), { subject: other, declaredPractice: DECLARED }),
    ).toBe('SON001');
  },
);

it('is the declared one when people of two practices have that birth date, or nobody', () => {
  const twin = person('twin', '2020-03-01', 'TWI001');
  expect(registeredPractice(patient(mother, [son, twin]), { subject, declaredPractice: DECLARED })).toBe(
    'DEC001',
  );
  expect(registeredPractice(patient(mother, [daughter]), { subject, declaredPractice: DECLARED })).toBe(
    'DEC001',
  );
});

it('is the one practice of twins, and of those who may be meant by a mistyped date', () => {
  const twin = person('twin', '2020-03-01', 'SON001');
  expect(registeredPractice(patient(mother, [son, twin]), { subject, declaredPractice: DECLARED })).toBe(
    'SON001',
  );
  const mistyped = { ...subject, dateOfBirth: CalendarDate.parse('2020-03-04') };
  for (const children of [[son], [son, twin]])
    expect(registeredPractice(patient(mother, children), { subject: mistyped, declaredPractice: null })).toBe(
      'SON001',
    );
  expect(
    registeredPractice(patient(mother, [son, daughter]), { subject: mistyped, declaredPractice: null }),
  ).toBeNull();
});

it("is never the caller's own when the symptoms are somebody else's", () => {
  const sameDay = person('mother', '2020-03-01', 'MUM001');
  expect(registeredPractice(patient(sameDay, []), { subject, declaredPractice: null })).toBeNull();
});

it('is the declared one when the verified identity names no practice, or is not a patient', () => {
  const unregistered = person('son', '2020-03-01', undefined);
  expect(registeredPractice(patient(mother, [unregistered]), { subject, declaredPractice: DECLARED })).toBe(
    'DEC001',
  );
  const staff: Caller = {
    kind: 'practice-staff',
    id: 'staff-0123456789abcdef',
    practice: OdsCode.parse('STA001'),
    roleCode: 'R8010',
  };
  expect(registeredPractice(staff, { subject, declaredPractice: DECLARED })).toBe('DEC001');
});

function patient(self: Person, actsFor: Person[]): Caller {
  return { kind: 'patient', id: 'caller-0123456789abcdef', proofing: 'P9', self, actsFor };
}

function person(id: string, birthDate: string, practice: string | undefined): Person {
  return {
    id,
    nhsNumber: syntheticNhsNumber(id.length),
    familyName: 'Synthetic',
    givenName: id,
    birthDate: CalendarDate.parse(birthDate),
    registeredPractice: practice === undefined ? undefined : OdsCode.parse(practice),
  };
}
