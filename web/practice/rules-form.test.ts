import type { DiaryTime, Release } from './answers';
import {
  fieldErrors,
  formOf,
  inputOf,
  needOf,
  previewOf,
  readForm,
  rulesIn,
  type RulesForm,
} from './rules-form';

const RELEASE: Release = {
  version: 4,
  status: 'OPEN',
  closedTo: null,
  ownPatients: true,
  otherPatients: false,
  modes: ['IN_PERSON'],
  slotTypes: ['111 urgent'],
  dispositionIds: ['gp-6h'],
  ageInMonths: { from: 6, below: 192 },
  dailyQuota: 3,
  minimumNoticeMinutes: 15,
  takeBackMinutes: 30,
  horizonDays: 14,
  cancelCutOffMinutes: 60,
  closures: [],
  updatedAt: null,
};
const PREVIEW = { need: 'gp-6h', day: '2026-11-30' };
const OF = { odsCode: 'Z90001', expectedVersion: 4 };
const form = (values: Partial<RulesForm> = {}) => ({ ...formOf(RELEASE, PREVIEW), ...values });
const read = (values: Partial<RulesForm>) => inputOf(form(values), OF);

test('the form of the rules in force sends these rules', () => {
  const sent = read({});
  expect(sent).toEqual({
    ok: true,
    input: {
      ...OF,
      ownPatients: true,
      otherPatients: false,
      modes: ['IN_PERSON'],
      slotTypes: ['111 urgent'],
      dispositionIds: ['gp-6h'],
      minAgeMonths: 6,
      maxAgeMonths: 191,
      dailyQuota: 3,
      minimumNoticeMinutes: 15,
      takeBackMinutes: 30,
      horizonDays: 14,
      cancelCutOffMinutes: 60,
    },
  });
  if (sent.ok)
    expect(rulesIn(sent.input, 3)).toMatchObject({ ageInMonths: RELEASE.ageInMonths, dailyQuota: 3 });
});

test('a practice that has never set rules begins with the quota of its contract, and releases nothing', () => {
  const first = formOf({ ...RELEASE, status: 'NOT_OPTED_IN', ownPatients: false, slotTypes: [] }, PREVIEW);
  expect(first).toMatchObject({ audiences: [], slotTypes: [], quota: 'contract' });
  const sent = inputOf(first, OF);
  expect(sent.ok && 'dailyQuota' in sent.input).toBe(false);
});

test('no limit is null, and no ages are every age', () => {
  const sent = read({ quota: 'none', youngest: '', oldest: '' });
  expect(sent).toMatchObject({ ok: true, input: { dailyQuota: null } });
  if (sent.ok) expect(rulesIn(sent.input, null).ageInMonths).toBeNull();
});

test.each([
  ['5', '15', 60, 191],
  ['18 months', '23 months', 18, 23],
  ['1 year', '2 years', 12, 35],
])('ages from %s to %s are in months from %i to %i', (youngest, oldest, minAgeMonths, maxAgeMonths) => {
  expect(read({ youngest, oldest })).toMatchObject({ input: { minAgeMonths, maxAgeMonths } });
});

test('slot types that the list has not are typed, one in each line', () => {
  const sent = read({ otherTypes: ' Baby clinic \r\n\nFlu clinic\n111 urgent' });
  expect(sent).toMatchObject({ input: { slotTypes: ['111 urgent', 'Baby clinic', 'Flu clinic'] } });
});

test('all that is no number and no age is told at once, by the name of its field', () => {
  const wrong = read({ youngest: 'x', horizon: '', notice: '1.5', takeBack: '-3', quotaNumber: 'three' });
  expect(wrong.ok ? [] : wrong.errors.map(({ field }) => field)).toEqual([
    'youngest',
    'quotaNumber',
    'horizon',
    'notice',
    'takeBack',
  ]);
  expect(wrong.ok ? '' : wrong.errors[0]?.text).toBe(
    'Youngest age: enter years, like 5, or months, like 18 months',
  );
});

test('the preview is of an age in years or months', () => {
  expect(needOf(form({ previewAge: '6' }))).toEqual({
    ok: true,
    need: { dispositionId: 'gp-6h', ageInMonths: 72 },
  });
  expect(needOf(form({ previewAge: '18 months' }))).toMatchObject({ need: { ageInMonths: 18 } });
  expect(needOf(form({ previewAge: 'six' }))).toMatchObject({ ok: false, errors: [{ field: 'previewAge' }] });
});

describe('faults that the API finds', () => {
  const errorsOf = (path: string, message: string, values: Partial<RulesForm> = {}) =>
    fieldErrors(
      {
        __typename: 'InvalidInput',
        code: 'INVALID_INPUT',
        message: 'All.',
        fields: [{ path, code: 'X', message }],
      },
      form(values),
    );

  test.each([
    ['input.horizonDays', 'Must be from 0 to 56 days.', 'horizon', 'Days ahead: must be from 0 to 56 days.'],
    [
      'input.rules.minimumNoticeMinutes',
      'Together with dispositionIds this leaves nothing to book. Change one of them.',
      'notice',
      'Notice: together with “Needs” this leaves nothing to book. Change one of them.',
    ],
    [
      'input.rules.dispositionIds.0',
      'This disposition is served by IN_PERSON or TELEPHONE only.',
      'dispositions',
      'Needs: this disposition is served by “face to face” or “phone call” only.',
    ],
    ['input.need.ageInMonths', 'Must be lower.', 'previewAge', 'Age in the preview: must be lower.'],
  ])('%s are told at their field, in the words of the form', (path, message, field, text) => {
    expect(errorsOf(path, message)).toEqual([{ field, text }]);
  });

  test('a slot type that was typed is told where it was typed, by its name', () => {
    expect(errorsOf('input.slotTypes.1', 'Unknown.', { otherTypes: 'Baby clinic' })).toEqual([
      { field: 'otherTypes', text: 'Other kinds of slots (Baby clinic): unknown.' },
    ]);
  });

  test('of a field that the form has not, the problem itself is told', () => {
    expect(errorsOf('input.new', 'New.')).toEqual([{ field: 'audiences', text: 'All.' }]);
  });
});

test('a form that somebody else has made is bounded', () => {
  const long = readForm({
    one: () => 'x'.repeat(10_000),
    all: () => Array.from({ length: 1_000 }, () => 'x'),
  });
  expect(long.modes).toHaveLength(60);
  expect(long.youngest).toHaveLength(100);
  expect(long.otherTypes).toHaveLength(2_500);
});

test('a preview divides the times by the relation that is asked about', () => {
  const time = (startsAt: string, own: string[], others: string[]): DiaryTime => ({
    startsAt,
    mode: 'IN_PERSON',
    slotType: '111 urgent',
    clinicianName: null,
    isKept: false,
    stoppedForOwn: own,
    stoppedForOthers: others,
  });
  const times = [time('1', [], ['AGE']), time('2', [], [])];
  expect(previewOf(times, 'OWN').offered).toHaveLength(2);
  const others = previewOf(times, 'OTHER');
  expect(others.offered.map(({ startsAt }) => startsAt)).toEqual(['2']);
  expect(others.stopped.map(({ rules }) => rules)).toEqual([['AGE']]);
});
