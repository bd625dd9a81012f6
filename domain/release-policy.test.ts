import fc from 'fast-check';
import { withSeed } from '../tests/with-seed';
import { APPOINTMENT_MODES } from './appointment-mode';
import {
  contractQuota,
  RELEASE_RULES,
  rulesStoppingPractice,
  rulesStoppingSlot,
  startsAllowed,
  type TimedNeed,
  type ReleasePolicy,
  type ReleaseRule,
  type SlotFacts,
} from './release-policy';

const NOW = new Date('2026-03-02T09:00:00Z');
const inMinutes = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);

const POLICY: ReleasePolicy = {
  version: 1,
  status: 'OPEN',
  closedTo: null,
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
  closures: [],
};
const NEED: TimedNeed = {
  relation: 'OTHER',
  ageInMonths: 72,
  dispositionId: 'gp-6h',
  modes: ['IN_PERSON'],
  deadline: null,
};
const SLOT: SlotFacts = { mode: 'IN_PERSON', slotType: '111 urgent', startsAt: inMinutes(60) };

interface Case {
  policy?: Partial<ReleasePolicy>;
  need?: Partial<TimedNeed>;
  slot?: Partial<SlotFacts>;
  /** Starts of bookings by other practices' patients that day. */
  booked?: Date[];
}

function stopping({ policy, need, slot, booked = [] }: Case): ReleaseRule[] {
  return rulesStoppingSlot(
    { ...POLICY, ...policy },
    { ...NEED, ...need },
    { ...SLOT, ...slot },
    { now: NOW, othersThatDay: booked },
  ).sort();
}

/** Returns `count` bookings at the time of the slot. */
function atOnce(count: number): Date[] {
  return Array.from({ length: count }, () => SLOT.startsAt);
}

/** One case for each rule in which that rule alone refuses. */
const STOPS: Record<ReleaseRule, Case> = {
  NOT_OPTED_IN: { policy: { status: 'NOT_OPTED_IN' } },
  BOOK_CLOSED: { policy: { status: 'CLOSED' } },
  OWN_PATIENTS_OFF: { policy: { ownPatients: false }, need: { relation: 'OWN' } },
  OTHER_PATIENTS_OFF: { policy: { otherPatients: false } },
  MODE: { policy: { modes: ['TELEPHONE'] } },
  AGE: { need: { ageInMonths: 59 } },
  DISPOSITION: { policy: { dispositionIds: ['gp-2h'] } },
  SLOT_TYPE: { slot: { slotType: 'Routine' } },
  DAILY_QUOTA: { booked: atOnce(3) },
  TAKEN_BACK: { slot: { startsAt: inMinutes(29) } },
  MINIMUM_NOTICE: { policy: { takeBackMinutes: 0 }, slot: { startsAt: inMinutes(14) } },
  HORIZON: { slot: { startsAt: new Date('2026-03-05T00:00:00Z') } },
  DEADLINE: { need: { deadline: inMinutes(10) } },
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
    booked: [...(a.booked ?? []), ...(b.booked ?? [])],
  };
  expect(stopping(both)).toEqual(expect.arrayContaining([one, other]));
});

/** A book has one status, a person one relation to it, a slot one time; quota and take-back bind others only. */
function canBeTogether(one: ReleaseRule, other: ReleaseRule): boolean {
  const alternatives: ReleaseRule[][] = [
    ['NOT_OPTED_IN', 'BOOK_CLOSED'],
    ['OWN_PATIENTS_OFF', 'OTHER_PATIENTS_OFF', 'DAILY_QUOTA', 'TAKEN_BACK'],
    ['TAKEN_BACK', 'MINIMUM_NOTICE', 'HORIZON'],
  ];
  const alternative = alternatives.some((rules) => rules.includes(one) && rules.includes(other));
  return !alternative || (one === 'OTHER_PATIENTS_OFF' && other !== 'MINIMUM_NOTICE');
}

describe("a practice's own patients", () => {
  it('are not bound by the quota, nor by take-back, which are about others', () => {
    expect(
      stopping({ need: { relation: 'OWN' }, booked: atOnce(99), slot: { startsAt: inMinutes(20) } }),
    ).toEqual([]);
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
    ['without a quota any number is', { policy: { dailyQuota: null }, booked: atOnce(999) }, []],
    ['a quota of none offers nothing', { policy: { dailyQuota: 0 } }, ['DAILY_QUOTA']],
    ['exactly at take-back it is still offered', { slot: { startsAt: inMinutes(30) } }, []],
    [
      'exactly at the notice it is offered',
      { policy: { takeBackMinutes: 0 }, slot: { startsAt: inMinutes(15) } },
      [],
    ],
    [
      'at the end of the last day it is offered',
      { slot: { startsAt: new Date('2026-03-04T23:59:59Z') } },
      [],
    ],
    ['a moment later it is not', { slot: { startsAt: new Date('2026-03-05T00:00:00Z') } }, ['HORIZON']],
    [
      'a horizon of none is today, in London',
      { policy: { horizonDays: 0 }, slot: { startsAt: new Date('2026-03-02T23:55:00Z') } },
      [],
    ],
    [
      'and not tomorrow',
      { policy: { horizonDays: 0 }, slot: { startsAt: new Date('2026-03-03T00:00:00Z') } },
      ['HORIZON'],
    ],
    ['exactly at the deadline it is offered', { need: { deadline: SLOT.startsAt } }, []],
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

describe('a book that is closed to others', () => {
  const closed = { status: 'CLOSED', closedTo: 'OTHER_PATIENTS' } as const;

  it('is open to its own patients', () => {
    expect(stopping({ policy: closed })).toEqual(['BOOK_CLOSED']);
    expect(stopping({ policy: closed, need: { relation: 'OWN' } })).toEqual([]);
    expect(stopping({ policy: { ...closed, closedTo: 'EVERYBODY' }, need: { relation: 'OWN' } })).toEqual([
      'BOOK_CLOSED',
    ]);
  });
});

describe('a closure with dates', () => {
  const closure = { id: 'one', from: inMinutes(60), until: inMinutes(120), to: 'OTHER_PATIENTS' } as const;
  const at = (minutes: number, need: Partial<TimedNeed> = {}) =>
    stopping({ policy: { closures: [closure] }, need, slot: { startsAt: inMinutes(minutes) } });

  it('stops what starts in it, from its first moment to just before its end, for its audience', () => {
    expect([59, 60, 119, 120].map((minutes) => at(minutes))).toEqual([
      [],
      ['BOOK_CLOSED'],
      ['BOOK_CLOSED'],
      [],
    ]);
    expect(at(60, { relation: 'OWN' })).toEqual([]);
  });

  it('is not searched in, and nothing is when it covers all the time that is left', () => {
    const allowed = (policy: Partial<ReleasePolicy>, need: Partial<TimedNeed> = {}) =>
      startsAllowed({ ...POLICY, ...policy }, { ...NEED, ...need }, NOW);
    expect(allowed({})?.from).toEqual(inMinutes(30));
    const early = { ...closure, from: inMinutes(0) };
    expect(allowed({ closures: [early] })?.from).toEqual(closure.until);
    const next = { ...closure, id: 'two', from: inMinutes(120), until: inMinutes(180) };
    expect(allowed({ closures: [next, early] })?.from).toEqual(next.until);
    expect(allowed({ closures: [early] }, { deadline: inMinutes(119) })).toBeNull();
    expect(allowed({ closures: [early] }, { deadline: inMinutes(119), relation: 'OWN' })).not.toBeNull();
  });
});

describe('the quota', () => {
  it.each([
    [null, 1],
    [0, 1],
    [2_750, 1],
    [2_999, 1],
    [3_000, 1],
    [5_823, 1],
    [6_000, 2],
    [9_027, 3],
  ])('by contract of %s patients is %s', (patients, quota) => {
    expect(contractQuota(patients)).toBe(quota);
  });

  const at = (time: string) => new Date(`2026-07-01T${time}:00+01:00`);
  const offered = (dailyQuota: number, time: string, booked: string[]) =>
    rulesStoppingSlot(
      { ...POLICY, dailyQuota },
      NEED,
      { ...SLOT, startsAt: at(time) },
      { now: at('05:00'), othersThatDay: booked.map(at) },
    ).length === 0;

  it.each<[string, number, string, string[], boolean]>([
    ['the first of three can be at any time', 3, '08:00', [], true],
    ['the second not in the first third of core hours', 3, '11:20', ['09:00'], false],
    ['but from the second third on', 3, '11:30', ['09:00'], true],
    ['the third from the last third on', 3, '15:00', ['09:00', '12:00'], true],
    ['and not before', 3, '14:50', ['09:00', '12:00'], false],
    ['what was left over can be taken later', 3, '16:00', ['15:00', '15:30'], true],
    ['what is booked later counts, so that it is not broken then', 3, '09:00', ['11:30', '11:40'], false],
    ['in the evening all of it', 3, '19:00', ['18:30', '18:40'], true],
    ['and no more', 3, '20:00', ['18:30', '18:40', '19:00'], false],
    ['early in the morning one', 9, '06:00', ['05:30'], false],
    ['of one a day the second is none, at any time', 1, '18:00', ['08:00'], false],
  ])('is spread: %s', (_, quota, time, booked, expected) => {
    expect(offered(quota, time, booked)).toBe(expected);
  });

  it('is never exceeded, in whatever order slots are taken', async () => {
    const minutes = fc.integer({ min: 0, max: 24 * 60 - 1 });
    const anyOrder = fc.array(minutes, { maxLength: 25 });
    const isKept = fc.property(fc.integer({ min: 0, max: 6 }), anyOrder, (quota, wanted) => {
      const taken: Date[] = [];
      for (const minute of wanted) {
        const startsAt = new Date(at('00:00').getTime() + minute * 60_000);
        const policy = { ...POLICY, dailyQuota: quota, takeBackMinutes: 0, minimumNoticeMinutes: 0 };
        if (
          rulesStoppingSlot(policy, NEED, { ...SLOT, startsAt }, { now: at('00:00'), othersThatDay: taken })
            .length === 0
        )
          taken.push(startsAt);
      }
      expect(taken.length).toBeLessThanOrEqual(quota);
    });
    await withSeed(20_260_701, (_, seed) => fc.assert(isKept, { seed }));
  });
});

describe('tightening any rule', () => {
  // Leaning to what is open, so that there is something to take away.
  const mostly = fc.constantFrom(true, true, true, false);
  const closure = fc.record({
    id: fc.constant('one'),
    from: fc.integer({ min: 0, max: 300 }).map(inMinutes),
    until: fc.integer({ min: 300, max: 600 }).map(inMinutes),
    to: fc.constantFrom('OTHER_PATIENTS', 'EVERYBODY'),
  });
  const anyPolicy: fc.Arbitrary<ReleasePolicy> = fc.record({
    version: fc.constant(1),
    status: fc.constantFrom('OPEN', 'OPEN', 'OPEN', 'CLOSED', 'NOT_OPTED_IN'),
    closedTo: fc.constantFrom(null, 'OTHER_PATIENTS', 'EVERYBODY'),
    ownPatients: mostly,
    otherPatients: mostly,
    modes: fc.subarray([...APPOINTMENT_MODES], { minLength: 1 }),
    dispositionIds: fc.subarray(['gp-6h', 'gp-2h'], { minLength: 1 }),
    slotTypes: fc.subarray(['111 urgent', 'Routine'], { minLength: 1 }),
    ageInMonths: fc.option(
      fc.record({
        from: fc.integer({ min: 0, max: 100 }),
        below: fc.option(fc.integer({ min: 60, max: 200 })),
      }),
    ),
    dailyQuota: fc.option(fc.integer({ min: 0, max: 4 })),
    takeBackMinutes: fc.integer({ min: 0, max: 240 }),
    minimumNoticeMinutes: fc.integer({ min: 0, max: 240 }),
    horizonDays: fc.integer({ min: 0, max: 3 }),
    cancelCutOffMinutes: fc.constant(60),
    closures: fc.array(closure, { maxLength: 1 }),
  });
  const inDay = fc.integer({ min: 0, max: 15 * 60 }).map(inMinutes);

  /** Each a way to be stricter than a policy. */
  const TIGHTER: ((policy: ReleasePolicy) => Partial<ReleasePolicy>)[] = [
    () => ({ status: 'NOT_OPTED_IN' }),
    ({ status, closedTo }) =>
      status === 'OPEN'
        ? { status: 'CLOSED', closedTo: 'OTHER_PATIENTS' }
        : { closedTo: closedTo && 'EVERYBODY' },
    () => ({ ownPatients: false }),
    () => ({ otherPatients: false }),
    ({ modes }) => ({ modes: modes.slice(1) }),
    ({ dispositionIds }) => ({ dispositionIds: dispositionIds.slice(1) }),
    ({ slotTypes }) => ({ slotTypes: slotTypes.slice(1) }),
    ({ ageInMonths }) => ({
      ageInMonths: { from: (ageInMonths?.from ?? 0) + 12, below: Math.min(ageInMonths?.below ?? 150, 150) },
    }),
    ({ dailyQuota }) => ({ dailyQuota: Math.max(0, (dailyQuota ?? 4) - 1) }),
    ({ takeBackMinutes }) => ({ takeBackMinutes: takeBackMinutes + 30 }),
    ({ minimumNoticeMinutes }) => ({ minimumNoticeMinutes: minimumNoticeMinutes + 30 }),
    ({ horizonDays }) => ({ horizonDays: Math.max(0, horizonDays - 1) }),
    ({ closures }) => ({
      closures: [...closures, { id: 'two', from: inMinutes(100), until: inMinutes(400), to: 'EVERYBODY' }],
    }),
  ];

  it('never adds an offer', async () => {
    const need = fc.record({
      relation: fc.constantFrom('OWN', 'OTHER'),
      ageInMonths: fc.integer({ min: 0, max: 200 }),
      dispositionId: fc.constantFrom('gp-6h', 'gp-2h'),
      modes: fc.subarray([...APPOINTMENT_MODES], { minLength: 1 }),
      deadline: fc.option(inDay),
    });
    const slot = fc.record({
      mode: fc.constantFrom(...APPOINTMENT_MODES),
      slotType: fc.constantFrom('111 urgent', 'Routine'),
      startsAt: inDay,
    });
    const booked = fc.array(inDay, { maxLength: 4 });
    let offers = 0;
    const addsNone = fc.property(
      anyPolicy,
      fc.constantFrom(...TIGHTER),
      need,
      slot,
      booked,
      (policy, tighter, wanted, one, others) => {
        const tightened = { ...policy, ...tighter(policy) };
        if (rulesStoppingSlot(policy, wanted, one, { now: NOW, othersThatDay: others }).length === 0)
          offers += 1;
        else
          expect(rulesStoppingSlot(tightened, wanted, one, { now: NOW, othersThatDay: others })).not.toEqual(
            [],
          );
      },
    );
    await withSeed(20_260_302, (_, seed) => {
      fc.assert(addsNone, { seed, numRuns: 10_000 });
      // The property says nothing of policies that offer nothing either way.
      expect(offers).toBeGreaterThan(100);
    });
  });
});
