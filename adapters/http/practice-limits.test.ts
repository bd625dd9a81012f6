import { manualTimers } from '../../domain/manual-timers';
import { OdsCode } from '../../domain/ods-code';
import { practiceLimits } from './practice-limits';

const [practice, other] = [OdsCode.parse('B86030'), OdsCode.parse('B86031')];
const LIMITS = { concurrency: 8, requestsPerSecond: 20 };
const never = new AbortController().signal;

it('counts no practice where its supplier does not', () => {
  expect(practiceLimits(undefined, manualTimers())(practice)).toBeNull();
  expect(practiceLimits(LIMITS, manualTimers())(null)).toBeNull();
});

it('lets no more pass in any one second than is allowed, wherever the second begins', async () => {
  const timers = manualTimers();
  const limits = practiceLimits(LIMITS, timers)(practice)!;
  const passed: number[] = [];
  for (let request = 0; request < 100; request++) {
    const waiting = limits.untilRoom('BOOKING', never).then(() => 'room' as const);
    while ((await Promise.race([waiting, new Promise((done) => setImmediate(done))])) !== 'room')
      timers.advance(10);
    expect(limits.take('BOOKING')).toBe(true);
    passed.push(timers.elapsedMs());
    timers.advance(7);
  }
  const inSecondFrom = (start: number) => passed.filter((at) => at >= start && at < start + 1_000).length;
  expect(Math.max(...passed.map(inSecondFrom))).toBe(LIMITS.requestsPerSecond);
});

it('keeps a quarter for bookings, and no practice is felt by another', () => {
  const limitsOf = practiceLimits(LIMITS, manualTimers());
  const taken = (code: typeof practice, lane: 'SEARCH' | 'BOOKING') => {
    let count = 0;
    while (limitsOf(code)!.take(lane)) count += 1;
    return count;
  };
  expect([taken(practice, 'SEARCH'), taken(practice, 'BOOKING')]).toEqual([15, 5]);
  expect(taken(other, 'BOOKING')).toBe(20);
});
