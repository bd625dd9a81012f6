import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { slotKey, type HoldStore } from './hold-store';
import { inProcessHolds } from './in-process-holds';
import { redisHolds } from './redis-holds';

const url = process.env.TEST_REDIS_URL;
const stores: { name: string; open: () => HoldStore }[] = [
  { name: 'in process', open: () => inProcessHolds() },
  ...(url === undefined
    ? []
    : [{ name: 'in Redis', open: () => redisHolds(url, pino({ level: 'silent' })) }]),
];

describe.each(stores)('holds $name', ({ open }) => {
  const key = () => slotKey('supplier', 'Z90001', randomUUID());
  const holder = (token = randomUUID()) => ({ token, callerId: `caller-of-${token}` });
  let store: HoldStore;
  beforeAll(() => {
    store = open();
  });
  afterAll(() => store.close());

  test('one of many who ask at once gets the hold', async () => {
    const slot = key();
    const answers = await Promise.all(Array.from({ length: 20 }, () => store.acquire(slot, holder(), 5_000)));
    expect(answers.filter(({ acquired }) => acquired)).toHaveLength(1);
  });

  test('the same token may ask again, and holds from then on for as long as it asks for', async () => {
    const slot = key();
    const mine = holder();
    await store.acquire(slot, mine, 100);
    expect(await store.acquire(slot, mine, 5_000)).toEqual({ acquired: true, forMs: 5_000 });
    await sleep(150);
    expect((await store.acquire(slot, holder(), 5_000)).acquired).toBe(false);
  });

  test('a hundred repetitions at once hold no more than one does', async () => {
    const slot = key();
    const mine = holder();
    const answers = await Promise.all(Array.from({ length: 100 }, () => store.acquire(slot, mine, 5_000)));
    expect(new Set(answers.map(({ acquired }) => acquired))).toEqual(new Set([true]));
    expect(await store.release(slot, mine.token)).toBe(true);
    expect(await store.release(slot, mine.token)).toBe(false);
    expect((await store.acquire(slot, holder(), 5_000)).acquired).toBe(true);
  });

  test('somebody else is told how long to wait at most', async () => {
    const slot = key();
    await store.acquire(slot, holder(), 5_000);
    const refused = await store.acquire(slot, holder(), 5_000);
    expect(refused.acquired).toBe(false);
    expect(refused.forMs).toBeGreaterThan(3_000);
    expect(refused.forMs).toBeLessThanOrEqual(5_000);
  });

  test('only the token that holds can let go', async () => {
    const slot = key();
    const mine = holder();
    await store.acquire(slot, mine, 5_000);
    expect(await store.release(slot, randomUUID())).toBe(false);
    expect((await store.acquire(slot, holder(), 5_000)).acquired).toBe(false);
    expect(await store.release(slot, mine.token)).toBe(true);
    expect((await store.acquire(slot, holder(), 5_000)).acquired).toBe(true);
  });

  test('a hold that has run out blocks nobody and cannot be released', async () => {
    const slot = key();
    const mine = holder();
    await store.acquire(slot, mine, 30);
    await sleep(60);
    expect(await store.release(slot, mine.token)).toBe(false);
    expect(await store.holders([slot])).toEqual(new Map());
    expect((await store.acquire(slot, holder(), 5_000)).acquired).toBe(true);
  });

  test('a token whose hold ran out takes it again, unless somebody else has', async () => {
    const [free, taken] = [key(), key()];
    const mine = holder();
    for (const slot of [free, taken]) await store.acquire(slot, mine, 30);
    await sleep(60);
    await store.acquire(taken, holder(), 5_000);
    expect((await store.acquire(free, mine, 5_000)).acquired).toBe(true);
    expect((await store.acquire(taken, mine, 5_000)).acquired).toBe(false);
    expect(await store.release(taken, mine.token)).toBe(false);
  });

  test('runs by its own clock, whatever happens to the clock of this process', async () => {
    const slot = key();
    const mine = holder();
    await store.acquire(slot, mine, 5_000);
    for (const minutes of [2, -2]) {
      const wallClock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + minutes * 60_000);
      expect((await store.acquire(slot, holder(), 5_000)).acquired).toBe(false);
      wallClock.mockRestore();
    }
    expect(await store.release(slot, mine.token)).toBe(true);
  });

  test('a caller recognises their own hold, also when they ask with another token', async () => {
    const slot = key();
    const mine = holder();
    await store.acquire(slot, mine, 5_000);
    const again = { ...mine, token: randomUUID() };
    expect(await store.acquire(slot, again, 5_000)).toMatchObject({ acquired: false, by: mine });
    expect(await store.holders([slot])).toEqual(new Map([[slot, mine]]));
  });

  test('holders are told by slot, and slots that nobody holds are absent', async () => {
    const [held, free] = [key(), key()];
    const mine = holder();
    await store.acquire(held, mine, 5_000);
    expect(await store.holders([held, free])).toEqual(new Map([[held, mine]]));
    expect(await store.holders([])).toEqual(new Map());
  });
});
