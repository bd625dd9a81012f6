import pino from 'pino';
import type { Slot } from '../../adapters/gp-system';
import type { Timers } from '../../domain/timers';
import type { PatientCaller } from '../../domain/caller';
import type { BookingDeps } from '../../subgraphs/appointments/booking/booking-deps';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { holdSlot } from '../../subgraphs/appointments/booking/hold-slot';
import { inProcessHolds } from '../../subgraphs/appointments/holds/in-process-holds';
import { redisHolds } from '../../subgraphs/appointments/holds/redis-holds';
import {
  bookingLaboratory,
  confirmInput,
  freeSlots,
  holdInput,
  newCaller,
  newPractice,
  offer,
  standing,
  SUPPLIER,
  type BookingLaboratory,
} from '../booking-laboratory';
import { CONFIRM_STEPS, stoppedBefore, type Step } from '../booking-steps';
import { testDatabases } from '../databases';
import { eventually } from '../../domain/eventually';
import { closedGate } from '../gate';
import { turns } from '../turns';
import { withSeed } from '../with-seed';

/** `RACES=500 npx jest tests/races` for more, `SEED=…` for others. */
const RACES = Number(process.env.RACES ?? 20);
const AT_ONCE = 10;
const SEED = 20_261_130;
/** Holding and confirming take some dozen turns of the event loop. */
const HEAD_START_TURNS = 60;

const redisUrl = process.env.TEST_REDIS_URL;
const stores = [
  { holds: 'in process', open: inProcessHolds },
  ...(redisUrl === undefined
    ? []
    : [
        {
          holds: 'in Redis',
          open: (timers: Timers) => redisHolds(redisUrl, pino({ level: 'silent' }), timers),
        },
      ]),
];
const configurations = testDatabases().flatMap((database) =>
  stores.map((store) => ({ ...store, ledger: database.name, database })),
);

/** Somebody who holds a slot. */
interface Holder {
  caller: PatientCaller;
  holdId: string;
  deps: BookingDeps;
}

describe.each(configurations)('holds $holds, ledger $ledger', ({ database, open }) => {
  let lab: BookingLaboratory;
  beforeAll(async () => {
    lab = await bookingLaboratory(await database.settings(), open);
  });
  afterAll(() => lab.close());

  const oneSlot = async (): Promise<Slot> => (await freeSlots(lab, newPractice(), 1))[0]!;

  /** The hold, or the kind of answer that refuses it. */
  async function hold(slot: Slot, deps: BookingDeps = lab.deps): Promise<Holder | string> {
    const caller = newCaller();
    const answer = await holdSlot(holdInput(offer(caller, slot), caller, deps), caller, deps);
    return answer.kind === 'held' ? { caller, holdId: answer.hold.id, deps } : answer.kind;
  }

  async function confirm({ caller, holdId, deps }: Holder): Promise<string> {
    const answer = await confirmBooking(confirmInput(holdId), caller, deps);
    return answer.kind === 'booking' ? answer.booking.state : answer.kind;
  }

  /** Holds and confirms; the booking's state, or the kind of answer that refuses. */
  async function wants(slot: Slot): Promise<string> {
    const held = await hold(slot);
    return typeof held === 'string' ? held : confirm(held);
  }

  async function held(slot: Slot, deps: BookingDeps = lab.deps): Promise<Holder> {
    const holder = await hold(slot, deps);
    if (typeof holder === 'string') throw new Error(`expected a hold, not ${holder}`);
    return holder;
  }

  /** A hold in a store of its own, as when the shared one was lost: it keeps nobody else away. */
  const heldApart = (slot: Slot) => held(slot, { ...lab.deps, holds: inProcessHolds(lab.clock.timers) });

  describe('the second comes', () => {
    test.each<{ step: Step; outcomes: [first: string, second: string] }>([
      { step: 'look for a booking', outcomes: ['slot-taken', 'CONFIRMED'] },
      { step: 'take the hold', outcomes: ['slot-taken', 'CONFIRMED'] },
      { step: 'ask whether it is free', outcomes: ['CONFIRMED', 'held-by-another'] },
      { step: 'record the hold', outcomes: ['CONFIRMED', 'held-by-another'] },
    ])('before the first, who wants to hold, comes to “$step”', async ({ step, outcomes }) => {
      const slot = await oneSlot();
      const gate = closedGate();
      const holding = hold(slot, stoppedBefore(step, gate, lab.deps));
      await gate.reached;
      const second = await wants(slot);
      gate.open();
      const holder = await holding;
      expect([typeof holder === 'string' ? holder : await confirm(holder), second]).toEqual(outcomes);
      expect(standing(lab, slot.practice)).toBe(1);
    });

    test.each(CONFIRM_STEPS)('before the first, who confirms, comes to “%s”', async (step) => {
      const slot = await oneSlot();
      const holder = await held(slot);
      const gate = closedGate();
      const confirming = confirm({ ...holder, deps: stoppedBefore(step, gate, lab.deps) });
      await gate.reached;
      const second = await wants(slot);
      gate.open();
      expect([await confirming, second]).toEqual(['CONFIRMED', 'held-by-another']);
      expect(standing(lab, slot.practice)).toBe(1);
    });

    test('when the first has booked', async () => {
      const slot = await oneSlot();
      expect([await wants(slot), await wants(slot)]).toEqual(['CONFIRMED', 'slot-taken']);
      expect(standing(lab, slot.practice)).toBe(1);
    });
  });

  describe('without any hold between them the ledger decides: the second confirms', () => {
    test.each<{ step: Step; outcomes: [first: string, second: string] }>([
      { step: 'read the hold', outcomes: ['slot-taken', 'CONFIRMED'] },
      { step: 'take the hold', outcomes: ['slot-taken', 'CONFIRMED'] },
      { step: 'open the booking', outcomes: ['slot-taken', 'CONFIRMED'] },
      { step: 'ask the supplier', outcomes: ['CONFIRMED', 'slot-taken'] },
      { step: 'record the answer', outcomes: ['CONFIRMED', 'slot-taken'] },
      { step: 'let the hold go', outcomes: ['CONFIRMED', 'slot-taken'] },
    ])('before the first comes to “$step”', async ({ step, outcomes }) => {
      const slot = await oneSlot();
      const [first, second] = [await heldApart(slot), await heldApart(slot)];
      const gate = closedGate();
      const confirming = confirm({ ...first, deps: stoppedBefore(step, gate, first.deps) });
      await gate.reached;
      const answer = await confirm(second);
      gate.open();
      expect([await confirming, answer]).toEqual(outcomes);
      expect(standing(lab, slot.practice)).toBe(1);
    });

    test('while the first is being sent to the supplier', async () => {
      const { faults } = lab.simulators;
      const slot = await oneSlot();
      const [first, second] = [await heldApart(slot), await heldApart(slot)];
      faults.add({
        supplier: SUPPLIER,
        operation: 'BOOK',
        times: 1,
        fault: { kind: 'held', afterCommit: false },
      });
      const confirming = confirm(first);
      await eventually('the supplier is asked', () => faults.held() === 1);
      const answer = await confirm(second);
      faults.release();
      expect([await confirming, answer]).toEqual(['CONFIRMED', 'slot-taken']);
      expect(standing(lab, slot.practice)).toBe(1);
    });

    test('and of ten at the very same time one gets it', async () => {
      const slot = await oneSlot();
      const holders = await Promise.all(Array.from({ length: 10 }, () => heldApart(slot)));
      const outcomes = await Promise.all(holders.map(confirm));
      expect(outcomes.sort()).toEqual(['CONFIRMED', ...Array.from({ length: 9 }, () => 'slot-taken')]);
      expect(standing(lab, slot.practice)).toBe(1);
    });
  });

  test(`one of two gets it, over ${RACES} races that nobody directs`, async () => {
    const practice = newPractice();
    const slots = await freeSlots(lab, practice, RACES);
    await withSeed(SEED, async (random) => {
      const wrong: string[] = [];
      while (slots.length > 0) {
        const races = slots.splice(0, AT_ONCE).map(async (slot) => {
          const wait = random.below(HEAD_START_TURNS);
          return Promise.all([wants(slot), turns(wait).then(() => wants(slot))]);
        });
        for (const outcomes of await Promise.all(races)) {
          const sorted = outcomes.sort().join(', ');
          if (!RIGHT.includes(sorted)) wrong.push(sorted);
        }
      }
      expect(wrong).toEqual([]);
    });
    expect(standing(lab, practice)).toBe(RACES);
  });
});

const RIGHT = ['CONFIRMED, held-by-another', 'CONFIRMED, slot-taken'];
