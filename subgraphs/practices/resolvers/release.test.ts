import type { Caller } from '../../../domain/caller';
import { Caller as CallerSchema } from '../../../domain/caller';
import { OdsCode } from '../../../domain/ods-code';
import { USUAL_KINDS } from '../../../tests/stand-in-book';
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
  Object.assign(practices.book, { kinds: USUAL_KINDS, isSilent: false, searches: [] });
});
afterAll(() => practices.close());

const SET = `mutation ($input: SetReleasePolicyInput!) { setReleasePolicy(input: $input) {
  __typename
  ... on Practice { odsCode release { version status dailyQuota ageInMonths { from below } modes } }
  ... on StalePolicy { code current { version } }
  ... on InvalidInput { code fields { path code message } }
  ... on NotAllowed { code } } }`;
const CLOSE = `mutation ($input: CloseBookInput!) { closeBook(input: $input) {
  __typename ... on Practice { release { version status closedTo closures { id from until to } } }
  ... on InvalidInput { fields { path code } }
  ... on Problem { code } } }`;
const REOPEN = `mutation ($input: ReopenBookInput!) { reopenBook(input: $input) {
  __typename ... on Practice { release { version status closedTo closures { from until } } } ... on Problem { code } } }`;

const set = async (caller: Caller, values: Record<string, unknown> = {}) => {
  const input = { odsCode: MINE, expectedVersion: 1, ...RULES, ...values };
  return (await practices.ask(SET, { input }, caller)).data.setReleasePolicy;
};
const close = async (caller: Caller, values: Record<string, unknown> = {}) =>
  (await practices.ask(CLOSE, { input: { odsCode: MINE, reason: 'Two doctors ill', ...values } }, caller))
    .data.closeBook;
const reopen = async (caller: Caller, odsCode = MINE, closureId?: string) =>
  (await practices.ask(REOPEN, { input: { odsCode, closureId } }, caller)).data.reopenBook;

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

describe('rules that make no sense here', () => {
  const faultsOf = async (values: Record<string, unknown>) => {
    const answer = await set(MANAGER, values);
    const { fields = [] } = answer as { fields?: { path: string; code: string }[] };
    return Object.fromEntries(fields.map(({ path, code }) => [path.replace('input.', ''), code]));
  };
  const NIL = 'LEAVES_NOTHING';
  beforeEach(() => practices.ownPatientHasSearched(MINE));

  it.each<[string, Record<string, unknown>, Record<string, string>]>([
    [
      'a disposition that there is not',
      { dispositionIds: ['gp-6h', 'gp-6hours'] },
      { 'dispositionIds.1': 'UNKNOWN_DISPOSITION' },
    ],
    ['in other letters', { dispositionIds: ['GP-6H'] }, { 'dispositionIds.0': 'UNKNOWN_DISPOSITION' }],
    [
      'one for which nothing is booked',
      { dispositionIds: ['ambulance', 'gp-6h'] },
      { 'dispositionIds.0': 'NEVER_BOOKED' },
    ],
    [
      'one that has none of the modes',
      { dispositionIds: ['gp-6h', 'gp-speak-1h'] },
      { 'dispositionIds.1': 'MODE_NOT_RELEASED' },
    ],
    [
      'one for own patients, who are not let in',
      { ownPatients: false, dispositionIds: ['gp-6h', 'own-gp-routine'] },
      { 'dispositionIds.1': NIL },
    ],
    [
      'a slot type that the book has never had',
      { slotTypes: ['Baby clinic', '111 urgent'] },
      { 'slotTypes.0': 'UNKNOWN_SLOT_TYPE' },
    ],
    ['one in other letters', { slotTypes: ['111 Urgent'] }, { 'slotTypes.0': 'UNKNOWN_SLOT_TYPE' }],
    ['modes that the released slot types never have', { slotTypes: ['Telephone triage'] }, { modes: NIL }],
    ['a mode that the book never has', { modes: ['VIDEO'] }, { modes: NIL }],
    ['no mode', { modes: [] }, { modes: 'REQUIRED' }],
    ['no slot type', { slotTypes: [] }, { slotTypes: 'REQUIRED' }],
    ['no disposition', { dispositionIds: [] }, { dispositionIds: 'REQUIRED' }],
    ['nobody', { ownPatients: false, otherPatients: false }, { otherPatients: NIL }],
    ['others alone, and none of them a day', { ownPatients: false, dailyQuota: 0 }, { dailyQuota: NIL }],
    [
      'notice for longer than the horizon',
      { minimumNoticeMinutes: 10_080, horizonDays: 1 },
      { minimumNoticeMinutes: NIL },
    ],
    [
      'notice for all of today, and today alone',
      { minimumNoticeMinutes: 1_440, horizonDays: 0 },
      { minimumNoticeMinutes: NIL },
    ],
    [
      'take-back for longer than the horizon',
      { takeBackMinutes: 2_880, horizonDays: 1 },
      { takeBackMinutes: NIL },
    ],
    ['notice for longer than any disposition', { minimumNoticeMinutes: 360 }, { minimumNoticeMinutes: NIL }],
    ['reversed ages', { minAgeMonths: 20, maxAgeMonths: 19 }, { maxAgeMonths: 'RANGE_REVERSED' }],
  ])('%s', async (_, values, faults) => {
    expect(await faultsOf(values)).toEqual(faults);
    expect(await practices.releases.policy(MINE)).toMatchObject({ version: 1 });
  });

  it('are all named at once, beside those that are wrong by themselves', async () => {
    const values = {
      horizonDays: 57,
      minAgeMonths: 20,
      maxAgeMonths: 19,
      dispositionIds: ['gp-6hours'],
      slotTypes: ['ROUTINE'],
      modes: [],
      ownPatients: false,
      dailyQuota: 0,
    };
    expect(await faultsOf(values)).toEqual({
      horizonDays: 'OUT_OF_RANGE',
      maxAgeMonths: 'RANGE_REVERSED',
      'dispositionIds.0': 'UNKNOWN_DISPOSITION',
      'slotTypes.0': 'UNKNOWN_SLOT_TYPE',
      modes: 'REQUIRED',
      dailyQuota: NIL,
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ['today alone', { horizonDays: 0 }],
    ['a quota of none, beside own patients', { dailyQuota: 0 }],
    [
      'notice just below the horizon',
      { dispositionIds: ['own-gp-routine'], minimumNoticeMinutes: 1_439, horizonDays: 0 },
    ],
    [
      'one mode of several that a disposition has',
      { modes: ['IN_PERSON', 'TELEPHONE'], dispositionIds: ['gp-2h', 'gp-speak-1h'] },
    ],
    ['own patients alone', { otherPatients: false, dispositionIds: ['own-gp-routine', 'gp-6h'] }],
  ])('but %s is accepted', async (_, values) => {
    expect(await faultsOf(values)).toEqual({});
    expect(await practices.releases.policy(MINE)).toMatchObject({ version: 2 });
  });

  it('are not told to those who may not set any, and nobody’s book is looked into for them', async () => {
    expect(await set(RECEPTIONIST, { slotTypes: ['Baby clinic'] })).toMatchObject({
      code: 'MANAGER_ROLE_REQUIRED',
    });
    expect(practices.book.searches).toEqual([]);
  });
});

describe('the slot types of a book', () => {
  const typesOf = (slotTypes: string[], values = {}) => set(MANAGER, { slotTypes, ...values });

  it('are looked up when one is not known yet, and remembered when they are gone', async () => {
    expect(await typesOf(['Routine'])).toMatchObject({ __typename: 'Practice' });
    practices.passAMinute();
    practices.book.kinds = [...USUAL_KINDS, { mode: 'IN_PERSON', slotType: 'Flu clinic' }];
    expect(await typesOf(['Flu clinic'], { expectedVersion: 2 })).toMatchObject({ __typename: 'Practice' });
    practices.book.kinds = USUAL_KINDS;
    await typesOf(['Routine'], { expectedVersion: 3 });
    expect(await typesOf(['Flu clinic'], { expectedVersion: 4 })).toMatchObject({ __typename: 'Practice' });
    expect(practices.book.searches).toEqual([MINE, MINE]);
  });

  it('that only own patients may see are taken on trust until one has, but for slips', async () => {
    practices.book.kinds = [{ mode: 'IN_PERSON', slotType: '111 urgent' }];
    for (const slip of ['111 Urgent', '111urgent', '111-URGENT', 'ROUTINE'])
      expect(await typesOf([slip])).toMatchObject({ fields: [{ code: 'UNKNOWN_SLOT_TYPE' }] });
    expect(await typesOf(['Flu clinic'])).toMatchObject({ __typename: 'Practice' });
    await practices.ownPatientHasSearched(MINE);
    expect(await typesOf(['Baby clinic'], { expectedVersion: 2 })).toMatchObject({
      fields: [{ path: 'input.slotTypes.0', code: 'UNKNOWN_SLOT_TYPE' }],
    });
  });

  it('are those of the route by which the previewed person would be offered them', async () => {
    await practices.ownPatientHasSearched(MINE);
    practices.book.kinds = [{ mode: 'IN_PERSON', slotType: '111 urgent' }];
    await typesOf(['Routine']);
    const previewOf = async (relation: string) =>
      (
        await practices.ask(
          `{ practice(odsCode: "${MINE}") { releasePreview(input: { dispositionId: "gp-6h", ageInMonths: 84,
            relation: ${relation} }) { offered stoppedBy } } }`,
          {},
          MANAGER,
        )
      ).data.practice;
    expect(await previewOf('OWN')).toMatchObject({ releasePreview: { offered: true } });
    const others = await previewOf('OTHER');
    expect(others).toMatchObject({ releasePreview: { offered: false } });
    expect(JSON.stringify(others)).toContain('NOT_IN_BOOK');
  });

  it('that nobody has seen are refused while the book does not answer, and the others are not', async () => {
    practices.book.isSilent = true;
    expect(await typesOf(['Flu clinic', 'Routine'])).toMatchObject({
      fields: [{ path: 'input.slotTypes.0', code: 'BOOK_NOT_READ' }],
    });
    expect(await typesOf(['Routine'])).toMatchObject({ __typename: 'Practice' });
  });
});

describe('closing for a time', () => {
  const FORTNIGHT = { from: '2027-08-09T07:00:00.000Z', until: '2027-08-20T18:00:00.000Z' };
  const closures = async () => (await practices.releases.policy(MINE)).closures;

  it('is listed, ends nothing else, and can be taken back by those who manage', async () => {
    expect(await close(RECEPTIONIST, { ...FORTNIGHT, to: 'EVERYBODY' })).toMatchObject({
      release: { version: 2, status: 'OPEN', closedTo: null, closures: [{ ...FORTNIGHT, to: 'EVERYBODY' }] },
    });
    expect(await close(RECEPTIONIST, { ...FORTNIGHT, to: 'EVERYBODY' })).toMatchObject({
      release: { version: 2 },
    });
    const [closure] = await closures();
    expect(await reopen(RECEPTIONIST, MINE, closure!.id)).toMatchObject({ code: 'MANAGER_ROLE_REQUIRED' });
    expect(await reopen(MANAGER, MINE, 'another')).toMatchObject({ release: { version: 2 } });
    expect(await reopen(MANAGER)).toMatchObject({ release: { version: 2, closures: [FORTNIGHT] } });
    expect(await set(MANAGER, { expectedVersion: 2 })).toMatchObject({ release: { version: 3 } });
    expect(await reopen(MANAGER, MINE, closure!.id)).toMatchObject({ release: { version: 4, closures: [] } });
    const history = await practices.releases.history(OdsCode.parse(MINE), 10);
    expect(history.map(({ action, outcome }) => `${action} ${outcome}`).toReversed()).toEqual([
      'CLOSE DONE',
      'CLOSE UNCHANGED',
      'REOPEN REFUSED',
      'REOPEN UNCHANGED',
      'REOPEN UNCHANGED',
      'SET DONE',
      'REOPEN DONE',
    ]);
    expect(await practices.releases.brokenHistory(OdsCode.parse(MINE))).toBeNull();
  });

  it('without a beginning begins now, and is forgotten by the next change after its end', async () => {
    await close(MANAGER, { until: '2026-11-25T12:00:00Z' });
    expect(await closures()).toMatchObject([{ from: NOON, to: 'OTHER_PATIENTS' }]);
    now = new Date('2026-11-25T12:00:00Z');
    await set(MANAGER, { expectedVersion: 2 });
    expect(await closures()).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string, string]>([
    ['without an end', { from: FORTNIGHT.from }, 'input.until', 'REQUIRED'],
    [
      'that ends before it begins',
      { from: FORTNIGHT.until, until: FORTNIGHT.from },
      'input.until',
      'RANGE_REVERSED',
    ],
    ['of no length', { from: FORTNIGHT.from, until: FORTNIGHT.from }, 'input.until', 'RANGE_REVERSED'],
    [
      'that is over',
      { from: '2026-11-01T00:00:00Z', until: '2026-11-24T12:00:00Z' },
      'input.until',
      'IN_THE_PAST',
    ],
    ['of more than a year', { until: '2027-11-26T12:00:00Z' }, 'input.until', 'PERIOD_TOO_LONG'],
    [
      'far ahead',
      { from: '2028-01-01T00:00:00Z', until: '2028-01-02T00:00:00Z' },
      'input.until',
      'TOO_FAR_AWAY',
    ],
  ])('%s is refused', async (_, values, path, code) => {
    expect(await close(MANAGER, values)).toMatchObject({ fields: [{ path, code }] });
  });

  it('more than twenty times is refused', async () => {
    for (let day = 1; day <= 20; day++)
      await close(MANAGER, {
        from: new Date(Date.UTC(2027, 1, day)).toISOString(),
        until: new Date(Date.UTC(2027, 1, day, 12)).toISOString(),
      });
    expect(await closures()).toHaveLength(20);
    expect(await close(MANAGER, FORTNIGHT)).toMatchObject({
      fields: [{ path: 'input.from', code: 'TOO_MANY' }],
    });
  });

  it('is in the preview', async () => {
    const preview = async () => {
      const at = new Date(NOON.getTime() + 3 * 60 * 60_000).toISOString();
      const query = `{ practice(odsCode: "${MINE}") { releasePreview(input: { dispositionId: "gp-6h", ageInMonths: 84,
        relation: OTHER, from: "${at}", to: "${at}" }) { offered stoppedBy } } }`;
      return (await practices.ask(query, {}, MANAGER)).data.practice;
    };
    expect(await preview()).toEqual({ releasePreview: { offered: true, stoppedBy: [] } });
    await close(MANAGER, { from: '2026-11-24T14:00:00Z', until: '2026-11-24T18:00:00Z' });
    expect(await preview()).toEqual({ releasePreview: { offered: false, stoppedBy: ['BOOK_CLOSED'] } });
  });
});

describe('the diary', () => {
  const DIARY = `query ($code: String!, $input: PracticeDiaryInput!) { practice(odsCode: $code) { diary(input: $input) {
    __typename
    ... on PracticeDiary { day answer ownPatientsReached otherPatientsReached slotTypes dailyQuota
      times { startsAt mode slotType isKept stoppedForOwn stoppedForOthers } }
    ... on InvalidInput { fields { path code } } } } }`;
  const diaryOf = async (input: object, caller = RECEPTIONIST, code = MINE) => {
    const { data, errors } = await practices.ask(DIARY, { code, input }, caller);
    const { practice } = data as { practice: { diary: Record<string, unknown> | null } };
    return { diary: practice.diary, errors };
  };
  const stoppedIn = (diary: Record<string, unknown> | null) =>
    Object.fromEntries(
      (diary?.times as { slotType: string; stoppedForOthers: string[]; stoppedForOwn: string[] }[]).map(
        ({ slotType, stoppedForOthers, stoppedForOwn }) => [slotType, { stoppedForOthers, stoppedForOwn }],
      ),
    );
  const FREE = { stoppedForOwn: [], stoppedForOthers: [] };
  const both = (...rules: string[]) => ({ stoppedForOwn: rules, stoppedForOthers: rules });
  const TRIED = { odsCode: MINE, expectedVersion: 0, ...RULES, takeBackMinutes: 30 };

  it('has the free times of the own system, and the rules that keep each from whom', async () => {
    await set(MANAGER, { takeBackMinutes: 90 });
    const { diary, errors } = await diaryOf({});
    expect(errors).toEqual([]);
    expect(diary).toMatchObject({
      day: '2026-11-24',
      answer: 'READ',
      ownPatientsReached: true,
      otherPatientsReached: true,
      slotTypes: ['111 urgent', 'Routine', 'Telephone triage'],
      dailyQuota: 1,
      times: [{ startsAt: '2026-11-24T13:00:00.000Z', isKept: false }, {}, {}],
    });
    const others = (...rules: string[]) => [...rules, 'TAKEN_BACK'];
    expect(stoppedIn(diary)).toEqual({
      '111 urgent': { stoppedForOwn: [], stoppedForOthers: ['TAKEN_BACK'] },
      Routine: { stoppedForOwn: ['SLOT_TYPE'], stoppedForOthers: others('SLOT_TYPE') },
      'Telephone triage': {
        stoppedForOwn: ['MODE', 'SLOT_TYPE'],
        stoppedForOthers: others('MODE', 'SLOT_TYPE'),
      },
    });
  });

  it('is that of somebody whose symptom check ends now, where one is named', async () => {
    const need = { dispositionId: 'gp-6h', ageInMonths: 72 };
    await set(MANAGER, { takeBackMinutes: 0, minAgeMonths: 60 });
    expect(stoppedIn((await diaryOf({ need })).diary)['111 urgent']).toEqual(FREE);
    const infant = await diaryOf({ need: { ...need, ageInMonths: 59 } });
    expect(stoppedIn(infant.diary)['111 urgent']).toEqual(both('AGE'));
    const own = await diaryOf({ need: { ...need, dispositionId: 'own-gp-routine' } });
    expect(stoppedIn(own.diary)['111 urgent']).toEqual({
      stoppedForOwn: ['DISPOSITION'],
      stoppedForOthers: ['DISPOSITION', 'NOT_BOOKABLE'],
    });
    const tomorrow = await diaryOf({ need, day: '2026-11-25' });
    expect(stoppedIn(tomorrow.diary)['111 urgent']).toEqual(both('DEADLINE'));
  });

  it('tries rules that are not stored, and says all that is wrong with them', async () => {
    await practices.ownPatientHasSearched(MINE);
    const rules = { ...TRIED, slotTypes: ['Routine'], dailyQuota: 7 };
    const tried = await diaryOf({ rules });
    expect(tried.diary).toMatchObject({ dailyQuota: 7 });
    expect(stoppedIn(tried.diary)).toMatchObject({ Routine: FREE, '111 urgent': both('SLOT_TYPE') });
    const wrong = await diaryOf({ rules: { ...rules, horizonDays: 57, slotTypes: ['Baby clinic'] } });
    expect(wrong.diary).toEqual({
      __typename: 'InvalidInput',
      fields: [
        { path: 'input.rules.horizonDays', code: 'OUT_OF_RANGE' },
        { path: 'input.rules.slotTypes.0', code: 'UNKNOWN_SLOT_TYPE' },
      ],
    });
    expect(await practices.releases.policy(MINE)).toMatchObject({ version: 1 });
  });

  it('asks the practice’s system once in ten seconds for a day, whoever it is for', async () => {
    await practices.ownPatientHasSearched(MINE);
    await diaryOf({});
    await diaryOf({ need: { dispositionId: 'gp-6h', ageInMonths: 72 } });
    expect(practices.book.searches).toEqual([MINE]);
    await diaryOf({ day: '2026-11-25' });
    practices.passAMinute();
    await diaryOf({});
    expect(practices.book.searches).toEqual([MINE, MINE, MINE]);
  });

  it('says that the system did not answer, or that there is no connection', async () => {
    practices.book.isSilent = true;
    expect((await diaryOf({})).diary).toMatchObject({ answer: 'NOT_ANSWERED', times: [] });
    const manager = staff('S8001:G8005:R8008', 'Z90052');
    expect((await diaryOf({}, manager, 'Z90052')).diary).toMatchObject({
      answer: 'NO_CONNECTION',
      ownPatientsReached: false,
      otherPatientsReached: false,
      slotTypes: [],
      times: [],
    });
  });

  it.each<[string, object, { path: string; code: string }]>([
    ['a day that is none', { day: '2026-02-30' }, { path: 'input.day', code: 'NOT_A_DATE' }],
    ['a day that is over', { day: '2026-11-23' }, { path: 'input.day', code: 'IN_THE_PAST' }],
    ['a day far ahead', { day: '2027-11-26' }, { path: 'input.day', code: 'TOO_FAR_AWAY' }],
    [
      'an outcome that there is not',
      { need: { dispositionId: 'gp', ageInMonths: 72 } },
      { path: 'input.need.dispositionId', code: 'UNKNOWN_DISPOSITION' },
    ],
    [
      'an age that nobody has',
      { need: { dispositionId: 'gp-6h', ageInMonths: -1 } },
      { path: 'input.need.ageInMonths', code: 'OUT_OF_RANGE' },
    ],
  ])('refuses %s', async (_, input, field) => {
    expect((await diaryOf(input)).diary).toEqual({ __typename: 'InvalidInput', fields: [field] });
    expect(practices.book.searches).toEqual([]);
  });

  it('is for staff of the practice and operators; what others try is written down', async () => {
    expect((await diaryOf({}, OPERATOR)).diary).toMatchObject({ answer: 'READ' });
    for (const caller of [staff('S8001:G8005:R8008', OTHER), PATIENT, ANALYST]) {
      const { diary, errors } = await diaryOf({}, caller);
      expect({ diary, code: errors[0]?.extensions.code }).toEqual({ diary: null, code: 'FORBIDDEN' });
    }
    const [refused] = await practices.releases.history(OdsCode.parse(MINE), 1);
    expect(refused).toMatchObject({ action: 'VIEW', outcome: 'REFUSED' });
  });

  it('says whether the caller may set the rules', async () => {
    const mayManage = async (caller: Caller) =>
      (await practices.ask(`{ practice(odsCode: "${MINE}") { callerManages } }`, {}, caller)).data.practice;
    expect(await mayManage(MANAGER)).toEqual({ callerManages: true });
    expect(await mayManage(RECEPTIONIST)).toEqual({ callerManages: false });
    expect(await mayManage(staff('S8001:G8005:R8008', OTHER))).toEqual({ callerManages: false });
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
      stoppedBy: ['TAKEN_BACK', 'MINIMUM_NOTICE', 'DEADLINE'],
    });
    await set(MANAGER, { minAgeMonths: 192, horizonDays: 0 });
    expect(await preview(PREVIEW)).toEqual({
      offered: false,
      stoppedBy: ['AGE', 'TAKEN_BACK', 'MINIMUM_NOTICE', 'HORIZON', 'DEADLINE'],
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

  it('are null where they, or bank holidays, are not known, and nothing fails', async () => {
    const unknown =
      '{ practice(odsCode: "Z90013") { openNow nextOpening { opens } openingHours { opens } } }';
    expect((await practices.ask(unknown)).data.practice).toEqual({
      openNow: null,
      nextOpening: null,
      openingHours: [],
    });
    now = new Date('2028-01-03T09:00:00Z');
    const { data, errors } = await practices.ask(
      `{ practicesNear(near: { postcode: "WY1 1AA" }, first: 1) { ... on PracticeNearConnection {
        edges { node { odsCode openNow nextOpening { opens } openingHours { opens } } } } } }`,
    );
    expect(errors).toEqual([]);
    const node = { odsCode: 'Z90001', openNow: null, nextOpening: null, openingHours: null };
    expect(data.practicesNear).toEqual({ edges: [{ node }] });
  });
});
