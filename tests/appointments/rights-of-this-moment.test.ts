import { randomUUID } from 'node:crypto';
import type { Caller, PatientCaller } from '../../domain/caller';
import { acceptMove } from '../../subgraphs/appointments/booking/accept-move';
import { cancelBooking } from '../../subgraphs/appointments/booking/cancel-booking';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { extendHold } from '../../subgraphs/appointments/booking/extend-hold';
import { holdSlot, releaseHold } from '../../subgraphs/appointments/booking/hold-slot';
import { rescheduleBooking } from '../../subgraphs/appointments/booking/reschedule-booking';
import { PageArgs } from '../../subgraphs/appointments/types/inputs';
import { BookingResolver } from '../../subgraphs/appointments/resolvers/booking.resolver';
import { SlotResolver } from '../../subgraphs/appointments/resolvers/slot.resolver';
import { bookingView } from '../../subgraphs/appointments/views/booking-view';
import { cancelledResult } from '../../subgraphs/appointments/views/result-view';
import { slotView } from '../../subgraphs/appointments/views/slot-view';
import {
  bookingLaboratory,
  confirmInput,
  freeSlot,
  holdInput,
  newCaller,
  offer,
  OPEN_BOOK,
  standing,
  SUPPLIER,
  type BookingLaboratory,
} from '../booking-laboratory';
import { EMBEDDED } from '../databases';
import { inventCheck } from '../symptom-checks';
import { situations, type Situation } from './situations';

/** Bookings belong to the person who is seen: who may act for them now sees and changes them, and nobody else. */

let lab: BookingLaboratory;
let given: ReturnType<typeof situations>;
beforeAll(async () => {
  lab = await bookingLaboratory(await EMBEDDED.settings());
  given = situations(lab);
});
afterAll(() => lab.close());

const contextOf = (caller: Caller) => ({
  caller,
  requestId: randomUUID(),
  signal: new AbortController().signal,
});
const resolver = () => new BookingResolver(lab.deps);
const seen = async (caller: Caller, id: string) => resolver().booking(id, contextOf(caller));
const listed = async (caller: Caller) => {
  const { edges } = await resolver().myBookings(
    Object.assign(new PageArgs(), { first: 50 }),
    contextOf(caller),
  );
  return edges.map(({ node }) => node.id);
};

/** Changes of somebody who could act for a child. */
const LOSSES: { loss: string; of: (caller: PatientCaller) => Caller }[] = [
  { loss: 'they act for nobody any more', of: (caller) => ({ ...caller, actsFor: [] }) },
  { loss: 'they act for another child only', of: (caller) => ({ ...caller, actsFor: newCaller().actsFor }) },
  { loss: 'their identity is not proven (P5)', of: (caller) => ({ ...caller, proofing: 'P5' }) },
  {
    loss: 'they are signed in without an identity (P0)',
    of: ({ id }) => ({ kind: 'patient', id, proofing: 'P0', actsFor: [] }),
  },
];

interface Kept {
  situation: Awaited<ReturnType<typeof given.booked>>;
  /** The booking that took its place, and whose it was. */
  replacementId: string;
  /** Requests that were answered with a booking or a hold, to be sent again. */
  requests: Record<string, (caller: Caller) => Promise<object>>;
}

const KEY = () => ({ idempotencyKey: randomUUID(), requestId: randomUUID() });

async function everythingDone(): Promise<Kept> {
  const caller = newCaller();
  const offered = offer(caller, await freeSlot(lab));
  const holding = holdInput(offered, caller, lab.deps);
  const hold = await holdSlot(holding, caller, lab.deps);
  if (hold.kind !== 'held') throw new Error('expected a hold');
  const confirming = confirmInput(hold.hold.id);
  const situation = await given.booked({ caller, offered, holdId: hold.hold.id });
  const to = offer(caller, await freeSlot(lab), { assessmentDigest: offered.assessmentDigest });
  const slotId = lab.deps.offers.seal(to, to.expiresAt);
  const moving = { bookingId: situation.booking.id, slotId, ...KEY() };
  const moved = await rescheduleBooking(moving, caller, lab.deps);
  if (moved.kind !== 'booking') throw new Error('expected a booking');
  const replacementId = moved.booking.id;
  const second = holdInput(offer(caller, await freeSlot(lab)), caller, lab.deps);
  const secondHold = await holdSlot(second, caller, lab.deps);
  if (secondHold.kind !== 'held') throw new Error('expected a hold');
  const cancelling = { bookingId: replacementId, reason: 'OTHER', ...KEY() };
  const accepting = { bookingId: replacementId, ...KEY() };
  const { deps } = lab;
  return {
    situation,
    replacementId,
    requests: {
      'hold again': (by) => holdSlot(holding, by, deps),
      'hold, under another key': (by) => holdSlot({ ...holding, ...KEY() }, by, deps),
      'hold the second again': (by) => holdSlot(second, by, deps),
      'extend the hold': (by) => extendHold(secondHold.hold.id, by, deps),
      'confirm again': (by) => confirmBooking(confirming, by, deps),
      'confirm, under another key': (by) => confirmBooking({ ...confirming, ...KEY() }, by, deps),
      'move again': (by) => rescheduleBooking(moving, by, deps),
      'move, under another key': (by) => rescheduleBooking({ ...moving, ...KEY() }, by, deps),
      cancel: (by) => cancelBooking(cancelling, by, deps),
      'accept a move': (by) => acceptMove(accepting, by, deps),
    },
  };
}

describe.each(LOSSES)('when $loss', ({ of }) => {
  test('no query and no answer shows a booking or a hold of theirs', async () => {
    const { situation, replacementId, requests } = await everythingDone();
    const { caller, booking } = situation;
    const now = of(caller);
    expect(await seen(caller, booking.id)).not.toBeNull();
    expect(await listed(caller)).toEqual(expect.arrayContaining([booking.id, replacementId]));
    expect([await seen(now, booking.id), await seen(now, replacementId)]).toEqual([null, null]);
    expect(await listed(now)).toEqual([]);
    const answers: Record<string, string[]> = {};
    for (const [name, send] of Object.entries(requests)) answers[name] = Object.keys(await send(now)).sort();
    const refusal = ['kind', 'why'];
    for (const [name, parts] of Object.entries(answers))
      expect([name, parts]).toEqual([name, parts.length === 1 ? ['kind'] : refusal]);
    expect((await lab.deps.ledger.findBooking(replacementId))?.state).toBe('CONFIRMED');
    const view = bookingView((await lab.deps.ledger.findBooking(replacementId))!);
    expect(await resolver().replaces(view, contextOf(now))).toBeNull();
  });

  test('what they hold is let go by them alone', async () => {
    const held = await given.held();
    const now = of(held.caller);
    expect((await releaseHold(held.holdId, newCaller(), lab.deps)).kind).toBe('not-allowed');
    expect((await releaseHold(held.holdId, now, lab.deps)).kind).toBe('released');
  });
});

describe('whoever may act for the person now', () => {
  const father = ({ actsFor }: PatientCaller): PatientCaller => ({ ...newCaller(), actsFor });
  /** The child, signed in themself. */
  const themself = ({ actsFor }: PatientCaller): PatientCaller => ({
    ...newCaller(),
    self: actsFor[0]!,
    actsFor: [],
  });

  test.each([
    { who: 'the other parent', of: father },
    { who: 'the person themself', of: themself },
  ])('sees it, moves it and cancels it: $who', async ({ of }) => {
    const { booking, caller, offered } = await given.booked();
    const other = of(caller);
    expect(await seen(other, booking.id)).toMatchObject({ id: booking.id });
    expect(await listed(other)).toEqual([booking.id]);
    const patientId = other.actsFor[0]?.id;
    const relationship = patientId === undefined ? ('SELF' as const) : ('CHILD' as const);
    const slot = await freeSlot(lab);
    const to = { ...offered, callerId: other.id, slot, assessmentDigest: randomUUID() };
    inventCheck(to.assessmentDigest, {
      subject: { relationship, dateOfBirth: caller.actsFor[0]!.birthDate },
      result: { kind: 'OUTCOME', dispositionId: 'gp-6h', title: 'See a GP', deadline: null },
    });
    const slotId = lab.deps.offers.seal(to, to.expiresAt);
    const moved = await rescheduleBooking({ bookingId: booking.id, slotId, ...KEY() }, other, lab.deps);
    if (moved.kind !== 'booking') throw new Error(`expected a booking, not ${moved.kind}`);
    // And the first of them sees what the other has done.
    expect(await listed(caller)).toEqual(expect.arrayContaining([booking.id, moved.booking.id]));
    const view = bookingView(moved.booking);
    expect(await resolver().replaces(view, contextOf(caller))).toMatchObject({ id: booking.id });
    const cancelled = await cancelBooking(
      { bookingId: moved.booking.id, reason: 'OTHER', ...KEY() },
      caller,
      lab.deps,
    );
    expect(cancelled).toMatchObject({ booking: { state: 'CANCELLED' } });
    expect(standing(lab, slot.practice)).toBe(0);
  });

  test('is shown the booking that stands in their way, whoever has made it', async () => {
    const { booking, caller, offered } = await given.booked();
    const other = father(caller);
    const again = { ...offered, callerId: other.id, slot: await freeSlot(lab) };
    const answer = await holdSlot(holdInput(again, other, lab.deps), other, lab.deps);
    expect(answer).toMatchObject({ kind: 'already-booked', booking: { id: booking.id } });
  });

  test('is told apart from strangers: a hold is its caller’s alone', async () => {
    const held = await given.held();
    const other = father(held.caller);
    const refusal = { kind: 'not-allowed', why: 'HOLD_NOT_FOUND' };
    expect(await confirmBooking(confirmInput(held.holdId), other, lab.deps)).toEqual(refusal);
    expect(await extendHold(held.holdId, other, lab.deps)).toEqual(refusal);
    expect(await releaseHold(held.holdId, other, lab.deps)).toEqual(refusal);
  });
});

describe('an answer never names a time that is past as one that is to come', () => {
  const MINUTE = 60_000;

  /** Time that a later request finds. */
  async function afterTheHold(): Promise<{ situation: Situation; again: () => ReturnType<typeof holdSlot> }> {
    const caller = newCaller();
    const offered = offer(caller, await freeSlot(lab));
    const input = holdInput(offered, caller, lab.deps);
    const first = await holdSlot(input, caller, lab.deps);
    if (first.kind !== 'held') throw new Error('expected a hold');
    const situation = { caller, offered, holdId: first.hold.id };
    lab.clock.advance(lab.deps.holdMs + MINUTE);
    return { situation, again: () => holdSlot(input, caller, lab.deps) };
  }

  test('a repeated request for a hold that has run out', async () => {
    const { again } = await afterTheHold();
    const answer = await again();
    expect(answer.kind === 'held' ? answer.hold.expiresAt.getTime() : Infinity).toBeGreaterThan(
      lab.clock.now().getTime(),
    );
  });

  test('when a hold that was taken by another ends', async () => {
    const held = await given.held();
    lab.clock.advance(lab.deps.holdMs - 1);
    const other = newCaller();
    const answer = await holdSlot(
      holdInput(offer(other, held.offered.slot), other, lab.deps),
      other,
      lab.deps,
    );
    if (answer.kind !== 'held-by-another') throw new Error(`expected another holder, not ${answer.kind}`);
    expect(answer.heldUntil.getTime()).toBeGreaterThan(lab.clock.now().getTime());
    lab.clock.advance(MINUTE);
    const later = await holdSlot(
      holdInput(offer(other, held.offered.slot), other, lab.deps),
      other,
      lab.deps,
    );
    expect(later.kind).toBe('held');
  });

  test('a booking that was made too late for any change', async () => {
    const policy = { ...OPEN_BOOK, cancelCutOffMinutes: 60 * 24 };
    const booked = await given.booked(await given.held({ policy }));
    const view = bookingView(booked.booking);
    expect(resolver().cancellableUntil(view)).toBeNull();
    const offers = new SlotResolver(lab.deps);
    expect(offers.cancellableUntil(slotView(booked.offered))).toBeNull();
    const answer = cancelledResult(await given.cancel(booked));
    expect(answer).toMatchObject({ code: 'TOO_LATE_TO_CHANGE' });
    expect('message' in answer && answer.message).not.toMatch(/until|\d/);
  });

  test('a cancellation for which it is too late by the practice’s own limit', async () => {
    const { booking, caller } = await given.booked();
    const systems = new Map(lab.deps.systems);
    const refuses = () => Promise.resolve({ class: 'REJECTED', refusal: 'TOO_LATE' } as const);
    systems.set(SUPPLIER, { ...systems.get(SUPPLIER)!, cancel: refuses });
    const input = { bookingId: booking.id, reason: 'OTHER', ...KEY() };
    const answer = cancelledResult(await cancelBooking(input, caller, { ...lab.deps, systems }));
    expect(answer).toMatchObject({ code: 'TOO_LATE_TO_CHANGE', changeableUntil: lab.clock.now() });
    expect('message' in answer && answer.message).not.toMatch(/until|\d/);
  });

  test.each([-1, 0, 1])('until when it can be cancelled, %d ms after that', async (ms) => {
    const { booking, caller } = await given.booked();
    const view = bookingView(booking);
    const until = resolver().cancellableUntil(view)!;
    lab.clock.advance(until.getTime() - lab.clock.now().getTime() + ms);
    const answer = await given.cancel({ caller, booking });
    if (ms <= 0) expect(answer).toMatchObject({ kind: 'booking', booking: { state: 'CANCELLED' } });
    else {
      expect(resolver().cancellableUntil(view)).toBeNull();
      expect(answer).toMatchObject({ kind: 'too-late', changeableUntil: until });
    }
    // A cancelled one says no such time either.
    const after = bookingView((await lab.deps.ledger.findBooking(booking.id))!);
    expect(resolver().cancellableUntil(after)).toBeNull();
  });
});
