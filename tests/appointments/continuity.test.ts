import { graphql } from 'graphql';
import { Caller } from '../../domain/caller';
import { addLondonDays, londonDate } from '../../domain/london-time';
import type { OdsCode } from '../../domain/ods-code';
import { appointmentsSubgraph } from '../../subgraphs/appointments';
import { holdSlot } from '../../subgraphs/appointments/booking/hold-slot';
import { freeTimesOfBooks } from '../../subgraphs/appointments/options/free-times';
import { storedSlotKinds } from '../../subgraphs/appointments/releases/slot-kinds';
import { OWN_PRACTICE_ANSWERS } from '../../subgraphs/appointments/database/tables';
import type { OfferFacts } from '../../subgraphs/appointments/holds/offers';
import { practiceNotifier } from '../../subgraphs/appointments/outbox/practice-notifier';
import { PACE, type DeliveryPace } from '../../subgraphs/appointments/outbox/ordered-delivery';
import type { PeriodicTask } from '../../platform/run-periodically';
import {
  bookingLaboratory,
  freeSlots,
  holdInput,
  newCaller,
  newPractice,
  offer,
  released,
  type BookingLaboratory,
} from '../booking-laboratory';
import { testDatabases } from '../databases';
import { eventually } from '../../domain/eventually';
import { practiceWebhook, type Notice } from '../practice-webhook';
import { situations } from './situations';

/** The longest pause after so many refusals. */
const pauseAfter = (times: number) => PACE.firstPauseMs * 2 ** (times - 1);

/** Production's pace with frequent polling; the pauses between attempts pass when a test lets them. */
const OFTEN: DeliveryPace = { ...PACE, lookEveryMs: 10 };

describe.each(testDatabases())('continuity, ledger $name', ({ settings }) => {
  let lab: BookingLaboratory;
  let given: ReturnType<typeof situations>;
  const open: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    lab = await bookingLaboratory(await settings());
    given = situations(lab);
  });
  afterEach(closeAll);
  afterAll(() => lab.close());

  async function listening(takes?: (notice: Notice, attempt: number) => boolean) {
    const consumer = await practiceWebhook(takes, lab.clock.now);
    open.push(consumer.stop);
    const tell = (): PeriodicTask => {
      const notifier = practiceNotifier({ ...lab.deps, webhook: consumer.settings, pace: OFTEN });
      open.push(notifier.stop);
      return notifier;
    };
    tell();
    return { ...consumer, tell };
  }

  /** Closes in reverse order: senders before the receiver. */
  async function closeAll(): Promise<void> {
    for (let close = open.pop(); close !== undefined; close = open.pop()) await close();
  }

  /** Somebody of this practice books at another. */
  async function booksElsewhere(
    own: OdsCode,
    because: 'AWAY_FROM_HOME' | null = null,
    answer: OfferFacts['ownAnswer'] = null,
  ) {
    const about = answer === null ? {} : aboutOwn(own, answer);
    return given.booked(await given.held({ elsewhereReason: because, ...about }, newCaller(own)));
  }

  /** An offer of a search in which the own practice has answered so. */
  function aboutOwn(ownPractice: OdsCode, ownAnswer: OfferFacts['ownAnswer']): { about: OfferFacts } {
    const unknown = { pathway: null, sex: null, outcode: null, deprivation: null, reachedAt: null };
    return { about: { ...unknown, ownPractice, ownAnswer, distance: 'Not known' } };
  }

  function heardOf(heard: readonly (Notice & { taken: boolean })[], practice: OdsCode, count: number) {
    return eventually(`${practice} is told ${count} times`, () => {
      const taken = heard.filter((notice) => notice.practice === practice && notice.taken);
      return taken.length >= count && taken;
    });
  }

  /** Counts the practice's undelivered notices. */
  async function undelivered(practice: OdsCode): Promise<number> {
    const rows = await lab.database.db
      .selectFrom('practice_notice')
      .select('sequence')
      .where('practice', '=', practice)
      .where('delivered_at', 'is', null)
      .execute();
    return rows.length;
  }

  /** Waits until the practice has refused its first notice so many times, and the last refusal is recorded. */
  function refused(heard: readonly Notice[], practice: OdsCode, times: number) {
    return eventually(`${practice} refuses ${times} times`, async () => {
      const first = heard.filter((notice) => notice.practice === practice && notice.sequence === 1);
      if (first.length < times) return false;
      const { next_try_at } = await lab.database.db
        .selectFrom('practice_notice')
        .select('next_try_at')
        .where('practice', '=', practice)
        .where('sequence', '=', 1)
        .executeTakeFirstOrThrow();
      // Until then it is leased for longer than that.
      return next_try_at <= lab.clock.now().getTime() + pauseAfter(times);
    });
  }

  test('the own practice is notified who was booked where and when, and nothing clinical', async () => {
    const own = newPractice();
    const { heard } = await listening();
    const { booking, caller } = await booksElsewhere(own, 'AWAY_FROM_HOME');
    const [notice] = await heardOf(heard, own, 1);
    const { slot } = booking.offer;
    expect(notice).toMatchObject({
      type: 'patient.booked-elsewhere',
      id: `${own}-1-${lab.clock.now().getTime()}`,
      sequence: 1,
      nhsNumber: caller.actsFor[0]!.nhsNumber,
      bookingReference: booking.reference,
      bookedAt: slot.practice,
      startsAt: slot.startsAt.toISOString(),
      mode: slot.mode,
      because: 'AWAY_FROM_HOME',
    });
  });

  test('it is notified of the cancellation, too, and of nothing twice', async () => {
    const own = newPractice();
    const { heard } = await listening();
    const situation = await booksElsewhere(own);
    await given.cancel(situation);
    const notices = await heardOf(heard, own, 2);
    expect(notices.map(({ type, sequence }) => `${sequence} ${type}`)).toEqual([
      '1 patient.booked-elsewhere',
      '2 patient.cancelled-elsewhere',
    ]);
    await eventually('both are delivered', async () => (await undelivered(own)) === 0);
    // Another notice shows that the outbox is read again after every lease has run out.
    lab.clock.advance(2 * PACE.leaseMs);
    const another = newPractice();
    await booksElsewhere(another);
    await heardOf(heard, another, 1);
    await closeAll();
    expect(heard.filter(({ practice }) => practice === own).map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  test('no notice is sent for a booking at the own practice, or for one that failed', async () => {
    const own = newPractice();
    const { heard } = await listening();
    const [slot] = await freeSlots(lab, own, 1);
    const caller = newCaller(own);
    const offered = offer(caller, slot!, { relation: 'OWN' });
    const held = await holdSlot(holdInput(offered, caller, lab.deps), caller, lab.deps);
    if (held.kind !== 'held') throw new Error(`expected a hold, not ${held.kind}`);
    await given.booked({ caller, offered, holdId: held.hold.id });
    const failing = await given.held({}, newCaller(own));
    given.once('BOOK', { kind: 'taken-by-desk' });
    expect((await given.confirm(failing)).kind).toBe('slot-taken');
    await booksElsewhere(own);
    expect(await heardOf(heard, own, 1)).toMatchObject([{ sequence: 1 }]);
  });

  test('notices of one practice keep their order over refusals, and do not keep others waiting', async () => {
    const [stubborn, quick] = [newPractice(), newPractice()];
    const { heard, tell } = await listening(
      ({ practice, sequence }, attempt) => practice !== stubborn || sequence !== 1 || attempt > 4,
    );
    tell();
    for (const own of [stubborn, stubborn, quick]) await booksElsewhere(own);
    await heardOf(heard, quick, 1);
    for (const times of [1, 2, 3, 4]) {
      await refused(heard, stubborn, times);
      lab.clock.advance(pauseAfter(times));
    }
    await heardOf(heard, stubborn, 2);
    const notices = heard.filter(({ practice }) => practice === stubborn);
    expect(notices.map(({ sequence }) => sequence)).toEqual([1, 1, 1, 1, 1, 2]);
    expect(new Set(notices.slice(0, 5).map(({ body }) => body)).size).toBe(1);
  });

  test('a notice that nobody accepts becomes a dead letter that operators see, and the next one is sent', async () => {
    const own = newPractice();
    let isMended = false;
    const { heard } = await listening(
      ({ practice, sequence }) => practice !== own || sequence > 1 || isMended,
    );
    const { booking } = await booksElsewhere(own);
    await booksElsewhere(own);
    await refused(heard, own, 1);
    lab.clock.advance(PACE.giveUpAfterMs);
    expect(await heardOf(heard, own, 1)).toMatchObject([{ sequence: 2 }]);
    const { data, errors } = await ask(
      OPERATOR,
      '{ practiceDeadLetters { practice { odsCode } sequence bookingReference kind } }',
    );
    expect(errors).toBeUndefined();
    expect(data.practiceDeadLetters).toContainEqual({
      practice: { odsCode: own },
      sequence: 1,
      bookingReference: booking.reference,
      kind: 'BOOKED_ELSEWHERE',
    });
    expect((await ask(STAFF, '{ practiceDeadLetters { sequence } }')).errors?.[0]?.extensions.code).toBe(
      'FORBIDDEN',
    );
    // Once its receiver works, it is sent again under its number.
    isMended = true;
    const again = `mutation { redeliver(input: { practices: ["${own}:1", "${own}:2", "${own}:9", "nobody's"] }) {
      ... on Redelivery { frontEnd practices } ... on NotAllowed { code } } }`;
    expect((await ask(STAFF, again)).data).toEqual({ redeliver: { code: 'ROLE_NOT_ALLOWED' } });
    expect((await ask(OPERATOR, again)).data).toEqual({ redeliver: { frontEnd: 0, practices: 1 } });
    const taken = await heardOf(heard, own, 2);
    expect(taken.map(({ sequence }) => sequence)).toEqual([2, 1]);
  });

  test('why people are seen elsewhere is kept, and counted', async () => {
    lab.clock.advance(1);
    const since = lab.clock.now();
    await booksElsewhere(newPractice(), 'AWAY_FROM_HOME');
    await booksElsewhere(newPractice());
    for (const answer of OWN_PRACTICE_ANSWERS) await booksElsewhere(newPractice(), null, answer);
    const cancelled = await booksElsewhere(newPractice(), null, 'NOT_RELEASED');
    await given.cancel(cancelled);
    // One that the supplier refuses: an attempt, and no booking.
    const own = newPractice();
    const failing = await given.held(aboutOwn(own, 'NO_SLOTS_IN_TIME'), newCaller(own));
    const hold = await lab.deps.ledger.findHold(failing.holdId, failing.caller.id);
    const request = {
      callerId: failing.caller.id,
      operation: 'confirm',
      key: 'a-failure',
      fingerprint: '',
    } as const;
    const opened = await lab.deps.ledger.openBooking(hold!, 60_000, request);
    if (opened.kind !== 'opened') throw new Error(`not opened: ${opened.kind}`);
    await lab.deps.ledger.applyTransition(opened.booking, 'REFUSED', {
      failure: 'NOT_SENT',
      nextCheckMs: null,
    });
    const query = `{ bookingsElsewhere(from: "${since.toISOString()}", to: "2100-01-01T00:00:00Z") { reason bookings } }`;
    const counts = [
      { reason: 'AWAY_FROM_HOME', bookings: 1 },
      { reason: 'NOTHING_AT_OWN_PRACTICE', bookings: 1 },
      ...OWN_PRACTICE_ANSWERS.map((reason) => ({ reason, bookings: reason === 'NOT_RELEASED' ? 2 : 1 })),
    ];
    expect((await ask(OPERATOR, query)).data).toEqual({
      bookingsElsewhere: counts.sort((one, other) => (one.reason < other.reason ? -1 : 1)),
    });
    expect((await ask(STAFF, query)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('a practice sees its bookings and its used quota; nobody else does', async () => {
    const { booking } = await given.booked();
    const { slot } = booking.offer;
    await released(lab, slot.practice, { dailyQuota: 4 });
    const day = londonDate(slot.startsAt);
    const query = `{ _entities(representations: [{ __typename: "Practice", odsCode: "${slot.practice}" }]) {
      ... on Practice { bookingDay(day: "${day}") { day dailyQuota quotaUsed bookings { reference status ownPatient } } } } }`;
    const expected = {
      day,
      dailyQuota: 4,
      quotaUsed: 1,
      bookings: [{ reference: booking.reference, status: 'CONFIRMED', ownPatient: false }],
    };
    for (const caller of [staffOf(slot.practice), OPERATOR])
      expect((await ask(caller, query)).data).toEqual({ _entities: [{ bookingDay: expected }] });
    for (const caller of [STAFF, newCaller(), { kind: 'anonymous' } as const]) {
      const { data, errors } = await ask(caller, query);
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
      expect(data).toEqual({ _entities: [{ bookingDay: null }] });
    }
    const refused = await lab.deps.releases.history(slot.practice, 3);
    expect(refused.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual(
      Array(3).fill('VIEW REFUSED'),
    );
  });

  test('it sees them for several days at once, each with its own; nobody else does', async () => {
    const { booking } = await given.booked();
    const { practice, startsAt } = booking.offer.slot;
    const [from, day, after] = [-1, 0, 1].map((days) => londonDate(addLondonDays(startsAt, days)));
    const query = (
      arguments_: string,
    ) => `{ _entities(representations: [{ __typename: "Practice", odsCode: "${practice}" }]) {
      ... on Practice { bookingDays${arguments_} { day quotaUsed bookings { reference } } } } }`;
    const threeDays = query(`(from: "${from}", first: 3)`);
    const bookingDays = [
      { day: from, quotaUsed: 0, bookings: [] },
      { day, quotaUsed: 1, bookings: [{ reference: booking.reference }] },
      { day: after, quotaUsed: 0, bookings: [] },
    ];
    expect((await ask(staffOf(practice), threeDays)).data).toEqual({ _entities: [{ bookingDays }] });
    const { data } = await ask(OPERATOR, query(''));
    expect(data).toMatchObject({ _entities: [{ bookingDays: Array(7).fill({}) }] });
    for (const [arguments_, reason] of [
      ['(first: 0)', 'OUT_OF_RANGE'],
      ['(first: 15)', 'OUT_OF_RANGE'],
      ['(from: "soon")', 'NOT_A_DATE'],
    ] as const)
      expect((await ask(OPERATOR, query(arguments_))).errors?.[0]?.extensions).toMatchObject({ reason });
    expect((await ask(STAFF, threeDays)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('a practice sees its own patients elsewhere, why, and what became of it; nobody else does', async () => {
    const own = newPractice();
    const chosen = await booksElsewhere(own, 'AWAY_FROM_HOME');
    const second = await booksElsewhere(own);
    await given.cancel(chosen);
    await booksElsewhere(newPractice());
    const query = `{ _entities(representations: [{ __typename: "Practice", odsCode: "${own}" }]) {
      ... on Practice { ownPatientsElsewhere(first: 5) { reference reason status practice { odsCode } } } } }`;
    const expected = [
      {
        reference: second.booking.reference,
        reason: 'NOTHING_AT_OWN_PRACTICE',
        status: 'CONFIRMED',
        practice: { odsCode: second.booking.offer.slot.practice },
      },
      {
        reference: chosen.booking.reference,
        reason: 'AWAY_FROM_HOME',
        status: 'CANCELLED',
        practice: { odsCode: chosen.booking.offer.slot.practice },
      },
    ];
    for (const caller of [staffOf(own), OPERATOR])
      expect((await ask(caller, query)).data).toEqual({ _entities: [{ ownPatientsElsewhere: expected }] });
    for (const caller of [STAFF, newCaller()]) {
      const { data, errors } = await ask(caller, query);
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
      expect(data).toEqual({ _entities: [{ ownPatientsElsewhere: null }] });
    }
    for (const first of [0, 101])
      expect(
        (await ask(OPERATOR, query.replace('first: 5', `first: ${first}`))).errors?.[0]?.extensions,
      ).toMatchObject({ reason: 'OUT_OF_RANGE' });
    expect(await lab.deps.releases.history(own, 3)).toMatchObject([
      { action: 'VIEW', outcome: 'REFUSED' },
      { action: 'VIEW', outcome: 'REFUSED' },
    ]);
  });

  test('a time that a patient keeps is marked in the practice’s diary, gone once it is booked, and free when that is cancelled', async () => {
    const situation = await given.held();
    const { slot } = situation.offered;
    const { systems, ledger, logger, timers } = lab.deps;
    const { now } = lab.clock;
    const kinds = storedSlotKinds(lab.database, now, logger);
    const connections = [{ supplier: 'gp-connect', route: 'NETWORK' as const }];
    const by = { callerId: 'staff', requestId: 'test' };
    const kept = async () => {
      // Each time with none of what was read before.
      const books = freeTimesOfBooks({ ...ledger, systems, kinds, now, timers, logger });
      const answer = await books.freeTimes(slot.practice, connections, londonDate(slot.startsAt), by);
      if (answer.kind !== 'seen') throw new Error(`expected times, not ${answer.kind}`);
      return answer.times
        .filter(({ startsAt }) => +startsAt === +slot.startsAt)
        .filter(({ clinicianName }) => clinicianName === (slot.clinicianName ?? null))
        .map(({ isKept }) => isKept);
    };
    expect(await kept()).toEqual([true]);
    const booked = await given.booked(situation);
    expect(await kept()).toEqual([]);
    await given.cancel(booked);
    expect(await kept()).toEqual([false]);
  });

  async function ask(caller: Caller, source: string) {
    const holds = { ...lab.deps.holds, close: () => Promise.resolve() };
    const subgraph = appointmentsSubgraph({
      ...lab.deps,
      holds,
      ledger: { ...lab.deps.ledger, close: () => Promise.resolve() },
    });
    const contextValue = { caller, requestId: 'test', signal: new AbortController().signal };
    const answer = await graphql({ schema: subgraph.schema, source, contextValue });
    await subgraph.close();
    return { ...answer, data: JSON.parse(JSON.stringify(answer.data ?? {})) as Record<string, unknown> };
  }
});

const OPERATOR = Caller.parse({ kind: 'operator', id: 'operator-0123456789' });
const STAFF = staffOf(newPractice());

function staffOf(practice: OdsCode): Caller {
  return Caller.parse({
    kind: 'practice-staff',
    id: 'staff-0123456789',
    practice,
    roleCode: 'S8001:G8005:R8009',
  });
}
