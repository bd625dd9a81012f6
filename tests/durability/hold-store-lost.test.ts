import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pino from 'pino';
import type { Slot } from '../../adapters/gp-system';
import type { PatientCaller } from '../../domain/caller';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { holdSlot, releaseHold } from '../../subgraphs/appointments/booking/hold-slot';
import type { HoldStore } from '../../subgraphs/appointments/holds/hold-store';
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
  type BookingLaboratory,
} from '../booking-laboratory';
import { testDatabases } from '../databases';
import { asItComes, faultProxy, type FaultProxy } from '../faults/fault-proxy';
import { killableRedis, type KillableServer } from '../faults/killable-servers';

// `tests/global-setup.ts` says when the machine has no Redis.
const suite = process.env.TEST_REDIS_URL === undefined ? describe.skip : describe;
/** Hold and confirm each ask the store up to four times; nobody may hang on it longer than that. */
const LIMIT_MS = 8_000;
const TYPED = ['CONFIRMED', 'held-by-another', 'slot-taken', 'hold-expired'];

interface Fault {
  fault: string;
  strike: () => Promise<unknown>;
  /** Undoes what would spoil the next test. */
  mend: () => Promise<unknown>;
}

suite.each(testDatabases())('holds are lost, the ledger is on $name', ({ settings }) => {
  let redis: KillableServer;
  let proxy: FaultProxy;
  let isNextAnswerCut = false;
  let lab: BookingLaboratory;
  beforeAll(async () => {
    redis = (await killableRedis())!;
    proxy = await faultProxy({
      upstream: { host: '127.0.0.1', port: redis.port },
      request: asItComes,
      treat() {
        if (!isNextAnswerCut) return null;
        isNextAnswerCut = false;
        return { fault: { kind: 'reset-after-reply' } };
      },
    });
    const holds = redisHolds(`redis://127.0.0.1:${proxy.port}`, pino({ level: 'silent' }));
    lab = await bookingLaboratory(await settings(), holds);
  });
  afterAll(async () => {
    await lab.close();
    await proxy.close();
    await redis.remove();
  });

  const nothing = () => Promise.resolve();
  const faults: Fault[] = [
    { fault: 'killed', strike: () => redis.kill(), mend: () => redis.start() },
    { fault: 'killed and restarted', strike: killedAndRestarted, mend: nothing },
    { fault: 'flushed', strike: flushed, mend: nothing },
    { fault: 'hanging', strike: hanging, mend: resumed },
    { fault: 'cut off at the next answer', strike: cutOff, mend: nothing },
  ];

  async function killedAndRestarted(): Promise<void> {
    await redis.kill();
    await redis.start();
  }
  async function flushed(): Promise<void> {
    const other = new Redis(redis.port);
    await other.flushall();
    other.disconnect();
  }
  function hanging(): Promise<void> {
    redis.pause();
    return nothing();
  }
  function resumed(): Promise<void> {
    redis.resume();
    return nothing();
  }
  function cutOff(): Promise<void> {
    isNextAnswerCut = true;
    return nothing();
  }

  /** Holds work again, and the breaker trusts them. */
  async function healthy(): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      const [slot] = await freeSlots(lab, newPractice(), 1);
      const [one, other] = [await hold(slot!, newCaller()), await hold(slot!, newCaller())];
      if (one.kind === 'held' && other.kind === 'held-by-another') return;
      await sleep(100);
    }
    throw new Error('Holds do not work again.');
  }

  async function within<T>(call: Promise<T>): Promise<T> {
    const started = performance.now();
    const answer = await call;
    expect(performance.now() - started).toBeLessThan(LIMIT_MS);
    return answer;
  }

  async function hold(slot: Slot, caller: PatientCaller) {
    return within(holdSlot(holdInput(offer(caller, slot), caller, lab.deps), caller, lab.deps));
  }

  /** What somebody is told who held the slot. */
  async function confirm(holdId: string, caller: PatientCaller): Promise<string> {
    const answer = await within(confirmBooking(confirmInput(holdId), caller, lab.deps));
    return answer.kind === 'booking' ? answer.booking.state : answer.kind;
  }

  async function wants(slot: Slot): Promise<string> {
    const caller = newCaller();
    const held = await hold(slot, caller);
    return held.kind === 'held' ? confirm(held.hold.id, caller) : held.kind;
  }

  test('Redis killed between saying that somebody holds the slot and who: that somebody does is said', async () => {
    const [slot] = await freeSlots(lab, newPractice(), 1);
    expect((await hold(slot!, newCaller())).kind).toBe('held');
    const second = newCaller();
    const holds: HoldStore = {
      ...lab.deps.holds,
      async acquire(...asked) {
        const told = await lab.deps.holds.acquire(...asked);
        await redis.kill();
        return told;
      },
    };
    const deps = { ...lab.deps, holds };
    const answer = await within(holdSlot(holdInput(offer(second, slot!), second, deps), second, deps));
    await redis.start();
    await healthy();
    expect(answer.kind).toBe('held-by-another');
  });

  describe.each(faults)('Redis $fault', ({ strike, mend }) => {
    afterEach(async () => {
      await mend();
      await healthy();
    });

    test('between hold and confirm: the person still books, and whoever comes between cannot as well', async () => {
      const [slot] = await freeSlots(lab, newPractice(), 1);
      const [first, second] = [newCaller(), newCaller()];
      const held = await hold(slot!, first);
      if (held.kind !== 'held') throw new Error(`expected a hold, not ${held.kind}`);
      await strike();
      const between = await hold(slot!, second);
      const told = await Promise.all([
        confirm(held.hold.id, first),
        between.kind === 'held' ? confirm(between.hold.id, second) : between.kind,
      ]);
      for (const one of told) expect(TYPED).toContain(one);
      expect(told.filter((one) => one === 'CONFIRMED')).toHaveLength(1);
      expect(standing(lab, slot!.practice)).toBe(1);
    });

    test('while people race: each slot is booked at most once, and each person is told what is so', async () => {
      const practice = newPractice();
      const slots = await freeSlots(lab, practice, 6);
      const wishes = [...slots, ...slots, ...slots].map((slot) => wants(slot));
      await sleep(20);
      await strike();
      const told = await Promise.all(wishes);
      for (const one of told) expect(TYPED).toContain(one);
      const confirmed = told.filter((one) => one === 'CONFIRMED').length;
      expect(standing(lab, practice)).toBe(confirmed);
      const booked = lab.simulators.diary
        .appointments({ practice })
        .filter(({ status }) => status === 'BOOKED');
      expect(new Set(booked.map(({ slot }) => slot.id)).size).toBe(confirmed);
    });

    test('before going back: the hold is over all the same', async () => {
      const [slot] = await freeSlots(lab, newPractice(), 1);
      const caller = newCaller();
      const held = await hold(slot!, caller);
      if (held.kind !== 'held') throw new Error(`expected a hold, not ${held.kind}`);
      await strike();
      expect(await within(releaseHold(held.hold.id, caller, lab.deps))).toBe(true);
      expect(await confirm(held.hold.id, caller)).toBe('hold-expired');
      expect(standing(lab, slot!.practice)).toBe(0);
    });
  });
});
