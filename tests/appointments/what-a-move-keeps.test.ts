import { randomUUID } from 'node:crypto';
import type { Slot } from '../../adapters/gp-system';
import type { DiaryAppointment } from '../../adapters/simulator/diary-records';
import type { PatientCaller } from '../../domain/caller';
import { acceptMove } from '../../subgraphs/appointments/booking/accept-move';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { holdSlot } from '../../subgraphs/appointments/booking/hold-slot';
import { rescheduleBooking } from '../../subgraphs/appointments/booking/reschedule-booking';
import type { Booking } from '../../subgraphs/appointments/ledger/records';
import type { Offer } from '../../subgraphs/appointments/holds/offers';
import { BOOKING_STATES, isOneOf, STANDING_STATES } from '../../subgraphs/appointments/lifecycle/states';
import {
  bookingLaboratory,
  confirmInput,
  freeSlot,
  holdInput,
  newCaller,
  newPractice,
  offer,
  standing,
  unboundedCall,
  type BookingLaboratory,
} from '../booking-laboratory';
import { EMBEDDED } from '../databases';
import { changeCheck } from '../symptom-checks';
import { situations } from './situations';

/** A booking that is moved is the same need, with all that the person has said; what does not stand cannot be moved. */

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

type Given = { contactPhone?: string | null; reason?: string | null };
const reschedule = (bookingId: string, to: Offer, caller: PatientCaller, more: Given = {}) =>
  rescheduleBooking(
    {
      bookingId,
      slotId: lab.deps.offers.seal(to, to.expiresAt),
      ...more,
      idempotencyKey: randomUUID(),
      requestId: randomUUID(),
    },
    caller,
    lab.deps,
  );

describe('what the practice sees of the person', () => {
  const PHONE = '07700 900456';
  const OTHER_PHONE = '07700 900999';
  const REASON = 'Rash words 12345';
  const OTHER_REASON = 'Itching words 67890';

  interface Place {
    supplier: string;
    caller: PatientCaller;
    /** The practice's slots that are offered, soonest first. */
    slots: Slot[];
  }

  async function placeAt(supplier: string, of?: PatientCaller): Promise<Place> {
    const practice = newPractice();
    const isOwn = supplier !== 'gp-connect';
    const caller = of ?? newCaller(isOwn ? practice : undefined);
    const { nhsNumber, familyName, givenName, birthDate, linkage } = caller.actsFor[0]!;
    const { diary } = lab.simulators;
    if (isOwn) diary.registerPatient(practice, { nhsNumber, familyName, givenName, birthDate, linkage });
    const from = new Date(lab.clock.now().getTime() + 2 * HOUR);
    const to = new Date(from.getTime() + 24 * HOUR);
    diary.deskFrees(practice, from, to);
    const search = {
      practice,
      from,
      to,
      actor: { kind: 'PATIENT', id: 'test' } as const,
      patient: caller.actsFor[0],
    };
    const slots: Slot[] = [];
    for await (const page of lab.deps.systems.get(supplier)!.searchSlots(search, unboundedCall()))
      slots.push(...page);
    slots.sort((one, two) => one.startsAt.getTime() - two.startsAt.getTime());
    return { supplier, caller, slots };
  }

  const offered = ({ supplier, caller }: Place, slot: Slot, assessmentDigest: string): Offer =>
    offer(caller, slot, {
      supplier,
      assessmentDigest,
      relation: supplier === 'gp-connect' ? 'OTHER' : 'OWN',
    });

  const takesWords = (supplier: string) =>
    lab.deps.systems.get(supplier)!.manifest.capabilities.reasonMaxLength > 0;

  const REPLACED = /GPBG-[\w-]+/g;
  /** Everything on the appointment that staff read, without our own marker. */
  const wordsOf = ({ reason, description, comment, contactPhone }: DiaryAppointment) =>
    [reason, description, comment, contactPhone].map((text) => text?.replaceAll(REPLACED, '').trim());
  const standingAt = (slot: Slot) =>
    lab.simulators.diary.appointments({ practice: slot.practice }).find(({ status }) => status === 'BOOKED')!;

  const withMode = (place: Place, mode: Slot['mode'], after = 0) =>
    place.slots.filter((slot) => slot.mode === mode)[after]!;

  async function bookedAt(place: Place, slot: Slot, contact: { phone?: string; reason?: string }) {
    const need = offered(place, slot, randomUUID());
    const held = await given.held(need, place.caller);
    const input = { ...confirmInput(held.holdId), contactPhone: contact.phone, reason: contact.reason };
    const answer = await confirmBooking(input, place.caller, lab.deps);
    if (answer.kind !== 'booking') throw new Error(`expected a booking, not ${answer.kind}`);
    return { booking: answer.booking, need };
  }

  const suppliers = ['gp-connect', 'emis', 'tpp'];
  const modes = ['IN_PERSON', 'TELEPHONE'] as const;
  const journeys = suppliers.flatMap((supplier) => modes.map((mode) => ({ supplier, mode })));

  test.each(journeys)(
    'is the same after a move to another $mode time at $supplier',
    async ({ supplier, mode }) => {
      const place = await placeAt(supplier);
      const reason = takesWords(supplier) ? REASON : undefined;
      const { booking, need } = await bookedAt(place, withMode(place, mode), { phone: PHONE, reason });
      const before = wordsOf(standingAt(booking.offer.slot));
      expect(JSON.stringify(before)).toContain('900456');
      if (reason !== undefined) expect(JSON.stringify(before)).toContain(REASON);
      const to = offered(place, withMode(place, mode, 1), need.assessmentDigest);
      const moved = await reschedule(booking.id, to, place.caller);
      expect(moved).toMatchObject({ kind: 'booking', booking: { state: 'CONFIRMED' } });
      expect(wordsOf(standingAt(to.slot))).toEqual(before);
      // And once more: what is kept is kept for good.
      const further = offered(place, withMode(place, mode, 2), need.assessmentDigest);
      if (moved.kind === 'booking') await reschedule(moved.booking.id, further, place.caller);
      expect(wordsOf(standingAt(further.slot))).toEqual(before);
    },
  );

  test.each(suppliers)('is what they give instead, at %s', async (supplier) => {
    const place = await placeAt(supplier);
    const isTold = takesWords(supplier);
    const contact = { phone: PHONE, ...(isTold && { reason: REASON }) };
    const { booking, need } = await bookedAt(place, withMode(place, 'IN_PERSON'), contact);
    const to = offered(place, withMode(place, 'IN_PERSON', 1), need.assessmentDigest);
    const more = { contactPhone: OTHER_PHONE, ...(isTold && { reason: OTHER_REASON }) };
    const moved = await reschedule(booking.id, to, place.caller, more);
    const words = JSON.stringify(wordsOf(standingAt(to.slot)));
    expect(words).toContain('900999');
    expect(words).not.toContain('900456');
    expect(words.includes(OTHER_REASON)).toBe(isTold);
    if (moved.kind !== 'booking') throw new Error('expected a booking');
    const nothing = offered(place, withMode(place, 'IN_PERSON', 2), need.assessmentDigest);
    await reschedule(moved.booking.id, nothing, place.caller, { contactPhone: null, reason: null });
    const none = JSON.stringify(wordsOf(standingAt(nothing.slot)));
    expect(none).not.toMatch(/900999|900456|words/);
  });

  test.each(suppliers)(
    'a number is asked for where the practice will call: moved at %s',
    async (supplier) => {
      const place = await placeAt(supplier);
      const { booking, need } = await bookedAt(place, withMode(place, 'IN_PERSON'), {});
      const to = offered(place, withMode(place, 'TELEPHONE'), need.assessmentDigest);
      for (const more of [{}, { contactPhone: null }])
        expect(await reschedule(booking.id, to, place.caller, more)).toMatchObject({
          kind: 'invalid',
          faults: { 'input.contactPhone': { code: 'PHONE_NEEDED' } },
        });
      expect(await reschedule(booking.id, to, place.caller, { contactPhone: PHONE })).toMatchObject({
        kind: 'booking',
      });
      expect(JSON.stringify(wordsOf(standingAt(to.slot)))).toContain('900456');
    },
  );

  test('words that the new practice cannot take are refused before the move, and can be left out', async () => {
    const own = await placeAt('tpp');
    const { booking, need } = await bookedAt(own, withMode(own, 'IN_PERSON'), {
      phone: PHONE,
      reason: REASON,
    });
    const other = await placeAt('gp-connect', own.caller);
    const to = offered(other, withMode(other, 'IN_PERSON', 4), need.assessmentDigest);
    expect(await reschedule(booking.id, to, own.caller)).toMatchObject({
      kind: 'invalid',
      faults: { 'input.reason': { code: 'NOT_PASSED_ON' } },
    });
    expect(standing(lab, booking.offer.slot.practice)).toBe(1);
    expect(await reschedule(booking.id, to, own.caller, { reason: null })).toMatchObject({ kind: 'booking' });
    expect(JSON.stringify(wordsOf(standingAt(to.slot)))).toContain('900456');
  });

  test.each(suppliers)(
    'what is too long for %s is refused with its bound, and nothing is booked',
    async (supplier) => {
      const place = await placeAt(supplier);
      const { reasonMaxLength: max } = lab.deps.systems.get(supplier)!.manifest.capabilities;
      const held = await given.held(offered(place, withMode(place, 'IN_PERSON'), randomUUID()), place.caller);
      const input = { ...confirmInput(held.holdId), reason: 'x'.repeat(max + 1) };
      const fault = max === 0 ? { code: 'NOT_PASSED_ON' } : { code: 'TOO_LONG' };
      expect(await confirmBooking(input, place.caller, lab.deps)).toMatchObject({
        kind: 'invalid',
        faults: { 'input.reason': fault },
      });
      expect(standing(lab, held.offered.slot.practice)).toBe(0);
    },
  );
});

describe('a booking that is', () => {
  /** One as the ledger may have it, whatever brought it there. */
  async function bookingIn(state: (typeof BOOKING_STATES)[number]) {
    const situation = await given.booked();
    await lab.database.db
      .updateTable('booking')
      .set({ state, next_check_at: null })
      .where('id', '=', situation.booking.id)
      .execute();
    return situation;
  }
  const stateOf = async ({ id }: Booking) => (await lab.deps.ledger.findBooking(id))!.state;

  test.each(BOOKING_STATES)('%s: it is moved, or a problem says why not', async (state) => {
    const { booking, caller, offered } = await bookingIn(state);
    const to = offer(caller, await freeSlot(lab), { assessmentDigest: offered.assessmentDigest });
    const answer = await reschedule(booking.id, to, caller);
    if (isOneOf(STANDING_STATES, state)) {
      expect(answer).toMatchObject({ kind: 'booking', booking: { offer: { slot: { id: to.slot.id } } } });
      return;
    }
    expect(answer).toMatchObject({ kind: 'not-standing', booking: { id: booking.id } });
    expect(await stateOf(booking)).toBe(state);
    expect(standing(lab, to.slot.practice)).toBe(0);
    const other = newCaller();
    expect((await holdSlot(holdInput(offer(other, to.slot), other, lab.deps), other, lab.deps)).kind).toBe(
      'held',
    );
  });

  test.each(BOOKING_STATES.filter((state) => state !== 'MOVED'))(
    '%s, and was not moved by its practice: nothing can be accepted',
    async (state) => {
      const { booking, caller } = await bookingIn(state);
      const accept = { bookingId: booking.id, idempotencyKey: randomUUID(), requestId: randomUUID() };
      const answer = await acceptMove(accept, caller, lab.deps);
      expect(answer.kind).toBe('not-standing');
      expect(await stateOf(booking)).toBe(state);
    },
  );

  test('moved, and whose move was accepted before: accepting it again is no error', async () => {
    const { booking, caller, offered } = await given.booked();
    const { practice } = offered.slot;
    const { diary } = lab.simulators;
    const [there] = diary.appointments({ practice });
    const free = diary
      .slots(practice, offered.slot.endsAt, new Date(offered.slot.endsAt.getTime() + 6 * HOUR))
      .find(({ state }) => state === 'FREE')!;
    diary.deskMoves(practice, there!.id, free.slot.id);
    await given.looked(booking);
    const accept = () => ({ bookingId: booking.id, idempotencyKey: randomUUID(), requestId: randomUUID() });
    expect((await acceptMove(accept(), caller, lab.deps)).kind).toBe('booking');
    expect((await acceptMove(accept(), caller, lab.deps)).kind).toBe('booking');
  });
});

describe('the need', () => {
  const inHours = (hours: number) => new Date(lab.clock.now().getTime() + hours * HOUR);
  async function slotAfter(hours: number): Promise<Slot> {
    const practice = newPractice();
    lab.simulators.diary.deskFrees(practice, inHours(2), inHours(60));
    const from = inHours(hours);
    const search = {
      practice,
      from,
      to: inHours(hours + 4),
      actor: { kind: 'PATIENT', id: 'test' } as const,
    };
    for await (const page of lab.deps.systems.get('gp-connect')!.searchSlots(search, unboundedCall()))
      for (const slot of page) return slot;
    throw new Error('No slot is offered there.');
  }

  const LATER = { kind: 'not-allowed', why: 'LATER_THAN_NEEDED' };
  /** Booked for 3 hours ahead, to be seen within 6. */
  async function urgent() {
    return given.booked(await given.held({ slot: await slotAfter(3), deadline: inHours(6) }));
  }

  test.each([
    { hours: 4, answer: { kind: 'booking' } },
    { hours: 8, answer: LATER },
    { hours: 30, answer: LATER },
  ])('is kept with a later and milder check: a time in $hours hours', async ({ hours, answer }) => {
    const { booking, caller } = await urgent();
    const to = offer(caller, await slotAfter(hours), { dispositionId: 'own-gp-routine' });
    expect(await reschedule(booking.id, to, caller)).toMatchObject(answer);
    expect(standing(lab, to.slot.practice)).toBe(hours === 4 ? 1 : 0);
  });

  test('is kept in two steps as in one', async () => {
    const { booking, caller } = await urgent();
    const milder = { assessmentDigest: randomUUID(), dispositionId: 'own-gp-routine' };
    const first = await reschedule(booking.id, offer(caller, await slotAfter(4), milder), caller);
    if (first.kind !== 'booking') throw new Error(`expected a booking, not ${first.kind}`);
    const later = offer(caller, await slotAfter(30), milder);
    expect(await reschedule(first.booking.id, later, caller)).toMatchObject(LATER);
    const another = offer(caller, await slotAfter(31), { dispositionId: 'own-gp-routine' });
    expect(await reschedule(first.booking.id, another, caller)).toMatchObject(LATER);
    const inTime = offer(caller, await slotAfter(5), milder);
    expect(await reschedule(first.booking.id, inTime, caller)).toMatchObject({ kind: 'booking' });
  });

  test('is that of the twin who is booked: another’s milder check does not put it off', async () => {
    const { booking, caller } = await urgent();
    const [tim] = caller.actsFor;
    const tom = { ...newCaller().actsFor[0]!, birthDate: tim!.birthDate };
    const parent: PatientCaller = { ...caller, actsFor: [tim!, tom] };
    const to = offer(parent, await slotAfter(30), { dispositionId: 'own-gp-routine' });
    expect(await reschedule(booking.id, to, parent)).toMatchObject(LATER);
    // Nor does a check about somebody of another age.
    const soon = offer(parent, await slotAfter(4), { dispositionId: 'own-gp-routine' });
    changeCheck(soon.assessmentDigest, {
      subject: { relationship: 'CHILD', dateOfBirth: newCaller().self.birthDate },
    });
    expect(await reschedule(booking.id, soon, parent)).toMatchObject({ why: 'NOT_THE_PERSON_CHECKED' });
  });

  test('doing what the refusal says leads on: cancelled, the later time can be had', async () => {
    const old = await urgent();
    const to = offer(old.caller, await slotAfter(30), { dispositionId: 'own-gp-routine' });
    expect(await reschedule(old.booking.id, to, old.caller)).toMatchObject(LATER);
    await given.cancel(old);
    expect((await holdSlot(holdInput(to, old.caller, lab.deps), old.caller, lab.deps)).kind).toBe('held');
  });
});
