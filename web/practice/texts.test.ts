import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, isEnumType } from 'graphql';
import type { Release } from './answers';
import {
  actionWords,
  actorWords,
  ageWords,
  changesWords,
  elsewhereWords,
  ruleWords,
  rulesRows,
  statusWords,
} from './texts';

const BEFORE: Release = {
  version: 1,
  status: 'OPEN',
  closedTo: null,
  ownPatients: true,
  otherPatients: true,
  modes: ['IN_PERSON', 'TELEPHONE'],
  slotTypes: ['111 urgent'],
  dispositionIds: ['gp-6h', 'gp-2h'],
  ageInMonths: null,
  dailyQuota: 3,
  minimumNoticeMinutes: 90,
  takeBackMinutes: 60,
  horizonDays: 14,
  cancelCutOffMinutes: 0,
  closures: [],
  updatedAt: null,
};
const CLOSURE = {
  id: 'a',
  from: '2026-12-24T12:00:00Z',
  until: '2026-12-25T00:00:00Z',
  to: 'OTHER_PATIENTS',
};
const TITLES = [
  { id: 'gp-6h', title: 'See a GP within 6 hours', bookable: 'NETWORK', modes: [] },
  { id: 'gp-2h', title: 'See a GP within 2 hours', bookable: 'NETWORK', modes: [] },
];

test('rules are told in words', () => {
  const rows = Object.fromEntries(
    rulesRows(BEFORE, TITLES).map(({ key, values }) => [key, values.join('; ')]),
  );
  expect(rows).toEqual({
    'For whom': 'Your own patients and other practices’ patients',
    'Ways of being seen': 'Face to face; Phone call',
    'Kinds of slots': '111 urgent',
    Needs: 'See a GP within 6 hours; See a GP within 2 hours',
    Ages: 'Every age',
    'For other practices’ patients': 'At most 3 a day',
    'Days ahead': '14',
    Notice: '1 hour 30 minutes',
    'Unused slots are yours again': '1 hour before they start',
    'Patients can cancel online until': '0 minutes before',
  });
});

test.each([
  [{ from: 60, below: null }, 'From 5 years'],
  [{ from: 0, below: 192 }, 'Under 16 years'],
  [{ from: 6, below: 18 }, 'From 6 months to under 18 months'],
])('ages %j are %s', (ageInMonths, words) => {
  expect(rulesRows({ ...BEFORE, ageInMonths }, []).find(({ key }) => key === 'Ages')?.values).toEqual([
    words,
  ]);
});

test('changes are told, and the order of a list is none', () => {
  const after = {
    ...BEFORE,
    dispositionIds: ['gp-2h', 'gp-6h'],
    modes: ['TELEPHONE', 'VIDEO'],
    horizonDays: 0,
    closures: [CLOSURE],
    status: 'CLOSED',
    closedTo: 'EVERYBODY',
  };
  expect(changesWords(BEFORE, after, TITLES)).toEqual([
    'Your book is closed to everybody. Nothing more is booked for them.',
    'Ways of being seen, added: Video call',
    'Ways of being seen, taken out: Face to face',
    'Days ahead: Today only (before: 14)',
    'Closed for a time: midday on Thursday 24 December 2026 to midnight on Friday 25 December 2026, to other practices’ patients',
  ]);
  expect(changesWords(BEFORE, { ...BEFORE, dispositionIds: ['gp-2h', 'gp-6h'] }, TITLES)).toEqual([]);
});

test('an entry of the history says what was done, by whom, and what came of it', () => {
  const of = (values: object) => ({ before: null, after: null, action: 'SET', outcome: 'DONE', ...values });
  expect(actionWords(of({ action: 'REOPEN', outcome: 'REFUSED' }))).toBe('Book opened again: refused');
  expect(
    actionWords(of({ action: 'REOPEN', before: { ...BEFORE, closures: [CLOSURE] }, after: BEFORE })),
  ).toBe('Closure taken back: done');
  const by = { by: 'caller-0123456789', role: 'S8001:G8005:R8008', organisation: 'Z90001', outcome: 'DONE' };
  expect(actorWords(by, 'Z90001')).toBe('a manager (person 456789)');
  expect(actorWords({ ...by, role: 'S8001:G8006:R8010', organisation: 'Z90002' }, 'Z90001')).toBe(
    'role R8010 of Z90002 (person 456789)',
  );
  expect(actorWords({ ...by, by: null }, 'Z90001')).toBe('this service');
  expect(actorWords({ ...by, by: null, outcome: 'REFUSED' }, 'Z90001')).toBe(
    'somebody who had not signed in',
  );
});

test('words that these pages do not know are shown by their codes', () => {
  expect(ruleWords('NEW_RULE')).toContain('NEW_RULE');
  expect(ageWords(18)).toBe('18 months');
  expect(statusWords({ status: 'CLOSED', closedTo: 'OTHER_PATIENTS' })).toContain(
    'other practices’ patients',
  );
});

test('every reason for which a patient was booked elsewhere has words', () => {
  const file = join(__dirname, '..', '..', 'schema', 'api.graphql');
  const reasons = buildSchema(readFileSync(file, 'utf8'), { assumeValid: true }).getType('WhyElsewhere');
  if (!isEnumType(reasons)) throw new Error('The API has no WhyElsewhere.');
  const names = reasons.getValues().map(({ name }) => name);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => elsewhereWords(name) === name)).toEqual([]);
});
