import { setImmediate as next } from 'node:timers/promises';
import type { Timers } from '../../domain/timers';
import { loopLag } from './loop-lag';

const LOOKS_EVERY_MS = 20;

/** Time in which each look comes as late as the test says. */
function lateTimers() {
  let elapsedMs = 1_000_000;
  let due: { after: number; look: () => void } | null = null;
  const timers: Timers = {
    elapsedMs: () => elapsedMs,
    after(ms, callback) {
      due = { after: ms, look: callback };
      return () => (due = null);
    },
  };
  return {
    timers,
    isWaiting: () => due !== null,
    lookLateBy(...lateness: number[]) {
      for (const ms of lateness) {
        if (due === null) throw new Error('Nobody looks.');
        const { after, look } = due;
        elapsedMs += after + ms;
        look();
      }
    },
  };
}

it('is seen where one long piece of work comes after another: the least of the last three', () => {
  const { timers, lookLateBy } = lateTimers();
  const lag = loopLag(timers);
  lookLateBy(150, 130);
  expect(lag.ms()).toBe(0);
  lookLateBy(170);
  expect(lag.ms()).toBe(130);
});

it('is none for one long piece of work', () => {
  const { timers, lookLateBy } = lateTimers();
  const lag = loopLag(timers);
  lookLateBy(0, 0, 400);
  expect(lag.ms()).toBe(0);
  lookLateBy(1, 2);
  expect(lag.ms()).toBe(1);
});

it('is over when the work is', () => {
  const { timers, lookLateBy } = lateTimers();
  const lag = loopLag(timers);
  lookLateBy(150, 150, 150);
  expect(lag.ms()).toBe(150);
  lookLateBy(0);
  expect(lag.ms()).toBe(0);
});

it('is looked at until it is stopped', () => {
  const { timers, isWaiting } = lateTimers();
  const lag = loopLag(timers);
  expect(isWaiting()).toBe(true);
  lag.stop();
  expect(isWaiting()).toBe(false);
});

it('is that of the machine', async () => {
  const lag = loopLag();
  const busyMs = 60;
  // Several pieces, as requests are; each makes the look after it late by at least the difference.
  for (let piece = 0; piece < 5; piece++) {
    const until = performance.now() + busyMs;
    while (performance.now() < until);
    await next();
  }
  expect(lag.ms()).toBeGreaterThanOrEqual(busyMs - LOOKS_EVERY_MS);
  lag.stop();
});
