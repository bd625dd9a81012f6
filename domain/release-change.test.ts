import { changedPolicy, type ReleaseRules } from './release-change';
import { NOT_OPTED_IN, type ReleasePolicy } from './release-policy';

const NOW = new Date('2026-07-01T12:00:00Z');
const RULES: ReleaseRules = {
  ownPatients: true,
  otherPatients: true,
  modes: ['IN_PERSON'],
  dispositionIds: ['gp-6h'],
  slotTypes: ['111 urgent'],
  ageInMonths: null,
  dailyQuota: 2,
  takeBackMinutes: 120,
  minimumNoticeMinutes: 30,
  horizonDays: 14,
  cancelCutOffMinutes: 60,
};
const OPEN: ReleasePolicy = { ...RULES, version: 4, status: 'OPEN', closedTo: null, closures: [] };
const CLOSED: ReleasePolicy = { ...OPEN, status: 'CLOSED', closedTo: 'EVERYBODY' };
const CLOSED_TO_OTHERS: ReleasePolicy = { ...CLOSED, closedTo: 'OTHER_PATIENTS' };

describe('setting rules', () => {
  it('opts in the first time', () => {
    expect(changedPolicy(NOT_OPTED_IN, { kind: 'SET', expectedVersion: 0, rules: RULES }, NOW)).toEqual({
      kind: 'changed',
      policy: { ...OPEN, version: 1 },
    });
  });

  it('replaces those before, and leaves a closed book closed', () => {
    const rules = { ...RULES, dailyQuota: null };
    const set = { kind: 'SET', expectedVersion: 4, rules } as const;
    expect(changedPolicy(CLOSED, set, NOW)).toEqual({
      kind: 'changed',
      policy: { ...CLOSED, dailyQuota: null, version: 5 },
    });
  });

  it('from another version changes nothing', () => {
    expect(changedPolicy(OPEN, { kind: 'SET', expectedVersion: 3, rules: RULES }, NOW)).toEqual({
      kind: 'stale',
    });
  });
});

it.each<[string, ReleasePolicy, 'OTHER_PATIENTS' | 'EVERYBODY', Partial<ReleasePolicy> | 'unchanged']>([
  ['closes an open book', OPEN, 'OTHER_PATIENTS', { status: 'CLOSED', closedTo: 'OTHER_PATIENTS' }],
  ['closes it further', CLOSED_TO_OTHERS, 'EVERYBODY', { closedTo: 'EVERYBODY' }],
  ['never opens it by closing it to fewer', CLOSED, 'OTHER_PATIENTS', 'unchanged'],
  ['is done when it is so already', CLOSED_TO_OTHERS, 'OTHER_PATIENTS', 'unchanged'],
  ['has nothing to close before the opt-in', NOT_OPTED_IN, 'EVERYBODY', 'unchanged'],
])('closing %s', (_, before, to, after) => {
  expect(changedPolicy(before, { kind: 'CLOSE', to }, NOW)).toEqual(
    after === 'unchanged'
      ? { kind: 'unchanged' }
      : { kind: 'changed', policy: { ...before, ...after, version: before.version + 1 } },
  );
});

it('reopening opens what was closed, and nothing else', () => {
  expect(changedPolicy(CLOSED, { kind: 'REOPEN' }, NOW)).toEqual({
    kind: 'changed',
    policy: { ...OPEN, version: 5 },
  });
  expect(changedPolicy(OPEN, { kind: 'REOPEN' }, NOW)).toEqual({ kind: 'unchanged' });
  expect(changedPolicy(NOT_OPTED_IN, { kind: 'REOPEN' }, NOW)).toEqual({ kind: 'unchanged' });
});
