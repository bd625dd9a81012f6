import { randomUUID } from 'node:crypto';
import type { Slot } from '../../adapters/gp-system';
import type { DiaryAppointment, DiarySlot } from '../../adapters/simulator/diary-records';
import type { PatientCaller } from '../../domain/caller';
import type { OdsCode } from '../../domain/ods-code';
import { timeOnDay } from '../../domain/london-time';
import { acceptMove } from '../../subgraphs/appointments/booking/accept-move';
import { holdSlot } from '../../subgraphs/appointments/booking/hold-slot';
import { reconciler } from '../../subgraphs/appointments/booking/reconciler';
import { rescheduleBooking } from '../../subgraphs/appointments/booking/reschedule-booking';
import type { Booking } from '../../subgraphs/appointments/ledger/records';
import type { Offer } from '../../subgraphs/appointments/holds/offers';
import { statusOf } from '../../subgraphs/appointments/lifecycle/states';
import { bookingView } from '../../subgraphs/appointments/views/booking-view';
import {
  bookingLaboratory,
  freeSlot,
  freeSlots,
  holdInput,
  newCaller,
  newPractice,
  offer,
  SETTLE_MS,
  standing,
  unboundedCall,
  type BookingLaboratory,
} from '../booking-laboratory';
import { EMBEDDED } from '../databases';
import { situations } from './situations';

/** Changes by a practice's desk are noticed, told truly, and followed by whatever the person wants then. */

let lab: BookingLaboratory;
let given: ReturnType<typeof situations>;
beforeAll(async () => {
  lab = await bookingLaboratory(await EMBEDDED.settings());
  given = situations(lab);
});
afterEach(() => {
  lab.simulators.faults.clear();
});
afterAll(() => lab.close());

const HOUR = 60 * 60_000;
const MINUTE = 60_000;
/** Looks in one round of comparing: some, a settle time apart, are needed before anything is said. */
const ONE_ROUND = 4;

interface Book {
  supplier: string;
  practice: OdsCode;
  caller: PatientCaller;
}

interface Appointment extends Book {
  booking: Booking;
  /** The slot on which it was booked, and another one to which the desk can move it. */
  from: DiarySlot;
  to: DiarySlot;
}

/** Somebody whom the practice's book is open to; at own-patient suppliers one of its own. */
function bookAt(supplier: string): Book {
  const practice = newPractice();
  const isOwn = supplier !== 'gp-connect';
  const caller = isOwn ? newCaller(practice) : newCaller();
  const { nhsNumber, familyName, givenName, birthDate, linkage } = caller.actsFor[0]!;
  const { diary } = lab.simulators;
  if (isOwn) diary.registerPatient(practice, { nhsNumber, familyName, givenName, birthDate, linkage });
  const from = lab.clock.now();
  diary.deskFrees(practice, from, new Date(from.getTime() + 6 * 24 * HOUR));
  return { supplier, practice, caller };
}

/** Pairs of free slots, the first in a session that everybody can book, from two hours ahead. */
function pairs({ practice }: Book): [DiarySlot, DiarySlot][] {
  const from = new Date(lab.clock.now().getTime() + 2 * HOUR);
  const free = lab.simulators.diary
    .slots(practice, from, new Date(from.getTime() + 40 * HOUR))
    .filter(({ state }) => state === 'FREE')
    .map(({ slot }) => slot);
  return free
    .filter(({ session, mode }) => session.networkRelease !== null && mode === 'IN_PERSON')
    .flatMap((one) => free.map((other): [DiarySlot, DiarySlot] => [one, other]));
}

const at = ({ startsAt }: DiarySlot) => startsAt.getTime();
const clinicianOf = ({ session }: DiarySlot) => session.clinician?.id;
const MOVES: { move: string; is: (from: DiarySlot, to: DiarySlot) => boolean }[] = [
  {
    move: 'to a later time in the session',
    is: (from, to) => at(to) > at(from) && to.session.id === from.session.id && to.mode === from.mode,
  },
  {
    move: 'to an earlier time in another session',
    is: (from, to) => at(to) < at(from) && to.session.name !== from.session.name && to.mode === from.mode,
  },
  {
    move: 'to another clinician at the same time',
    is: (from, to) => at(to) === at(from) && clinicianOf(to) !== clinicianOf(from) && to.mode === from.mode,
  },
  {
    move: 'to another session of the same clinician at the same time',
    is: (from, to) =>
      at(to) === at(from) &&
      clinicianOf(to) === clinicianOf(from) &&
      to.session.id !== from.session.id &&
      to.mode === from.mode,
  },
  {
    move: 'to the telephone at the same time',
    is: (from, to) => at(to) === at(from) && to.mode === 'TELEPHONE',
  },
  { move: 'to video later', is: (from, to) => at(to) > at(from) && to.mode === 'VIDEO' },
];

/** A booking, and where the desk can move it so. */
async function booked(
  supplier: string,
  is: (from: DiarySlot, to: DiarySlot) => boolean,
): Promise<Appointment> {
  for (let tries = 0; tries < 40; tries++) {
    const book = bookAt(supplier);
    const pair = pairs(book).find((one) => is(...one));
    if (pair !== undefined) return { ...(await bookedOn(book, pair[0])), from: pair[0], to: pair[1] };
  }
  throw new Error('No practice has such a pair of slots.');
}

async function bookedOn(book: Book, slot: DiarySlot): Promise<Book & { booking: Booking }> {
  const offered = offer(book.caller, await asOffered(book, slot), offerAt(book));
  const { booking } = await given.booked(await given.held(offered, book.caller));
  expect(booking.state).toBe('CONFIRMED');
  return { ...book, booking };
}

const offerAt = ({ supplier, practice }: Book): Partial<Offer> =>
  supplier === 'gp-connect' ? { supplier } : { supplier, relation: 'OWN', ownPractice: practice };

/** The slot as the supplier offers it. */
async function asOffered({ supplier, practice, caller }: Book, wanted: DiarySlot): Promise<Slot> {
  const { startsAt: from, endsAt: to } = wanted;
  const patient = caller.actsFor[0];
  const actor = { kind: 'PATIENT', id: 'test' } as const;
  const search = { practice, from, to, actor, patient };
  for await (const page of lab.deps.systems.get(supplier)!.searchSlots(search, unboundedCall()))
    for (const slot of page) if (slot.slotType === wanted.slotType) return slot;
  throw new Error('The slot is not offered.');
}

function there({ practice, caller }: Book): DiaryAppointment[] {
  const [{ nhsNumber } = { nhsNumber: '' }] = caller.actsFor;
  return lab.simulators.diary
    .appointments({ practice, nhsNumber })
    .filter(({ status }) => status === 'BOOKED');
}

function deskMoves(appointment: Book, to: DiarySlot): void {
  expect(lab.simulators.diary.deskMoves(appointment.practice, there(appointment)[0]!.id, to.id)).toBe(true);
}

/** The desk gives the time to somebody else. */
function deskRefills({ practice }: Book, { id }: DiarySlot): void {
  expect(lab.simulators.diary.deskTakesSlot(practice, id)).toBe(true);
}

const current = async ({ id }: Booking) => (await lab.deps.ledger.findBooking(id))!;
const cancel = ({ caller, booking }: Appointment) => given.cancel({ caller, booking });
const accept = ({ caller, booking }: Appointment) =>
  acceptMove(
    { bookingId: booking.id, idempotencyKey: randomUUID(), requestId: randomUUID() },
    caller,
    lab.deps,
  );

/** Moves it to another practice. */
async function reschedule({ caller, booking }: Appointment) {
  const { assessmentDigest } = booking.offer;
  const to = offer(caller, await freeSlot(lab), { assessmentDigest });
  const slotId = lab.deps.offers.seal(to, to.expiresAt);
  const input = { bookingId: booking.id, slotId, idempotencyKey: randomUUID(), requestId: randomUUID() };
  return rescheduleBooking(input, caller, lab.deps);
}

/** Events for the front end, in order. */
async function events({ id }: Booking) {
  const rows = await lab.database.db
    .selectFrom('outbox')
    .select(['status', 'slot_json'])
    .where('booking_id', '=', id)
    .orderBy('version')
    .execute();
  return rows.map(({ status, slot_json }) => [status, told(slot_json)]);
}

/** Notices for the person's own practice, in order. */
async function notices({ id }: Booking) {
  const rows = await lab.database.db
    .selectFrom('practice_notice')
    .select(['kind', 'slot_json'])
    .where('booking_id', '=', id)
    .orderBy('sequence')
    .execute();
  return rows.map(({ kind, slot_json }) => [kind, told(slot_json)]);
}

const told = (json: string | null) => {
  const { startsAt, mode } = JSON.parse(json ?? '{}') as { startsAt: string; mode: string };
  return `${startsAt} ${mode}`;
};
const inBook = ({ startsAt, mode }: Pick<DiarySlot, 'startsAt' | 'mode'>) =>
  `${startsAt.toISOString()} ${mode}`;

/** The message names the time, and no two that are the same as if they were not. */
function expectTrueWords(booking: Booking, { startsAt }: DiarySlot): void {
  const message = bookingView(booking).moved?.message ?? '';
  expect(message).toContain(timeOnDay(startsAt));
  const [, now, before] = /It is now (.*)\. It was (.*)\.$/.exec(message) ?? [];
  if (now !== undefined) expect(now).not.toBe(before);
}

/** Suppliers whose appointments keep their name when they are moved. */
describe.each(['gp-connect', 'tpp'])('at %s the desk moves an appointment', (supplier) => {
  describe.each(MOVES)('$move', ({ is }) => {
    async function moved(): Promise<Appointment> {
      const appointment = await booked(supplier, is);
      deskMoves(appointment, appointment.to);
      const booking = await given.looked(appointment.booking);
      expect(statusOf(booking.state)).toBe('MOVED_BY_PRACTICE');
      return { ...appointment, booking };
    }

    test('in one look the person sees where it is now, in words that are true', async () => {
      const { booking, from, to } = await moved();
      const { slot } = booking.offer;
      expect(inBook(slot)).toBe(inBook(to));
      const name = to.session.clinician?.familyName;
      if (name !== undefined) expect(slot.clinicianName).toContain(name);
      expectTrueWords(booking, to);
      expect(inBook(booking.movedFrom!)).toBe(inBook(from));
      expect(await given.looked(booking, 2)).toEqual(booking);
    });

    test('the front end and their own practice hear of it, in order', async () => {
      const { booking, from, to } = await moved();
      expect(await events(booking)).toEqual([
        ['CONFIRMED', inBook(from)],
        ['MOVED_BY_PRACTICE', inBook(to)],
      ]);
      expect(await notices(booking)).toEqual(
        supplier === 'gp-connect'
          ? [
              ['BOOKED_ELSEWHERE', inBook(from)],
              ['MOVED_ELSEWHERE', inBook(to)],
            ]
          : [],
      );
    });

    test('it can be accepted, and then cancelled', async () => {
      const appointment = await moved();
      expect(await accept(appointment)).toMatchObject({ kind: 'booking', booking: { state: 'CONFIRMED' } });
      expect(await cancel(appointment)).toMatchObject({ kind: 'booking', booking: { state: 'CANCELLED' } });
      expect(there(appointment)).toEqual([]);
    });

    test('it can be cancelled', async () => {
      const appointment = await moved();
      expect(await cancel(appointment)).toMatchObject({ kind: 'booking', booking: { state: 'CANCELLED' } });
      expect(there(appointment)).toEqual([]);
    });

    test('it can be moved on by the person', async () => {
      const appointment = await moved();
      expect(await reschedule(appointment)).toMatchObject({
        kind: 'booking',
        booking: { state: 'CONFIRMED' },
      });
      expect((await given.settled(appointment.booking)).state).toBe('CANCELLED');
      expect(there(appointment)).toEqual([]);
    });

    test('before anybody has looked, it can be cancelled all the same', async () => {
      const appointment = await booked(supplier, is);
      deskMoves(appointment, appointment.to);
      const answer = await cancel(appointment);
      expect(answer.kind).toBe('booking');
      expect((await given.settled(appointment.booking)).state).toBe('CANCELLED');
      expect(there(appointment)).toEqual([]);
    });
  });

  test('and fills its old time: it is moved, not cancelled', async () => {
    const appointment = await booked(supplier, later);
    deskMoves(appointment, appointment.to);
    deskRefills(appointment, appointment.from);
    expect((await given.looked(appointment.booking)).state).toBe('MOVED');
  });

  test('and back again: what is said is true of both', async () => {
    const appointment = await booked(supplier, later);
    const { from, to } = appointment;
    deskMoves(appointment, to);
    await given.looked(appointment.booking);
    deskMoves(appointment, from);
    const back = await given.looked(appointment.booking);
    expect(inBook(back.offer.slot)).toBe(inBook(from));
    expect((await events(back)).at(-1)).toEqual(['MOVED_BY_PRACTICE', inBook(from)]);
    expectTrueWords(back, from);
    expect(await accept({ ...appointment, booking: back })).toMatchObject({
      booking: { state: 'CONFIRMED' },
    });
    await cancel({ ...appointment, booking: await current(back) });
    expect(there(appointment)).toEqual([]);
  });

  test('twice: the last one is what is told, to the front end and to their own practice', async () => {
    const appointment = await booked(
      supplier,
      (from, to) => later(from, to) && at(to) === at(from) + 20 * MINUTE,
    );
    const between = pairs(appointment).find(
      ([, to]) =>
        to.session.id === appointment.from.session.id &&
        at(to) > at(appointment.to) &&
        to.mode === 'IN_PERSON',
    )![1];
    deskMoves(appointment, appointment.to);
    await given.looked(appointment.booking);
    deskMoves(appointment, between);
    const booking = await given.looked(appointment.booking);
    expect((await events(booking)).at(-1)).toEqual(['MOVED_BY_PRACTICE', inBook(between)]);
    if (supplier === 'gp-connect')
      expect((await notices(booking)).at(-1)).toEqual(['MOVED_ELSEWHERE', inBook(between)]);
    await cancel({ ...appointment, booking });
    expect(there(appointment)).toEqual([]);
    if (supplier === 'gp-connect')
      expect((await notices(booking)).at(-1)).toEqual(['CANCELLED_ELSEWHERE', inBook(between)]);
  });

  test('after the person accepted an earlier move: they are asked again', async () => {
    const appointment = await booked(supplier, later);
    deskMoves(appointment, appointment.to);
    const moved = await given.looked(appointment.booking);
    await accept({ ...appointment, booking: moved });
    deskMoves(appointment, appointment.from);
    expect((await given.looked(moved)).state).toBe('MOVED');
    expect((await events(moved)).map(([status]) => status)).toEqual([
      'CONFIRMED',
      'MOVED_BY_PRACTICE',
      'CONFIRMED',
      'MOVED_BY_PRACTICE',
    ]);
  });

  test('while it is being cancelled, and the answer is lost: nothing stands in the end', async () => {
    const appointment = await booked(supplier, later);
    lab.simulators.faults.add({
      supplier,
      operation: 'CANCEL',
      times: 1,
      fault: { kind: 'server-error', status: 503, afterCommit: false },
    });
    expect(await cancel(appointment)).toMatchObject({ kind: 'booking' });
    deskMoves(appointment, appointment.to);
    expect((await given.settled(appointment.booking)).state).toBe('CANCELLED');
    expect(there(appointment)).toEqual([]);
  });

  test('on which another of ours stood until then: the two change places', async () => {
    const first = await booked(supplier, (from, to) => later(from, to) && at(to) === at(from) + 10 * MINUTE);
    const { practice, from, to } = first;
    const second = bookAt(supplier);
    const [child] = second.caller.actsFor;
    const caller: PatientCaller = {
      ...second.caller,
      actsFor: [
        {
          ...child!,
          linkage: child!.linkage && { ...child!.linkage, practice },
          registeredPractice: supplier === 'tpp' ? practice : child!.registeredPractice,
        },
      ],
    };
    const other: Book = { supplier, practice, caller };
    if (supplier === 'tpp')
      lab.simulators.diary.registerPatient(practice, { ...child!, linkage: child!.linkage });
    const { booking } = await bookedOn(other, to);
    const spare = pairs(first).find(
      ([, free]) => free.session.id === from.session.id && free.mode === 'IN_PERSON',
    )![1];
    deskMoves(first, spare);
    deskMoves(other, from);
    deskMoves(first, to);
    expect(inBook((await given.looked(first.booking)).offer.slot)).toBe(inBook(to));
    expect(inBook((await given.looked(booking)).offer.slot)).toBe(inBook(from));
    await cancel(first);
    await given.cancel({ caller, booking });
    expect(there(first)).toEqual([]);
    expect(there(other)).toEqual([]);
  });
});

const later = MOVES[0]!.is;

/** The answer to the booking is lost, and it is moved before anybody looks. */
async function inDoubt(of: Book, slot: DiarySlot, values: Partial<Offer> = {}) {
  const offered = offer(of.caller, await asOffered(of, slot), { ...offerAt(of), ...values });
  const held = await given.held(offered, of.caller);
  lab.simulators.faults.add({
    supplier: of.supplier,
    operation: 'BOOK',
    times: 1,
    fault: { kind: 'reset-after-commit' },
  });
  const { booking } = await given.booked(held);
  expect(booking.state).toBe('UNKNOWN');
  return booking;
}

describe('at tpp, which keeps no mark of ours', () => {
  test('a booking in doubt that is moved before anybody looks has not failed: an operator asks', async () => {
    const book = bookAt('tpp');
    const [from, to] = pairs(book).find((pair) => later(...pair))!;
    const booking = await inDoubt(book, from);
    deskMoves(book, to);
    const settled = await given.settled(booking);
    expect(settled.state).toBe('MANUAL');
    expect((await lab.deps.ledger.unsettled(1_000)).map(({ id }) => id)).toContain(booking.id);
    expect(there(book)).toHaveLength(1);
  });
});

describe('at gp-connect', () => {
  test('a booking in doubt that is moved: one true story for the person and their own practice', async () => {
    const book = bookAt('gp-connect');
    const [from, to] = pairs(book).find((pair) => later(...pair))!;
    const booking = await inDoubt(book, from);
    deskMoves(book, to);
    const settled = await given.settled(booking);
    expect(settled).toMatchObject({ state: 'MOVED', offer: { slot: { startsAt: to.startsAt } } });
    expect(await events(settled)).toEqual([['MOVED_BY_PRACTICE', inBook(to)]]);
    expect(await notices(settled)).toEqual([['BOOKED_ELSEWHERE', inBook(to)]]);
    await given.cancel({ caller: book.caller, booking: settled });
    expect(there(book)).toEqual([]);
    expect((await notices(settled)).at(-1)).toEqual(['CANCELLED_ELSEWHERE', inBook(to)]);
  });

  test('a replacement in doubt that is moved: the old appointment is given back', async () => {
    const old = await booked('gp-connect', later);
    const book = { ...bookAt('gp-connect'), caller: old.caller };
    const [from, to] = pairs(book).find((pair) => later(...pair))!;
    const { assessmentDigest } = old.booking.offer;
    const wanted = offer(old.caller, await asOffered(book, from), { assessmentDigest });
    given.once('BOOK', { kind: 'reset-after-commit' });
    const slotId = lab.deps.offers.seal(wanted, wanted.expiresAt);
    const input = {
      bookingId: old.booking.id,
      slotId,
      idempotencyKey: randomUUID(),
      requestId: randomUUID(),
    };
    const answer = await rescheduleBooking(input, old.caller, lab.deps);
    if (answer.kind !== 'booking') throw new Error(`expected a booking, not ${answer.kind}`);
    deskMoves(book, to);
    expect((await given.settled(answer.booking)).state).toBe('MOVED');
    lab.clock.advance(MINUTE);
    await reconciler(lab.deps).settleDue();
    expect((await given.settled(old.booking)).state).toBe('CANCELLED');
    expect(there(old)).toEqual([]);
    expect(there(book)).toHaveLength(1);
  });
});

describe.each(['gp-connect', 'emis', 'tpp'])('at %s the desk cancels an appointment', (supplier) => {
  const any = () => true;

  test('and leaves its time free: it is cancelled by the practice', async () => {
    const appointment = await booked(supplier, any);
    lab.simulators.diary.cancel(appointment.practice, there(appointment)[0]!.id, 'the desk');
    const booking = await given.looked(appointment.booking, ONE_ROUND);
    expect(booking.state).toBe('CANCELLED_BY_PRACTICE');
    expect((await events(booking)).at(-1)).toEqual(['CANCELLED_BY_PRACTICE', inBook(appointment.from)]);
  });

  test('and gives its time to another: within one round the person or an operator knows', async () => {
    const appointment = await booked(supplier, any);
    lab.simulators.diary.cancel(appointment.practice, there(appointment)[0]!.id, 'the desk');
    deskRefills(appointment, appointment.from);
    const booking = await given.looked(appointment.booking, ONE_ROUND);
    expect(['CANCELLED_BY_PRACTICE', 'NEEDS_ATTENTION']).toContain(statusOf(booking.state));
    expect((await events(booking)).at(-1)![0]).toBe(statusOf(booking.state));
    if (booking.state === 'MISSING')
      expect((await lab.deps.ledger.unsettled(1_000)).map(({ id }) => id)).toContain(booking.id);
    // Whoever gives it up has given it up.
    await cancel({ ...appointment, booking });
    const over = await given.settled(booking);
    expect(['CANCELLED_BY_PRACTICE', 'CANCELLED']).toContain(statusOf(over.state));
  });
});

describe('at emis, where a moved appointment has another name', () => {
  describe.each(MOVES)('$move', ({ is }) => {
    test.each([false, true])('filled again: %s; nobody is told that it is cancelled', async (isRefilled) => {
      const appointment = await booked('emis', is);
      deskMoves(appointment, appointment.to);
      if (isRefilled) deskRefills(appointment, appointment.from);
      const booking = await given.looked(appointment.booking, ONE_ROUND);
      expect(['MOVED_BY_PRACTICE', 'NEEDS_ATTENTION']).toContain(statusOf(booking.state));
    });

    test('and cancelled by the person: they are not told so while it stands', async () => {
      const appointment = await booked('emis', is);
      deskMoves(appointment, appointment.to);
      await cancel(appointment);
      for (let looks = 0; looks < 12; looks++) {
        lab.clock.advance(SETTLE_MS);
        await reconciler(lab.deps).settleDue();
      }
      const status = statusOf((await current(appointment.booking)).state);
      if (status === 'CANCELLED') expect(there(appointment)).toEqual([]);
      else expect(['CANCELLING', 'NEEDS_ATTENTION']).toContain(status);
    });
  });

  test('an appointment that the person has made with the practice themself is not ours', async () => {
    const appointment = await booked('emis', () => true);
    const { practice, caller, to } = appointment;
    const patient = lab.simulators.diary.patient(practice, caller.actsFor[0]!.nhsNumber)!;
    const mine = there(appointment)[0]!;
    const free = pairs(appointment).find(([, slot]) => slot.id !== to.id)![1];
    const audience = { route: 'PATIENT_SESSION' } as const;
    lab.simulators.diary.book({ practice, slotId: free.id, patient, audience, consumer: 'its own app' });
    expect(await given.looked(appointment.booking, ONE_ROUND)).toEqual(appointment.booking);
    await cancel(appointment);
    expect((await current(appointment.booking)).state).toBe('CANCELLED');
    expect(there(appointment).map(({ slot }) => slot.id)).toEqual([free.id]);
    expect(mine.slot.id).not.toBe(free.id);
  });
});

describe('shortly before the start', () => {
  test.each([6, 9, 14])('cancelled %d minutes before, it is known before the start', async (minutes) => {
    const practice = newPractice();
    const [slot] = await freeSlots(lab, practice, 1);
    const { booking } = await given.booked(await given.held({ slot: slot! }));
    const deskCancelsAt = slot!.startsAt.getTime() - minutes * MINUTE;
    // The looks that come due, as the reconciler has them.
    let isCancelled = false;
    for (let step = 0; step < 60 && (await current(booking)).state === 'CONFIRMED'; step++) {
      const due = await dueAt(booking);
      if (due === null) break;
      if (!isCancelled && due >= deskCancelsAt) {
        lab.clock.advance(Math.max(deskCancelsAt - lab.clock.now().getTime(), 0));
        lab.simulators.diary.cancel(
          practice,
          lab.simulators.diary.appointments({ practice })[0]!.id,
          'the desk',
        );
        isCancelled = true;
      }
      lab.clock.advance(Math.max(due - lab.clock.now().getTime(), 0));
      await given.looked(booking);
    }
    expect((await current(booking)).state).toBe('CANCELLED_BY_PRACTICE');
    expect(lab.clock.now().getTime()).toBeLessThan(slot!.startsAt.getTime());
  });

  async function dueAt({ id }: Booking): Promise<number | null> {
    const row = await lab.database.db
      .selectFrom('booking')
      .select('next_check_at')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return row.next_check_at;
  }
});

test('a second appointment cannot be booked beside one that was moved', async () => {
  const appointment = await booked('gp-connect', MOVES[0]!.is);
  deskMoves(appointment, appointment.to);
  const { caller, booking } = { ...appointment, booking: await given.looked(appointment.booking) };
  const again = offer(caller, await freeSlot(lab), { assessmentDigest: booking.offer.assessmentDigest });
  expect(await holdSlot(holdInput(again, caller, lab.deps), caller, lab.deps)).toMatchObject({
    kind: 'already-booked',
    booking: { id: booking.id },
  });
  expect(standing(lab, appointment.practice)).toBe(1);
});
