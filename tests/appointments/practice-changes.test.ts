import { randomUUID } from 'node:crypto';
import { SupplierError, type SupplierAppointment } from '../../adapters/gp-system';
import type { Caller } from '../../domain/caller';
import type { BookingDeps } from '../../subgraphs/appointments/booking/booking-deps';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { acceptMove } from '../../subgraphs/appointments/booking/accept-move';
import { rescheduleBooking } from '../../subgraphs/appointments/booking/reschedule-booking';
import { settle } from '../../subgraphs/appointments/booking/advance';
import { settleBooking } from '../../subgraphs/appointments/booking/settle-booking';
import { statusOf } from '../../subgraphs/appointments/lifecycle/states';
import type { Booking } from '../../subgraphs/appointments/ledger/records';
import {
  bookingLaboratory,
  confirmInput,
  freeSlots,
  newPractice,
  offer,
  SETTLE_MS,
  standing,
  SUPPLIER,
  unboundedCall,
  type BookingLaboratory,
} from '../booking-laboratory';
import { EMBEDDED } from '../databases';
import { situations, type Situation } from './situations';

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

const current = async ({ id }: Booking) => (await lab.deps.ledger.findBooking(id))!;

/** Looks into one booking as if its time had come. */
async function look(booking: Booking, deps: BookingDeps = lab.deps): Promise<Booking> {
  await settle(await current(booking), deps);
  return current(booking);
}

/** Delivers our own request to the supplier late, or a second time, with our marker. */
async function deliverLate({ offered, caller }: Situation, booking: Booking): Promise<void> {
  const system = lab.deps.systems.get('gp-connect')!;
  const patient = lab.deps.patients.open(booking.patientSealed, lab.clock.now());
  const outcome = await system.book(
    {
      attemptId: booking.id,
      marker: booking.marker,
      slot: offered.slot,
      patient: patient!,
      actor: { kind: 'PATIENT', id: caller.id },
    },
    unboundedCall(),
  );
  expect(outcome.class).toBe('ACCEPTED');
}

function appointmentAt({ offered }: Situation) {
  const [appointment] = lab.simulators.diary.appointments({ practice: offered.slot.practice });
  return appointment!;
}

describe('changes of a standing booking by the practice', () => {
  test('nothing: it stands, and is looked at again later', async () => {
    const situation = await given.booked();
    expect(await look(situation.booking)).toEqual(situation.booking);
    expect(await lab.deps.ledger.evidence(situation.booking.id, 10)).toEqual([]);
  });

  test('cancels it: the person sees it, and the time is free for others', async () => {
    const situation = await given.booked();
    const { practice } = situation.offered.slot;
    lab.simulators.diary.cancel(practice, appointmentAt(situation).id, 'the desk');
    expect((await look(situation.booking)).state).toBe('CANCELLED_BY_PRACTICE');
    const history = await lab.deps.ledger.history(situation.booking.id);
    expect(history.at(-1)).toMatchObject({ state: 'CANCELLED_BY_PRACTICE', actor: 'SUPPLIER' });
    const { slot } = situation.offered;
    expect((await lab.deps.ledger.liveBeside([slot])).slots.size).toBe(0);
  });

  test('moves it: the person sees the new time, and can accept it', async () => {
    const [slot, later] = await freeSlots(lab, newPractice(), 2);
    const situation = await given.booked(await given.held({ slot: slot! }));
    lab.simulators.diary.deskMoves(slot!.practice, appointmentAt(situation).id, Number(later!.id));
    const moved = await look(situation.booking);
    expect(moved).toMatchObject({
      state: 'MOVED',
      offer: { slot: { id: later!.id, startsAt: later!.startsAt } },
      movedFrom: { id: slot!.id, startsAt: slot!.startsAt },
    });
    expect((await lab.deps.ledger.evidence(situation.booking.id, 10)).at(-1)?.answer).toBe('MOVED');
    expect(await look(moved)).toEqual(moved);
    const accepting = { bookingId: moved.id, idempotencyKey: randomUUID(), requestId: randomUUID() };
    const accepted = await acceptMove(accepting, situation.caller, lab.deps);
    expect(accepted).toMatchObject({ kind: 'booking', booking: { state: 'CONFIRMED', offer: moved.offer } });
    await given.cancel({ ...situation, booking: await current(moved) });
    expect((await current(moved)).state).toBe('CANCELLED');
    expect(standing(lab, slot!.practice)).toBe(0);
  });

  test('absence while the time is taken cancels nothing: an operator asks, or it shows again', async () => {
    const { booking } = await given.booked();
    const blind = given.withReadBack(() => []);
    for (let looks = 0; looks < 3; looks++) expect((await look(booking, blind)).state).toBe('CONFIRMED');
    for (let looks = 0; looks < 5; looks++) expect((await look(booking, blind)).state).toBe('MISSING');
    expect((await look(booking)).state).toBe('CONFIRMED');
  });

  test('cancels it and fills its time: an operator asks within one round of comparing', async () => {
    const situation = await given.booked();
    const { slot } = situation.offered;
    lab.simulators.diary.cancel(slot.practice, appointmentAt(situation).id, 'the desk');
    lab.simulators.diary.deskTakes(slot.practice, slot.startsAt, slot.endsAt);
    const listsNoCancelled = given.withReadBack((list) => list.filter(({ status }) => status === 'BOOKED'));
    const looked = jest.spyOn(lab.deps.ledger, 'scheduleReadBack');
    for (let looks = 0; looks < 4; looks++) await look(situation.booking, listsNoCancelled);
    const waits = looked.mock.calls.map(([, { nextCheckMs }]) => nextCheckMs);
    looked.mockRestore();
    expect(waits).toEqual([SETTLE_MS, SETTLE_MS, SETTLE_MS]);
    expect((await current(situation.booking)).state).toBe('MISSING');
  });

  test('absence twice, and the time offered to others again, does', async () => {
    const situation = await given.booked();
    lab.simulators.diary.cancel(situation.offered.slot.practice, appointmentAt(situation).id, 'the desk');
    const listsNoCancelled = given.withReadBack((list) => list.filter(({ status }) => status === 'BOOKED'));
    expect((await look(situation.booking, listsNoCancelled)).state).toBe('CONFIRMED');
    expect((await look(situation.booking, listsNoCancelled)).state).toBe('CANCELLED_BY_PRACTICE');
  });

  test('moves one that its supplier has not named: an operator asks, and nobody is told that it is cancelled', async () => {
    const [slot, later] = await freeSlots(lab, newPractice(), 2);
    const situation = await given.held({ slot: slot! });
    const gpConnect = lab.deps.systems.get('gp-connect')!;
    const namesNone: typeof gpConnect.book = async (...command) => {
      const outcome = await gpConnect.book(...command);
      return outcome.class === 'ACCEPTED' ? { ...outcome, appointment: { id: slot!.id } } : outcome;
    };
    const systems = new Map([['gp-connect', { ...gpConnect, book: namesNone }]]);
    const { holdId, caller } = situation;
    const answer = await confirmBooking(confirmInput(holdId), caller, { ...lab.deps, systems });
    if (answer.kind !== 'booking') throw new Error(`expected a booking, not ${answer.kind}`);
    lab.simulators.diary.deskMoves(slot!.practice, appointmentAt(situation).id, Number(later!.id));
    await look(answer.booking, given.withoutMarkers());
    expect((await look(answer.booking, given.withoutMarkers())).state).toBe('MISSING');
  });

  test('hides its patient: the booking stands, and one whose answer was lost is never said to have failed', async () => {
    const hidden: BookingDeps = given.withReadBack(() => {
      throw new SupplierError(SUPPLIER, 'NOT_PERMITTED', { mayHaveBeenSent: true });
    });
    const { booking } = await given.booked();
    for (let looks = 0; looks < 8; looks++) expect((await look(booking, hidden)).state).toBe('CONFIRMED');
    const inDoubt = await given.held();
    given.once('BOOK', { kind: 'reset-after-commit' });
    const { booking: lost } = await given.booked(inDoubt);
    for (let looks = 0; looks < 8; looks++) expect((await look(lost, hidden)).state).toBe('UNKNOWN');
    expect((await look(lost)).state).toBe('CONFIRMED');
  });

  test('a book that cannot be read says nothing', async () => {
    const { booking } = await given.booked();
    given.once('READ', { kind: 'html-200' });
    expect((await look(booking)).state).toBe('CONFIRMED');
  });
});

describe('an appointment that turns up after FAILED was reported', () => {
  /** The supplier takes so long that read-back, twice, finds nothing; then it books all the same. */
  async function orphaned(sameAssessment = randomUUID()): Promise<Situation & { booking: Booking }> {
    const situation = await given.held({ assessmentDigest: sameAssessment });
    given.once('BOOK', { kind: 'reset-before-commit' });
    const { booking } = await given.booked(situation);
    const failed = await given.settled(booking);
    expect(failed).toMatchObject({ state: 'FAILED', failure: 'NOT_APPLIED' });
    await deliverLate(situation, failed);
    return { ...situation, booking: failed };
  }

  const elevenMinutesOn = () => new Date(lab.clock.now().getTime() + 11 * 60_000);

  test('is taken on while the person has made no other plans', async () => {
    const { booking, offered } = await orphaned();
    expect((await look(booking)).state).toBe('ORPHAN_FOUND');
    expect((await look(booking)).state).toBe('CONFIRMED');
    expect(standing(lab, offered.slot.practice)).toBe(1);
  });

  test('is cancelled at the practice when they have booked elsewhere meanwhile', async () => {
    const assessment = randomUUID();
    const orphan = await orphaned(assessment);
    const [another] = await freeSlots(lab, newPractice(), 1);
    const elsewhere = offer(orphan.caller, another!, { assessmentDigest: assessment });
    const second = await given.booked(await given.held(elsewhere, orphan.caller));
    expect(second.booking.state).toBe('CONFIRMED');
    await look(orphan.booking);
    expect((await look(orphan.booking)).state).toBe('FAILED');
    expect(standing(lab, orphan.offered.slot.practice)).toBe(0);
    expect(standing(lab, another!.practice)).toBe(1);
  });

  test('is cancelled at the practice when it turns up long after', async () => {
    const { booking, offered } = await orphaned();
    await look(booking);
    expect((await look(booking, { ...lab.deps, now: elevenMinutesOn })).state).toBe('FAILED');
    expect(standing(lab, offered.slot.practice)).toBe(0);
  });

  test('is left to a person when nobody can say that it is ours', async () => {
    const { booking, offered } = await orphaned();
    const unmarked = given.withReadBack((list) =>
      list.map((one): SupplierAppointment => ({ ...one, carriesMarker: null })),
    );
    expect((await look(booking, unmarked)).state).toBe('ORPHAN_FOUND');
    expect((await look(booking, { ...unmarked, now: elevenMinutesOn })).state).toBe('ORPHAN_MANUAL');
    expect(standing(lab, offered.slot.practice)).toBe(1);
  });

  test('on a time that the person has booked again since is that booking', async () => {
    const situation = await given.held();
    given.once('BOOK', { kind: 'reset-before-commit' });
    const first = await given.settled((await given.booked(situation)).booking);
    const second = await given.booked(await given.held({ slot: situation.offered.slot }, situation.caller));
    expect((await look(first)).state).toBe('FAILED');
    expect((await current(second.booking)).state).toBe('CONFIRMED');
  });

  test('as a late answer, is known at once', async () => {
    const { booking } = await orphaned();
    const late = await lab.deps.ledger.applyTransition(booking, 'ACCEPTED', {
      appointment: { id: 'late' },
      nextCheckMs: 0,
    });
    expect(late).toMatchObject({ kind: 'moved', booking: { state: 'ORPHAN_FOUND' } });
  });
});

describe('a request to book that is delivered again after it was cancelled', () => {
  async function cancelled(): Promise<Situation & { booking: Booking }> {
    const situation = await given.booked();
    expect(await given.cancel(situation)).toMatchObject({ booking: { state: 'CANCELLED' } });
    return { ...situation, booking: await current(situation.booking) };
  }

  test('is cancelled at the practice, invisibly to the person', async () => {
    const situation = await cancelled();
    await deliverLate(situation, situation.booking);
    const found = await look(situation.booking);
    expect(found.state).toBe('DUPLICATE_FOUND');
    expect(statusOf(found.state)).toBe('CANCELLED');
    expect((await look(situation.booking)).state).toBe('CANCELLED');
    expect(standing(lab, situation.offered.slot.practice)).toBe(0);
  });

  test('is cancelled when its booking was moved, and the replacement stands', async () => {
    const situation = await given.booked();
    const [slot] = await freeSlots(lab, newPractice(), 1);
    const { assessmentDigest } = situation.offered;
    const to = offer(situation.caller, slot!, { assessmentDigest });
    const moved = await rescheduleBooking(
      {
        bookingId: situation.booking.id,
        slotId: lab.deps.offers.seal(to, to.expiresAt),
        idempotencyKey: randomUUID(),
        requestId: randomUUID(),
      },
      situation.caller,
      lab.deps,
    );
    expect(moved).toMatchObject({ kind: 'booking', booking: { state: 'CONFIRMED' } });
    await deliverLate(situation, await given.settled(situation.booking));
    expect((await look(situation.booking)).state).toBe('DUPLICATE_FOUND');
    expect((await look(situation.booking)).state).toBe('CANCELLED');
    expect(standing(lab, situation.offered.slot.practice)).toBe(0);
    expect(standing(lab, slot!.practice)).toBe(1);
  });

  test('is a matter for a person where nobody can say that it is ours', async () => {
    const situation = await cancelled();
    await deliverLate(situation, situation.booking);
    expect((await look(situation.booking, given.withoutMarkers())).state).toBe('DUPLICATE_MANUAL');
    expect(standing(lab, situation.offered.slot.practice)).toBe(1);
  });

  test('is the person’s next booking where they have made one', async () => {
    const situation = await cancelled();
    const again = await given.booked(await given.held({ slot: situation.offered.slot }, situation.caller));
    expect((await look(situation.booking)).state).toBe('CANCELLED');
    expect((await current(again.booking)).state).toBe('CONFIRMED');
    expect(standing(lab, situation.offered.slot.practice)).toBe(1);
  });

  test('is looked for however long the book could not be read', async () => {
    const situation = await cancelled();
    const later = { ...lab.deps, now: () => new Date(lab.clock.now().getTime() + 61 * 60_000) };
    given.once('READ', { kind: 'html-200' });
    expect((await look(situation.booking, later)).state).toBe('CANCELLED');
    await deliverLate(situation, situation.booking);
    const looked = jest.spyOn(lab.deps.ledger, 'scheduleReadBack');
    given.once('READ', { kind: 'html-200' });
    await look(situation.booking, later);
    expect(looked.mock.calls[0]?.[1].nextCheckMs).toBe(lab.deps.compareEveryMs);
    looked.mockRestore();
    expect((await look(situation.booking, later)).state).toBe('DUPLICATE_FOUND');
  });

  test('is looked for soon, ever more slowly, and for an hour', async () => {
    const { booking } = await cancelled();
    const at = (minutes: number) => ({
      ...lab.deps,
      now: () => new Date(lab.clock.now().getTime() + minutes * 60_000),
    });
    const looked = jest.spyOn(lab.deps.ledger, 'scheduleReadBack');
    for (const minutes of [0, 10, 61]) await look(booking, at(minutes));
    const waits = looked.mock.calls.map(([, { nextCheckMs }]) => nextCheckMs && nextCheckMs / 60_000);
    looked.mockRestore();
    expect(waits).toEqual([1, 10, null]);
  });
});

describe('an operator settling a booking', () => {
  const operator: Extract<Caller, { kind: 'operator' }> = { kind: 'operator', id: 'operator-of-this-test' };
  const settleAs = (booking: Booking, stands: boolean, idempotencyKey: string = randomUUID()) =>
    settleBooking({ bookingId: booking.id, stands, idempotencyKey }, operator, lab.deps);

  async function manual(): Promise<Situation & { booking: Booking }> {
    const situation = await given.held();
    given.once('BOOK', { kind: 'reset-after-commit' });
    const { booking } = await given.booked(situation);
    given.once('READ', { kind: 'malformed' }, 20);
    const tenMinutesBefore = () => new Date(situation.offered.slot.startsAt.getTime() - 10 * 60_000);
    const settled = await given.settled(booking, { ...lab.deps, now: tenMinutesBefore });
    expect(settled.state).toBe('MANUAL');
    lab.simulators.faults.clear();
    return { ...situation, booking: settled };
  }

  test('shows the attempts, and nothing of the person', async () => {
    const { booking, caller } = await manual();
    expect((await lab.deps.ledger.unsettled(1_000)).map(({ id }) => id)).toContain(booking.id);
    const evidence = await lab.deps.ledger.evidence(booking.id, 50);
    expect(evidence[0]?.asked).toBe('BOOK');
    expect(evidence[0]?.answer).toMatch(/^AMBIGUOUS /);
    expect(evidence.at(-1)).toMatchObject({ asked: 'READ_BACK', answer: 'FAILED BAD_REPLY' });
    expect(JSON.stringify(evidence)).not.toContain(caller.actsFor[0]!.nhsNumber);
  });

  test('as standing is CONFIRMED, by staff, and can be cancelled by the person', async () => {
    const situation = await manual();
    expect(await settleAs(situation.booking, true)).toMatchObject({
      kind: 'booking',
      booking: { state: 'CONFIRMED' },
    });
    expect((await lab.deps.ledger.history(situation.booking.id)).at(-1)?.actor).toBe('STAFF');
    await given.cancel({ ...situation, booking: await current(situation.booking) });
    expect((await given.settled(situation.booking)).state).toBe('CANCELLED');
    expect(standing(lab, situation.offered.slot.practice)).toBe(0);
  });

  test('as absent is FAILED, and the time is free for us again', async () => {
    const { booking } = await manual();
    expect(await settleAs(booking, false)).toMatchObject({
      booking: { state: 'FAILED', failure: 'NOT_APPLIED' },
    });
  });

  test('twice with one key is once; with other words it is refused', async () => {
    const { booking } = await manual();
    const key = randomUUID();
    await settleAs(booking, false, key);
    expect((await settleAs(booking, false, key)).kind).toBe('booking');
    expect((await settleAs(booking, true, key)).kind).toBe('key-reused');
    expect((await settleAs(booking, true)).kind).toBe('nothing-to-settle');
  });

  test('a booking that needs no operator is left unchanged', async () => {
    const { booking } = await given.booked();
    expect((await settleAs(booking, false)).kind).toBe('nothing-to-settle');
    expect((await current(booking)).state).toBe('CONFIRMED');
    expect((await settleAs({ ...booking, id: randomUUID() }, false)).kind).toBe('not-found');
  });
});
