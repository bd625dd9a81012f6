import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import pino from 'pino';
import { manualTimers, type ManualTimers } from '../../../domain/manual-timers';
import { eventually } from '../../../domain/eventually';
import { asItComes, faultProxy, type FaultProxy, type Treatment } from '../../../tests/faults/fault-proxy';
import { killableRedis, type KillableServer } from '../../../tests/faults/killable-servers';
import { HoldStoreUnavailable, slotKey, type HoldStore } from './hold-store';
import { redisHolds } from './redis-holds';

// Each test hurts its own Redis, so the shared one cannot serve; `tests/global-setup.ts` says when there is none.
const suite = process.env.TEST_REDIS_URL === undefined ? describe.skip : describe;
const logger = pino({ level: 'silent' });
/** Nothing runs out by itself, however slow the machine is. */
const LONG_MS = 600_000;
/** Time that the store waits for an answer. */
const COMMAND_TIMEOUT_MS = 500;
const TRY_AGAIN_AFTER_MS = 2_000;
/** The command is cut on its way; or it is executed, and its answer is cut. */
const CUTS = ['reset', 'reset-after-reply'] as const;
type Cut = (typeof CUTS)[number];

suite('holds in a Redis that fails', () => {
  let redis: KillableServer;
  let proxy: FaultProxy;
  let treat: (sent: Buffer) => Treatment | null;
  /** Commands that were sent to Redis. */
  let commands: number;
  let timers: ManualTimers;
  let store: HoldStore;

  beforeEach(async () => {
    redis = (await killableRedis())!;
    treat = () => null;
    commands = 0;
    proxy = await faultProxy({
      upstream: { host: '127.0.0.1', port: redis.port },
      request: asItComes,
      treat(sent) {
        commands += 1;
        return treat(sent);
      },
    });
    timers = manualTimers();
    store = redisHolds(url(), logger, timers, LONG_MS);
    await store.acquire(key(), holder(), LONG_MS);
  });
  afterEach(async () => {
    redis.resume();
    await store.close();
    await proxy.close();
    await redis.remove();
  });

  const url = () => `redis://127.0.0.1:${proxy.port}`;
  const key = () => slotKey('supplier', 'Z90001', randomUUID());
  const holder = (token = randomUUID()) => ({ token, callerId: `caller-of-${token}` });
  const acquire = () => outcome(store.acquire(key(), holder(), LONG_MS));

  /** Resolves to what becomes of a call. No time passes meanwhile, so a call that waits for Redis in vain waits for ever. */
  function outcome<T>(call: Promise<T>): Promise<T | 'unavailable'> {
    return call.catch((error: unknown) => {
      if (error instanceof HoldStoreUnavailable) return 'unavailable';
      throw error;
    });
  }

  /** Lets a call wait for an answer as long as it does, and no longer. */
  async function waitsInVain(call: Promise<unknown>): Promise<void> {
    const ended = outcome(call);
    await eventually('the call waits for Redis', () => timers.waiting === 1);
    timers.advance(COMMAND_TIMEOUT_MS - 1);
    expect(timers.waiting).toBe(1);
    timers.advance(1);
    expect(await ended).toBe('unavailable');
  }

  /** Waits until the store serves again. */
  async function servesAgain(): Promise<void> {
    await eventually('the hold store serves again', async () => {
      timers.advance(TRY_AGAIN_AFTER_MS);
      return (await acquire()) !== 'unavailable';
    });
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
    expect(await store.acquire(slot, mine, LONG_MS)).toEqual({ acquired: true, forMs: LONG_MS });
    expect(await store.holders([slot])).toEqual(new Map([[slot, mine]]));
  });

  test('a plain SET NX that is sent again says of our own hold that it is somebody else’s', async () => {
    const naive = new Redis(url());
    await naive.ping();
    const slot = key();
    cutAt(slot, 'reset-after-reply');
    expect(await naive.set(slot, 'mine', 'PX', LONG_MS, 'NX')).toBeNull();
    expect(await naive.get(slot)).toBe('mine');
    naive.disconnect();
  });

  test('an acquisition that was cut on its way is made', async () => {
    const slot = key();
    const mine = holder();
    cutAt(mine.token, 'reset');
    expect(await store.acquire(slot, mine, LONG_MS)).toEqual({ acquired: true, forMs: LONG_MS });
  });

  test.each(CUTS)('a slot is free after a release that met %s', async (cut) => {
    const slot = key();
    const mine = holder();
    await store.acquire(slot, mine, LONG_MS);
    cutAt(slot, cut);
    await store.release(slot, mine.token);
    expect(await store.acquire(slot, holder(), LONG_MS)).toMatchObject({ acquired: true });
  });

  test('killed: says that it is not known, and serves again when Redis is back', async () => {
    const slot = key();
    await store.acquire(slot, holder(), LONG_MS);
    await redis.kill();
    expect(await outcome(store.acquire(slot, holder(), LONG_MS))).toBe('unavailable');
    expect(await outcome(store.release(slot, randomUUID()))).toBe('unavailable');
    expect(await outcome(store.holders([slot]))).toBe('unavailable');
    await redis.start();
    await servesAgain();
    expect(await store.acquire(slot, holder(), LONG_MS)).toMatchObject({ acquired: true });
  });

  test('flushed: the slot can be had again, and the one who had it cannot let go of it', async () => {
    const slot = key();
    const mine = holder();
    await store.acquire(slot, mine, LONG_MS);
    const other = new Redis(redis.port);
    await other.flushall();
    other.disconnect();
    expect(await store.acquire(slot, holder(), LONG_MS)).toMatchObject({ acquired: true });
    expect(await store.release(slot, mine.token)).toBe(false);
  });

  async function sendToRedis(...[command, ...values]: [string, ...string[]]): Promise<void> {
    const other = new Redis(redis.port);
    await other.call(command, ...values);
    other.disconnect();
  }

  test.each<{ how: string; pause: () => Promise<void> | void; resume: () => Promise<void> | void }>([
    { how: 'stopped', pause: () => redis.pause(), resume: () => redis.resume() },
    {
      how: 'told to pause its clients',
      // Those that write: others it could not be told to let go on again.
      pause: () => sendToRedis('CLIENT', 'PAUSE', String(LONG_MS), 'WRITE'),
      resume: () => sendToRedis('CLIENT', 'UNPAUSE'),
    },
  ])('$how: three wait, then nobody does, and all is well afterwards', async ({ pause, resume }) => {
    const slot = key();
    const mine = holder();
    await store.acquire(slot, mine, LONG_MS);
    await pause();
    for (let call = 0; call < 3; call++) await waitsInVain(store.acquire(key(), holder(), LONG_MS));
    const before = commands;
    for (let call = 0; call < 20; call++) expect(await acquire()).toBe('unavailable');
    timers.advance(TRY_AGAIN_AFTER_MS - 1);
    expect(await acquire()).toBe('unavailable');
    expect(commands).toBe(before);
    await resume();
    timers.advance(1);
    expect(await acquire()).toMatchObject({ acquired: true });
    expect(await store.holders([slot])).toEqual(new Map([[slot, mine]]));
  });

  test('while one tries, the others do not wait for it', async () => {
    redis.pause();
    for (let call = 0; call < 3; call++) await waitsInVain(store.acquire(key(), holder(), LONG_MS));
    for (let round = 0; round < 2; round++) {
      timers.advance(TRY_AGAIN_AFTER_MS);
      let answered = 0;
      const calls = Array.from({ length: 50 }, async () => {
        expect(await acquire()).toBe('unavailable');
        answered += 1;
      });
      await eventually('all but one are answered', () => answered >= 49);
      expect(timers.waiting).toBe(1);
      timers.advance(COMMAND_TIMEOUT_MS);
      await Promise.all(calls);
    }
  });

  test('a connection that the network has lost without a word is made anew', async () => {
    const impatient = redisHolds(url(), logger, timers, 200);
    let isLost = false;
    const mine = holder();
    treat = (sent) => {
      if (isLost || !sent.includes(mine.token)) return null;
      isLost = true;
      return { fault: { kind: 'answer', bytes: '' } };
    };
    // On a slow machine the new one may be taken for lost as well.
    await eventually('the hold is acquired', async () => {
      timers.advance(TRY_AGAIN_AFTER_MS);
      return (await outcome(impatient.acquire(key(), mine, LONG_MS))) !== 'unavailable';
    });
    expect(isLost).toBe(true);
    await impatient.close();
  });

  test('lets itself be closed while Redis hangs', async () => {
    redis.pause();
    const closed = store.close();
    await eventually('it waits for Redis', () => timers.waiting === 1);
    timers.advance(COMMAND_TIMEOUT_MS);
    await closed;
  });
});
