import { manualTimers } from './manual-timers';
import { pause, within } from './timers';

describe('manual timers', () => {
  it('call back in order, each at its own moment, and only when time passes', () => {
    const timers = manualTimers(0);
    const calls: [string, number][] = [];
    timers.after(20, () => calls.push(['later', timers.elapsedMs()]));
    timers.after(10, () => {
      calls.push(['first', timers.elapsedMs()]);
      timers.after(5, () => calls.push(['then', timers.elapsedMs()]));
    });
    expect(calls).toEqual([]);
    timers.advance(30);
    expect(calls).toEqual([
      ['first', 10],
      ['then', 15],
      ['later', 20],
    ]);
    expect(timers.elapsedMs()).toBe(30);
    expect(timers.waiting).toBe(0);
  });

  it('forget what is cancelled', () => {
    const timers = manualTimers();
    const cancel = timers.after(1, () => {
      throw new Error('cancelled');
    });
    cancel();
    timers.advance(10);
    expect(timers.waiting).toBe(0);
  });

  it('end a pause, or an abort does', async () => {
    const timers = manualTimers();
    const waited = pause(timers, 1_000);
    timers.advance(1_000);
    await waited;
    const abort = new AbortController();
    const aborted = pause(timers, 1_000, abort.signal);
    abort.abort(new Error('no longer wanted'));
    await expect(aborted).rejects.toThrow('no longer wanted');
    expect(timers.waiting).toBe(0);
    await expect(pause(timers, 1, abort.signal)).rejects.toThrow('no longer wanted');
  });

  it('give up on work that takes too long, and are not needed when it does not', async () => {
    const timers = manualTimers();
    const endless = within(timers, 1_000, new Promise(() => undefined));
    timers.advance(999);
    expect(timers.waiting).toBe(1);
    timers.advance(1);
    expect(await endless).toBeUndefined();
    expect(await within(timers, 1_000, Promise.resolve('done'))).toBe('done');
    await expect(within(timers, 1_000, Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(timers.waiting).toBe(0);
  });
});
