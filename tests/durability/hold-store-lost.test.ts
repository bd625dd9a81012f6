import { Redis } from 'ioredis';
import pino from 'pino';
import type { Slot } from '../../adapters/gp-system';
import type { PatientCaller } from '../../domain/caller';
import { manualTimers } from '../../domain/manual-timers';
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
import { eventually } from '../../domain/eventually';
import { asItComes, faultProxy, type FaultProxy } from '../faults/fault-proxy';
import { killableRedis, type KillableServer } from '../faults/killable-servers';
import { passUntil } from '../test-clock';
import { withSeed } from '../with-seed';

// `tests/global-setup.ts` says when the machine has no Redis.
const suite = process.env.TEST_REDIS_URL === undefined ? describe.skip : describe;
const NOT_BOOKED = ['held-by-another', 'slot-taken', 'hold-expired'];
/** Two people, one after the other, may each send the store four commands, and wait half a second for each. */
const LIMIT_MS = 2 * 4 * 500;
/** Time for which the store's circuit breaker stays open. */
const BREAKER_OPEN_MS = 2_000;
const SEED = 20_261_201;

interface Fault {
  fault: string;
  /** Redis does not answer until it is mended, so that commands have to time out. */
  isSilent: boolean;
  strike: () => Promise<unknown>;
  /** Undoes what would spoil the next test. */
  mend: () => Promise<unknown>;
}

suite.each(testDatabases())('holds are lost, the ledger is on $name', ({ settings }) => {
  let redis: KillableServer;
  let proxy: FaultProxy;
  let isNextAnswerCut = false;
  let lab: BookingLaboratory;
  /** The store's client waits by these, and nothing else does. */
  const timers = manualTimers();
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
    const url = `redis://127.0.0.1:${proxy.port}`;
    const openHolds = () => redisHolds(url, pino({ level: 'silent' }), timers);
    lab = await bookingLaboratory(await settings(), openHolds);
  });
  afterAll(async () => {
    await lab.close();
    await proxy.close();
    await redis.remove();
  });

  const nothing = () => Promise.resolve();
  const faults: Fault[] = [
    { fault: 'killed', isSilent: true, strike: () => redis.kill(), mend: () => redis.start() },
    { fault: 'killed and restarted', isSilent: false, strike: killedAndRestarted, mend: nothing },
    { fault: 'flushed', isSilent: false, strike: flushed, mend: nothing },
    { fault: 'hanging', isSilent: true, strike: hanging, mend: resumed },
    { fault: 'cut off at the next answer', isSilent: false, strike: cutOff, mend: nothing },
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

  /** Waits until holds work again and the breaker is closed. */
  function healthy(): Promise<unknown> {
    return eventually('holds work again', async () => {
      timers.advance(BREAKER_OPEN_MS);
      const [slot] = await freeSlots(lab, newPractice(), 1);
      const told = async () => (await passUntil(hold(slot!, newCaller()), timers, LIMIT_MS)).kind;
      return (await told()) === 'held' && (await told()) === 'held-by-another';
    });
  }

  async function hold(slot: Slot, caller: PatientCaller, deps = lab.deps) {
    return holdSlot(holdInput(offer(caller, slot), caller, deps), caller, deps);
  }

  async function held(slot: Slot, caller: PatientCaller) {
    const answer = await hold(slot, caller);
    if (answer.kind !== 'held') throw new Error(`expected a hold, not ${answer.kind}`);
    return answer.hold;
  }

  /** Confirms a hold; returns the type of the answer that its holder gets. */
  async function confirm(holdId: string, caller: PatientCaller, deps = lab.deps): Promise<string> {
    const answer = await confirmBooking(confirmInput(holdId), caller, deps);
    return answer.kind === 'booking' ? answer.booking.state : answer.kind;
  }

  async function wants(slot: Slot, deps = lab.deps): Promise<string> {
    const caller = newCaller();
    const held = await hold(slot, caller, deps);
    return held.kind === 'held' ? confirm(held.hold.id, caller, deps) : held.kind;
  }

  test('Redis killed between the check of a hold and the name of its holder: the slot is reported as held', async () => {
    const [slot] = await freeSlots(lab, newPractice(), 1);
    await held(slot!, newCaller());
    const holds: HoldStore = {
      ...lab.deps.holds,
      async acquire(...asked) {
        const told = await lab.deps.holds.acquire(...asked);
        await redis.kill();
        return told;
      },
    };
    const answer = await passUntil(hold(slot!, newCaller(), { ...lab.deps, holds }), timers, LIMIT_MS);
    await redis.start();
    await healthy();
    expect(answer.kind).toBe('held-by-another');
  });

  describe.each(faults)('Redis $fault', ({ isSilent, strike, mend }) => {
    afterEach(async () => {
      await mend();
      await healthy();
    });

    /** The answer, without more time passing than may be waited for the store. */
    const after = <T>(work: Promise<T>): Promise<T> => (isSilent ? passUntil(work, timers, LIMIT_MS) : work);

    test('between hold and confirm: the person still books, and nobody else can book as well', async () => {
      const [slot] = await freeSlots(lab, newPractice(), 1);
      const [first, second] = [newCaller(), newCaller()];
      const { id } = await held(slot!, first);
      await strike();
      const between = await after(hold(slot!, second));
      const told = await after(
        Promise.all([
          confirm(id, first),
          between.kind === 'held' ? confirm(between.hold.id, second) : between.kind,
        ]),
      );
      expect(NOT_BOOKED.map((kind) => `CONFIRMED, ${kind}`)).toContain(told.sort().join(', '));
      expect(standing(lab, slot!.practice)).toBe(1);
    });

    test('while people race: each slot is booked at most once, and each person gets the true result', async () => {
      const practice = newPractice();
      const slots = await freeSlots(lab, practice, 6);
      const wanted = [...slots, ...slots, ...slots];
      await withSeed(SEED, async (random) => {
        const holds = struckAt(1 + random.below(wanted.length));
        const told = await after(Promise.all(wanted.map((slot) => wants(slot, { ...lab.deps, holds }))));
        expect(told.filter((one) => one !== 'CONFIRMED' && !NOT_BOOKED.includes(one))).toEqual([]);
        expect(told.filter((one) => one === 'CONFIRMED')).toHaveLength(standing(lab, practice));
        const booked = lab.simulators.diary
          .appointments({ practice })
          .filter(({ status }) => status === 'BOOKED')
          .map(({ slot }) => slot.id);
        expect(booked).toEqual([...new Set(booked)]);
      });
    });

    /** Hold store that fails just before the n-th hold. */
    function struckAt(nth: number): HoldStore {
      let taken = 0;
      return {
        ...lab.deps.holds,
        async acquire(...asked) {
          if (++taken === nth) await strike();
          return lab.deps.holds.acquire(...asked);
        },
      };
    }

    test('before going back: the hold is over all the same', async () => {
      const [slot] = await freeSlots(lab, newPractice(), 1);
      const caller = newCaller();
      const { id } = await held(slot!, caller);
      await strike();
      expect(await after(releaseHold(id, caller, lab.deps))).toEqual({ kind: 'released', holdId: id });
      expect(await after(confirm(id, caller))).toBe('hold-expired');
      expect(standing(lab, slot!.practice)).toBe(0);
    });
  });
});
