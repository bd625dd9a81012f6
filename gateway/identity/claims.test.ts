import { Caller, Person } from '../../domain/caller';
import { syntheticNhsNumber } from '../../domain/nhs-number';
import { callerFromClaims } from './claims';

const PERSON = {
  nhs_number: syntheticNhsNumber(1),
  family_name: 'Example',
  given_name: 'Ruth',
  birthdate: '1990-02-11',
  gp_ods_code: 'Z90001',
  gp_integration_credentials: { gp_ods_code: 'Z90001', gp_user_id: 'user', gp_linkage_key: 'key' },
};
const SON = { ...PERSON, sub: 'son', nhs_number: syntheticNhsNumber(2), given_name: 'Sam' };
const PATIENT = {
  iss: 'https://issuer.test.invalid',
  sub: 'mother',
  vot: 'P9.Cp.Cd',
  identity_proofing_level: 'P9',
  ...PERSON,
};

describe('NHS login', () => {
  const read = (changes: object) => callerFromClaims('nhs-login', { ...PATIENT, ...changes });

  it('vouches for a patient with their practice and linkage', () => {
    expect(read({})).toMatchObject({
      kind: 'patient',
      proofing: 'P9',
      actsFor: [],
      self: {
        id: 'mother',
        nhsNumber: PERSON.nhs_number,
        familyName: 'Example',
        givenName: 'Ruth',
        birthDate: '1990-02-11',
        registeredPractice: 'Z90001',
        linkage: { practice: 'Z90001', userId: 'user', key: 'key' },
      },
    });
  });

  it('vouches for those whom the subject may act for', () => {
    expect(read({ acts_for: [SON] })).toMatchObject({ actsFor: [{ id: 'son', givenName: 'Sam' }] });
  });

  it('vouches for a patient without a practice or linkage', () => {
    const caller = read({ gp_ods_code: undefined, gp_integration_credentials: undefined });
    expect(caller).toMatchObject({ self: { id: 'mother', linkage: undefined } });
  });

  it('at P5 vouches for less, and says so', () => {
    expect(read({ vot: 'P5.Cp.Cd', identity_proofing_level: 'P5' })).toMatchObject({ proofing: 'P5' });
  });

  it('at P0 vouches for nobody, whatever else the token claims', () => {
    const caller = read({ vot: 'P0.Cp', identity_proofing_level: 'P0', acts_for: [SON] });
    expect(caller).toMatchObject({ kind: 'patient', proofing: 'P0', actsFor: [] });
    expect(caller).not.toHaveProperty('self');
  });

  it.each([
    ['vot P5 against level P9', { vot: 'P5.Cp.Cd' }],
    ['vot P9 against level P5', { identity_proofing_level: 'P5' }],
    ['vot P0 against level P9', { vot: 'P0.Cp' }],
    ['no vot', { vot: undefined }],
    ['no level', { identity_proofing_level: undefined }],
    ['an unknown level', { vot: 'P7.Cp', identity_proofing_level: 'P7' }],
    ['a vot that only begins like P9', { vot: 'P99.Cp' }],
    ['no NHS number', { nhs_number: undefined }],
    ['a wrong check digit', { nhs_number: '9990000001' }],
    ['an NHS number as a number', { nhs_number: 9990000018 }],
    ['no name', { family_name: undefined }],
    ['an impossible birth date', { birthdate: '1990-02-30' }],
    ['a bad practice code', { gp_ods_code: "Z9' or 1=1" }],
    ['a bad person among those acted for', { acts_for: [{ ...SON, nhs_number: '1111111111' }] }],
    ['a person acted for without a name', { acts_for: [{ ...SON, sub: undefined }] }],
    ['too many to act for', { acts_for: Array.from({ length: 21 }, () => SON) }],
  ])('proves nothing with %s', (_, changes) => {
    expect(read(changes)).toHaveProperty('unfit');
  });
});

describe('what a token may carry is no wider than what is read again', () => {
  const LINKAGE = PERSON.gp_integration_credentials;
  const CONTROLS = ['\u0000', '\t', '\n', '\u007f', '\u0085', '\ud800'];
  const BLANK = ['', ' ', '  ', '\u00a0', '\u2003'];
  const NO_NAMES = [
    ...BLANK,
    ...CONTROLS.map((control) => `Ruth${control}Example`),
    'x'.repeat(201),
    'x'.repeat(10_000),
  ];
  const NAMES = [
    'O',
    'O’Brien',
    'Zoë',
    'Mary Jane',
    'Mary-Jane',
    ' Ruth ',
    'Mc Donald',
    '王',
    '\u0645\u062d\u0645\u062f',
    '\u0141\u00f3d\u017a',
    '-',
    '🙂',
    'x'.repeat(200),
  ];

  const unfitNames = ['given_name', 'family_name'].flatMap((claim) =>
    NO_NAMES.map((name) => ({ claim, changes: { [claim]: name } })),
  );
  const unfitOthers = [
    { claim: 'sub', changes: { sub: 'x'.repeat(101) } },
    { claim: 'sub', changes: { sub: '' } },
    ...['gp_user_id', 'gp_linkage_key'].flatMap((part) =>
      ['', 'x'.repeat(201)].map((value) => ({
        claim: `gp_integration_credentials.${part}`,
        changes: { gp_integration_credentials: { ...LINKAGE, [part]: value } },
      })),
    ),
  ];

  it.each([...unfitNames, ...unfitOthers])('names the claim $claim ($#)', ({ claim, changes }) => {
    expect(callerFromClaims('nhs-login', { ...PATIENT, ...changes })).toEqual({ unfit: [claim] });
    const actsFor = { ...PATIENT, acts_for: [SON, { ...SON, ...changes }] };
    expect(callerFromClaims('nhs-login', actsFor)).toEqual({ unfit: [`acts_for.1.${claim}`] });
  });

  it.each(NAMES)(
    'takes the name %s, by which other processes and the simulated practices know the person',
    (name) => {
      const claims = {
        ...PATIENT,
        given_name: name,
        family_name: name,
        acts_for: [{ ...SON, given_name: name }],
      };
      const caller = Caller.parse(JSON.parse(JSON.stringify(callerFromClaims('nhs-login', claims))));
      const { self } = caller as Extract<Caller, { kind: 'patient' }>;
      expect(self).toMatchObject({ givenName: name, familyName: name });
      expect(Person.parse(JSON.parse(JSON.stringify(self)))).toMatchObject({ givenName: name });
    },
  );
});

describe('CIS2', () => {
  const role = (person_roleid: string, org_code: string) => ({
    person_roleid,
    org_code,
    role_code: 'S8001:G8005:R8001',
  });
  const read = (claims: object) => callerFromClaims('cis2', { iss: 'cis2', sub: 'receptionist', ...claims });
  const roles = [role('first', 'Z90001'), role('second', 'Z90002')];

  it('vouches for the role that was selected, and no other', () => {
    expect(read({ selected_roleid: 'second', nhsid_nrbac_roles: roles })).toMatchObject({
      kind: 'practice-staff',
      practice: 'Z90002',
    });
  });

  it.each([
    ['no role selected', { nhsid_nrbac_roles: roles }],
    ['an empty selection', { selected_roleid: '', nhsid_nrbac_roles: roles }],
    ['a selected role that is not granted', { selected_roleid: 'third', nhsid_nrbac_roles: roles }],
    ['no roles at all', { selected_roleid: 'first' }],
    ['an empty list of roles', { selected_roleid: 'first', nhsid_nrbac_roles: [] }],
    ['a role without an organisation', { selected_roleid: 'x', nhsid_nrbac_roles: [{ person_roleid: 'x' }] }],
  ])('proves nothing with %s', (_, claims) => {
    expect(read(claims)).toHaveProperty('unfit');
  });

  it('cannot vouch for a patient', () => {
    expect(callerFromClaims('cis2', PATIENT)).toHaveProperty('unfit');
  });
});

describe('a client', () => {
  const read = (scope: unknown) => callerFromClaims('client', { iss: 'clients', sub: 'tool', scope });

  it.each([
    ['analyst', 'analyst'],
    ['operator', 'operator'],
    ['profile analyst', 'analyst'],
    ['analyst operator', 'operator'],
  ])('with the scope "%s" is the %s', (scope, kind) => {
    expect(read(scope)).toMatchObject({ kind });
  });

  it.each(['', 'analysts', 'patient', 'ANALYST', undefined, ['analyst']])('with %p is nobody', (scope) => {
    expect(read(scope)).toEqual({ unfit: ['scope'] });
  });

  it('cannot vouch for a patient or for staff', () => {
    expect(callerFromClaims('client', { ...PATIENT, selected_roleid: 'first' })).toHaveProperty('unfit');
  });
});
