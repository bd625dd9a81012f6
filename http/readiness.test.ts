import { readiness } from './readiness';

const well = { name: 'well', ready: () => Promise.resolve() };
const broken = { name: 'broken', ready: () => Promise.reject(new Error('no')) };
const silent = { name: 'silent', ready: () => new Promise<void>(() => undefined) };

test('names what fails and what does not answer in time, and waits for nothing longer than that', async () => {
  const began = performance.now();
  expect(await readiness([well, broken, silent]).missing()).toEqual(['broken', 'silent']);
  expect(performance.now() - began).toBeLessThan(5_000);
});

test('asks once for all who ask within a second, and then anew', async () => {
  let asked = 0;
  const known = readiness([{ name: 'counted', ready: () => Promise.resolve(asked++).then(() => undefined) }]);
  await Promise.all([known.missing(), known.missing(), known.missing()]);
  expect(asked).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 1_050));
  expect(await known.missing()).toEqual([]);
  expect(asked).toBe(2);
});
