import { randomUUID } from 'node:crypto';
import { holdSlot } from '../../subgraphs/appointments/booking/hold-slot';
import { reconciler } from '../../subgraphs/appointments/booking/reconciler';
import {
  rescheduleBooking,
  type RescheduleAnswer,
  type RescheduleBooking,
} from '../../subgraphs/appointments/booking/reschedule-booking';
import type { Booking } from '../../subgraphs/appointments/ledger/records';
import type { Offer } from '../../subgraphs/appointments/holds/offers';
import {
  bookingLaboratory,
  freeSlot,
  holdInput,
  newCaller,
  offer,
  OPEN_BOOK,
  standing,
  type BookingLaboratory,
} from '../booking-laboratory';
import { EMBEDDED } from '../databases';
import { eventually } from '../../domain/eventually';
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

interface Move {
  old: Situation & { booking: Booking };
  wanted: Offer;
}

/** Somebody who has a booking, and another practice's time that they would rather have. */
async function wish(values: Partial<Offer> = {}, old?: Move['old']): Promise<Move> {
  const booked = old ?? (await given.booked());
  const { assessmentDigest } = booked.offered;
  return { old: booked, wanted: offer(booked.caller, await freeSlot(lab), { assessmentDigest, ...values }) };
}

function rescheduleInput({ old, wanted }: Move, key: string = randomUUID()): RescheduleBooking {
  return {
    bookingId: old.booking.id,
    slotId: lab.deps.offers.seal(wanted, wanted.expiresAt),
    idempotencyKey: key,
    requestId: randomUUID(),
  };
}

async function reschedule(move: Move, key?: string): Promise<RescheduleAnswer> {
  return rescheduleBooking(rescheduleInput(move, key), move.old.caller, lab.deps);
}

const stateOf = async ({ id }: Booking) => (await lab.deps.ledger.findBooking(id))?.state;

test('takes the new time and gives the old one back', async () => {
  const move = await wish();
  const answer = await reschedule(move);
  expect(answer).toMatchObject({
    kind: 'booking',
    booking: { state: 'CONFIRMED', replacesId: move.old.booking.id },
  });
  expect(await stateOf(move.old.booking)).toBe('CANCELLED');
  expect(standing(lab, move.wanted.slot.practice)).toBe(1);
  expect(standing(lab, move.old.offered.slot.practice)).toBe(0);
});

test('repeated, returns the advice to search again once nothing stands in the way any more', async () => {
  const need = { assessmentDigest: randomUUID() };
  const old = await given.booked();
  const other = await given.booked(await given.held(need, old.caller));
  const move = await wish(need, old);
  const input = rescheduleInput(move);
  const again = () => rescheduleBooking(input, old.caller, lab.deps);
  expect(await again()).toMatchObject({ kind: 'already-booked', booking: { id: other.booking.id } });
  await given.cancel(other);
  expect((await again()).kind).toBe('offer-expired');
  expect(await stateOf(old.booking)).toBe('CONFIRMED');
});

test('the old time is free for others, and the new booking can be moved again', async () => {
  const move = await wish();
  const first = await reschedule(move);
  const other = newCaller();
  const freed = offer(other, move.old.offered.slot);
  expect((await holdSlot(holdInput(freed, other, lab.deps), other, lab.deps)).kind).toBe('held');
  if (first.kind !== 'booking') throw new Error('expected a booking');
  const again = await wish({}, { ...move.old, offered: move.wanted, booking: first.booking });
  expect(await reschedule(again)).toMatchObject({ kind: 'booking', booking: { state: 'CONFIRMED' } });
});

test('sent twice with one key is one booking', async () => {
  const move = await wish();
  const slotId = lab.deps.offers.seal(move.wanted, move.wanted.expiresAt);
  const input = {
    bookingId: move.old.booking.id,
    slotId,
    idempotencyKey: randomUUID(),
    requestId: randomUUID(),
  };
  const taps = [1, 2, 3].map(() => rescheduleBooking(input, move.old.caller, lab.deps));
  // The others wait for the one who has asked the supplier.
  const first = await Promise.race(taps);
  expect(first).toMatchObject({ kind: 'booking', booking: { state: 'CONFIRMED' } });
  expect(await lab.clock.passUntil(Promise.all(taps))).toEqual([first, first, first]);
  expect(standing(lab, move.wanted.slot.practice)).toBe(1);
});

test('when the new time is gone the old booking stands', async () => {
  const move = await wish();
  given.once('BOOK', { kind: 'taken-by-desk' });
  expect((await reschedule(move)).kind).toBe('slot-taken');
  expect(await stateOf(move.old.booking)).toBe('CONFIRMED');
  expect(standing(lab, move.old.offered.slot.practice)).toBe(1);
});

test('a time that somebody else is confirming is not taken from them', async () => {
  const rival = await given.held();
  const move = await wish({ slot: rival.offered.slot });
  expect((await reschedule(move)).kind).toBe('held-by-another');
  expect(await stateOf(move.old.booking)).toBe('CONFIRMED');
});

test('while the result of the new one is unknown, the old one stands; then it is cancelled', async () => {
  const move = await wish();
  given.once('BOOK', { kind: 'reset-after-commit' });
  const answer = await reschedule(move);
  if (answer.kind !== 'booking') throw new Error(`expected a booking, not ${answer.kind}`);
  expect(answer.booking.state).toBe('UNKNOWN');
  expect(await stateOf(move.old.booking)).toBe('CONFIRMED');
  expect((await given.settled(answer.booking)).state).toBe('CONFIRMED');
  // Nobody waits for it any more: the next read-back cancels it.
  await lab.deps.ledger.applyTransition(
    (await lab.deps.ledger.findBooking(move.old.booking.id))!,
    'ANSWER_LOST',
    {
      nextCheckMs: 0,
    },
  );
  expect((await given.settled(move.old.booking)).state).toBe('CANCELLED');
  expect(standing(lab, move.old.offered.slot.practice)).toBe(0);
});

test('cancelling the old booking is retried until it succeeds', async () => {
  const move = await wish();
  given.once('CANCEL', { kind: 'server-error', status: 503, afterCommit: false }, 2);
  expect((await reschedule(move)).kind).toBe('booking');
  expect(await stateOf(move.old.booking)).toBe('CANCEL_UNKNOWN');
  expect((await given.settled(move.old.booking)).state).toBe('CANCELLED');
  expect(standing(lab, move.old.offered.slot.practice)).toBe(0);
});

test("past the old practice's cut-off it is refused", async () => {
  const policy = { ...OPEN_BOOK, cancelCutOffMinutes: 60 * 24 * 13 };
  const move = await wish({}, await given.booked(await given.held({ policy })));
  expect((await reschedule(move)).kind).toBe('too-late');
  expect(standing(lab, move.wanted.slot.practice)).toBe(0);
});

test("somebody else's booking is not found", async () => {
  const move = await wish();
  const stranger = newCaller();
  const wanted = { ...move.wanted, callerId: stranger.id };
  expect((await reschedule({ ...move, old: { ...move.old, caller: stranger }, wanted })).kind).toBe(
    'not-found',
  );
});

test('an offer to somebody else, an expired one, and the very same time are refused', async () => {
  const move = await wish();
  const { wanted, old } = move;
  expect(await reschedule({ old, wanted: { ...wanted, callerId: newCaller().id } })).toEqual({
    kind: 'not-allowed',
    why: 'OFFER_FOR_ANOTHER',
  });
  const expired = { ...wanted, expiresAt: new Date(lab.clock.now().getTime() - 1_000) };
  expect((await reschedule({ old, wanted: expired })).kind).toBe('offer-expired');
  expect(await reschedule({ old, wanted: { ...old.offered } })).toEqual({
    kind: 'not-allowed',
    why: 'SAME_TIME',
  });
});

test('a process that dies after the new booking was confirmed leaves the rest to the next', async () => {
  const move = await wish();
  const dead = { ...lab.deps, systems: new Map(lab.deps.systems) };
  const system = dead.systems.get('gp-connect')!;
  dead.systems.set('gp-connect', { ...system, cancel: () => new Promise(() => undefined) });
  const slotId = lab.deps.offers.seal(move.wanted, move.wanted.expiresAt);
  const input = {
    bookingId: move.old.booking.id,
    slotId,
    idempotencyKey: randomUUID(),
    requestId: randomUUID(),
  };
  void rescheduleBooking(input, move.old.caller, dead);
  await eventually('it is being cancelled', async () => (await stateOf(move.old.booking)) === 'CANCELLING');
  const cancelling = (await lab.deps.ledger.findBooking(move.old.booking.id))!;
  await lab.deps.ledger.scheduleReadBack(cancelling, { absentReads: 0, failedReads: 0, nextCheckMs: 0 });
  await reconciler(lab.deps).settleDue();
  expect((await given.settled(move.old.booking)).state).toBe('CANCELLED');
  expect(standing(lab, move.wanted.slot.practice)).toBe(1);
});
