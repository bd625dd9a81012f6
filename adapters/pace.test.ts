import { pace } from './pace';

describe('pace', () => {
  it('lets a second’s worth go at once, and then spreads', () => {
    let now = 0;
    const nextTurn = pace(10, () => now);
    expect(Array.from({ length: 10 }, nextTurn)).toEqual(Array(10).fill(0));
    expect([nextTurn(), nextTurn()].map(Math.round)).toEqual([100, 200]);
    now = 5_000;
    expect(nextTurn()).toBe(0);
  });

  it('keeps to the rate in the long run', () => {
    let now = 0;
    const nextTurn = pace(50, () => now);
    let sent = 0;
    for (; now < 10_000; now += nextTurn() + 0.01) sent += 1;
    expect(sent).toBeLessThanOrEqual(50 * 11 + 1);
    expect(sent).toBeGreaterThan(50 * 9);
  });
});
