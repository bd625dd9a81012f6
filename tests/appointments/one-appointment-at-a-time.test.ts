import { randomUUID } from 'node:crypto';
import type { Slot } from '../../adapters/gp-system';
import type { PatientCaller } from '../../domain/caller';
import type { BookingDeps } from '../../subgraphs/appointments/booking/booking-deps';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { holdSlot } from '../../subgraphs/appointments/booking/hold-slot';
import { rescheduleBooking } from '../../subgraphs/appointments/booking/reschedule-booking';
import type { Offer } from '../../subgraphs/appointments/holds/offers';
import {
  bookingLaboratory,
  confirmInput,
  freeSlots,
  holdInput,
  newCaller,
  newPractice,
  offer,
  standing,
  type BookingLaboratory,
} from '../booking-laboratory';
import { CONFIRM_STEPS, stoppedBefore } from '../booking-steps';
import { EMBEDDED } from '../databases';
import { closedGate } from '../gate';
import { changeCheck } from '../symptom-checks';
import { situations, type Situation } from './situations';

/** Nobody is booked twice for the same minute, nor for the same complaint without being asked. */

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

/** Hours at the laboratory's start; two practices have the same. */
const slotsOf = (count: number) => freeSlots(lab, newPractice(), count);
async function sameTime(count = 1): Promise<[Slot, Slot]> {
  const [one, two] = [await slotsOf(count), await slotsOf(count)];
  expect(one[count - 1]!.startsAt).toEqual(two[count - 1]!.startsAt);
  return [one[count - 1]!, two[count - 1]!];
}

const hold = (offered: Offer, caller: PatientCaller, keepBookingIds: readonly string[] = []) =>
  holdSlot({ ...holdInput(offered, caller, lab.deps), keepBookingIds }, caller, lab.deps);

async function held(offered: Offer, caller: PatientCaller, keep?: readonly string[]): Promise<Situation> {
  const answer = await hold(offered, caller, keep);
  if (answer.kind !== 'held') throw new Error(`expected a hold, not ${answer.kind}`);
  return { caller, offered, holdId: answer.hold.id };
}

const confirm = ({ holdId, caller }: Situation, deps: BookingDeps = lab.deps) =>
  confirmBooking(confirmInput(holdId), caller, deps);

const reschedule = (bookingId: string, to: Offer, caller: PatientCaller, deps: BookingDeps = lab.deps) =>
  rescheduleBooking(
    {
      bookingId,
      slotId: deps.offers.seal(to, to.expiresAt),
      idempotencyKey: randomUUID(),
      requestId: randomUUID(),
    },
    caller,
    deps,
  );

/** The other parent, who may act for the same child. */
const otherParent = ({ actsFor }: PatientCaller): PatientCaller => ({ ...newCaller(), actsFor });

describe('at the same time', () => {
  const OVERLAP = { kind: 'already-booked', why: 'TIMES_OVERLAP' };
  const shifted = (slot: Slot, startMinutes: number, endMinutes: number): Slot => ({
    ...slot,
    startsAt: new Date(slot.startsAt.getTime() + startMinutes * 60_000),
    endsAt: new Date(slot.endsAt.getTime() + endMinutes * 60_000),
  });

  test.each([
    { how: 'the same minutes', of: (slot: Slot) => slot, refused: true },
    { how: 'a longer one around it', of: (slot: Slot) => shifted(slot, -10, 10), refused: true },
    { how: 'one within it', of: (slot: Slot) => shifted(slot, 1, -1), refused: true },
    {
      how: 'one that begins a minute before it ends',
      of: (slot: Slot) => shifted(slot, 9, 9),
      refused: true,
    },
    { how: 'one that begins as it ends', of: (slot: Slot) => shifted(slot, 10, 10), refused: false },
    { how: 'one that ends as it begins', of: (slot: Slot) => shifted(slot, -10, -10), refused: false },
  ])('$how', async ({ of, refused }) => {
    const practice = newPractice();
    const slots = await freeSlots(lab, practice, 6);
    const slot = slots.find(({ startsAt, endsAt }) => endsAt.getTime() - startsAt.getTime() === 600_000)!;
    const [, other] = await sameTime();
    const { caller } = await given.booked(await given.held({ slot }));
    const wanted = offer(caller, of({ ...other, startsAt: slot.startsAt, endsAt: slot.endsAt }));
    const answer = await hold(wanted, caller);
    if (refused) expect(answer).toMatchObject(OVERLAP);
    // The practice has no such slot: it was asked.
    else expect(answer.kind).toBe('slot-taken');
  });

  test.each([
    { who: 'by the same parent', second: (caller: PatientCaller) => caller },
    { who: 'by the other parent', second: otherParent },
  ])('held both before either is confirmed, $who', async ({ second }) => {
    const [one, two] = await sameTime();
    const caller = newCaller();
    const first = await held(offer(caller, one), caller);
    const parent = second(caller);
    const other = await held(offer(parent, two), parent);
    const { booking } = await given.booked(first);
    expect(await confirm(other)).toMatchObject({ ...OVERLAP, booking: { id: booking.id } });
    expect(standing(lab, two.practice)).toBe(0);
    const stranger = newCaller();
    expect((await hold(offer(stranger, two), stranger)).kind).toBe('held');
  });

  test.each(CONFIRM_STEPS)('at the same moment, the first one at “%s”: one at most', async (step) => {
    const [one, two] = await sameTime();
    const caller = newCaller();
    const first = await held(offer(caller, one), caller);
    const parent = otherParent(caller);
    const second = await held(offer(parent, two), parent);
    const gate = closedGate();
    const confirming = confirm(first, stoppedBefore(step, gate, lab.deps));
    await gate.reached;
    const answer = await confirm(second);
    gate.open();
    const kinds = [(await confirming).kind, answer.kind];
    expect(kinds.sort()).toEqual(['already-booked', 'booking']);
    expect(standing(lab, one.practice) + standing(lab, two.practice)).toBe(1);
  });

  test('by moving another appointment there', async () => {
    const [one, two] = await sameTime();
    const { caller, booking } = await given.booked(await given.held({ slot: one }));
    const later = (await slotsOf(8))[7]!;
    const other = await given.booked(await held(offer(caller, later), caller));
    const to = offer(caller, two, { assessmentDigest: other.offered.assessmentDigest });
    expect(await reschedule(other.booking.id, to, caller)).toMatchObject({
      ...OVERLAP,
      booking: { id: booking.id },
    });
    expect(standing(lab, two.practice)).toBe(0);
    expect(standing(lab, later.practice)).toBe(1);
    // The appointment itself is not in the way of its own move.
    const beside = offer(caller, two, { assessmentDigest: booking.offer.assessmentDigest });
    expect(await reschedule(booking.id, beside, caller)).toMatchObject({ booking: { state: 'CONFIRMED' } });
  });

  test('as the practice has moved an appointment: its new time counts, the old one is free again', async () => {
    const practice = newPractice();
    const [slot, later] = await freeSlots(lab, practice, 2);
    const [sameAsOld, sameAsNew] = await slotsOf(2);
    const situation = await given.booked(await given.held({ slot: slot! }));
    const [there] = lab.simulators.diary.appointments({ practice });
    lab.simulators.diary.deskMoves(practice, there!.id, Number(later!.id));
    await given.looked(situation.booking);
    const { caller } = situation;
    expect(await hold(offer(caller, sameAsNew!), caller)).toMatchObject(OVERLAP);
    expect((await hold(offer(caller, sameAsOld!), caller)).kind).toBe('held');
  });

  test('one that was cancelled is not in the way', async () => {
    const [one, two] = await sameTime();
    const situation = await given.booked(await given.held({ slot: one }));
    await given.cancel(situation);
    expect((await hold(offer(situation.caller, two), situation.caller)).kind).toBe('held');
  });

  test('another child has their own times', async () => {
    const [one, two] = await sameTime();
    const first = await given.booked(await given.held({ slot: one }));
    const sibling = newCaller().actsFor[0]!;
    const caller = { ...first.caller, actsFor: [sibling, ...first.caller.actsFor] };
    expect((await hold(offer(caller, two), caller)).kind).toBe('held');
  });
});

describe('for the same complaint', () => {
  const ASKED = { kind: 'already-booked', why: 'SAME_COMPLAINT' };
  const RASH = { pathwayId: 'child-rash' };

  /** Two symptom checks of a child's rash, and a time for each, an hour apart. */
  async function twoChecks(caller: PatientCaller = newCaller(), second: PatientCaller = caller) {
    const [one, two] = [(await slotsOf(1))[0]!, (await slotsOf(7))[6]!];
    const [first, other] = [offer(caller, one), offer(second, two)];
    for (const { assessmentDigest } of [first, other]) changeCheck(assessmentDigest, RASH);
    return { caller, first, other };
  }

  async function oneBooked() {
    const { caller, first, other } = await twoChecks();
    const { booking } = await given.booked(await held(first, caller));
    return { caller, booking, other };
  }

  test('the person is asked, and can have both', async () => {
    const { caller, booking, other } = await oneBooked();
    expect(await hold(other, caller)).toMatchObject({ ...ASKED, booking: { id: booking.id } });
    expect(await hold(other, caller, [randomUUID()])).toMatchObject(ASKED);
    const second = await held(other, caller, [booking.id]);
    expect(await confirm(second)).toMatchObject({ kind: 'booking', booking: { state: 'CONFIRMED' } });
  });

  test('whoever has booked it: the other parent is asked, too', async () => {
    const mother = newCaller();
    const father = otherParent(mother);
    const { first, other } = await twoChecks(mother, father);
    const { booking } = await given.booked(await held(first, mother));
    expect(await hold(other, father)).toMatchObject({ ...ASKED, booking: { id: booking.id } });
    expect((await hold(other, father, [booking.id])).kind).toBe('held');
  });

  test('booked meanwhile, while the second was held; held again it can be confirmed', async () => {
    const { caller, first, other } = await twoChecks();
    const second = await held(other, caller);
    const { booking } = await given.booked(await held(first, caller));
    expect(await confirm(second)).toMatchObject({ ...ASKED, booking: { id: booking.id } });
    expect(await confirm(await held(other, caller, [booking.id]))).toMatchObject({ kind: 'booking' });
  });

  test.each(CONFIRM_STEPS)('at the same moment, the first one at “%s”: one at most', async (step) => {
    const { caller, first, other } = await twoChecks();
    const [one, two] = [await held(first, caller), await held(other, caller)];
    const gate = closedGate();
    const confirming = confirm(one, stoppedBefore(step, gate, lab.deps));
    await gate.reached;
    const answer = await confirm(two);
    gate.open();
    expect([(await confirming).kind, answer.kind].sort()).toEqual(['already-booked', 'booking']);
    expect(standing(lab, first.slot.practice) + standing(lab, other.slot.practice)).toBe(1);
  });

  test('a check of the first that is not kept any more: the person is asked', async () => {
    const { caller, booking, other } = await oneBooked();
    changeCheck(booking.offer.assessmentDigest, null);
    expect(await hold(other, caller)).toMatchObject(ASKED);
  });

  test('a check of another complaint asks nothing', async () => {
    const { caller, other } = await oneBooked();
    changeCheck(other.assessmentDigest, { pathwayId: 'back-pain' });
    expect((await hold(other, caller)).kind).toBe('held');
  });

  test.each(['the first', 'the second'])('who has both can move %s of them', async (which) => {
    const { caller, booking, other } = await oneBooked();
    const second = await given.booked(await held(other, caller, [booking.id]));
    const old = which === 'the first' ? booking : second.booking;
    const { assessmentDigest } = old.offer;
    const moveTo = async (id: string, hours: number) => {
      const to = offer(caller, (await slotsOf(hours * 6))[hours * 6 - 1]!, { assessmentDigest });
      changeCheck(assessmentDigest, RASH);
      const answer = await reschedule(id, to, caller);
      expect(answer).toMatchObject({ kind: 'booking', booking: { state: 'CONFIRMED' } });
      return answer.kind === 'booking' ? answer.booking.id : '';
    };
    // And again: what stands in its place is asked about no more than it was.
    await moveTo(await moveTo(old.id, 3), 4);
  });

  test('moving one of another complaint there is refused', async () => {
    const { caller, booking, other } = await oneBooked();
    const later = (await slotsOf(20))[19]!;
    const third = await given.booked(await held(offer(caller, later), caller));
    expect(await reschedule(third.booking.id, other, caller)).toMatchObject({
      ...ASKED,
      booking: { id: booking.id },
    });
    expect(standing(lab, later.practice)).toBe(1);
  });
});

test('while it is not known whether one was booked, no other is', async () => {
  const situation = await given.held();
  given.once('BOOK', { kind: 'reset-after-commit' });
  const { booking } = await given.booked(situation);
  const [slot] = await slotsOf(1);
  const caller = otherParent(situation.caller);
  expect(await hold(offer(caller, slot!), caller)).toMatchObject({ kind: 'already-booked', why: 'IN_DOUBT' });
  expect((await given.settled(booking)).state).toBe('CONFIRMED');
});

// The last: it lets time pass.
test('an appointment that is over keeps nobody from another for the same complaint', async () => {
  const { caller, ...situation } = await given.held();
  const { booking } = await given.booked({ caller, ...situation });
  const { startsAt, endsAt } = booking.offer.slot;
  lab.clock.advance(startsAt.getTime() - lab.clock.now().getTime());
  const [slot] = await slotsOf(1);
  const again = offer(caller, slot!);
  changeCheck(booking.offer.assessmentDigest, { pathwayId: 'child-rash' });
  changeCheck(again.assessmentDigest, { pathwayId: 'child-rash' });
  expect(await hold(again, caller)).toMatchObject({ kind: 'already-booked', why: 'SAME_COMPLAINT' });
  lab.clock.advance(endsAt.getTime() - startsAt.getTime());
  expect((await hold(again, caller)).kind).toBe('held');
});
