import type { AccessNeed } from '../../domain/access-needs';
import type { OdsCode } from '../../domain/ods-code';
import type { ReleasePolicy } from '../../domain/release-policy';
import {
  bookingLaboratory,
  freeSlots,
  newCaller,
  newPractice,
  OPEN_BOOK,
  type BookingLaboratory,
} from '../booking-laboratory';
import { EMBEDDED } from '../databases';
import { eventually } from '../../domain/eventually';
import { identifiedPatient } from '../../subgraphs/appointments/sealed-patients';
import type { Candidate } from '../../subgraphs/appointments/options/assessment-facts';
import {
  findOptions,
  type OptionsFound,
  type OptionsRequest,
} from '../../subgraphs/appointments/options/find-options';
import type { SearchFor } from '../../subgraphs/appointments/options/search-practice';
import type { NotOfferedReason } from '../../subgraphs/appointments/options/not-offered';
import { addLondonDays, londonDate, startOfLondonDay } from '../../domain/london-time';
import { supplierReports } from '../../subgraphs/appointments/options/supplier-reports';

let lab: BookingLaboratory;
beforeAll(async () => {
  lab = await bookingLaboratory(await EMBEDDED.settings());
});
afterEach(() => {
  lab.simulators.faults.clear();
  lab.simulators.faults.release();
});
afterAll(() => lab.close());

const HOUR = 60 * 60_000;
const NETWORK = { supplier: 'gp-connect', route: 'NETWORK' } as const;
const SESSION = { supplier: 'emis', route: 'PATIENT_SESSION' } as const;

function candidate(odsCode: OdsCode, distanceMiles: number, values: Partial<Candidate> = {}): Candidate {
  return { odsCode, distanceMiles, connections: [NETWORK], release: OPEN_BOOK, ...values };
}

/** Practices with free times, nearest first. */
async function near(count: number, release: Partial<ReleasePolicy> = {}): Promise<Candidate[]> {
  const practices = Array.from({ length: count }, newPractice);
  await Promise.all(practices.map((practice) => freeSlots(lab, practice, 1)));
  return practices.map((practice, index) =>
    candidate(practice, index / 10, { release: { ...OPEN_BOOK, ...release } }),
  );
}

function full(odsCode: OdsCode): void {
  const { diary } = lab.simulators;
  const now = lab.clock.now();
  diary.deskTakes(odsCode, now, new Date(now.getTime() + 14 * 24 * HOUR));
}

const inSixHours = () => new Date(lab.clock.now().getTime() + 6 * HOUR);

type Wanted = Partial<OptionsRequest> & { own?: Candidate | null; near?: Candidate[] };

function find(wanted: Wanted, atOnce = 25): Promise<OptionsFound> {
  const caller = newCaller();
  const deadline = inSixHours();
  const others = wanted.near ?? [];
  return findOptions(
    {
      outcome: {
        deadline,
        disposition: { id: 'gp-6h', bookable: 'NETWORK', modes: ['IN_PERSON', 'TELEPHONE'] },
      },
      candidates: {
        own: wanted.own ?? null,
        near: others,
        stopped: [],
        practicesInRadius: others.length,
        withinMiles: 10,
        placeKnown: true,
      },
      search: searchOf(caller.id, deadline),
      first: 5,
      elsewhereReason: null,
      timeoutMs: 3_000,
      ...wanted,
    },
    atOnce,
    lab.deps,
  );
}

function searchOf(callerId: string, deadline: Date): SearchFor {
  return {
    need: { ageInMonths: 72, dispositionId: 'gp-6h', modes: ['IN_PERSON', 'TELEPHONE'], deadline },
    earliest: null,
    actor: { kind: 'PATIENT', id: callerId },
    callerId,
    patient: undefined,
    requestId: 'test',
    signal: new AbortController().signal,
  };
}

const NOWHERE = {
  own: null,
  near: [],
  stopped: [],
  practicesInRadius: 0,
  withinMiles: 10,
  placeKnown: false,
};

describe('where the person is', () => {
  test('is missing from the answer when others were to be searched', async () => {
    const [own] = await near(1);
    full(own!.odsCode);
    const found = await find({ candidates: { ...NOWHERE, own: own! } });
    expect(found).toMatchObject({ elsewhere: [], isElsewhereSearched: true, complete: false });
  });

  test('does not matter while the own practice has times', async () => {
    const [own] = await near(1);
    const found = await find({ candidates: { ...NOWHERE, own: own! } });
    expect(found).toMatchObject({ own: { answer: 'SLOTS' }, isElsewhereSearched: false, complete: true });
  });
});

const total = (counts: ReadonlyMap<NotOfferedReason, number>) =>
  [...counts.values()].reduce((a, b) => a + b, 0);
const codes = (found: OptionsFound) => found.elsewhere.map(({ candidate: { odsCode } }) => odsCode);

describe('the own practice', () => {
  test('that has times before the deadline is the only one searched', async () => {
    const [own, ...others] = await near(4);
    const found = await find({ own: own!, near: others });
    expect(found.own?.answer).toBe('SLOTS');
    expect(found.considered).toHaveLength(1);
    expect([...found.notOffered]).toEqual([['NOT_ASKED_OWN_PRACTICE_FIRST', 3]]);
  });

  test('that is full lets the search go on elsewhere, nearest first', async () => {
    const [own, ...others] = await near(4);
    full(own!.odsCode);
    const found = await find({ own: own!, near: others });
    expect(found.own?.answer).toBe('NO_SLOTS_IN_TIME');
    expect(codes(found)).toEqual(others.map(({ odsCode }) => odsCode));
  });

  test('that has closed its book lets the search go on elsewhere', async () => {
    const [own] = await near(1, { status: 'CLOSED' });
    const found = await find({ own: own!, near: await near(1) });
    expect(found.own).toMatchObject({ answer: 'NOT_RELEASED', stoppedBy: ['BOOK_CLOSED'] });
    expect(found.elsewhere).toHaveLength(1);
  });

  test('is passed by when the person says why', async () => {
    const [own, ...others] = await near(3);
    const found = await find({ own: own!, near: others, elsewhereReason: 'AWAY_FROM_HOME' });
    expect(found.own?.answer).toBe('SLOTS');
    expect(found.elsewhere).toHaveLength(2);
  });

  test('is the only one for an outcome that never widens, even when it is full', async () => {
    const [own, ...others] = await near(3);
    full(own!.odsCode);
    const outcome = {
      deadline: null,
      disposition: { id: 'own-gp-routine', bookable: 'OWN_PRACTICE', modes: ['IN_PERSON'] },
    } as const;
    const request = {
      own: own!,
      near: others,
      outcome: { ...outcome, disposition: { ...outcome.disposition, modes: [...outcome.disposition.modes] } },
    };
    const found = await find({ ...request, elsewhereReason: 'AWAY_FROM_HOME' });
    expect(found.elsewhere).toEqual([]);
    expect([...found.notOffered]).toEqual([['NOT_ASKED_OWN_PRACTICE_ONLY', 2]]);
  });

  test('that needs a signed-in patient says so, and is no reason to go elsewhere', async () => {
    const own = candidate(newPractice(), 1, { connections: [SESSION] });
    const found = await find({ own, near: await near(2) });
    expect(found.own?.answer).toBe('SIGN_IN_REQUIRED');
    expect(found.elsewhere).toEqual([]);
  });

  test("is searched in the linked patient's own session", async () => {
    const caller = newCaller();
    const practice = caller.self.registeredPractice!;
    lab.simulators.diary.registerPatient(practice, caller.self);
    await freeSlots(lab, practice, 1);
    const own = candidate(practice, 1, { connections: [NETWORK, SESSION] });
    const search = {
      need: {
        ageInMonths: 420,
        dispositionId: 'gp-6h',
        modes: ['IN_PERSON', 'TELEPHONE'] as ('IN_PERSON' | 'TELEPHONE')[],
        deadline: inSixHours(),
      },
      earliest: null,
      actor: { kind: 'PATIENT', id: caller.id } as const,
      callerId: caller.id,
      patient: identifiedPatient(caller.self),
      requestId: 'test',
      signal: new AbortController().signal,
    };
    const found = await find({ own, search });
    expect(found.own).toMatchObject({ answer: 'SLOTS', search: { supplier: 'emis' } });
  });
});

describe('access needs', () => {
  const needing = (own: Candidate | null, others: Candidate[], accessNeeds: readonly AccessNeed[]) =>
    find({ own, near: others, search: { ...searchOf(newCaller().id, inSixHours()), accessNeeds } });
  const meeting = ([one]: Candidate[], met: AccessNeed[], notMet: AccessNeed[] = []): Candidate => ({
    ...one!,
    accessNeedsMet: met,
    accessNeedsNotMet: notMet,
  });

  test('leave out practices that do not meet all of them, and those of which it is not known, each under its reason', async () => {
    const others = [
      ...(await near(1)),
      meeting(await near(1), ['STEP_FREE_ACCESS'], ['BSL_INTERPRETER']),
      meeting(await near(1), [], ['BSL_INTERPRETER']),
      meeting(await near(1), ['STEP_FREE_ACCESS']),
      meeting(await near(1), ['BSL_INTERPRETER', 'STEP_FREE_ACCESS'], ['HEARING_LOOP']),
      ...(await near(1, { status: 'CLOSED' })),
    ];
    const found = await needing(null, others, ['STEP_FREE_ACCESS', 'BSL_INTERPRETER']);
    expect(codes(found)).toEqual([others[4]!.odsCode]);
    expect(Object.fromEntries(found.notOffered)).toEqual({
      ACCESS_NOT_KNOWN: 2,
      ACCESS_NEED_NOT_MET: 2,
      BOOK_CLOSED: 1,
    });
    expect(found.considered.filter(({ search }) => search !== null)).toHaveLength(1);
    expect(codes(await needing(null, others, []))).toHaveLength(5);
  });

  test('are those of the own practice, too: where it is not known to meet them the search goes on elsewhere', async () => {
    const [unknown] = await near(1);
    const other = meeting(await near(1), ['HEARING_LOOP']);
    const found = await needing(unknown!, [other], ['HEARING_LOOP']);
    expect(found.own).toMatchObject({ answer: 'ACCESS_NOT_KNOWN', slots: [], search: null });
    expect(codes(found)).toEqual([other.odsCode]);
    const knowing = await needing(meeting([unknown!], ['HEARING_LOOP']), [other], ['HEARING_LOOP']);
    expect(knowing.own?.answer).toBe('SLOTS');
    expect(knowing.elsewhere).toEqual([]);
  });
});

describe('a slot belongs to the moment at which it starts', () => {
  const startsBy = async (own: Candidate, deadline: Date) => {
    const outcome = {
      deadline,
      disposition: { id: 'gp-6h', bookable: 'NETWORK' as const, modes: ['IN_PERSON' as const] },
    };
    const search = {
      need: { ageInMonths: 72, dispositionId: 'gp-6h', modes: ['IN_PERSON' as const], deadline },
      earliest: null,
      actor: { kind: 'PATIENT', id: 'test' } as const,
      callerId: null,
      patient: undefined,
      requestId: 'test',
      signal: undefined,
    };
    const found = await find({ own, outcome, search });
    return (found.own?.slots ?? []).map(({ startsAt }) => startsAt.getTime());
  };

  test('so that it is offered when it starts by the deadline and ends after it, and not a moment later', async () => {
    const [own] = await near(1);
    const slots = await freeSlots(lab, own!.odsCode, 6);
    const { startsAt, endsAt } = slots.find(({ mode }) => mode === 'IN_PERSON')!;
    const middle = new Date((startsAt.getTime() + endsAt.getTime()) / 2);
    for (const deadline of [startsAt, middle])
      expect(await startsBy(own!, deadline)).toContain(startsAt.getTime());
    expect(await startsBy(own!, new Date(startsAt.getTime() - 1))).not.toContain(startsAt.getTime());
  });

  test('so that the last one of the last day that is released is offered', async () => {
    const [own] = await near(1);
    const { diary } = lab.simulators;
    const midnight = startOfLondonDay(londonDate(addLondonDays(lab.clock.now(), 1)));
    diary.deskFrees(own!.odsCode, lab.clock.now(), new Date(midnight.getTime() + 24 * HOUR));
    const today = { ...own!, release: { ...own!.release, horizonDays: 0 } };
    const starts = await startsBy(today, new Date(midnight.getTime() + 24 * HOUR));
    expect(starts.length).toBeGreaterThan(0);
    expect(starts.filter((start) => start >= midnight.getTime())).toEqual([]);
    const tomorrow = { ...own!, release: { ...own!.release, horizonDays: 1 } };
    expect((await startsBy(tomorrow, new Date(midnight.getTime() + 24 * HOUR))).length).toBeGreaterThan(
      starts.length,
    );
  });
});

describe('other practices', () => {
  test('beyond the limit are not searched, and every one is counted under a reason', async () => {
    const closed = await near(2, { status: 'CLOSED' });
    const notOptedIn = await near(1, { status: 'NOT_OPTED_IN' });
    const adults = await near(1, { ageInMonths: { from: 216, below: null } });
    const open = await near(8);
    const unconnected = candidate(newPractice(), 0, { connections: [] });
    const others = [unconnected, ...closed, ...notOptedIn, ...adults, ...open];
    const found = await find({ near: others, first: 3 }, 4);
    expect(Object.fromEntries(found.notOffered)).toEqual({
      NOT_CONNECTED: 1,
      BOOK_CLOSED: 2,
      NOT_OPTED_IN: 1,
      RELEASE_RULE: 1,
      ENOUGH_FOUND_NEARER: 1,
      NOT_ASKED_ENOUGH_FOUND: 4,
    });
    expect(total(found.notOffered) + found.elsewhere.length).toBe(others.length);
  });

  test('that hang are named, and do not starve the others or outlast the time', async () => {
    const [hanging, quick] = [await near(3), await near(3)];
    const { faults } = lab.simulators;
    for (const { odsCode } of hanging)
      faults.add({ supplier: 'gp-connect', practice: odsCode, fault: { kind: 'held', afterCommit: false } });
    const finding = find({ near: [...hanging, ...quick], timeoutMs: 2_000 }, 3);
    await eventually('three hang', () => faults.held() === 3);
    // They have half of the time that there is; the others answer in none.
    lab.clock.advance(1_000);
    const found = await finding;
    expect(found.complete).toBe(false);
    expect(codes(found)).toEqual(quick.map(({ odsCode }) => odsCode));
    expect(Object.fromEntries(found.notOffered)).toEqual({ SUPPLIER_TIMED_OUT: 3 });
    const [report] = supplierReports(['gp-connect'], found.considered);
    expect(report).toMatchObject({ outcome: 'PARTLY_ANSWERED', practicesAsked: 6, practicesAnswered: 3 });
  });

  test('whose supplier is down are failures, not empty books', async () => {
    const others = await near(3);
    await lab.simulators.down('gp-connect');
    try {
      const found = await find({ near: others });
      expect(Object.fromEntries(found.notOffered)).toEqual({ SUPPLIER_FAILED: 3 });
      expect(found.complete).toBe(false);
      const reports = supplierReports(lab.deps.systems.keys(), found.considered);
      expect(reports.map(({ supplier, outcome }) => `${supplier} ${outcome}`)).toEqual([
        'emis NOT_ASKED',
        'tpp NOT_ASKED',
        'gp-connect UNAVAILABLE',
        'meridian NOT_ASKED',
      ]);
    } finally {
      await lab.simulators.up('gp-connect');
    }
  });

  test('offer nothing that the practice has not released, or after the deadline', async () => {
    const [only] = await near(1, { slotTypes: ['Routine'] });
    expect((await find({ near: [only!] })).elsewhere).toEqual([]);
    const [open] = await near(1);
    const found = await find({ near: [open!] });
    for (const { startsAt } of found.elsewhere[0]!.slots)
      expect(startsAt.getTime()).toBeLessThanOrEqual(inSixHours().getTime());
  });
});
