import { setTimeout as pause } from 'node:timers/promises';
import { loopLag, type LoopLag } from './loop-lag';

let lag: LoopLag;
beforeEach(() => {
  lag = loopLag();
});
afterEach(() => lag.stop());

function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it('is seen while something blocks, and remembered for a moment', async () => {
  await pause(50);
  block(200);
  expect(lag.ms()).toBeGreaterThan(150);
  await pause(60);
  expect(lag.ms()).toBeGreaterThan(100);
});

it('fades when nothing blocks any more', async () => {
  block(300);
  await pause(60);
  const before = lag.ms();
  await pause(1_200);
  expect(lag.ms()).toBeLessThan(before / 2);
});
