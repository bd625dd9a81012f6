import { setImmediate as next, setTimeout as pause } from 'node:timers/promises';
import { loopLag, type LoopLag } from './loop-lag';

let lag: LoopLag;
beforeEach(() => {
  lag = loopLag();
});
afterEach(() => lag.stop());

/** Keeps the process busy in pieces, as requests do. */
async function busy(pieces: number, ms: number): Promise<void> {
  for (let piece = 0; piece < pieces; piece++) {
    const until = performance.now() + ms;
    while (performance.now() < until);
    await next();
  }
}

it('is seen where one long piece of work comes after another', async () => {
  await busy(6, 150);
  expect(lag.ms()).toBeGreaterThan(100);
});

it('is none for one long piece of work', async () => {
  await pause(100);
  await busy(1, 400);
  await pause(15);
  expect(lag.ms()).toBeLessThan(100);
});

it('is over when the work is', async () => {
  await busy(6, 150);
  await pause(200);
  expect(lag.ms()).toBeLessThan(100);
});
