import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { manualTimers } from '../../domain/manual-timers';
import { freePort } from '../../platform/http/free-port';
import { eventually } from '../../domain/eventually';
import { laboratory, ready, requests, search, switchOn } from '../conformance/laboratory';
import { CONSUMER } from '../conformance/gp-system-at';
import { redisThrottles } from './redis-throttles';
import { createGpSystems } from '../registry';
import { inProcessThrottles, MAX_KEEP_AWAY_MS, type Throttles } from './throttles';

const logger = pino({ level: 'silent' });
const { TEST_REDIS_URL } = process.env;

describe('throttles in one process', () => {
  it('keep away for the time that was asked for, and a shorter time does not undo a longer one', async () => {
    const timers = manualTimers();
    const throttles = inProcessThrottles(timers);
    await throttles.keepAway('emis', 500);
    await throttles.keepAway('emis', 100);
    expect(await throttles.waitMs('emis')).toBe(500);
    expect(await throttles.waitMs('tpp')).toBe(0);
    timers.advance(499);
    expect(await throttles.waitMs('emis')).toBe(1);
    timers.advance(1);
    expect(await throttles.waitMs('emis')).toBe(0);
  });

  it('do not take a supplier’s slip for days', async () => {
    const throttles = inProcessThrottles(manualTimers());
    await throttles.keepAway('emis', 10 ** 9);
    expect(await throttles.waitMs('emis')).toBe(MAX_KEEP_AWAY_MS);
  });
});

describe('throttles without their Redis', () => {
  it('still honour the waits that this process received, and let the rest pass', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    const throttles = redisThrottles(url, logger, { timers: manualTimers() });
    await throttles.keepAway('emis', 60_000);
    expect(await throttles.waitMs('emis')).toBe(60_000);
    expect(await throttles.waitMs('tpp')).toBe(0);
    await throttles.close();
  });
});

// The machine has no Redis: tests/global-setup.ts says so, or fails where it is required.
(TEST_REDIS_URL === undefined ? describe.skip : describe)('throttles of several processes', () => {
  const HOUR = 3_600_000;
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });

  /** Two that are connected, each of which knows by itself only what it was told. */
  async function connected() {
    // Nothing on a busy machine takes so long.
    const make = () => redisThrottles(TEST_REDIS_URL!, logger, { commandTimeoutMs: 60_000 });
    const [one, other] = [make(), make()];
    open.push(one, other);
    const key = randomUUID();
    await eventually('both are connected', async () => {
      // Given up where the connection does not stand yet.
      await one.keepAway(key, HOUR);
      return (await other.waitMs(key)) > 0;
    });
    return { one, other };
  }

  it('are shared, and end by themselves, and a shorter time does not undo a longer one', async () => {
    const { one, other } = await connected();
    const key = randomUUID();
    await one.keepAway(key, HOUR);
    await other.keepAway(key, 1);
    const waitMs = await other.waitMs(key);
    // Redis says how long it keeps it: for no key that it keeps for ever.
    expect(waitMs).toBeGreaterThan(HOUR / 2);
    expect(waitMs).toBeLessThanOrEqual(HOUR);
  });

  it('keep a second process from calling a supplier that has told the first one to wait', async () => {
    const lab = await laboratory('gp-connect');
    open.push(lab);
    const { one, other } = await connected();
    // Other suites on this Redis speak to a supplier of the same name.
    const run = randomUUID();
    const apart = (throttles: Throttles): Throttles => ({
      waitMs: (name) => throttles.waitMs(`${run}:${name}`),
      keepAway: (name, forMs) => throttles.keepAway(`${run}:${name}`, forMs),
    });
    const systemWith = (throttles: Throttles) =>
      createGpSystems({
        suppliers: { 'gp-connect': { url: lab.simulators.urls['gp-connect'] } },
        consumer: CONSUMER,
        logger,
        now: () => lab.clock.now,
        throttles: apart(throttles),
        timers: lab.timers,
      }).get('gp-connect')!;
    const { practice, patient, slot } = await ready(lab);
    const look = (throttles: Throttles) =>
      search(
        { ...lab, system: systemWith(throttles) },
        { patient, practice, from: slot.startsAt, to: slot.endsAt },
      );
    switchOn(lab, { kind: 'throttled', retryAfterSeconds: 3_600 }, { practice, times: 1 });
    await expect(look(one)).rejects.toMatchObject({ fault: 'THROTTLED' });
    const before = requests(lab);
    await expect(look(other)).rejects.toMatchObject({ fault: 'THROTTLED', mayHaveBeenSent: false });
    expect(requests(lab)).toBe(before);
  });
});
