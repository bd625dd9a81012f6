import { manualTimers } from '../../domain/manual-timers';
import { eventually } from '../../domain/eventually';
import { listen } from './listen';
import { readiness, sendReadiness } from './readiness';

const well = { name: 'well', ready: () => Promise.resolve() };
const broken = { name: 'broken', ready: () => Promise.reject(new Error('no')) };
const silent = { name: 'silent', ready: () => new Promise<void>(() => undefined) };

test('names what fails and what does not answer within two seconds, and waits no longer than that', async () => {
  const timers = manualTimers();
  const missing = readiness([well, broken, silent], timers).missing();
  await eventually('one part alone is waited for', () => timers.waiting === 1);
  timers.advance(1_999);
  expect(timers.waiting).toBe(1);
  timers.advance(1);
  expect(timers.waiting).toBe(0);
  expect(await missing).toEqual(['broken', 'silent']);
});

test('waits for nothing when all have answered', async () => {
  const timers = manualTimers();
  expect(await readiness([well, broken], timers).missing()).toEqual(['broken']);
  expect(timers.waiting).toBe(0);
});

test('asks once for all who ask within a second, and then anew', async () => {
  const timers = manualTimers();
  let asked = 0;
  const known = readiness(
    [{ name: 'counted', ready: () => Promise.resolve(asked++).then(() => undefined) }],
    timers,
  );
  await Promise.all([known.missing(), known.missing(), known.missing()]);
  timers.advance(1_000);
  expect(await known.missing()).toEqual([]);
  expect(asked).toBe(1);
  timers.advance(1);
  expect(await known.missing()).toEqual([]);
  expect(asked).toBe(2);
});

test('tells of a change once, with why', async () => {
  const timers = manualTimers();
  const told: string[][] = [];
  let isWell = false;
  const changing = {
    name: 'changing',
    ready: () => (isWell ? Promise.resolve() : Promise.reject(new Error('no room'))),
  };
  const known = readiness([well, changing], timers, (missing) =>
    told.push(missing.map(({ name, reason }) => `${name}: ${String(reason)}`)),
  );
  async function askAnew() {
    timers.advance(1_001);
    await known.missing();
  }
  await askAnew();
  await askAnew();
  isWell = true;
  await askAnew();
  await askAnew();
  expect(told).toEqual([['changing: Error: no room'], []]);
});

test('is not ready from the moment on that the process is told to stop', async () => {
  const known = readiness([well]);
  const { url, close } = await listen((_, response) => void sendReadiness(known, response), {
    host: '127.0.0.1',
    port: 0,
  });
  const ask = async () => {
    const response = await fetch(url);
    return { status: response.status, body: await response.json() };
  };
  expect(await ask()).toEqual({ status: 200, body: { status: 'ready', missing: [] } });
  known.stop();
  expect(await ask()).toEqual({ status: 503, body: { status: 'stopping', missing: [] } });
  await close();
});
