import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pino from 'pino';
import { asItComes, faultProxy, type FaultProxy, type Treatment } from '../../../tests/faults/fault-proxy';
import { killableRedis, type KillableServer } from '../../../tests/faults/killable-servers';
import { HoldStoreUnavailable, slotKey, type HoldStore } from './hold-store';
import { redisHolds } from './redis-holds';

// Each test hurts its own Redis, so the shared one cannot serve; `tests/global-setup.ts` says when there is none.
const suite = process.env.TEST_REDIS_URL === undefined ? describe.skip : describe;
/** Two attempts and some; not a promise of speed, but that nobody hangs. */
const LIMIT_MS = 3_000;
/** The command is cut on its way; or it is executed, and its answer is cut. */
const CUTS = ['reset', 'reset-after-reply'] as const;
type Cut = (typeof CUTS)[number];

suite('holds in a Redis that fails', () => {
  let redis: KillableServer;
  let proxy: FaultProxy;
  let treat: (sent: Buffer) => Treatment | null;
  let store: HoldStore;

  beforeEach(async () => {
    redis = (await killableRedis())!;
    treat = () => null;
    proxy = await faultProxy({
      upstream: { host: '127.0.0.1', port: redis.port },
      request: asItComes,
      treat: (sent) => treat(sent),
    });
    store = redisHolds(`redis://127.0.0.1:${proxy.port}`, pino({ level: 'silent' }));
    await store.acquire(key(), holder(), 5_000);
  });
  afterEach(async () => {
    await store.close();
    await proxy.close();
    await redis.remove();
  });

  const key = () => slotKey('supplier', 'Z90001', randomUUID());
  const holder = (token = randomUUID()) => ({ token, callerId: `caller-of-${token}` });

  /** What becomes of a call, and that it does not take longer than it may. */
  async function within<T>(call: Promise<T>): Promise<T | 'unavailable'> {
    const started = performance.now();
    const answer = await call.catch((error: unknown) => {
      if (error instanceof HoldStoreUnavailable) return 'unavailable' as const;
      throw error;
    });
    expect(performance.now() - started).toBeLessThan(LIMIT_MS);
    return answer;
  }

  /** Until the store is trusted again. */
  async function back(): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      if ((await within(store.acquire(key(), holder(), 5_000))) !== 'unavailable') return;
      await sleep(100);
    }
    throw new Error('The hold store did not come back.');
  }

  /** The first command with the text in it. */
  function cutAt(text: string, kind: Cut): void {
    let isOver = false;
    treat = (sent) => {
      if (isOver || !sent.includes(text)) return null;
      isOver = true;
      return { fault: { kind } };
    };
  }

  test('an acquisition whose answer was cut is known to be ours', async () => {
    const slot = key();
    const mine = holder();
    cutAt(mine.token, 'reset-after-reply');
    expect(await within(store.acquire(slot, mine, 5_000))).toEqual({ acquired: true, forMs: 5_000 });
    expect(await within(store.holders([slot]))).toEqual(new Map([[slot, mine]]));
  });

  test('a plain SET NX that is sent again says of our own hold that it is somebody else’s', async () => {
    const naive = new Redis(`redis://127.0.0.1:${proxy.port}`);
    await naive.ping();
    const slot = key();
    cutAt(slot, 'reset-after-reply');
    expect(await naive.set(slot, 'mine', 'PX', 60_000, 'NX')).toBeNull();
    expect(await naive.get(slot)).toBe('mine');
    naive.disconnect();
  });

  test('an acquisition that was cut on its way is made', async () => {
    const slot = key();
    const mine = holder();
    cutAt(mine.token, 'reset');
    expect(await within(store.acquire(slot, mine, 5_000))).toEqual({ acquired: true, forMs: 5_000 });
  });

  test.each(CUTS)('a slot is free after a release that met %s', async (cut) => {
    const slot = key();
    const mine = holder();
    await store.acquire(slot, mine, 5_000);
    cutAt(slot, cut);
    await within(store.release(slot, mine.token));
    expect(await within(store.acquire(slot, holder(), 5_000))).toMatchObject({ acquired: true });
  });

  test('killed: says that it is not known, and serves again when Redis is back', async () => {
    const slot = key();
    await store.acquire(slot, holder(), 60_000);
    await redis.kill();
    expect(await within(store.acquire(slot, holder(), 5_000))).toBe('unavailable');
    expect(await within(store.release(slot, randomUUID()))).toBe('unavailable');
    expect(await within(store.holders([slot]))).toBe('unavailable');
    await redis.start();
    await back();
    expect(await within(store.acquire(slot, holder(), 5_000))).toMatchObject({ acquired: true });
  });

  test('flushed: the slot can be had again, and the one who had it cannot let go of it', async () => {
    const slot = key();
    const mine = holder();
    await store.acquire(slot, mine, 60_000);
    const other = new Redis(redis.port);
    await other.flushall();
    other.disconnect();
    expect(await within(store.acquire(slot, holder(), 5_000))).toMatchObject({ acquired: true });
    expect(await within(store.release(slot, mine.token))).toBe(false);
  });

  test.each([
    {
      how: 'stopped',
      pause: () => {
        redis.pause();
        return Promise.resolve();
      },
      resume: () => redis.resume(),
    },
    {
      how: 'told to pause its clients',
      pause: async () => {
        const other = new Redis(redis.port);
        await other.call('CLIENT', 'PAUSE', '3000', 'ALL');
        other.disconnect();
      },
      resume: () => undefined,
    },
  ])('$how: a few wait, then nobody does, and all is well afterwards', async ({ pause, resume }) => {
    const slot = key();
    const mine = holder();
    await store.acquire(slot, mine, 60_000);
    await pause();
    const took: number[] = [];
    for (let call = 0; call < 20; call++) {
      const started = performance.now();
      expect(await within(store.acquire(key(), holder(), 5_000))).toBe('unavailable');
      took.push(performance.now() - started);
    }
    // Three that fail open the breaker; one more may be the one who tries.
    expect(took.filter((ms) => ms > 250).length).toBeLessThanOrEqual(5);
    resume();
    await back();
    expect(await within(store.holders([slot]))).toEqual(new Map([[slot, mine]]));
  });

  test('while one tries, the others do not wait for it', async () => {
    redis.pause();
    for (let call = 0; call < 3; call++) await within(store.acquire(key(), holder(), 5_000));
    for (let round = 0; round < 2; round++) {
      await sleep(2_100);
      const took = await Promise.all(
        Array.from({ length: 50 }, async () => {
          const started = performance.now();
          expect(await within(store.acquire(key(), holder(), 5_000))).toBe('unavailable');
          return performance.now() - started;
        }),
      );
      expect(took.filter((ms) => ms > 250).length).toBeLessThanOrEqual(1);
    }
  });

  test('lets itself be closed while Redis hangs', async () => {
    redis.pause();
    await within(store.close());
  });
});
