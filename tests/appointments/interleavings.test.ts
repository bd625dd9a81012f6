import { randomUUID } from 'node:crypto';
import type { GpSystem, Slot } from '../../adapters/gp-system';
import type { Caller } from '../../domain/caller';
import { cancelBooking, cancellableUntil } from '../../subgraphs/appointments/booking/cancel-booking';
import type { BookingDeps } from '../../subgraphs/appointments/booking/booking-deps';
import { holdSlot, releaseHold } from '../../subgraphs/appointments/booking/hold-slot';
import { reconciler } from '../../subgraphs/appointments/booking/reconciler';
import { rescheduleBooking } from '../../subgraphs/appointments/booking/reschedule-booking';
import { settle } from '../../subgraphs/appointments/booking/advance';
import type { Booking } from '../../subgraphs/appointments/ledger/records';
import type { Offer } from '../../subgraphs/appointments/holds/offers';
import { BookingResolver } from '../../subgraphs/appointments/resolvers/booking.resolver';
import { bookingView } from '../../subgraphs/appointments/views/booking-view';
import {
  bookingLaboratory,
  freeSlot,
  freeSlots,
  holdInput,
  newCaller,
  newPractice,
  NOON,
  offer,
  SETTLE_MS,
  standing,
  type BookingLaboratory,
} from '../booking-laboratory';
import { testDatabases } from '../databases';
import { closedGate } from '../gate';
import { situations, type Situation } from './situations';

/** Two things at once, each of which is harmless alone. */
describe.each(testDatabases())('on $name', ({ settings }) => {
  let lab: BookingLaboratory;
  let given: ReturnType<typeof situations>;
  beforeAll(async () => {
    lab = await bookingLaboratory(await settings());
    given = situations(lab);
  });
  afterEach(() => {
    lab.simulators.faults.clear();
  });
  afterAll(() => lab.close());

  const current = async ({ id }: Booking) => (await lab.deps.ledger.findBooking(id))!;

  async function wanted(old: Situation, values: Partial<Offer> = {}): Promise<Offer> {
    const slot = await freeSlot(lab);
    return offer(old.caller, slot, { assessmentDigest: old.offered.assessmentDigest, ...values });
  }

  async function reschedule(
    old: Situation & { booking: Booking },
    to: Offer,
    deps: BookingDeps = lab.deps,
  ): Promise<Booking> {
    const input = {
      bookingId: old.booking.id,
      slotId: lab.deps.offers.seal(to, to.expiresAt),
      idempotencyKey: randomUUID(),
      requestId: randomUUID(),
    };
    const answer = await rescheduleBooking(input, old.caller, deps);
    if (answer.kind !== 'booking') throw new Error(`expected a booking, not ${answer.kind}`);
    return answer.booking;
  }

  const cancel = ({ caller, booking }: Situation & { booking: Booking }, deps: BookingDeps) =>
    cancelBooking(
      { bookingId: booking.id, reason: 'OTHER', idempotencyKey: randomUUID(), requestId: randomUUID() },
      caller,
      deps,
    );

  function withSystem(change: (system: GpSystem) => Partial<GpSystem>): BookingDeps {
    const changed = [...lab.deps.systems].map(([id, system]): [string, GpSystem] => [
      id,
      { ...system, ...change(system) },
    ]);
    return { ...lab.deps, systems: new Map(changed) };
  }

  /** A supplier that carries requests out so late that nothing shows of them. */
  const thatShowsNothing = (slot: Slot) =>
    withSystem(() => ({
      readBack: () => Promise.resolve([]),
      // eslint-disable-next-line @typescript-eslint/require-await -- the port's searches are asynchronous
      searchSlots: async function* () {
        yield [slot];
      },
    }));

  test('rescheduling into another need gives the old one back, and keeps one booking a need', async () => {
    const old = await given.booked();
    const other = await given.booked(await given.held({}, old.caller));
    const to = await wanted(old, { assessmentDigest: other.offered.assessmentDigest });
    await expect(reschedule(old, to)).rejects.toThrow('already-booked');
    expect((await current(old.booking)).state).toBe('CONFIRMED');
    const another = await reschedule(old, await wanted(old, { assessmentDigest: randomUUID() }));
    expect(another.state).toBe('CONFIRMED');
    expect((await current(old.booking)).state).toBe('CANCELLED');
  });

  test('a lost answer on a slot where the person has cancelled before is settled', async () => {
    const first = await given.booked();
    await given.cancel(first);
    const again = await given.held({ ...first.offered }, first.caller);
    given.once('BOOK', { kind: 'server-error', status: 503, afterCommit: false });
    const { booking } = await given.booked(again);
    expect(booking.state).toBe('UNKNOWN');
    expect((await given.settled(booking)).state).toBe('FAILED');
  });

  test('a cancellation under way while the replacement is confirmed is not given up', async () => {
    const old = await given.booked();
    const [book, refuse] = [closedGate(), closedGate()];
    const slow = withSystem((system) => ({
      book: async (command, call) => {
        await book.pass();
        return system.book(command, call);
      },
    }));
    const rescheduling = reschedule(old, await wanted(old), slow);
    await book.reached;
    const throttled = withSystem(() => ({
      cancel: async () => {
        await refuse.pass();
        return { class: 'THROTTLED', retryAfterMs: 10 };
      },
    }));
    const cancelling = cancel(old, throttled);
    await refuse.reached;
    book.open();
    const replacement = await rescheduling;
    refuse.open();
    await cancelling;
    expect(await current(old.booking)).toMatchObject({ state: 'CANCELLED', replacedBy: replacement.id });
    expect((await current(replacement)).state).toBe('CONFIRMED');
  });

  test('the second tap on cancel is tried for itself where the first one was not taken', async () => {
    const old = await given.booked();
    const hasRead = closedGate();
    const slow: BookingDeps = {
      ...lab.deps,
      ledger: {
        ...lab.deps.ledger,
        findBooking: async (...asked) => {
          const found = await lab.deps.ledger.findBooking(...asked);
          await hasRead.pass();
          return found;
        },
      },
    };
    const second = cancel(old, slow);
    const throttled = withSystem(() => ({
      cancel: () => Promise.resolve({ class: 'THROTTLED', retryAfterMs: 10 }),
    }));
    await hasRead.reached;
    expect((await cancel(old, throttled)).kind).toBe('supplier-unavailable');
    hasRead.open();
    expect(await second).toMatchObject({ kind: 'booking', booking: { state: 'CANCELLED' } });
  });

  test('a booking that cannot be read back reaches an operator in the end', async () => {
    const situation = await given.held();
    given.once('BOOK', { kind: 'reset-after-commit' });
    const { booking } = await given.booked(situation);
    const afterStart = () => new Date(situation.offered.slot.startsAt.getTime() + 60_000);
    const unplugged: BookingDeps = { ...lab.deps, systems: new Map(), now: afterStart };
    lab.clock.advance(SETTLE_MS);
    await reconciler(unplugged).settleDue();
    expect((await current(booking)).state).toBe('MANUAL');
  });

  test('a person sees what another caller, who may also act for them, has booked', async () => {
    const mother = newCaller();
    const father = { ...newCaller(), actsFor: mother.actsFor };
    const [hers, his] = [await given.held({}, mother), await given.held({}, father)];
    given.once('BOOK', { kind: 'reset-after-commit' });
    const { booking } = await given.booked(hers);
    const refusal = { kind: 'already-booked', booking: { id: booking.id }, why: 'IN_DOUBT' };
    expect(await given.confirm(his)).toMatchObject(refusal);
    await given.settled(booking);
  });

  test('a new time is booked with the details that the person has now', async () => {
    const old = await given.booked();
    const seen: unknown[] = [];
    const deps = withSystem((system) => ({
      book: (command, call) => {
        seen.push(command.patient.linkage);
        return system.book(command, call);
      },
    }));
    const to = await wanted(old);
    const linkage = { practice: to.slot.practice, userId: 'user', key: 'key' };
    const caller = { ...old.caller, actsFor: [{ ...old.caller.actsFor[0]!, linkage }] };
    await reschedule({ ...old, caller }, to, deps);
    expect(seen).toEqual([linkage]);
  });

  test('a booking says until when it can be cancelled, and whose it is', async () => {
    const { booking, caller } = await given.booked();
    const view = bookingView(booking);
    const cutOff = cancellableUntil(booking);
    const at = (now: Date) => new BookingResolver({ ...lab.deps, now: () => now });
    expect(at(cutOff).cancellableUntil(view)).toEqual(cutOff);
    expect(at(new Date(cutOff.getTime() + 1)).cancellableUntil(view)).toBeNull();
    const patient = (asked: Caller) =>
      at(NOON).patient(view, {
        caller: asked,
        requestId: randomUUID(),
        signal: new AbortController().signal,
      });
    const [son] = caller.actsFor;
    expect(patient(caller)).toEqual({ id: son!.id, givenName: son!.givenName, isCaller: false });
    expect(patient({ ...caller, actsFor: [] })).toBeNull();
    expect(patient({ kind: 'operator', id: 'operator-0123456789' })).toBeNull();
  });

  test('a caller who may no longer act for the person cannot cancel either', async () => {
    const old = await given.booked();
    const revoked = { ...old, caller: { ...old.caller, actsFor: [] } };
    expect(await cancel(revoked, lab.deps)).toEqual({ kind: 'not-found' });
    const unproven = { ...old, caller: { ...old.caller, proofing: 'P5' as const, actsFor: [] } };
    expect(await cancel(unproven, lab.deps)).toEqual({ kind: 'not-allowed', why: 'IDENTITY_PROOF_REQUIRED' });
    expect((await current(old.booking)).state).toBe('CONFIRMED');
  });

  test('a released hold is not reported as held when its request is repeated', async () => {
    const caller = newCaller();
    const [slot] = await freeSlots(lab, newPractice(), 1);
    const input = holdInput(offer(caller, slot!), caller, lab.deps);
    const first = await holdSlot(input, caller, lab.deps);
    if (first.kind !== 'held') throw new Error(`expected a hold, not ${first.kind}`);
    await releaseHold(first.hold.id, caller, lab.deps);
    expect((await holdSlot(input, caller, lab.deps)).kind).toBe('offer-expired');
  });

  test('an old answer does not end a newer cancellation', async () => {
    const old = await given.booked();
    const late = closedGate();
    const first = withSystem(() => ({
      cancel: async () => {
        await late.pass();
        return { class: 'THROTTLED', retryAfterMs: null };
      },
    }));
    const one = cancel(old, first);
    await late.reached;
    await settle(await current(old.booking), lab.deps);
    expect((await current(old.booking)).state).toBe('CANCEL_UNKNOWN');
    late.open();
    await one;
    expect((await given.settled(old.booking)).state).toBe('CANCELLED');
    expect(standing(lab, old.offered.slot.practice)).toBe(0);
  });

  test('a process that wakes late does not cancel what another has adopted', async () => {
    const situation = await given.held();
    given.once('BOOK', { kind: 'reset-after-commit' });
    const { booking } = await given.booked(situation);
    await given.settled(booking, thatShowsNothing(situation.offered.slot));
    const found = await lab.deps.ledger.applyTransition(await current(booking), 'FOUND', {
      nextCheckMs: 60_000,
    });
    if (found.kind !== 'moved') throw new Error('expected an orphan');
    await settle(found.booking, lab.deps);
    await settle(found.booking, lab.deps);
    expect((await current(booking)).state).toBe('CONFIRMED');
    expect(standing(lab, situation.offered.slot.practice)).toBe(1);
    // A restore can lose it like any other that stands.
    const copies = await lab.deps.copies.of(booking.patientDigest);
    expect(copies.map((copy) => copy.booking.id)).toEqual([booking.id]);
  });

  test('a late appointment is not adopted when the person has cancelled the booking that it was to replace', async () => {
    const old = await given.booked();
    const to = await wanted(old);
    given.once('BOOK', { kind: 'reset-after-commit' });
    const replacement = await reschedule(old, to);
    expect((await given.settled(replacement, thatShowsNothing(to.slot))).state).toBe('FAILED');
    await given.cancel(old);
    await settle(await current(replacement), lab.deps);
    await settle(await current(replacement), lab.deps);
    expect((await current(replacement)).state).toBe('FAILED');
    expect(standing(lab, to.slot.practice)).toBe(0);
  });

  test('a lost cancellation does not cancel another appointment on the same slot', async () => {
    const old = await given.booked();
    given.once('CANCEL', { kind: 'server-error', status: 503, afterCommit: true });
    await given.cancel(old);
    const cancelled: string[] = [];
    const { id: slotId, startsAt, endsAt } = old.offered.slot;
    const theirs = {
      id: 'their own',
      slotId,
      startsAt,
      endsAt,
      status: 'BOOKED',
      carriesMarker: null,
    } as const;
    const deps = withSystem(() => ({
      readBack: () => Promise.resolve([theirs]),
      cancel: ({ appointment }) => {
        cancelled.push(appointment.id);
        return Promise.resolve({ class: 'ACCEPTED' });
      },
    }));
    await settle(await current(old.booking), deps);
    expect(cancelled).toEqual([]);
  });
});
