import {
  RELEASE_RULES,
  rulesStoppingPractice,
  rulesStoppingSlot,
  type Need,
  type ReleasePolicy,
  type ReleaseRule,
  type SlotFacts,
} from './release-policy';

const NOW = new Date('2026-03-02T09:00:00Z');
const inMinutes = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);

const POLICY: ReleasePolicy = {
  version: 1,
  status: 'OPEN',
  ownPatients: true,
  otherPatients: true,
  modes: ['IN_PERSON', 'TELEPHONE'],
  dispositionIds: ['gp-6h'],
  slotTypes: ['111 urgent'],
  ageInMonths: { from: 60, below: 192 },
  dailyQuota: 3,
  takeBackMinutes: 30,
  minimumNoticeMinutes: 15,
  horizonDays: 2,
  cancelCutOffMinutes: 60,
};
const NEED: Need = { relation: 'OTHER', ageInMonths: 72, dispositionId: 'gp-6h', modes: ['IN_PERSON'] };
const SLOT: SlotFacts = { mode: 'IN_PERSON', slotType: '111 urgent', startsAt: inMinutes(60) };

interface Case {
  policy?: Partial<ReleasePolicy>;
  need?: Partial<Need>;
  slot?: Partial<SlotFacts>;
  booked?: number;
}

function stopping({ policy, need, slot, booked = 0 }: Case): ReleaseRule[] {
  return rulesStoppingSlot(
    { ...POLICY, ...policy },
    { ...NEED, ...need },
    { ...SLOT, ...slot },
    NOW,
    booked,
  ).sort();
}

/** What makes each rule stop, alone. */
const STOPS: Record<ReleaseRule, Case> = {
  NOT_OPTED_IN: { policy: { status: 'NOT_OPTED_IN' } },
  BOOK_CLOSED: { policy: { status: 'CLOSED' } },
  OWN_PATIENTS_OFF: { policy: { ownPatients: false }, need: { relation: 'OWN' } },
  OTHER_PATIENTS_OFF: { policy: { otherPatients: false } },
  MODE: { policy: { modes: ['TELEPHONE'] } },
  AGE: { need: { ageInMonths: 59 } },
  DISPOSITION: { policy: { dispositionIds: ['gp-2h'] } },
  SLOT_TYPE: { slot: { slotType: 'Routine' } },
  DAILY_QUOTA: { booked: 3 },
  TAKEN_BACK: { slot: { startsAt: inMinutes(29) } },
  MINIMUM_NOTICE: { policy: { takeBackMinutes: 0 }, slot: { startsAt: inMinutes(14) } },
  HORIZON: { policy: { horizonDays: 0 } },
};

it('offers what no rule stops', () => {
  expect(stopping({})).toEqual([]);
  expect(rulesStoppingPractice(POLICY, NEED)).toEqual([]);
});

it.each(RELEASE_RULES)('%s stops a slot, and says so alone', (rule) => {
  expect(stopping(STOPS[rule])).toEqual([rule]);
});

const pairs = RELEASE_RULES.flatMap((one, index) =>
  RELEASE_RULES.slice(index + 1).map((other) => [one, other] as const),
).filter(([one, other]) => canBeTogether(one, other));

it.each(pairs)('%s and %s are both named', (one, other) => {
  const [a, b] = [STOPS[one], STOPS[other]];
  const both: Case = {
    policy: { ...a.policy, ...b.policy },
    need: { ...a.need, ...b.need },
    slot: { ...a.slot, ...b.slot },
    booked: Math.max(a.booked ?? 0, b.booked ?? 0),
  };
  expect(stopping(both)).toEqual(expect.arrayContaining([one, other]));
});

/** A book has one status, a person one relation to it, a slot one time; quota and take-back bind others only. */
function canBeTogether(one: ReleaseRule, other: ReleaseRule): boolean {
  const alternatives: ReleaseRule[][] = [
    ['NOT_OPTED_IN', 'BOOK_CLOSED'],
    ['OWN_PATIENTS_OFF', 'OTHER_PATIENTS_OFF', 'DAILY_QUOTA', 'TAKEN_BACK'],
    ['TAKEN_BACK', 'MINIMUM_NOTICE'],
  ];
  const alternative = alternatives.some((rules) => rules.includes(one) && rules.includes(other));
  return !alternative || (one === 'OTHER_PATIENTS_OFF' && other !== 'MINIMUM_NOTICE');
}

describe("a practice's own patients", () => {
  it('are not bound by the quota, nor by take-back, which are about others', () => {
    expect(stopping({ need: { relation: 'OWN' }, booked: 99, slot: { startsAt: inMinutes(20) } })).toEqual(
      [],
    );
  });

  it('are bound by every other rule', () => {
    for (const rule of ['NOT_OPTED_IN', 'BOOK_CLOSED', 'MODE', 'AGE', 'DISPOSITION', 'SLOT_TYPE'] as const)
      expect(stopping({ ...STOPS[rule], need: { ...STOPS[rule].need, relation: 'OWN' } })).toEqual([rule]);
  });
});

describe('at the edge', () => {
  it.each<[string, Case, ReleaseRule[]]>([
    ['the youngest age is in', { need: { ageInMonths: 60 } }, []],
    ['the oldest age is out', { need: { ageInMonths: 192 } }, ['AGE']],
    ['a month below the oldest is in', { need: { ageInMonths: 191 } }, []],
    [
      'without an upper end everybody older is in',
      { policy: { ageInMonths: { from: 192, below: null } }, need: { ageInMonths: 1_200 } },
      [],
    ],
    ['without ages everybody is in', { policy: { ageInMonths: null }, need: { ageInMonths: 0 } }, []],
    ['the last of the quota is offered', { booked: 2 }, []],
    ['without a quota any number is', { policy: { dailyQuota: null }, booked: 999 }, []],
    ['a quota of none offers nothing', { policy: { dailyQuota: 0 } }, ['DAILY_QUOTA']],
    ['exactly at take-back it is still offered', { slot: { startsAt: inMinutes(30) } }, []],
    [
      'exactly at the notice it is offered',
      { policy: { takeBackMinutes: 0 }, slot: { startsAt: inMinutes(15) } },
      [],
    ],
    ['exactly at the horizon it is offered', { slot: { startsAt: inMinutes(2 * 24 * 60) } }, []],
    ['a minute later it is not', { slot: { startsAt: inMinutes(2 * 24 * 60 + 1) } }, ['HORIZON']],
    ['what has begun is not', { slot: { startsAt: inMinutes(-1) } }, ['MINIMUM_NOTICE', 'TAKEN_BACK']],
    ['a mode that the person does not accept is not', { slot: { mode: 'TELEPHONE' } }, ['MODE']],
    ['without a released type nothing is', { policy: { slotTypes: [] } }, ['SLOT_TYPE']],
    ['without a disposition nothing is', { policy: { dispositionIds: [] } }, ['DISPOSITION']],
    ['a type in other letters is another', { slot: { slotType: '111 Urgent' } }, ['SLOT_TYPE']],
  ])('%s', (_, given, rules) => {
    expect(stopping(given)).toEqual(rules);
  });
});

it('a practice that nothing can come of is not asked', () => {
  for (const rule of [
    'NOT_OPTED_IN',
    'BOOK_CLOSED',
    'OTHER_PATIENTS_OFF',
    'MODE',
    'AGE',
    'DISPOSITION',
  ] as const)
    expect(
      rulesStoppingPractice({ ...POLICY, ...STOPS[rule].policy }, { ...NEED, ...STOPS[rule].need }),
    ).toEqual([rule]);
  expect(rulesStoppingPractice({ ...POLICY, dailyQuota: 0 }, NEED)).toEqual(['DAILY_QUOTA']);
  expect(rulesStoppingPractice({ ...POLICY, slotTypes: [] }, NEED)).toEqual(['SLOT_TYPE']);
});
