import type { Caller } from '../../../domain/caller';
import { Caller as CallerSchema } from '../../../domain/caller';
import { OdsCode } from '../../../domain/ods-code';
import { NOON, practicesUnderTest, type PracticesUnderTest } from '../../../tests/practices-under-test';

const MINE = 'Z90001';
const OTHER = 'Z90002';
const MANAGER = staff('S8001:G8005:R8008');
const RECEPTIONIST = staff('S8001:G8005:R8009');
const OPERATOR = CallerSchema.parse({ kind: 'operator', id: 'operator-0123456789' });
const ANALYST = CallerSchema.parse({ kind: 'analyst', id: 'analyst-01234567890' });
const PATIENT = CallerSchema.parse({
  kind: 'patient',
  id: 'patient-01234567890',
  proofing: 'P9',
  actsFor: [],
});

function staff(roleCode: string, practice = MINE): Caller {
  return CallerSchema.parse({
    kind: 'practice-staff',
    id: `staff-0123456789-${roleCode}`,
    practice,
    roleCode,
  });
}

const RULES = {
  ownPatients: true,
  otherPatients: true,
  modes: ['IN_PERSON'],
  dispositionIds: ['gp-6h'],
  slotTypes: ['111 urgent'],
  takeBackMinutes: 120,
  minimumNoticeMinutes: 30,
  horizonDays: 7,
  cancelCutOffMinutes: 60,
};

let now = NOON;
let practices: PracticesUnderTest;
beforeAll(async () => {
  practices = await practicesUnderTest(() => now);
});
beforeEach(async () => {
  now = NOON;
  await practices.forgetReleases();
});
afterAll(() => practices.close());

const SET = `mutation ($input: SetReleasePolicyInput!) { setReleasePolicy(input: $input) {
  __typename
  ... on Practice { odsCode release { version status dailyQuota ageInMonths { from below } modes } }
  ... on StalePolicy { code current { version } }
  ... on InvalidInput { code fields { path code message } }
  ... on NotAllowed { code } } }`;
const CLOSE = `mutation ($input: CloseBookInput!) { closeBook(input: $input) {
  __typename ... on Practice { release { version status closedTo } } ... on InvalidInput { fields { path code } }
  ... on Problem { code } } }`;
const REOPEN = `mutation ($input: ReopenBookInput!) { reopenBook(input: $input) {
  __typename ... on Practice { release { version status closedTo } } ... on Problem { code } } }`;

const set = async (caller: Caller, values: Record<string, unknown> = {}) => {
  const input = { odsCode: MINE, expectedVersion: 1, ...RULES, ...values };
  return (await practices.ask(SET, { input }, caller)).data.setReleasePolicy;
};
const close = async (caller: Caller, values: Record<string, unknown> = {}) =>
  (await practices.ask(CLOSE, { input: { odsCode: MINE, reason: 'Two doctors ill', ...values } }, caller))
    .data.closeBook;
const reopen = async (caller: Caller, odsCode = MINE) =>
  (await practices.ask(REOPEN, { input: { odsCode } }, caller)).data.reopenBook;

describe('setReleasePolicy', () => {
  it('replaces the rules of the own practice, from the version they were read at', async () => {
    expect(await set(MANAGER, { dailyQuota: 4, minAgeMonths: 60, maxAgeMonths: 191 })).toEqual({
      __typename: 'Practice',
      odsCode: MINE,
      release: {
        version: 2,
        status: 'OPEN',
        dailyQuota: 4,
        ageInMonths: { from: 60, below: 192 },
        modes: ['IN_PERSON'],
      },
    });
    expect(await set(MANAGER)).toEqual({
      __typename: 'StalePolicy',
      code: 'RULES_CHANGED',
      current: { version: 2 },
    });
  });

  it('has the quota of the contract where it is left out, and none where it is null', async () => {
    expect(await set(MANAGER)).toMatchObject({ release: { dailyQuota: 1, ageInMonths: null } });
    expect(await set(MANAGER, { expectedVersion: 2, dailyQuota: null })).toMatchObject({
      release: { dailyQuota: null },
    });
  });

  it('answers all that cannot be used at once', async () => {
    const values = {
      dailyQuota: -1,
      horizonDays: 57,
      takeBackMinutes: -1,
      slotTypes: ['a'.repeat(101), ' '],
      dispositionIds: ['\u0000'],
      minAgeMonths: -5,
    };
    const answer = await set(MANAGER, values);
    expect(answer).toMatchObject({ __typename: 'InvalidInput', code: 'INVALID_INPUT' });
    const { fields } = answer as { fields: { path: string; code: string; message: string }[] };
    expect(
      Object.fromEntries(fields.map(({ path, code, message }) => [path, `${code}: ${message}`])),
    ).toEqual({
      'input.dailyQuota': 'OUT_OF_RANGE: Must be from 0 to 1,000 slots.',
      'input.dispositionIds.0': 'NOT_PLAIN_TEXT: Use only letters, numbers and signs like commas.',
      'input.horizonDays': 'OUT_OF_RANGE: Must be from 0 to 56 days.',
      'input.minAgeMonths': 'OUT_OF_RANGE: Must be from 0 to 1,560 months.',
      'input.slotTypes.0': 'TOO_LONG: Use 100 characters or fewer.',
      'input.slotTypes.1': 'REQUIRED: You need to fill this in.',
      'input.takeBackMinutes': 'OUT_OF_RANGE: Must be from 0 to 10,080 minutes.',
    });
    expect(
      await set(MANAGER, { slotTypes: Array.from({ length: 21 }, (_, n) => `Type ${n}`) }),
    ).toMatchObject({
      fields: [{ path: 'input.slotTypes', code: 'TOO_MANY' }],
    });
    expect(await set(MANAGER, { minAgeMonths: 20, maxAgeMonths: 19 })).toMatchObject({
      fields: [{ path: 'input.maxAgeMonths', code: 'RANGE_REVERSED' }],
    });
  });
});

describe('closeBook and reopenBook', () => {
  it('close to others, or to all, and open again', async () => {
    expect(await close(RECEPTIONIST)).toMatchObject({
      release: { status: 'CLOSED', closedTo: 'OTHER_PATIENTS' },
    });
    expect(await close(MANAGER, { to: 'EVERYBODY' })).toMatchObject({
      release: { version: 3, closedTo: 'EVERYBODY' },
    });
    expect(await close(MANAGER)).toMatchObject({ release: { version: 3, closedTo: 'EVERYBODY' } });
    expect(await reopen(MANAGER)).toMatchObject({ release: { version: 4, status: 'OPEN', closedTo: null } });
  });

  it('keep the reason, and refuse one that is none', async () => {
    await close(MANAGER);
    const [entry] = await practices.releases.history(OdsCode.parse(MINE), 1);
    expect(entry).toMatchObject({ action: 'CLOSE', reason: 'Two doctors ill' });
    for (const [reason, code] of [
      ['  ', 'REQUIRED'],
      ['a'.repeat(201), 'TOO_LONG'],
      ['bell \u0007', 'NOT_PLAIN_TEXT'],
    ])
      expect(await close(MANAGER, { reason })).toMatchObject({ fields: [{ path: 'input.reason', code }] });
  });
});

describe('who may', () => {
  it.each<[string, Caller, string]>([
    ['staff of another practice', staff('S8001:G8005:R8008', OTHER), 'NOT_YOUR_PRACTICE'],
    ['a receptionist', RECEPTIONIST, 'MANAGER_ROLE_REQUIRED'],
    ['a role that only begins like one', staff('S8001:G8005:R80081'), 'MANAGER_ROLE_REQUIRED'],
    ['a patient', PATIENT, 'ROLE_NOT_ALLOWED'],
    ['an analyst', ANALYST, 'ROLE_NOT_ALLOWED'],
    ['an operator', OPERATOR, 'ROLE_NOT_ALLOWED'],
    ['nobody in particular', { kind: 'anonymous' }, 'SIGN_IN_REQUIRED'],
  ])('%s may neither set nor reopen, and it is written down', async (_, caller, code) => {
    expect(await set(caller)).toMatchObject({ __typename: 'NotAllowed', code });
    expect(await reopen(caller)).toEqual({ __typename: 'NotAllowed', code });
    const history = await practices.releases.history(OdsCode.parse(MINE), 10);
    expect(history.map(({ action, outcome, actor }) => [action, outcome, actor.kind])).toEqual([
      ['REOPEN', 'REFUSED', caller.kind],
      ['SET', 'REFUSED', caller.kind],
    ]);
    expect(await practices.releases.policy(MINE)).toMatchObject({ version: 1 });
  });

  it.each<[string, Caller, string]>([
    ['staff of another practice', staff('S8001:G8005:R8000', OTHER), 'NOT_YOUR_PRACTICE'],
    ['a patient', PATIENT, 'ROLE_NOT_ALLOWED'],
    ['an operator', OPERATOR, 'ROLE_NOT_ALLOWED'],
    ['nobody in particular', { kind: 'anonymous' }, 'SIGN_IN_REQUIRED'],
  ])('%s may not close', async (_, caller, code) => {
    expect(await close(caller)).toEqual({ __typename: 'NotAllowed', code });
    expect(await practices.releases.history(OdsCode.parse(MINE), 10)).toHaveLength(1);
  });

  it('a practice that is not there is not found, and a code that is none as well', async () => {
    expect(await close(MANAGER, { odsCode: 'Z99999' })).toEqual({
      __typename: 'PracticeNotFound',
      code: 'PRACTICE_NOT_FOUND',
    });
    expect(await reopen(MANAGER, "'; drop table practice_release; --")).toEqual({
      __typename: 'PracticeNotFound',
      code: 'PRACTICE_NOT_FOUND',
    });
  });
});

const PREVIEW = '{ dispositionId: "gp-6h", ageInMonths: 84, relation: OTHER }';

describe('what only the practice sees', () => {
  const LOOKS = [`releasePreview(input: ${PREVIEW}) { offered stoppedBy }`, 'releaseHistory { sequence }'];
  const THROUGH: Record<string, (look: string) => string> = {
    practice: (look) => `{ practice(odsCode: "${MINE}") { ${look} } }`,
    searchPractices: (look) => `{ searchPractices(text: "${MINE}", first: 1) { ${look} } }`,
    practicesNear: (look) =>
      `{ practicesNear(near: { postcode: "WY1 1AA" }, first: 1) { ... on PracticeNearConnection { edges { node { ${look} } } } } }`,
    _entities: (look) =>
      `{ _entities(representations: [{ __typename: "Practice", odsCode: "${MINE}" }]) { ... on Practice { ${look} } } }`,
  };
  const ways = Object.keys(THROUGH).flatMap((way) => LOOKS.map((look): [string, string] => [way, look]));

  it.each(ways)('through %s is %s, for its staff and operators alone', async (way, look) => {
    const query = THROUGH[way]!(look);
    for (const caller of [RECEPTIONIST, MANAGER, OPERATOR])
      expect((await practices.ask(query, {}, caller)).errors).toEqual([]);
    const strangers = [staff('S8001:G8005:R8008', OTHER), PATIENT, ANALYST, { kind: 'anonymous' } as const];
    for (const caller of strangers) {
      const { data, errors } = await practices.ask(query, {}, caller);
      expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
      expect(JSON.stringify(data)).not.toMatch(/offered|sequence/);
    }
    const refused = await practices.releases.history(OdsCode.parse(MINE), 10);
    expect(refused.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual(
      strangers.map(() => 'VIEW REFUSED'),
    );
  });

  it('through the answer of somebody else’s mutation is not to be had either', async () => {
    const query = `mutation { reopenBook(input: { odsCode: "${OTHER}" }) {
      ... on Practice { releaseHistory { sequence } } ... on NotAllowed { code } } }`;
    const { data } = await practices.ask(query, {}, MANAGER);
    expect(data).toEqual({ reopenBook: { code: 'NOT_YOUR_PRACTICE' } });
  });
});

describe('releasePreview', () => {
  const preview = async (input: string, caller: Caller = MANAGER, odsCode = MINE) => {
    const at = odsCode === MINE ? caller : OPERATOR;
    const query = `{ practice(odsCode: "${odsCode}") { releasePreview(input: ${input}) { offered stoppedBy } } }`;
    const { data, errors } = await practices.ask(query, {}, at);
    return errors[0]?.extensions.code ?? (data.practice as { releasePreview: unknown }).releasePreview;
  };

  it('says what would be offered, and which rules stop the rest', async () => {
    expect(await preview(PREVIEW)).toEqual({
      offered: true,
      stoppedBy: ['TAKEN_BACK', 'MINIMUM_NOTICE'],
    });
    await set(MANAGER, { minAgeMonths: 192, horizonDays: 0 });
    expect(await preview(PREVIEW)).toEqual({
      offered: false,
      stoppedBy: ['AGE', 'TAKEN_BACK', 'MINIMUM_NOTICE', 'HORIZON'],
    });
    expect(await preview(PREVIEW.replace('gp-6h', 'gp-2h'))).toMatchObject({
      stoppedBy: expect.arrayContaining(['AGE', 'DISPOSITION']) as unknown,
    });
  });

  it('says of one start, mode and kind of slot exactly that', async () => {
    const at = (minutes: number) => new Date(now.getTime() + minutes * 60_000).toISOString();
    const of = (minutes: number, more: string) =>
      preview(PREVIEW.replace(' }', `, from: "${at(minutes)}", to: "${at(minutes)}" ${more} }`));
    expect(await of(180, 'mode: IN_PERSON, slotType: "111 urgent"')).toEqual({
      offered: true,
      stoppedBy: [],
    });
    expect(await of(180, 'mode: VIDEO')).toEqual({ offered: false, stoppedBy: ['MODE'] });
    expect(await of(180, 'slotType: "Baby clinic"')).toEqual({ offered: false, stoppedBy: ['SLOT_TYPE'] });
    expect(await of(20, '')).toEqual({ offered: false, stoppedBy: ['TAKEN_BACK'] });
  });

  it('says that a practice is not connected', async () => {
    const { data } = await practices.ask(
      '{ practicesNear(near: { postcode: "WY1 1AA" }, first: 100) { ... on PracticeNearConnection { edges { node { odsCode } } } } }',
    );
    const { edges } = data.practicesNear as { edges: { node: { odsCode: string } }[] };
    const answers = await Promise.all(edges.map(({ node }) => preview(PREVIEW, MANAGER, node.odsCode)));
    const unconnected = answers.filter((answer) => JSON.stringify(answer).includes('NOT_CONNECTED'));
    expect(unconnected.length).toBeGreaterThan(0);
    for (const answer of unconnected) expect(answer).toMatchObject({ offered: false });
  });

  it('refuses what nobody can mean', async () => {
    expect(await preview(PREVIEW.replace('84', '-1'))).toBe('BAD_USER_INPUT');
    const backwards = PREVIEW.replace(' }', ', from: "2026-03-02T09:00:00Z", to: "2026-03-01T09:00:00Z" }');
    expect(await preview(backwards)).toBe('BAD_USER_INPUT');
  });
});

describe('releaseHistory', () => {
  it('tells who did what, by pseudonym and role', async () => {
    await close(RECEPTIONIST);
    await reopen(RECEPTIONIST);
    const { data } = await practices.ask(
      `{ practice(odsCode: "${MINE}") { releaseHistory(first: 2) { sequence action outcome by role organisation reason before { status } after { status } } } }`,
      {},
      MANAGER,
    );
    const who = { by: 'staff-0123456789-S8001:G8005:R8009', role: 'S8001:G8005:R8009', organisation: MINE };
    expect(data.practice).toEqual({
      releaseHistory: [
        {
          ...who,
          sequence: 2,
          action: 'REOPEN',
          outcome: 'REFUSED',
          reason: null,
          before: null,
          after: null,
        },
        {
          ...who,
          sequence: 1,
          action: 'CLOSE',
          outcome: 'DONE',
          reason: 'Two doctors ill',
          before: { status: 'OPEN' },
          after: { status: 'CLOSED' },
        },
      ],
    });
  });
});

describe('opening times', () => {
  it('are those of the directory, bank holidays considered', async () => {
    now = new Date('2026-04-03T09:00:00Z');
    const { data } = await practices.ask(
      '{ practice(odsCode: "Z90001") { openNow nextOpening { opens closes } openingHours { opens } } }',
    );
    expect(data.practice).toMatchObject({
      openNow: false,
      nextOpening: { opens: '2026-04-07T07:00:00.000Z', closes: '2026-04-07T17:30:00.000Z' },
    });
    expect((data.practice as { openingHours: unknown[] }).openingHours).toHaveLength(3);
  });

  it('are null where they are not known, and an error where bank holidays are not', async () => {
    const unknown =
      '{ practice(odsCode: "Z90013") { openNow nextOpening { opens } openingHours { opens } } }';
    expect((await practices.ask(unknown)).data.practice).toEqual({
      openNow: null,
      nextOpening: null,
      openingHours: [],
    });
    now = new Date('2028-01-03T09:00:00Z');
    const { data, errors } = await practices.ask('{ practice(odsCode: "Z90001") { name openNow } }');
    expect(errors[0]?.message).toMatch(
      /^Bank holidays are loaded from 2024-01-01 to 2027-12-31, not for 2028-01-/,
    );
    expect(data.practice).toMatchObject({ openNow: null });
  });
});
