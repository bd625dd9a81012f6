import { manualTimers } from '../domain/manual-timers';
import { pace } from './pace';

describe('pace', () => {
  it('lets a second’s worth go at once, and then spreads', () => {
    const timers = manualTimers();
    const nextTurn = pace(10, timers);
    expect(Array.from({ length: 10 }, nextTurn)).toEqual(Array(10).fill(0));
    expect([nextTurn(), nextTurn()].map(Math.round)).toEqual([100, 200]);
    timers.advance(5_000);
    expect(nextTurn()).toBe(0);
  });

  it('keeps to the rate in the long run', () => {
    const timers = manualTimers(0);
    const nextTurn = pace(50, timers);
    let sent = 0;
    while (timers.elapsedMs() < 10_000) {
      sent += 1;
      timers.advance(nextTurn() + 0.01);
    }
    expect(sent).toBeLessThanOrEqual(50 * 11 + 1);
    expect(sent).toBeGreaterThan(50 * 9);
  });
});
