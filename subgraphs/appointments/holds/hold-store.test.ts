import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { manualTimers } from '../../../domain/manual-timers';
import { eventually } from '../../../domain/eventually';
import { slotKey, type HoldStore } from './hold-store';
import { inProcessHolds } from './in-process-holds';
import { redisHolds } from './redis-holds';

/** Holds that are to last: longer than any machine takes for a test. */
const LONG_MS = 60_000;
const SHORT_MS = 20;

const url = process.env.TEST_REDIS_URL;
const stores: { name: string; open: () => HoldStore }[] = [
  { name: 'in process', open: () => inProcessHolds() },
  ...(url === undefined
    ? []
    : [
        {
          name: 'in Redis',
          // By its time the store never gives up waiting for an answer; holds run out by Redis's own.
          open: () => redisHolds(url, pino({ level: 'silent' }), manualTimers()),
        },
      ]),
];

describe.each(stores)('holds $name', ({ open }) => {
  const key = () => slotKey('supplier', 'Z90001', randomUUID());
  const holder = (token = randomUUID()) => ({ token, callerId: `caller-of-${token}` });
  let store: HoldStore;
  beforeAll(() => {
    store = open();
  });
  afterAll(() => store.close());

  /** Until what was acquired for `SHORT_MS` before has run out: what is acquired now runs out after it. */
  async function shortHoldsRunOut(): Promise<void> {
    const last = key();
    await store.acquire(last, holder(), SHORT_MS);
    await eventually('the holds have run out', async () => (await store.holders([last])).size === 0);
  }

  test('one of many who ask at once gets the hold', async () => {
    const slot = key();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => store.acquire(slot, holder(), LONG_MS)),
    );
    expect(answers.filter(({ acquired }) => acquired)).toHaveLength(1);
  });

  test('the same token may ask again, and holds from then on for as long as it asks for', async () => {
    const slot = key();
    const mine = holder();
    await store.acquire(slot, mine, SHORT_MS);
    expect(await store.acquire(slot, mine, LONG_MS)).toEqual({ acquired: true, forMs: LONG_MS });
    await shortHoldsRunOut();
    expect((await store.acquire(slot, holder(), LONG_MS)).acquired).toBe(false);
  });

  test('a hundred repetitions at once hold no more than one does', async () => {
    const slot = key();
    const mine = holder();
    const answers = await Promise.all(Array.from({ length: 100 }, () => store.acquire(slot, mine, LONG_MS)));
    expect(answers.filter(({ acquired }) => !acquired)).toEqual([]);
    expect(await store.release(slot, mine.token)).toBe(true);
    expect(await store.release(slot, mine.token)).toBe(false);
    expect((await store.acquire(slot, holder(), LONG_MS)).acquired).toBe(true);
  });

  test('somebody else is told how long to wait at most', async () => {
    const slot = key();
    const hourMs = 3_600_000;
    await store.acquire(slot, holder(), hourMs);
    const refused = await store.acquire(slot, holder(), LONG_MS);
    expect(refused.acquired).toBe(false);
    expect(refused.forMs).toBeGreaterThan(hourMs / 2);
    expect(refused.forMs).toBeLessThanOrEqual(hourMs);
  });

  test('only the token that holds can let go', async () => {
    const slot = key();
    const mine = holder();
    await store.acquire(slot, mine, LONG_MS);
    expect(await store.release(slot, randomUUID())).toBe(false);
    expect((await store.acquire(slot, holder(), LONG_MS)).acquired).toBe(false);
    expect(await store.release(slot, mine.token)).toBe(true);
    expect((await store.acquire(slot, holder(), LONG_MS)).acquired).toBe(true);
  });

  test('a hold that has run out blocks nobody and cannot be released', async () => {
    const slot = key();
    const mine = holder();
    await store.acquire(slot, mine, SHORT_MS);
    await shortHoldsRunOut();
    expect(await store.release(slot, mine.token)).toBe(false);
    expect(await store.holders([slot])).toEqual(new Map());
    expect((await store.acquire(slot, holder(), LONG_MS)).acquired).toBe(true);
  });

  test('a token whose hold ran out takes it again, unless somebody else has', async () => {
    const [free, taken] = [key(), key()];
    const mine = holder();
    for (const slot of [free, taken]) await store.acquire(slot, mine, SHORT_MS);
    await shortHoldsRunOut();
    await store.acquire(taken, holder(), LONG_MS);
    expect((await store.acquire(free, mine, LONG_MS)).acquired).toBe(true);
    expect((await store.acquire(taken, mine, LONG_MS)).acquired).toBe(false);
    expect(await store.release(taken, mine.token)).toBe(false);
  });

  test('runs by its own clock, whatever happens to the clock of this process', async () => {
    const slot = key();
    const mine = holder();
    await store.acquire(slot, mine, LONG_MS);
    for (const minutes of [2, -2]) {
      const wallClock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + minutes * 60_000);
      expect((await store.acquire(slot, holder(), LONG_MS)).acquired).toBe(false);
      wallClock.mockRestore();
    }
    expect(await store.release(slot, mine.token)).toBe(true);
  });

  test('a caller recognises their own hold, also when they ask with another token', async () => {
    const slot = key();
    const mine = holder();
    await store.acquire(slot, mine, LONG_MS);
    const again = { ...mine, token: randomUUID() };
    expect(await store.acquire(slot, again, LONG_MS)).toMatchObject({ acquired: false, by: mine });
    expect(await store.holders([slot])).toEqual(new Map([[slot, mine]]));
  });

  test('holders are told by slot, and slots that nobody holds are absent', async () => {
    const [held, free] = [key(), key()];
    const mine = holder();
    await store.acquire(held, mine, LONG_MS);
    expect(await store.holders([held, free])).toEqual(new Map([[held, mine]]));
    expect(await store.holders([])).toEqual(new Map());
  });
});
