import { bundleService } from './bundle-service';
import { check } from './checker';
import { runCrashPoints, type CrashResult } from './crash-run';
import { cellsOf, type Configuration } from './fault-matrix';
import type { Violation } from './history';
import { runHistory, type HistoryResult } from './history-run';
import { openLane, type Lane } from './lane';
import { runMutant, type MutantResult } from './mutant-run';
import { MUTANTS, type Mutant } from './mutants';
import { runProbe } from './probes';

/** A small part of `npm run faults`, the same each time. */
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
const MUTANT_NAMES = ['the unique index is dropped (SQLite)', 'a 5xx is answered with another try'];
const mutants = MUTANTS.filter(({ name }) => MUTANT_NAMES.includes(name));

/** All is under way at the same time, because it waits more than it computes; a test looks at one result. */
let histories: Map<Configuration, Promise<HistoryResult>>;
let crashes: Promise<CrashResult>;
let caught: Map<Mutant, Promise<{ unmutated: Violation[]; mutated: MutantResult }>>;
const lanes: Lane[] = [];

beforeAll(async () => {
  const bundle = await bundleService('in-tests', []);
  const [libsql, ...others] = await Promise.all(configurations.map(openLane));
  lanes.push(libsql!, ...others);
  histories = new Map(configurations.map((one, index) => [one, play(one, lanes[index]!, bundle)]));
  crashes = runCrashPoints({
    configuration: 'libsql',
    scenario: 'cancel',
    lane: libsql!,
    bundle,
    serial: 20_000,
    part: { number: 0, of: 4 },
  });
  caught = new Map(mutants.map((mutant) => [mutant, plantMutant(mutant, libsql!, bundle)]));
  await Promise.allSettled([...histories.values(), crashes, ...caught.values()]);
}, 600_000);
afterAll(() => Promise.all(lanes.map((lane) => lane.close())));

function play(configuration: Configuration, lane: Lane, bundle: string): Promise<HistoryResult> {
  const journeys = cellsOf(configuration, false).flatMap((cell) => (WAYS.includes(cell.id) ? [[cell]] : []));
  return runHistory({ index: 0, configuration, seed: SEED, journeys }, lane, bundle);
}

async function plantMutant(mutant: Mutant, lane: Lane, bundle: string) {
  const number = MUTANTS.indexOf(mutant);
  const unmutated = check(await runProbe(mutant.probe, 40_000 + number * 1_000, lane, bundle));
  return { unmutated, mutated: await runMutant(mutant, number, lane) };
}

test.each(configurations)(
  'a crowd, lost answers and a killed service break no promise on %s',
  async (configuration) => {
    const { violations, operations, filled } = await histories.get(configuration)!;
    expect(violations).toEqual([]);
    expect(filled.map(({ id }) => id).sort()).toEqual([...WAYS].sort());
    expect(operations).toBeGreaterThan(20);
  },
);

test('killed at some steps of a cancellation, another process takes over', async () => {
  const { points, died, violations } = await crashes;
  expect(violations).toEqual([]);
  expect(died).toBe(points);
  expect(points).toBeGreaterThan(1);
});

test.each(mutants)('the checker sees that $name', async (mutant) => {
  const { unmutated, mutated } = await caught.get(mutant)!;
  expect(unmutated).toEqual([]);
  expect(mutated.caughtBy).not.toEqual([]);
});
