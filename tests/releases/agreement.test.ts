import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { GpSystem, Slot } from '../../adapters/gp-system';
import { manifest } from '../../adapters/gp-connect/gp-connect.manifest';
import { APPOINTMENT_MODES } from '../../domain/appointment-mode';
import { londonDate } from '../../domain/london-time';
import type { OdsCode } from '../../domain/ods-code';
import { routesFor } from '../../domain/practice-books';
import {
  rulesStoppingSlot,
  type Need,
  type ReleasePolicy,
  type SlotKind,
  type TimedNeed,
} from '../../domain/release-policy';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { holdSlot } from '../../subgraphs/appointments/booking/hold-slot';
import type { AppointmentsDeps } from '../../subgraphs/appointments';
import { ledger } from '../../subgraphs/appointments/ledger/ledger';
import { findOptions } from '../../subgraphs/appointments/options/find-options';
import { practiceBooks } from '../../subgraphs/appointments/releases/practice-books';
import { storedSlotKinds } from '../../subgraphs/appointments/releases/slot-kinds';
import { releaseLedger } from '../../subgraphs/appointments/releases/stored-releases';
import { releasePreview } from '../../subgraphs/practices/release/release-preview';
import { dispositionCatalogue } from '../../subgraphs/triage';
import {
  bookingLaboratory,
  confirmInput,
  holdInput,
  newCaller,
  newPractice,
  offer,
  OPEN_BOOK,
  type BookingLaboratory,
} from '../booking-laboratory';
import { EMBEDDED } from '../databases';

/** One seed, so that a run that failed can be run again: `SEED=…` tries others. */
const SEED = Number(process.env.SEED ?? 20_261_127);
/** `CASES=10000 npx jest tests/releases/agreement` puts all of them through the ledger, too: some minutes. */
const LEDGER_CASES = Number(process.env.CASES ?? 60);
const SEARCH_CASES = Number(process.env.SEARCHES ?? 1_500);

/**
 * In the evening, so that some cases run over midnight; half a minute off, so that no rule's edge, in whole minutes, lies
 * on a slot.
 */
const NOW = new Date('2026-11-24T20:30:30Z');
const inMinutes = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);

interface Case {
  policy: ReleasePolicy;
  relation: Need['relation'];
  dispositionId: string;
  mode: Slot['mode'];
  slotType: string;
  startsIn: number;
  /** Minutes from now at which other practices' patients have booked. */
  others: number[];
}

const minutes = fc.integer({ min: 0, max: 90 });
const startsIn = fc.integer({ min: 1, max: 300 });
const aCase: fc.Arbitrary<Case> = fc.record({
  policy: fc.record({
    version: fc.constant(1),
    status: fc.constantFrom('OPEN', 'OPEN', 'OPEN', 'OPEN', 'CLOSED', 'NOT_OPTED_IN'),
    closedTo: fc.constantFrom(null, 'OTHER_PATIENTS', 'EVERYBODY'),
    ownPatients: fc.constantFrom(true, true, true, false),
    otherPatients: fc.constantFrom(true, true, true, false),
    modes: fc.subarray([...APPOINTMENT_MODES], { minLength: 2 }),
    dispositionIds: fc.constantFrom(['gp-6h'], ['gp-6h', 'gp-2h']),
    slotTypes: fc.constantFrom(['111 urgent'], ['111 urgent', 'Routine']),
    ageInMonths: fc.constantFrom(null, null, { from: 0, below: 192 }, { from: 192, below: null }),
    dailyQuota: fc.constantFrom(null, null, 0, 1, 2, 3),
    takeBackMinutes: minutes,
    minimumNoticeMinutes: minutes,
    horizonDays: fc.constantFrom(0, 1, 14, 14, 14),
    cancelCutOffMinutes: fc.constant(60),
    closures: fc.constant([]),
  }),
  relation: fc.constantFrom('OWN', 'OTHER', 'OTHER'),
  dispositionId: fc.constantFrom('gp-6h', 'gp-6h', 'gp-2h'),
  mode: fc.constantFrom('IN_PERSON', 'TELEPHONE'),
  slotType: fc.constantFrom('111 urgent', '111 urgent', 'Routine'),
  startsIn,
  others: fc.array(startsIn, { maxLength: 2 }),
});

const MODES = ['IN_PERSON', 'TELEPHONE'] as const;

function needOf({ relation, dispositionId }: Case, ageInMonths: number): TimedNeed {
  return { relation, dispositionId, ageInMonths, modes: MODES, deadline: null };
}

function slotOf(practice: OdsCode, { mode, slotType, startsIn: minutesAhead }: Case): Slot {
  const startsAt = inMinutes(minutesAhead);
  const endsAt = new Date(startsAt.getTime() + 600_000);
  return { practice, id: randomUUID(), startsAt, endsAt, mode, slotType, supplierData: '' };
}

/** A practice's book with one slot in it, behind the port; it takes every booking. */
function bookWith(slots: readonly Slot[]): GpSystem {
  return {
    manifest,
    // eslint-disable-next-line @typescript-eslint/require-await -- the port's searches are asynchronous
    async *searchSlots({ practice }) {
      yield slots.filter((slot) => slot.practice === practice);
    },
    checkSlot: () => Promise.resolve('FREE'),
    book: ({ attemptId }) => Promise.resolve({ class: 'ACCEPTED', appointment: { id: attemptId } }),
    readBack: () => Promise.resolve([]),
    cancel: () => Promise.reject(new Error('nobody cancels here')),
    health: () => Promise.reject(new Error('nobody asks here')),
  };
}

let lab: BookingLaboratory;
/** Policies by practice; by default everything is released. */
const policies = new Map<string, ReleasePolicy>();
let deps: AppointmentsDeps;
beforeAll(async () => {
  lab = await bookingLaboratory(await EMBEDDED.settings());
  const { database, clock } = lab;
  clock.advance(NOW.getTime() - clock.now().getTime());
  const defaultPolicyOf = (practice: string) => policies.get(practice) ?? OPEN_BOOK;
  deps = {
    ...lab.deps,
    ledger: ledger(database, lab.deps.logger, { defaultPolicyOf, now: clock.now }),
    releases: releaseLedger(database, defaultPolicyOf),
  };
});
afterAll(() => lab.close());

const offeredBy = (one: Case, slot: Slot, age: number) =>
  rulesStoppingSlot(one.policy, needOf(one, age), slot, { now: NOW, othersThatDay: sameDay(one, slot) })
    .length === 0;

/** The rules count the slot's London day; a case may run over midnight. */
function sameDay({ others }: Case, { startsAt }: Slot): Date[] {
  const day = (moment: Date) => moment.toLocaleDateString('en-GB', { timeZone: 'Europe/London' });
  return others.map(inMinutes).filter((other) => day(other) === day(startsAt));
}

const DISPOSITIONS = [...dispositionCatalogue().values()];
const KINDS: readonly SlotKind[] = [
  { mode: 'IN_PERSON', slotType: '111 urgent' },
  { mode: 'TELEPHONE', slotType: '111 urgent' },
  { mode: 'IN_PERSON', slotType: 'Routine' },
  { mode: 'VIDEO', slotType: 'Video' },
];
const SLOT_TYPES = [...new Set(KINDS.map(({ slotType }) => slotType))];
/** An evening, and the evenings before the nights in which the clocks change; rules' edges lie on half minutes. */
const EVENINGS = ['2026-11-24T20:30:30Z', '2026-03-28T20:30:30Z', '2026-10-24T19:30:30Z'];
const HALF_MINUTE = 30_000;
const DAYS_OF_RULES = [0, 1, 2, 56];

/** Rather this, so that there is something to offer in many cases. */
const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );

/** Rules, a need and a book; times in half minutes from now. */
const aSearch = fc.record({
  now: fc.constantFrom(...EVENINGS).map((text) => new Date(text)),
  disposition: fc.constantFrom(...DISPOSITIONS),
  relation: fc.constantFrom('OWN' as const, 'OTHER' as const),
  ageInMonths: mostly(72, 191, 192),
  mode: mostly<Slot['mode'] | null>(null, ...APPOINTMENT_MODES),
  slotType: mostly<string | null>(null, ...SLOT_TYPES, 'ROUTINE'),
  starts: mostly(0, 60, 6 * 60, 24 * 60, 2 * 24 * 60).chain((base) =>
    fc.record({
      first: fc.integer({ min: base * 2, max: base * 2 + 300 }),
      count: fc.constantFrom(0, 0, 10, 40),
    }),
  ),
  book: fc.subarray([...KINDS], { minLength: 2 }),
  connection: mostly<string | null>('gp-connect', 'gone', null),
  others: fc.array(fc.integer({ min: 2, max: 1_000 }), { maxLength: 4 }),
  policy: fc.record({
    version: fc.constant(1),
    status: mostly<ReleasePolicy['status']>('OPEN', 'CLOSED', 'NOT_OPTED_IN'),
    closedTo: fc.constantFrom(null, 'OTHER_PATIENTS', 'EVERYBODY'),
    ownPatients: mostly(true, false),
    otherPatients: mostly(true, false),
    modes: fc.subarray([...APPOINTMENT_MODES], { minLength: 2 }),
    dispositionIds: mostly(DISPOSITIONS, DISPOSITIONS.slice(0, 8)).map((all) => all.map(({ id }) => id)),
    slotTypes: fc.subarray(SLOT_TYPES, { minLength: 2 }),
    ageInMonths: mostly<ReleasePolicy['ageInMonths']>(
      null,
      { from: 0, below: 192 },
      { from: 192, below: null },
    ),
    dailyQuota: mostly<number | null>(null, 0, 1, 3, 50),
    takeBackMinutes: mostly(0, 30, 300),
    minimumNoticeMinutes: mostly(0, 15, 300),
    horizonDays: fc.constantFrom(...DAYS_OF_RULES),
    cancelCutOffMinutes: fc.constant(60),
    closures: fc.array(
      fc.record({
        id: fc.constant('a closure'),
        from: fc.integer({ min: 0, max: 300 }),
        until: fc.integer({ min: 300, max: 600 }),
        to: fc.constantFrom('OTHER_PATIENTS' as const, 'EVERYBODY' as const),
      }),
      { maxLength: 1 },
    ),
  }),
});

type Search = Omit<typeof aSearch extends fc.Arbitrary<infer One> ? One : never, 'policy'> & {
  policy: ReleasePolicy;
};

/** Puts the case's times on its clock. */
const searches: fc.Arbitrary<Search> = aSearch.map(({ policy, ...one }) => {
  const after = (halves: number) => new Date(one.now.getTime() + halves * HALF_MINUTE);
  const closures = policy.closures.map((closure) => ({
    ...closure,
    from: after(closure.from),
    until: after(closure.until),
  }));
  return { ...one, policy: { ...policy, closures } };
});

/** A free slot of each kind of the book every half minute, in all the time that is asked about. */
function fullBook(practice: OdsCode, { now, starts: { first, count }, book }: Search): Slot[] {
  return Array.from({ length: count + 1 }, (_, half) => half + first).flatMap((half) => {
    const startsAt = new Date(now.getTime() + half * HALF_MINUTE);
    const endsAt = new Date(startsAt.getTime() + 30 * 60_000);
    return book.map((kind) => ({ ...kind, practice, id: randomUUID(), startsAt, endsAt, supplierData: '' }));
  });
}

test(`preview and search agree over ${SEARCH_CASES} cases of seed ${SEED}, with every disposition there is`, async () => {
  const byDisposition = new Map(DISPOSITIONS.map(({ id }) => [id, 0]));
  for (const one of fc.sample(searches, { numRuns: SEARCH_CASES, seed: SEED })) {
    const practice = newPractice();
    const slots = fullBook(practice, one);
    const systems = new Map([['gp-connect', bookWith(slots)]]);
    const connections =
      one.connection === null ? [] : [{ supplier: one.connection, route: 'NETWORK' as const }];
    const previewed = previewOf(one, connections, systems);
    const found = await slotsFound(one, { practice, connections, systems });
    const asked = found.filter(
      ({ mode, slotType }) =>
        (one.mode === null || mode === one.mode) && (one.slotType === null || slotType === one.slotType),
    );
    expect({ one, offered: previewed.offered }).toEqual({ one, offered: asked.length > 0 });
    if (!previewed.offered)
      expect({ one, stoppedBy: previewed.stoppedBy }).not.toEqual({ one, stoppedBy: [] });
    else byDisposition.set(one.disposition.id, (byDisposition.get(one.disposition.id) ?? 0) + 1);
  }
  const offered = DISPOSITIONS.filter(({ id }) => (byDisposition.get(id) ?? 0) > 0).map(({ id }) => id);
  expect(offered).toEqual(DISPOSITIONS.filter(({ bookable }) => bookable !== 'NONE').map(({ id }) => id));
}, 120_000);

type Connected = { supplier: string; route: 'NETWORK' }[];

function previewOf(one: Search, connections: Connected, systems: ReadonlyMap<string, GpSystem>) {
  const { now, policy, starts, others, relation } = one;
  const after = (halves: number) => new Date(now.getTime() + halves * HALF_MINUTE);
  const kinds = storedSlotKinds(lab.database, () => now, deps.logger);
  const books = practiceBooks({ ...deps, ...deps.ledger, systems, kinds, now: () => now });
  return releasePreview(
    policy,
    { ...one, from: after(starts.first), to: after(starts.first + starts.count) },
    {
      isReachable: books.routes(connections).some((route) => routesFor(relation).includes(route)),
      kinds: one.book,
      now,
      taken: others.map(after),
    },
  );
}

/** Searches as `appointmentOptions` does, for somebody whose outcome is reached now. */
async function slotsFound(
  { now, policy, disposition, relation, ageInMonths, others }: Search,
  there: { practice: OdsCode; connections: Connected; systems: ReadonlyMap<string, GpSystem> },
): Promise<Slot[]> {
  const { id: dispositionId, modes, bookable } = disposition;
  const deadline = disposition.deadlineFrom(now);
  const candidate = {
    odsCode: there.practice,
    distanceMiles: 1,
    connections: there.connections,
    release: policy,
  };
  const booked = others.map((halves) => new Date(now.getTime() + halves * HALF_MINUTE));
  const found = await findOptions(
    {
      outcome: { deadline, disposition: { id: dispositionId, bookable, modes: [...modes] } },
      candidates: {
        own: relation === 'OWN' ? candidate : null,
        near: relation === 'OWN' ? [] : [candidate],
        stopped: [],
        practicesInRadius: 1,
        withinMiles: 10,
        placeKnown: true,
      },
      search: {
        need: { ageInMonths, dispositionId, modes, deadline },
        earliest: null,
        actor: { kind: 'PATIENT', id: 'test' },
        callerId: null,
        patient: undefined,
        requestId: 'test',
        signal: undefined,
      },
      first: 1,
      elsewhereReason: null,
      timeoutMs: 1_000,
    },
    1,
    {
      ...deps,
      systems: there.systems,
      now: () => now,
      ledger: { ...deps.ledger, liveBeside: () => Promise.resolve(liveOthers(booked)) },
    },
  );
  return [...(found.own?.slots ?? []), ...found.elsewhere.flatMap(({ slots }) => slots)];
}

function liveOthers(booked: readonly Date[]) {
  return {
    slots: new Set<string>(),
    others: (_: OdsCode, day: string) => booked.filter((start) => londonDate(start) === day),
  };
}

test(`hold and confirm agree with the rules, over ${LEDGER_CASES} cases of seed ${SEED}`, async () => {
  let offered = 0;
  for (const one of fc.sample(aCase, { numRuns: LEDGER_CASES, seed: SEED })) {
    const practice = newPractice();
    for (const other of one.others)
      await book(slotOf(practice, { ...one, mode: 'IN_PERSON', startsIn: other }), 'OTHER');
    const slot = slotOf(practice, one);
    const caller = newCaller(one.relation === 'OWN' ? practice : undefined);
    const offeredSlot = offer(caller, slot, { relation: one.relation, dispositionId: one.dispositionId });
    const expected = offeredBy(one, slot, offeredSlot.ageInMonths);
    const own = { ...deps, systems: new Map([['gp-connect', bookWith([slot])]]) };

    policies.set(practice, one.policy);
    const held = await holdSlot(holdInput(offeredSlot, caller, own), caller, own);
    expect({ one, held: held.kind === 'held' }).toEqual({ one, held: expected });

    // Held while everything was released, and confirmed under the rules.
    policies.set(practice, { ...OPEN_BOOK, dispositionIds: ['gp-6h', 'gp-2h'] });
    const before =
      held.kind === 'held' ? held : await holdSlot(holdInput(offeredSlot, caller, own), caller, own);
    if (before.kind !== 'held') throw new Error(`expected a hold, not ${before.kind}`);
    policies.set(practice, one.policy);
    const confirmed = await confirmBooking(confirmInput(before.hold.id), caller, own);
    expect({ one, booked: confirmed.kind === 'booking' }).toEqual({ one, booked: expected });
    if (expected) offered += 1;
  }
  // About one case in ten is offered.
  expect(offered).toBeGreaterThan(0);
}, 1_800_000);

async function book(slot: Slot, relation: Need['relation']): Promise<void> {
  const caller = newCaller();
  const own = { ...deps, systems: new Map([['gp-connect', bookWith([slot])]]) };
  const wanted = offer(caller, { ...slot, slotType: '111 urgent' }, { relation });
  const held = await holdSlot(holdInput(wanted, caller, own), caller, own);
  if (held.kind !== 'held') throw new Error(`expected a hold, not ${held.kind}`);
  const booked = await confirmBooking(confirmInput(held.hold.id), caller, own);
  expect(booked.kind).toBe('booking');
}
