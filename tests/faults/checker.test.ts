import { check } from './checker';
import type {
  Appointment,
  History,
  LedgerBooking,
  LedgerHold,
  PracticeNotice,
  RecordedOperation,
  SlotName,
} from './history';

const SLOT = { practice: 'T10001', startsAt: Date.parse('2026-11-23T10:00:00Z') };
const OTHER_SLOT = { practice: 'T10001', startsAt: Date.parse('2026-11-23T10:30:00Z') };
const T0 = Date.parse('2026-11-23T08:00:00Z');

const operation = (values: Partial<RecordedOperation>): RecordedOperation => ({
  kind: 'confirm',
  caller: 'ann',
  patient: 'digest-of-ann',
  check: 'check-1',
  key: 'key-1',
  body: 'the same',
  during: 'a test',
  invokedAt: T0 + 100,
  outcome: 'ok',
  completedAt: T0 + 200,
  result: 'Booking CONFIRMED',
  slot: null,
  holdId: 'hold-1',
  about: null,
  bookingId: 'booking-1',
  shown: [],
  search: null,
  ...values,
});

const booking = (values: Partial<LedgerBooking> = {}): LedgerBooking => ({
  ...SLOT,
  id: 'booking-1',
  reference: 'K7QX-2MPD',
  caller: 'ann',
  patient: 'digest-of-ann',
  check: 'check-1',
  place: `emis ${values.practice ?? SLOT.practice} ${values.startsAt ?? SLOT.startsAt} 0`,
  asked: { practice: values.practice ?? SLOT.practice, startsAt: values.startsAt ?? SLOT.startsAt },
  mode: 'IN_PERSON',
  isNamedBySlot: false,
  isOfGuest: false,
  day: '2026-11-23',
  state: 'CONFIRMED',
  version: 2,
  holdId: 'hold-1',
  createdAt: T0 + 110,
  chainBrokenAt: null,
  ...values,
});

const appointment = (values: Partial<Appointment> = {}): Appointment => ({
  ...SLOT,
  id: 'appointment-1',
  slotId: values.startsAt ?? SLOT.startsAt,
  mode: 'IN_PERSON',
  patient: 'digest-of-ann',
  status: 'BOOKED',
  bookedAt: T0 + 150,
  touchedByDesk: false,
  ...values,
});

const event = (version: number, state: string, at: number, bookingId = 'booking-1') => ({
  bookingId,
  version,
  state,
  at,
});

const UNDISTURBED = { holdStoreLost: false, wasKilled: false, quota: 2, noticedWithinMs: 5_000 };

const hold1 = (values: Partial<LedgerHold> = {}): LedgerHold => ({
  ...SLOT,
  id: 'hold-1',
  caller: 'ann',
  check: 'check-1',
  isOfGuest: false,
  day: '2026-11-23',
  createdAt: T0 + 20,
  endedAt: T0 + 3_020,
  ...values,
});

const told = (status: string, slot: SlotName = SLOT, mode = 'IN_PERSON') =>
  JSON.stringify({ status, practice: slot.practice, startsAt: new Date(slot.startsAt), mode });

/** Ann held a slot, confirmed it, and has it. */
function good(): History {
  const hold = operation({
    kind: 'hold',
    key: 'hold-key',
    result: 'Hold',
    slot: SLOT,
    bookingId: null,
    invokedAt: T0,
    completedAt: T0 + 50,
  });
  return {
    operations: [hold, operation({})],
    truth: [appointment()],
    bookRequests: [{ ...SLOT, at: T0 + 140, loggedOff: false }],
    ledger: {
      bookings: [booking()],
      events: [event(1, 'BOOKING', T0 + 110), event(2, 'CONFIRMED', T0 + 160)],
      holds: [hold1()],
      requests: [{ caller: 'ann', operation: 'confirm', key: 'key-1', resultId: 'booking-1' }],
      outbox: [{ bookingId: 'booking-1', version: 2, status: 'CONFIRMED' }],
      notices: [],
    },
    told: [{ id: 'booking-1-2-0', body: told('CONFIRMED') }],
    noticed: [],
    people: [{ patient: 'digest-of-ann', ownPractice: SLOT.practice }],
    checks: [{ check: 'check-1', at: T0 - 1_000, allows: true }],
    deskActs: [],
    freeAtEnd: [{ ...OTHER_SLOT, offered: true }],
    leftovers: { connections: 0 },
    rules: { suppliers: ['emis', 'tpp'], atOnce: 4, givenUp: 0, holdMs: 3_000, ...UNDISTURBED },
  };
}

function broken(change: (history: History) => void): number[] {
  const history = good();
  change(history);
  return [...new Set(check(history).map(({ invariant }) => invariant))];
}

const search = (values: Partial<NonNullable<RecordedOperation['search']>>, took = 100): RecordedOperation =>
  operation({
    kind: 'search',
    key: null,
    result: 'AppointmentOptions',
    holdId: null,
    bookingId: null,
    completedAt: T0 + 100 + took,
    search: { timeoutMs: 1_500, idleMs: 0, reports: ['emis', 'tpp'], offers: [], peak: 4, ...values },
  });

test('a good history breaks nothing', () => {
  expect(check(good())).toEqual([]);
});

describe('promise 1: one live booking on a slot', () => {
  test('two appointments stand on one slot', () => {
    expect(broken(({ truth }) => truth.push(appointment({ id: 'second' })))).toEqual([1]);
  });

  test('two live bookings are in the ledger', () => {
    expect(
      broken(({ ledger, truth }) => {
        ledger.bookings.push(booking({ id: 'booking-2', state: 'UNKNOWN', caller: 'bob', patient: 'bob' }));
        truth.length = 1;
      }),
    ).toContain(1);
  });

  test('one that was cancelled does not count', () => {
    expect(broken(({ truth }) => truth.push(appointment({ id: 'earlier', status: 'CANCELLED' })))).toEqual(
      [],
    );
  });
});

describe('promise 2: confirmed is there', () => {
  test('the practice does not have it', () => {
    expect(broken((history) => (history.truth = []))).toEqual([2, 16]);
  });

  test('the practice has it at another time', () => {
    expect(broken((history) => (history.truth = [appointment(OTHER_SLOT)]))).toContain(2);
  });

  test('the ledger does not have it', () => {
    expect(broken(({ ledger }) => (ledger.bookings = []))).toContain(2);
  });

  test('it was reported before it was on disk', () => {
    expect(broken(({ ledger }) => (ledger.events[1]!.at = T0 + 1_000))).toEqual([2]);
  });

  test('nobody requested its cancellation', () => {
    expect(
      broken(({ ledger, truth }) => {
        ledger.bookings = [booking({ state: 'CANCELLED', version: 3 })];
        ledger.events.push(event(3, 'CANCELLED', T0 + 300));
        truth[0]!.status = 'CANCELLED';
      }),
    ).toEqual([2, 16]);
  });

  test('a cancellation by the practice, or by the person, is no loss', () => {
    expect(
      broken((history) => {
        const { ledger, truth } = history;
        ledger.bookings = [booking({ state: 'CANCELLED_BY_PRACTICE' })];
        ledger.events[1]!.state = 'CANCELLED_BY_PRACTICE';
        ledger.events[0]!.state = 'CONFIRMED';
        history.told[0]!.body = told('CANCELLED_BY_PRACTICE');
        truth[0] = appointment({ status: 'CANCELLED', touchedByDesk: true });
      }),
    ).toEqual([]);
  });
});

describe('promise 3: a failed booking is absent', () => {
  const refused = (history: History, said: string) => {
    history.operations[1] = operation({ outcome: 'fail', result: said, bookingId: null });
  };

  test('it was refused and stands', () => {
    expect(
      broken((history) => {
        refused(history, 'SlotTaken');
        history.ledger.bookings = [booking({ state: 'FAILED' })];
        history.ledger.events[1]!.state = 'FAILED';
      }),
    ).toEqual([3]);
  });

  test('it was refused, and the ledger itself says that it is confirmed', () => {
    expect(broken((history) => refused(history, 'SlotTaken'))).toEqual([3]);
  });

  test('it was reported as cancelled and is not', () => {
    expect(
      broken(({ operations }) =>
        operations.push(
          operation({ kind: 'cancel', key: 'cancel-key', result: 'Booking CANCELLED', about: 'booking-1' }),
        ),
      ),
    ).toEqual([3]);
  });

  test('it was called failed long after it stood, and taken on again', () => {
    expect(
      broken(({ ledger }) => {
        ledger.bookings = [booking({ version: 4 })];
        ledger.events.splice(
          1,
          1,
          event(2, 'FAILED', T0 + 5_000),
          event(3, 'ORPHAN_FOUND', T0 + 6_000),
          event(4, 'CONFIRMED', T0 + 150),
        );
      }),
    ).toEqual([3]);
  });
});

test('promise 4: a doubtful booking is settled in the end', () => {
  expect(
    broken((history) => {
      history.ledger.bookings = [booking({ state: 'UNKNOWN' })];
      history.ledger.events[1]!.state = 'UNKNOWN';
      history.operations[1] = operation({ outcome: 'info', result: 'Booking CHECKING' });
    }),
  ).toEqual([4]);
});

describe('promise 5: a key keeps its word', () => {
  test('one key led to two bookings', () => {
    expect(
      broken(({ operations, ledger, truth }) => {
        operations.push(operation({ bookingId: 'booking-2' }));
        ledger.bookings.push(booking({ ...OTHER_SLOT, id: 'booking-2', version: 1 }));
        ledger.events.push(event(1, 'CONFIRMED', T0 + 150, 'booking-2'));
        ledger.requests.push({ caller: 'ann', operation: 'confirm', key: 'key-1', resultId: 'booking-2' });
        truth.push(appointment({ ...OTHER_SLOT, id: 'second' }));
      }),
    ).toEqual([5]);
  });

  test('the same request was confirmed and refused', () => {
    expect(
      broken(({ operations }) =>
        operations.push(operation({ outcome: 'fail', result: 'SlotTaken', bookingId: null })),
      ),
    ).toEqual([5]);
  });

  test('another body was good as well', () => {
    expect(broken(({ operations }) => operations.push(operation({ body: 'another' })))).toEqual([5]);
  });

  test('another body was refused', () => {
    const other = operation({
      body: 'another',
      outcome: 'fail',
      result: 'IdempotencyKeyReused',
      bookingId: null,
    });
    expect(broken(({ operations }) => operations.push(other))).toEqual([]);
  });

  test('the key is forgotten', () => {
    expect(broken(({ ledger }) => (ledger.requests = []))).toContain(5);
  });
});

describe('promise 6: sent once', () => {
  test('one attempt was sent twice', () => {
    expect(
      broken(({ bookRequests }) => bookRequests.push({ ...SLOT, at: T0 + 145, loggedOff: false })),
    ).toEqual([6]);
  });

  test('a request in an ended session was not processed, and may be sent again', () => {
    expect(
      broken(({ bookRequests }) => bookRequests.push({ ...SLOT, at: T0 + 145, loggedOff: true })),
    ).toEqual([]);
  });
});

describe('promise 7: on disk before it is sent', () => {
  test('it was sent before', () => {
    expect(broken(({ bookRequests }) => (bookRequests[0]!.at = T0))).toEqual([7]);
  });

  const sentAgainAndLaterForBob = (bobIsSentAt: number) =>
    broken(({ ledger, bookRequests }) => {
      ledger.bookings.push(
        booking({ id: 'booking-2', state: 'FAILED', caller: 'bob', patient: 'bob', createdAt: T0 + 5_000 }),
      );
      bookRequests.push(
        { ...SLOT, at: T0 + 145, loggedOff: false },
        { ...SLOT, at: bobIsSentAt, loggedOff: false },
      );
      bookRequests[0]!.loggedOff = true;
    });

  test('a second attempt was sent before it was there', () => {
    expect(sentAgainAndLaterForBob(T0 + 1_000)).toContain(7);
  });

  test('a repetition after an ended session belongs to the first attempt', () => {
    expect(sentAgainAndLaterForBob(T0 + 5_010)).not.toContain(7);
  });

  test('the ledger does not know the standing appointment', () => {
    expect(broken(({ truth }) => truth.push(appointment({ ...OTHER_SLOT, patient: 'bob' })))).toEqual([7]);
  });
});

describe('promise 8: held for one', () => {
  const ANN_HOLDS = {
    kind: 'hold',
    key: 'second',
    result: 'Hold',
    bookingId: null,
    invokedAt: T0 + 300,
    completedAt: T0 + 350,
  } as const;

  const bobHolds = (values: Partial<RecordedOperation>) =>
    operation({
      kind: 'hold',
      caller: 'bob',
      patient: 'digest-of-bob',
      check: 'check-of-bob',
      key: 'bob-key',
      result: 'Hold',
      slot: SLOT,
      holdId: 'hold-2',
      bookingId: null,
      invokedAt: T0 + 60,
      completedAt: T0 + 90,
      ...values,
    });

  test('two hold it at the same time', () => {
    expect(broken(({ operations }) => operations.push(bobHolds({})))).toEqual([8]);
  });

  /** Ann changes OTHER_SLOT for a later time, and is told so at `toldAt`; Bob is refused it two seconds after T0. */
  const refusedAfterChange =
    (toldAt: number) =>
    ({ operations, ledger }: History): void => {
      const later = { ...SLOT, startsAt: SLOT.startsAt + 3_600_000 };
      const change = { slot: later, holdId: 'hold-3', invokedAt: T0 + 500, completedAt: toldAt };
      operations.push(
        operation({ ...ANN_HOLDS, slot: OTHER_SLOT, holdId: 'hold-2' }),
        operation({ ...ANN_HOLDS, key: 'third', ...change }),
        bobHolds({
          slot: OTHER_SLOT,
          outcome: 'fail',
          result: 'SlotHeldByAnother',
          holdId: null,
          invokedAt: T0 + 2_000,
          completedAt: T0 + 2_050,
        }),
      );
      ledger.holds[0]!.endedAt = T0 + 310;
      ledger.holds.push(
        hold1({ ...OTHER_SLOT, id: 'hold-2', createdAt: T0 + 310, endedAt: T0 + 510 }),
        hold1({ ...later, id: 'hold-3', createdAt: T0 + 510, endedAt: T0 + 3_510 }),
      );
    };

  test('a time that was changed for another is refused as held', () => {
    expect(broken(refusedAfterChange(T0 + 550))).toEqual([8]);
  });

  test('until a person is told that their time was let go, it may be refused as held', () => {
    expect(broken(refusedAfterChange(T0 + 2_500))).toEqual([]);
  });

  test('where the store was lost, that is nobody’s fault', () => {
    expect(
      broken(({ operations, rules }) => {
        operations.push(bobHolds({}));
        rules.holdStoreLost = true;
      }),
    ).toEqual([]);
  });

  test('it is refused because of a hold that does not exist', () => {
    expect(
      broken(({ operations }) =>
        operations.push(
          bobHolds({ outcome: 'fail', result: 'SlotHeldByAnother', slot: OTHER_SLOT, holdId: null }),
        ),
      ),
    ).toEqual([8]);
  });
});

test('promise 9: a free slot is offered', () => {
  expect(broken(({ freeAtEnd }) => (freeAtEnd[0]!.offered = false))).toEqual([9]);
});

describe('promise 10: one event for each change', () => {
  test('an event is missing', () => {
    expect(broken(({ ledger }) => ledger.events.splice(0, 1))).toEqual([10]);
  });

  test('the last event says something else', () => {
    expect(broken(({ ledger }) => (ledger.bookings = [booking({ state: 'MANUAL' })]))).toEqual([10]);
  });

  test('the chain is broken', () => {
    expect(broken(({ ledger }) => (ledger.bookings = [booking({ chainBrokenAt: 2 })]))).toEqual([10]);
  });

  test('an event reports a change that never happened', () => {
    expect(
      broken(({ ledger }) => ledger.outbox.push({ bookingId: 'booking-1', version: 9, status: 'FAILED' })),
    ).toEqual([10]);
  });
});

describe('promise 10: the front end is notified of each change', () => {
  const two = (history: History, ...ids: string[]) => {
    history.ledger.bookings = [booking({ version: 3 })];
    history.ledger.events.push(event(3, 'CONFIRMED', T0 + 300));
    history.ledger.outbox.push({ bookingId: 'booking-1', version: 3, status: 'CONFIRMED' });
    history.told = ids.map((id) => ({ id, body: told('CONFIRMED') }));
  };

  test.each([
    ['in order', ['booking-1-2-0', 'booking-1-3-0'], []],
    ['more than once', ['booking-1-2-0', 'booking-1-2-0', 'booking-1-3-0'], []],
    ['in the wrong order', ['booking-1-3-0', 'booking-1-2-0'], [10]],
    ['not of the last', ['booking-1-2-0'], [10]],
  ])('%s', (_, ids, expected) => {
    expect(broken((history) => two(history, ...ids))).toEqual(expected);
  });

  test('in other words', () => {
    expect(broken((history) => history.told.push({ id: 'booking-1-2-0', body: told('CANCELLED') }))).toEqual([
      10,
    ]);
  });
});

describe('promise 11: a search keeps its limits', () => {
  test.each([
    ['within them', search({}), []],
    ['too long', search({}, 10_000), [11]],
    ['long, on a machine that takes as long for nothing', search({ idleMs: 8_000 }, 10_000), []],
    ['a supplier missing', search({ reports: ['emis'] }), [11]],
    ['a supplier twice', search({ reports: ['emis', 'tpp', 'tpp'] }), [11]],
    ['too many at once', search({ peak: 5 }), [11]],
  ])('%s', (_, one, expected) => {
    expect(broken(({ operations }) => operations.push(one))).toEqual(expected);
  });
});

describe('promise 12: patients are apart', () => {
  const BOB = { caller: 'bob', patient: 'digest-of-bob', check: 'check-of-bob' };

  test.each([
    ['a booking', operation({ ...BOB, key: 'bob-key', kind: 'read', result: 'Booking FAILED' })],
    [
      'a list',
      operation({
        ...BOB,
        key: null,
        kind: 'read',
        result: 'nothing',
        bookingId: null,
        shown: ['booking-1'],
        holdId: null,
      }),
    ],
    [
      'a hold',
      operation({
        ...BOB,
        key: 'bob-key',
        kind: 'hold',
        result: 'Hold',
        bookingId: null,
        slot: OTHER_SLOT,
      }),
    ],
  ])('%s of another is shown', (_, one) => {
    expect(broken(({ operations }) => operations.push(one))).toEqual([12]);
  });
});

test('promise 13: nothing is left behind', () => {
  expect(broken(({ leftovers }) => (leftovers.connections = 2))).toEqual([13]);
});

describe('promise 14: a changed symptom check is kept', () => {
  const changed = (...at: [number, boolean][]) =>
    broken((history) => {
      history.checks = [
        ...history.checks,
        ...at.map(([time, allows]) => ({ check: 'check-1', at: time, allows })),
      ];
    });

  test.each([
    ['it forbade the hold', [[T0 - 500, false]], [14]],
    ['it changed while it was held, and forbade the booking', [[T0 + 80, false]], [14]],
    ['it changed when the booking was on disk, as it was looked at', [[T0 + 115, false]], []],
    [
      'it allowed the appointment again by then',
      [
        [T0 + 60, false],
        [T0 + 90, true],
      ],
      [],
    ],
    ['it changed afterwards', [[T0 + 500, false]], []],
  ] as [string, [number, boolean][], number[]][])('%s', (_, changes, expected) => {
    expect(changed(...changes)).toEqual(expected);
  });

  test('it forbade what was sent, whatever the ledger says', () => {
    expect(
      broken(({ ledger, checks, ...history }) => {
        Object.assign(checks, [{ check: 'check-1', at: T0 + 80, allows: false }]);
        ledger.bookings = [booking({ state: 'MANUAL' })];
        ledger.events[1]!.state = 'MANUAL';
        history.operations[1] = operation({ outcome: 'info', result: 'Booking NEEDS_ATTENTION' });
      }),
    ).toEqual([14]);
  });
});

describe('promise 15: times are shared', () => {
  const GUEST = { isOfGuest: true, practice: 'Q10001' };

  test('two times were held for one need', () => {
    expect(
      broken(({ ledger }) => ledger.holds.push(hold1({ ...OTHER_SLOT, id: 'hold-2', createdAt: T0 + 200 }))),
    ).toEqual([15]);
  });

  test.each([
    ['seven at once', 7, 0, 3_000],
    ['thirteen in a minute', 13, 4_000, 3_000],
  ])('one caller held %s', (_, count, everyMs, lastsMs) => {
    expect(
      broken(({ ledger }) => {
        for (let number = 0; number < count; number++) {
          const createdAt = T0 + 10_000 + number * everyMs;
          ledger.holds.push(
            hold1({
              id: `more-${number}`,
              check: `check of ${number}`,
              createdAt,
              endedAt: createdAt + lastsMs,
            }),
          );
        }
      }),
    ).toEqual([15]);
  });

  test('more was held than the quota has places', () => {
    expect(
      broken(({ ledger }) => {
        for (const guest of ['bob', 'cid', 'dan'])
          ledger.holds.push(
            hold1({ ...GUEST, id: `of-${guest}`, caller: guest, check: `check of ${guest}` }),
          );
      }),
    ).toEqual([15]);
  });

  test('as much was held as the quota has places', () => {
    expect(
      broken(({ ledger }) => {
        for (const guest of ['bob', 'cid'])
          ledger.holds.push(
            hold1({ ...GUEST, id: `of-${guest}`, caller: guest, check: `check of ${guest}` }),
          );
      }),
    ).toEqual([]);
  });

  test('one person has two appointments at once', () => {
    const there = { practice: 'T20002', startsAt: SLOT.startsAt };
    expect(
      broken(({ ledger, truth }) => {
        ledger.bookings.push(booking({ ...there, id: 'booking-2', check: 'check-2', version: 1 }));
        ledger.events.push(event(1, 'CONFIRMED', T0 + 150, 'booking-2'));
        ledger.requests.push({ caller: 'ann', operation: 'confirm', key: 'key-2', resultId: 'booking-2' });
        truth.push(appointment({ ...there, id: 'second' }));
      }),
    ).toContain(15);
  });
});

describe('promise 16: the desk is noticed', () => {
  /** The desk has moved it, which was noticed so much later. */
  const moved = (history: History, afterMs: number) => {
    const { ledger } = history;
    ledger.bookings = [booking({ ...OTHER_SLOT, asked: SLOT, state: 'MOVED', version: 3 })];
    ledger.events.push(event(3, 'MOVED', T0 + 1_000 + afterMs));
    ledger.outbox.push({ bookingId: 'booking-1', version: 3, status: 'MOVED_BY_PRACTICE' });
    history.told.push({ id: 'booking-1-3-0', body: told('MOVED_BY_PRACTICE', OTHER_SLOT) });
    history.truth = [appointment({ ...OTHER_SLOT, touchedByDesk: true })];
    history.deskActs = [{ kind: 'moves to another time', bookingId: 'booking-1', at: T0 + 1_000 }];
    history.freeAtEnd = [];
  };

  test('in time, and told as it is', () => {
    expect(broken((history) => moved(history, 4_000))).toEqual([]);
  });

  test('too late', () => {
    expect(broken((history) => moved(history, 6_000))).toEqual([16]);
  });

  test.each([
    ['as standing', told('CONFIRMED', OTHER_SLOT)],
    ['with the time that was booked', told('MOVED_BY_PRACTICE')],
    ['as another kind of appointment', told('MOVED_BY_PRACTICE', OTHER_SLOT, 'TELEPHONE')],
  ])('told %s', (_, body) => {
    expect(
      broken((history) => {
        moved(history, 1_000);
        history.told[1]!.body = body;
      }),
    ).toEqual([16]);
  });

  test('taken for a cancellation', () => {
    expect(
      broken((history) => {
        moved(history, 1_000);
        history.deskActs[0]!.kind = 'cancels';
      }),
    ).toEqual([16]);
  });

  test('the practice has put it somewhere else', () => {
    expect(
      broken((history) => {
        moved(history, 1_000);
        history.truth = [appointment({ ...OTHER_SLOT, mode: 'VIDEO', touchedByDesk: true })];
      }),
    ).toEqual([16]);
  });
});

describe('promise 17: own practices are told what is true', () => {
  const notice = (values: Partial<PracticeNotice> = {}): PracticeNotice => ({
    practice: 'T90009',
    sequence: 1,
    type: 'patient.booked-elsewhere',
    bookingReference: 'K7QX-2MPD',
    bookedAt: SLOT.practice,
    startsAt: new Date(SLOT.startsAt).toISOString(),
    mode: 'IN_PERSON',
    ...values,
  });
  const told = (...noticed: PracticeNotice[]) =>
    broken((history) => Object.assign(history, { people: [GUEST], noticed }));
  const GUEST = { patient: 'digest-of-ann', ownPractice: 'T90009' };

  test.each([
    ['that it is booked', [notice()], []],
    ['nothing', [], [17]],
    ['another time', [notice({ startsAt: new Date(OTHER_SLOT.startsAt).toISOString() })], [17]],
    [
      'in the end that it is cancelled',
      [notice(), notice({ sequence: 2, type: 'patient.cancelled-elsewhere' })],
      [17],
    ],
    ['with one left out', [notice(), notice({ sequence: 3, type: 'patient.moved-elsewhere' })], [17]],
  ])('%s', (_, noticed, expected) => {
    expect(told(...noticed)).toEqual(expected);
  });

  test('another practice is told', () => {
    expect(told(notice({ practice: 'T80008' }))).toEqual([17]);
  });

  test('a practice is told of its own appointments', () => {
    expect(broken((history) => (history.noticed = [notice()]))).toEqual([17]);
  });
});
