import type { Slot } from '../../adapters/gp-system';
import { settle } from '../../subgraphs/appointments/booking/advance';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { holdSlot } from '../../subgraphs/appointments/booking/hold-slot';
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
import { testDatabases } from '../databases';
import { passUntil } from '../test-clock';

/** Longer than any booking of the supplier takes. */
const OPERATION_MS = 30_000;

/** A time that several people share: a group clinic of the supplier that has them. */
describe.each(testDatabases())('a time for three people, with the ledger on $name', ({ settings }) => {
  const supplier = 'meridian';
  let lab: BookingLaboratory;
  beforeAll(async () => {
    lab = await bookingLaboratory(await settings());
  });
  afterAll(() => lab.close());

  async function groupTime(): Promise<Slot> {
    const practice = newPractice();
    lab.simulators.diary.configure(practice, { groupPlaces: 3 });
    const slots = await freeSlots(lab, practice, 12, supplier);
    const group = slots.find(({ places }) => places !== undefined);
    expect(group?.places).toEqual({ all: 3, left: 3 });
    return group!;
  }

  async function hold(slot: Slot) {
    const caller = newCaller();
    const answer = await holdSlot(
      holdInput(offer(caller, slot, { supplier }), caller, lab.deps),
      caller,
      lab.deps,
    );
    return answer.kind === 'held' ? { caller, holdId: answer.hold.id } : answer.kind;
  }

  async function book(slot: Slot): Promise<string> {
    const held = await hold(slot);
    if (typeof held === 'string') return held;
    // Its bookings are operations, to be asked for until they end.
    const confirming = confirmBooking(confirmInput(held.holdId), held.caller, lab.deps);
    const answer = await passUntil(confirming, lab.clock.timers, OPERATION_MS);
    return answer.kind === 'booking' ? answer.booking.state : answer.kind;
  }

  test('is held by three people, and by a fourth when one lets go', async () => {
    const slot = await groupTime();
    const held = await Promise.all([hold(slot), hold(slot), hold(slot), hold(slot)]);
    expect(held.filter((one) => typeof one === 'string')).toEqual(['held-by-another']);
  });

  test('is booked by three, one after the other, and by no fourth', async () => {
    const slot = await groupTime();
    const answers = [];
    for (let person = 0; person < 4; person++) answers.push(await book(slot));
    expect(answers).toEqual(['CONFIRMED', 'CONFIRMED', 'CONFIRMED', 'slot-taken']);
    expect(standing(lab, slot.practice)).toBe(3);
  });

  test('stands although it is still free for others: an operator asks about what is not listed any more', async () => {
    const held = await hold(await groupTime());
    if (typeof held === 'string') throw new Error(`expected a hold, not ${held}`);
    const confirming = confirmBooking(confirmInput(held.holdId), held.caller, lab.deps);
    const booked = await passUntil(confirming, lab.clock.timers, OPERATION_MS);
    if (booked.kind !== 'booking') throw new Error(`expected a booking, not ${booked.kind}`);
    const system = lab.deps.systems.get(supplier)!;
    const blind = { ...system, readBack: () => Promise.resolve([]) };
    const deps = { ...lab.deps, systems: new Map([[supplier, blind]]) };
    const states = [];
    for (let looks = 0; looks < 5; looks++) {
      await settle((await lab.deps.ledger.findBooking(booked.booking.id))!, deps);
      states.push((await lab.deps.ledger.findBooking(booked.booking.id))?.state);
    }
    expect(states).toEqual(['CONFIRMED', 'CONFIRMED', 'CONFIRMED', 'MISSING', 'MISSING']);
  });

  test('has no more people than places where ten come at the same moment', async () => {
    const slot = await groupTime();
    const answers = await Promise.all(Array.from({ length: 10 }, () => book(slot)));
    expect(answers.filter((answer) => answer === 'CONFIRMED')).toHaveLength(3);
    expect(standing(lab, slot.practice)).toBe(3);
  });
});
