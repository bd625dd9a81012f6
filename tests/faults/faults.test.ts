import { bundleService } from './bundle-service';
import { check } from './checker';
import { runCrashPoints } from './crash-run';
import { cellsOf, type Configuration } from './fault-matrix';
import { runHistory } from './history-run';
import { openLane, type Lane } from './lane';
import { runMutant } from './mutant-run';
import { MUTANTS } from './mutants';
import { runProbe } from './probes';

/** A small part of `npm run faults`, the same each time; what a machine lacks is said at the start of the run. */
const SEED = 20_261;
const WAYS = [
  'reset after commit / after supplier commit / 1',
  'service killed / after supplier commit / 1',
  '500, 503, 504 / cancel / 1',
];
const configurations: Configuration[] = [
  'libsql',
  ...(process.env.TEST_REDIS_URL !== undefined && process.env.TEST_POSTGRES_URL !== undefined
    ? (['postgres-redis'] as const)
    : []),
];

let bundle: string;
const lanes = new Map<Configuration, Lane>();
beforeAll(async () => {
  bundle = await bundleService('in-tests', []);
  for (const configuration of configurations) lanes.set(configuration, await openLane(configuration));
}, 60_000);
afterAll(async () => {
  for (const lane of lanes.values()) await lane.close();
});

describe.each(configurations)('on %s', (configuration) => {
  test('a crowd, lost answers and a killed service break no promise', async () => {
    const cells = cellsOf(configuration, false).filter(({ id }) => WAYS.includes(id));
    const journeys = cells.map((cell) => [cell]);
    const plan = { index: 0, configuration, seed: SEED, journeys };
    const { violations, operations, filled } = await runHistory(plan, lanes.get(configuration)!, bundle);
    expect(violations).toEqual([]);
    expect(filled.map(({ id }) => id)).toEqual(cells.map(({ id }) => id));
    expect(operations).toBeGreaterThan(20);
  }, 120_000);
});

test('killed at some steps of a cancellation, another process takes over', async () => {
  const { points, died, violations } = await runCrashPoints({
    configuration: 'libsql',
    scenario: 'cancel',
    lane: lanes.get('libsql')!,
    bundle,
    serial: 20_000,
    part: { number: 0, of: 4 },
  });
  expect(violations).toEqual([]);
  expect(died).toBe(points);
  expect(points).toBeGreaterThan(1);
}, 120_000);

describe('the checker sees', () => {
  const NAMES = ['the unique index is dropped (SQLite)', 'a 5xx is answered with another try'];
  const chosen = MUTANTS.filter(({ name }) => NAMES.includes(name));

  test.each(chosen)(
    'that $name',
    async (mutant) => {
      const lane = lanes.get('libsql')!;
      const serial = 40_000 + MUTANTS.indexOf(mutant) * 1_000;
      expect(check(await runProbe(mutant.probe, serial, lane, bundle))).toEqual([]);
      expect((await runMutant(mutant, MUTANTS.indexOf(mutant), lane)).caughtBy).not.toEqual([]);
    },
    120_000,
  );
});
