import { CalendarDate } from '../../domain/london-time';
import { syntheticNhsNumber } from '../../domain/nhs-number';
import { OdsCode } from '../../domain/ods-code';
import { diary } from './diary';
import type { Audience } from './diary-records';
import { seedDiary } from './seed-diary';

const NOON = new Date('2026-07-01T11:00:00Z');
const EVENING = new Date('2026-07-01T17:00:00Z');
const PATIENTS: Audience = { route: 'PATIENT_SESSION' };
const practice = OdsCode.parse('B86030');
const person = {
  nhsNumber: syntheticNhsNumber(1),
  familyName: 'Example',
  givenName: 'Ada',
  birthDate: CalendarDate.parse('1990-05-05'),
};

const opened = () => diary({ now: () => NOON });

describe('the seeded plan', () => {
  const plan = seedDiary();
  const practices = Array.from({ length: 200 }, (_, number) => OdsCode.parse(`A${81000 + number}`));

  it('is the same every time', () => {
    expect(seedDiary().slotsBetween(practice, NOON, EVENING)).toEqual(
      plan.slotsBetween(practice, NOON, EVENING),
    );
  });

  it('leaves most practices several released slots in six hours, and some none', () => {
    const free = practices.map(
      (one) =>
        plan
          .slotsBetween(one, NOON, EVENING)
          .filter((slot) => slot.slotType === '111 urgent' && !plan.takenFromTheStart(slot)).length,
    );
    expect(free.filter((count) => count >= 3).length).toBeGreaterThan(140);
    expect(free.filter((count) => count === 0).length).toBeGreaterThan(5);
  });

  it('has slots at any hour of the night', () => {
    const night = plan.slotsBetween(
      practice,
      new Date('2026-07-02T01:00:00Z'),
      new Date('2026-07-02T02:00:00Z'),
    );
    expect(night).toHaveLength(12);
  });

  it.each([
    ['a day of 24 hours', '2026-06-30T23:00:00Z', '2026-07-01T23:00:00Z', 288],
    ['a day of 23 hours', '2026-03-29T00:00:00Z', '2026-03-29T23:00:00Z', 276],
    ['a day of 25 hours', '2026-10-24T23:00:00Z', '2026-10-26T00:00:00Z', 300],
  ])('fills %s', (_, from, to, count) => {
    const slots = plan.slotsBetween(practice, new Date(from), new Date(to));
    expect(slots).toHaveLength(count);
    expect(new Set(slots.map(({ id }) => id)).size).toBe(count);
    expect(slots.map(({ id }) => plan.slot(practice, id))).toEqual(slots);
  });

  it('finds no slot by an id that none has', () => {
    for (const id of [-1, 0.5, Number.NaN, 20_635_499, 9e15]) expect(plan.slot(practice, id)).toBeUndefined();
  });
});

describe('the diary', () => {
  it('gives a slot to the first who books it, and back when it is cancelled', () => {
    const book = opened();
    const patient = book.registerPatient(practice, person);
    const [slot] = book.freeSlots(practice, NOON, EVENING, PATIENTS);
    const request = { practice, slotId: slot!.id, patient, audience: PATIENTS, consumer: 'test' };
    const first = book.book(request);
    if (first.kind !== 'BOOKED') throw new Error(first.why);
    expect(book.book(request)).toEqual({ kind: 'REFUSED', why: 'TAKEN' });
    expect(book.cancel(practice, first.appointment.id, 'test')).toMatchObject({ kind: 'CANCELLED' });
    expect(book.cancel(practice, first.appointment.id, 'test')).toEqual({
      kind: 'REFUSED',
      why: 'ALREADY_CANCELLED',
    });
    expect(book.book(request)).toMatchObject({ kind: 'BOOKED' });
    expect(book.appointments({ practice }).map(({ status, version }) => [status, version])).toEqual([
      ['CANCELLED', 2],
      ['BOOKED', 1],
    ]);
  });

  it('books a slot twice where the system allows overlaps, and frees it with the last', () => {
    const book = opened();
    const patient = book.registerPatient(practice, person);
    const [slot] = book.freeSlots(practice, NOON, EVENING, PATIENTS);
    const request = { practice, slotId: slot!.id, patient, audience: PATIENTS, consumer: 'test' };
    book.configure(practice, { overlaps: true });
    const [one, two] = [book.book(request), book.book(request)];
    if (one.kind !== 'BOOKED' || two.kind !== 'BOOKED') throw new Error('expected two bookings');
    book.cancel(practice, one.appointment.id, 'test');
    expect(book.isFree(slot!)).toBe(false);
    book.cancel(practice, two.appointment.id, 'test');
    expect(book.isFree(slot!)).toBe(true);
    book.deskTakesSlot(practice, slot!.id);
    expect(book.book(request)).toEqual({ kind: 'REFUSED', why: 'TAKEN' });
  });

  it('releases to the network by organisation type and code', () => {
    const base = seedDiary();
    const release = { organisationType: 'urgent-care', organisations: [OdsCode.parse('X26')] };
    const restricted = diary({
      now: () => NOON,
      plan: {
        ...base,
        takenFromTheStart: () => false,
        slotsBetween: (...range) =>
          base
            .slotsBetween(...range)
            .map((slot) => ({ ...slot, session: { ...slot.session, networkRelease: release } })),
      },
    });
    const seen = (filter: { organisationType?: string; organisation?: string }) =>
      restricted.freeSlots(practice, NOON, EVENING, { route: 'NETWORK', ...filter }).length > 0;
    expect(seen({})).toBe(false);
    expect(seen({ organisationType: 'urgent-care' })).toBe(false);
    expect(seen({ organisation: 'X26' })).toBe(false);
    expect(seen({ organisationType: 'gp-practice', organisation: 'X26' })).toBe(false);
    expect(seen({ organisationType: 'urgent-care', organisation: 'X26' })).toBe(true);
  });

  it('keeps unreleased sessions from the network, at booking too', () => {
    const book = opened();
    const patient = book.registerPatient(practice, person, 'TEMPORARY');
    book.deskFrees(practice, NOON, EVENING);
    const routine = book
      .freeSlots(practice, NOON, EVENING, PATIENTS)
      .find(({ slotType }) => slotType === 'Routine');
    const audience: Audience = { route: 'NETWORK', organisationType: 'urgent-care' };
    const request = { practice, slotId: routine!.id, patient, audience, consumer: 'X26' };
    expect(book.book(request)).toEqual({ kind: 'REFUSED', why: 'NOT_RELEASED' });
  });

  it('lets the desk fill the book, free what it took, and move an appointment', () => {
    const book = opened();
    const patient = book.registerPatient(practice, person);
    const [first, second] = book.freeSlots(practice, NOON, EVENING, PATIENTS);
    const result = book.book({ practice, slotId: first!.id, patient, audience: PATIENTS, consumer: 'test' });
    if (result.kind !== 'BOOKED') throw new Error(result.why);
    expect(book.deskMoves(practice, result.appointment.id, second!.id)).toBe(true);
    expect(book.appointment(practice, result.appointment.id)).toMatchObject({
      version: 2,
      slot: { id: second!.id },
    });
    expect(book.deskTakes(practice, NOON, EVENING)).toBeGreaterThan(0);
    expect(book.freeSlots(practice, NOON, EVENING, PATIENTS)).toEqual([]);
    expect(book.deskFrees(practice, NOON, EVENING)).toBe(71);
    expect(book.isFree(second!)).toBe(false);
  });

  it('holds the limits of the practice', () => {
    const book = opened();
    const patient = book.registerPatient(practice, person);
    const later = new Date('2026-07-20T11:00:00Z');
    book.deskFrees(practice, NOON, later);
    const [soon] = book.freeSlots(practice, NOON, EVENING, PATIENTS);
    const far = book.freeSlots(practice, NOON, later, PATIENTS).at(-1);
    const base = { practice, patient, audience: PATIENTS, consumer: 'test' };
    book.configure(practice, { horizonDays: 7, bookingLimit: 0 });
    expect(book.book({ ...base, slotId: far!.id })).toEqual({ kind: 'REFUSED', why: 'BEYOND_HORIZON' });
    expect(book.book({ ...base, slotId: soon!.id + 1 })).toEqual({ kind: 'REFUSED', why: 'LIMIT_REACHED' });
  });
});
