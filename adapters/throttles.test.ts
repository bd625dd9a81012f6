import { setTimeout as pause } from 'node:timers/promises';
import pino from 'pino';
import { freePort } from '../http/free-port';
import { laboratory, ready, requests, search, switchOn } from './conformance/laboratory';
import { CONSUMER } from './conformance/gp-system-at';
import { redisThrottles } from './redis-throttles';
import { createGpSystems } from './registry';
import { inProcessThrottles, LONGEST_MS } from './throttles';

const logger = pino({ level: 'silent' });
const { TEST_REDIS_URL } = process.env;

describe('throttles in one process', () => {
  it('keep away for the time given, and a shorter time does not undo a longer one', async () => {
    let now = 1_000;
    const throttles = inProcessThrottles(() => now);
    await throttles.keepAway('emis', 500);
    await throttles.keepAway('emis', 100);
    expect(await throttles.waitMs('emis')).toBe(500);
    expect(await throttles.waitMs('tpp')).toBe(0);
    now += 500;
    expect(await throttles.waitMs('emis')).toBe(0);
  });

  it('do not take a supplier’s slip for days', async () => {
    const throttles = inProcessThrottles(() => 0);
    await throttles.keepAway('emis', 10 ** 9);
    expect(await throttles.waitMs('emis')).toBe(LONGEST_MS);
  });
});

describe('throttles without their Redis', () => {
  it('still honour what this process was told, and let the rest pass', async () => {
    const throttles = redisThrottles(`redis://127.0.0.1:${await freePort()}`, logger);
    await throttles.keepAway('emis', 60_000);
    expect(await throttles.waitMs('emis')).toBeGreaterThan(50_000);
    expect(await throttles.waitMs('tpp')).toBe(0);
    await throttles.close();
  });
});

// The machine has no Redis: tests/global-setup.ts says so, or fails where it is required.
(TEST_REDIS_URL === undefined ? describe.skip : describe)('throttles of several processes', () => {
  const key = `supplier-${process.pid}-${Math.round(performance.now())}`;

  it('are shared, and end by themselves', async () => {
    const [one, other] = [redisThrottles(TEST_REDIS_URL!, logger), redisThrottles(TEST_REDIS_URL!, logger)];
    // Commands before the connection stands are given up, and so are those that a busy machine delays.
    const seen = async (isThere: (ms: number) => boolean) => {
      for (let tries = 0; tries < 100; tries++) {
        await one.keepAway(key, 20_000);
        await one.keepAway(key, 10);
        const ms = await other.waitMs(key);
        if (isThere(ms)) return ms;
        await pause(50);
      }
      return 0;
    };
    expect(await seen((ms) => ms > 10_000)).toBeLessThanOrEqual(20_000);
    const passing = `${key}-passing`;
    await one.keepAway(passing, 200);
    await pause(300);
    expect(await other.waitMs(passing)).toBe(0);
    await Promise.all([one.close(), other.close()]);
  });

  it('keep a second process from asking a supplier that has told the first one to wait', async () => {
    const lab = await laboratory('gp-connect');
    const [one, other] = [redisThrottles(TEST_REDIS_URL!, logger), redisThrottles(TEST_REDIS_URL!, logger)];
    await pause(500);
    const systemWith = (throttles: typeof one) =>
      createGpSystems({
        suppliers: { 'gp-connect': { url: lab.simulators.urls['gp-connect'] } },
        consumer: CONSUMER,
        logger,
        now: () => lab.clock.now,
        throttles,
      }).get('gp-connect')!;
    const { practice, patient, slot } = await ready(lab);
    const look = (throttles: typeof one) =>
      search({ ...lab, system: systemWith(throttles) }, patient, practice, slot.startsAt, slot.endsAt);
    switchOn(lab, { kind: 'throttled', retryAfterSeconds: 60 }, { practice, times: 1 });
    await expect(look(one)).rejects.toMatchObject({ fault: 'THROTTLED' });
    const before = requests(lab);
    await expect(look(other)).rejects.toMatchObject({ fault: 'THROTTLED', mayHaveBeenSent: false });
    expect(requests(lab)).toBe(before);
    await Promise.all([one.close(), other.close(), lab.close()]);
  });
});
