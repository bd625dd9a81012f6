import { randomUUID } from 'node:crypto';
import type { Fault } from '../../adapters/simulator/injected-faults';
import type { PatientCaller } from '../../domain/caller';
import {
  bookingLaboratory,
  confirmInput,
  freeSlots,
  holdInput,
  newCaller,
  newPractice,
  offer,
  OPEN_BOOK,
  released,
  SETTLE_MS,
  standing,
  type BookingLaboratory,
} from '../booking-laboratory';
import { EMBEDDED } from '../databases';
import { eventually } from '../../domain/eventually';
import { holdSlot, releaseHold } from '../../subgraphs/appointments/booking/hold-slot';
import { reconciler } from '../../subgraphs/appointments/booking/reconciler';
import { ANONYMOUS_OFFERS } from '../../subgraphs/appointments/holds/offers';
import { situations } from './situations';

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

describe('holding', () => {
  test('is for people with proofing level P9', async () => {
    const caller: PatientCaller = { ...newCaller(), proofing: 'P5' };
    const [slot] = await freeSlots(lab, newPractice(), 1);
    const answer = await holdSlot(holdInput(offer(caller, slot!), caller, lab.deps), caller, lab.deps);
    expect(answer).toEqual({ kind: 'not-allowed', why: 'IDENTITY_PROOF_REQUIRED' });
  });

  test('is for the caller to whom the slot was offered', async () => {
    const [mine, theirs] = [newCaller(), newCaller()];
    const [slot] = await freeSlots(lab, newPractice(), 1);
    const input = holdInput(offer(theirs, slot!), mine, lab.deps);
    expect(await holdSlot(input, mine, lab.deps)).toEqual({ kind: 'not-allowed', why: 'OFFER_FOR_ANOTHER' });
    const before = holdInput({ ...offer(mine, slot!), callerId: ANONYMOUS_OFFERS }, mine, lab.deps);
    expect(await holdSlot(before, mine, lab.deps)).toEqual({
      kind: 'not-allowed',
      why: 'OFFER_BEFORE_SIGN_IN',
    });
  });

  test('is for the person whom the symptom check was about', async () => {
    const caller = newCaller();
    const [slot] = await freeSlots(lab, newPractice(), 1);
    const forHerself = { ...holdInput(offer(caller, slot!), caller, lab.deps), patientId: undefined };
    expect(await holdSlot(forHerself, caller, lab.deps)).toEqual({
      kind: 'not-allowed',
      why: 'NOT_THE_PERSON_CHECKED',
    });
  });

  test('is not for people the caller may not act for', async () => {
    const caller = newCaller();
    const [slot] = await freeSlots(lab, newPractice(), 1);
    const input = {
      ...holdInput(offer(caller, slot!), caller, lab.deps),
      patientId: 'somebody-else',
    };
    expect(await holdSlot(input, caller, lab.deps)).toEqual({
      kind: 'not-allowed',
      why: 'CANNOT_ACT_FOR_PERSON',
    });
  });

  test.each(['not-an-offer', ''])('refuses the slot id "%s"', async (slotId) => {
    const caller = newCaller();
    const input = { slotId, patientId: undefined, idempotencyKey: randomUUID(), requestId: randomUUID() };
    expect((await holdSlot(input, caller, lab.deps)).kind).toBe('offer-expired');
  });

  test('refuses an offer that has expired', async () => {
    const caller = newCaller();
    const [slot] = await freeSlots(lab, newPractice(), 1);
    const past = offer(caller, slot!, { expiresAt: new Date(lab.clock.now().getTime() - 1_000) });
    expect((await holdSlot(holdInput(past, caller, lab.deps), caller, lab.deps)).kind).toBe('offer-expired');
  });

  test('repeated with the same key returns the same hold', async () => {
    const caller = newCaller();
    const [slot] = await freeSlots(lab, newPractice(), 1);
    const input = holdInput(offer(caller, slot!), caller, lab.deps);
    const [first, again] = [await holdSlot(input, caller, lab.deps), await holdSlot(input, caller, lab.deps)];
    expect(again).toEqual(first);
  });

  test('refuses a key that was used for another slot', async () => {
    const caller = newCaller();
    const [one, two] = await freeSlots(lab, newPractice(), 2);
    const input = holdInput(offer(caller, one!), caller, lab.deps);
    await holdSlot(input, caller, lab.deps);
    const other = {
      ...holdInput(offer(caller, two!), caller, lab.deps),
      idempotencyKey: input.idempotencyKey,
    };
    expect((await holdSlot(other, caller, lab.deps)).kind).toBe('key-reused');
  });

  test('a slot that the desk has filled meanwhile is taken, and others are named', async () => {
    const caller = newCaller();
    const [slot] = await freeSlots(lab, newPractice(), 3);
    lab.simulators.diary.deskTakes(slot!.practice, slot!.startsAt, slot!.endsAt);
    const answer = await holdSlot(holdInput(offer(caller, slot!), caller, lab.deps), caller, lab.deps);
    expect(answer).toMatchObject({ kind: 'slot-taken' });
    expect(answer.kind === 'slot-taken' && answer.alternatives.length).toBeGreaterThan(0);
  });

  test('another person sees until when it is held, and other times; after release the slot is theirs', async () => {
    const { caller, offered, holdId } = await given.held();
    const other = newCaller();
    const wanted = async () =>
      holdSlot(holdInput(offer(other, offered.slot), other, lab.deps), other, lab.deps);
    expect(await wanted()).toMatchObject({ kind: 'held-by-another' });
    expect(await releaseHold(holdId, caller, lab.deps)).toEqual({ kind: 'released', holdId });
    expect((await wanted()).kind).toBe('held');
  });

  test('tapping twice, with one key or two, is one hold', async () => {
    const caller = newCaller();
    const [slot] = await freeSlots(lab, newPractice(), 1);
    const input = holdInput(offer(caller, slot!), caller, lab.deps);
    const again = { ...input, idempotencyKey: randomUUID() };
    const answers = await Promise.all([holdSlot(input, caller, lab.deps), holdSlot(input, caller, lab.deps)]);
    answers.push(await holdSlot(again, caller, lab.deps));
    const ids = answers.map((answer) => (answer.kind === 'held' ? answer.hold.id : answer.kind));
    expect(new Set(ids).size).toBe(1);
  });

  test('a time for the practice’s own patients is not for others', async () => {
    const caller = newCaller();
    const [slot] = await freeSlots(lab, newPractice(), 1);
    const asOwn = offer(caller, slot!, { relation: 'OWN' });
    expect(await holdSlot(holdInput(asOwn, caller, lab.deps), caller, lab.deps)).toEqual({
      kind: 'not-allowed',
      why: 'NOT_REGISTERED_THERE',
    });
  });

  test('only the holder can release', async () => {
    const { holdId } = await given.held();
    expect(await releaseHold(holdId, newCaller(), lab.deps)).toEqual({
      kind: 'not-allowed',
      why: 'HOLD_NOT_FOUND',
    });
  });
});

describe('confirming', () => {
  test('books at the supplier, once', async () => {
    const { booking, offered } = await given.booked();
    expect(booking.state).toBe('CONFIRMED');
    expect(standing(lab, offered.slot.practice)).toBe(1);
  });

  test('twice at once with one key is one booking, which both receive', async () => {
    const situation = await given.held();
    const input = confirmInput(situation.holdId);
    const taps = Array.from({ length: 5 }, () => given.confirm(situation, input));
    // The others wait for the one who has asked the supplier.
    const first = await Promise.race(taps);
    expect(first).toMatchObject({ kind: 'booking', booking: { state: 'CONFIRMED' } });
    expect(await lab.clock.passUntil(Promise.all(taps))).toEqual(Array(5).fill(first));
    expect(standing(lab, situation.offered.slot.practice)).toBe(1);
  });

  test('repeated while the supplier has not answered returns CHECKING after two seconds', async () => {
    const situation = await given.held();
    const input = confirmInput(situation.holdId);
    const { timers } = lab.clock;
    given.once('BOOK', { kind: 'held' });
    const first = given.confirm(situation, input);
    await eventually('the supplier is asked', () => lab.simulators.faults.held() === 1);
    const before = timers.waiting;
    const again = given.confirm(situation, input);
    await eventually('it waits for the first one', () => timers.waiting > before);
    lab.clock.advance(2_001);
    expect(await again).toMatchObject({ kind: 'booking', booking: { state: 'BOOKING' } });
    lab.simulators.faults.release();
    expect(await first).toMatchObject({ kind: 'booking', booking: { state: 'CONFIRMED' } });
  });

  test('refuses a key that was used with other words', async () => {
    const situation = await given.held();
    const input = confirmInput(situation.holdId);
    await given.confirm(situation, input);
    expect((await given.confirm(situation, { ...input, reason: 'Something else' })).kind).toBe('key-reused');
  });

  test('of a hold that was released is refused', async () => {
    const situation = await given.held();
    await releaseHold(situation.holdId, situation.caller, lab.deps);
    expect((await given.confirm(situation)).kind).toBe('hold-expired');
  });

  test('for somebody the caller may act for no longer is refused', async () => {
    const situation = await given.held();
    expect(await given.confirm({ ...situation, caller: { ...situation.caller, actsFor: [] } })).toEqual({
      kind: 'not-allowed',
      why: 'CANNOT_ACT_FOR_PERSON',
    });
  });

  test("of another caller's hold is refused", async () => {
    const situation = await given.held();
    expect(await given.confirm({ ...situation, caller: newCaller() })).toEqual({
      kind: 'not-allowed',
      why: 'HOLD_NOT_FOUND',
    });
  });

  test('of a time that another one for the same need has replaced is refused', async () => {
    const first = await given.held();
    const second = await given.held({ assessmentDigest: first.offered.assessmentDigest }, first.caller);
    for (let taps = 0; taps < 2; taps++) expect((await given.confirm(first)).kind).toBe('hold-expired');
    expect((await given.confirm(second)).kind).toBe('booking');
  });

  test('repeated, does not return a booking for other symptoms whose result is known by now', async () => {
    const first = await given.held();
    const second = await given.held({}, first.caller);
    given.once('BOOK', { kind: 'reset-after-commit' });
    const { booking } = await given.booked(first);
    const input = confirmInput(second.holdId);
    expect(await given.confirm(second, input)).toMatchObject({ kind: 'already-booked', why: 'IN_DOUBT' });
    expect((await given.settled(booking)).state).toBe('CONFIRMED');
    expect((await given.confirm(second, input)).kind).toBe('hold-expired');
  });

  test('a second booking for the same person and assessment is refused with the first', async () => {
    const first = await given.booked();
    const [another] = await freeSlots(lab, newPractice(), 1);
    const { assessmentDigest } = first.offered;
    const again = offer(first.caller, another!, { assessmentDigest });
    const answer = await holdSlot(holdInput(again, first.caller, lab.deps), first.caller, lab.deps);
    expect(answer).toMatchObject({ kind: 'already-booked', booking: { id: first.booking.id } });
  });

  test('after the desk took the slot is refused, and nothing is booked', async () => {
    const situation = await given.held();
    given.once('BOOK', { kind: 'taken-by-desk' });
    expect((await given.confirm(situation)).kind).toBe('slot-taken');
    expect(standing(lab, situation.offered.slot.practice)).toBe(0);
  });

  test('beyond the practice’s quota for others is refused', async () => {
    const practice = newPractice();
    await released(lab, practice, { dailyQuota: 1 });
    const [one, two] = await freeSlots(lab, practice, 2);
    const bookOne = async (slot: typeof one) => {
      const caller = newCaller();
      const offered = offer(caller, slot!);
      const answer = await holdSlot(holdInput(offered, caller, lab.deps), caller, lab.deps);
      return answer.kind === 'held' ? given.confirm({ caller, offered, holdId: answer.hold.id }) : answer;
    };
    expect((await bookOne(one)).kind).toBe('booking');
    expect((await bookOne(two)).kind).toBe('slot-taken');
  });

  test('at a supplier that cannot be reached changes nothing', async () => {
    const situation = await given.held();
    await lab.simulators.down('gp-connect');
    try {
      expect((await given.confirm(situation)).kind).toBe('supplier-unavailable');
    } finally {
      await lab.simulators.up('gp-connect');
    }
    expect(standing(lab, situation.offered.slot.practice)).toBe(0);
  });
});

describe('an answer that is lost', () => {
  test.each<Fault>([
    { kind: 'reset-after-commit' },
    { kind: 'truncated' },
    { kind: 'malformed' },
    { kind: 'html-200' },
    { kind: 'server-error', status: 502, afterCommit: true },
  ])('after the supplier booked ($kind) is CHECKING, then CONFIRMED, once', async (fault) => {
    const situation = await given.held();
    given.once('BOOK', fault);
    const { booking } = await given.booked(situation);
    expect(booking.state).toBe('UNKNOWN');
    expect((await given.settled(booking)).state).toBe('CONFIRMED');
    expect(standing(lab, situation.offered.slot.practice)).toBe(1);
  });

  test.each<Fault>([
    { kind: 'reset-before-commit' },
    { kind: 'server-error', status: 503, afterCommit: false },
  ])(
    'before the supplier booked ($kind) is CHECKING, then FAILED, and the slot is free again',
    async (fault) => {
      const situation = await given.held();
      given.once('BOOK', fault);
      const { booking } = await given.booked(situation);
      expect(booking.state).toBe('UNKNOWN');
      expect(await given.settled(booking)).toMatchObject({ state: 'FAILED', failure: 'NOT_APPLIED' });
      expect(standing(lab, situation.offered.slot.practice)).toBe(0);
      const other = newCaller();
      const wanted = () =>
        holdSlot(holdInput(offer(other, situation.offered.slot), other, lab.deps), other, lab.deps);
      expect((await wanted()).kind).toBe('held-by-another');
      await releaseHold(situation.holdId, situation.caller, lab.deps);
      expect((await wanted()).kind).toBe('held');
    },
  );

  test('is not proven by a read-back that fails', async () => {
    const situation = await given.held();
    given.once('BOOK', { kind: 'reset-after-commit' });
    const { booking } = await given.booked(situation);
    given.once('READ', { kind: 'malformed' }, 2);
    lab.clock.advance(SETTLE_MS);
    await reconciler(lab.deps).settleDue();
    const checked = await lab.deps.ledger.findBooking(booking.id);
    expect(checked).toMatchObject({ state: 'UNKNOWN', failedReads: 1, absentReads: 0 });
  });

  test('is found by its slot where the supplier has dropped our marker', async () => {
    const situation = await given.held();
    given.once('BOOK', { kind: 'reset-after-commit' });
    const { booking } = await given.booked(situation);
    expect((await given.settled(booking, given.withoutMarkers())).state).toBe('CONFIRMED');
  });

  test('is read back before a person is called, however soon the appointment is', async () => {
    const situation = await given.held();
    given.once('BOOK', { kind: 'reset-after-commit' });
    const { booking } = await given.booked(situation);
    const tenMinutesBefore = () => new Date(situation.offered.slot.startsAt.getTime() - 10 * 60_000);
    expect((await given.settled(booking, { ...lab.deps, now: tenMinutesBefore })).state).toBe('CONFIRMED');
  });

  test('that cannot be found out in time is given to a person', async () => {
    const situation = await given.held();
    given.once('BOOK', { kind: 'reset-after-commit' });
    const { booking } = await given.booked(situation);
    given.once('READ', { kind: 'malformed' }, 20);
    const tenMinutesBefore = () => new Date(situation.offered.slot.startsAt.getTime() - 10 * 60_000);
    expect((await given.settled(booking, { ...lab.deps, now: tenMinutesBefore })).state).toBe('MANUAL');
  });

  test('while it is looked into no second booking is made for the same need', async () => {
    const situation = await given.held();
    given.once('BOOK', { kind: 'reset-after-commit' });
    const { booking } = await given.booked(situation);
    const [another] = await freeSlots(lab, newPractice(), 1);
    const { assessmentDigest } = situation.offered;
    const again = offer(situation.caller, another!, { assessmentDigest });
    const answer = await holdSlot(holdInput(again, situation.caller, lab.deps), situation.caller, lab.deps);
    expect(answer).toMatchObject({ kind: 'already-booked', booking: { id: booking.id } });
    await given.settled(booking);
  });
});

describe('cancelling', () => {
  test('gives the slot back', async () => {
    const situation = await given.booked();
    expect(await given.cancel(situation)).toMatchObject({ kind: 'booking', booking: { state: 'CANCELLED' } });
    expect(standing(lab, situation.offered.slot.practice)).toBe(0);
  });

  test('a cancelled booking stays cancelled', async () => {
    const situation = await given.booked();
    await given.cancel(situation);
    expect(await given.cancel(situation)).toMatchObject({ kind: 'booking', booking: { state: 'CANCELLED' } });
  });

  test('after the desk cancelled it ends as cancelled', async () => {
    const situation = await given.booked();
    const practice = situation.offered.slot.practice;
    const [appointment] = lab.simulators.diary.appointments({ practice });
    lab.simulators.diary.cancel(practice, appointment!.id, 'the desk');
    const answer = await given.cancel(situation);
    const booking = answer.kind === 'booking' ? await given.settled(answer.booking) : null;
    expect(booking?.state).toBe('CANCELLED');
  });

  test("past the practice's cut-off is refused", async () => {
    const situation = await given.booked(
      await given.held({ policy: { ...OPEN_BOOK, cancelCutOffMinutes: 60 * 24 * 13 } }),
    );
    expect((await given.cancel(situation)).kind).toBe('too-late');
    expect(standing(lab, situation.offered.slot.practice)).toBe(1);
  });

  test("somebody else's booking is not found", async () => {
    const { booking } = await given.booked();
    expect((await given.cancel({ caller: newCaller(), booking })).kind).toBe('not-found');
  });

  test('whose answer is lost is CANCELLING, then CANCELLED', async () => {
    const situation = await given.booked();
    given.once('CANCEL', { kind: 'reset-after-commit' });
    const answer = await given.cancel(situation);
    expect(answer).toMatchObject({ kind: 'booking', booking: { state: 'CANCEL_UNKNOWN' } });
    expect((await given.settled(situation.booking)).state).toBe('CANCELLED');
  });

  test('is not believed on one reading that does not find the appointment', async () => {
    const situation = await given.booked();
    given.once('CANCEL', { kind: 'reset-before-commit' });
    await given.cancel(situation);
    lab.clock.advance(SETTLE_MS);
    const blind = given.withReadBack(() => []);
    await reconciler(blind).settleDue();
    expect((await lab.deps.ledger.findBooking(situation.booking.id))?.state).toBe('CANCEL_UNKNOWN');
    expect((await given.settled(situation.booking)).state).toBe('CANCELLED');
  });

  test('that never reached the supplier is repeated until it succeeds', async () => {
    const situation = await given.booked();
    given.once('CANCEL', { kind: 'reset-before-commit' });
    await given.cancel(situation);
    expect((await given.settled(situation.booking)).state).toBe('CANCELLED');
    expect(standing(lab, situation.offered.slot.practice)).toBe(0);
  });
});
