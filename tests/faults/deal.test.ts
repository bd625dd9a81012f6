import { deal } from './deal';
import { cellsOf, CONFIGURATIONS, type Column } from './fault-matrix';
import { CONFIRM_COLUMNS } from './nemesis';

const cells = (configuration: (typeof CONFIGURATIONS)[number]) => cellsOf(configuration, true);

test.each([3, 10, 200])('%i histories meet every cell of every configuration', (histories) => {
  const plans = deal(1, histories, CONFIGURATIONS, cells);
  expect(plans.map(({ index }) => index)).toEqual(Array.from({ length: histories }, (_, index) => index));
  for (const configuration of CONFIGURATIONS) {
    const mine = plans.filter((plan) => plan.configuration === configuration);
    const met = new Set(mine.flatMap(({ journeys }) => journeys.flat().map(({ id }) => id)));
    expect(cells(configuration).filter(({ id }) => !met.has(id))).toEqual([]);
  }
});

test('a journey meets at most one fault in each step', () => {
  const step = (column: Column) => (CONFIRM_COLUMNS.includes(column) ? 'confirm' : column);
  for (const journey of deal(1, 30, CONFIGURATIONS, cells).flatMap(({ journeys }) => journeys)) {
    const steps = journey.map(({ column }) => step(column));
    expect(new Set(steps).size).toBe(steps.length);
  }
});

test('the same seed deals the same, another seed something else', () => {
  const dealt = (seed: number) => JSON.stringify(deal(seed, 12, CONFIGURATIONS, cells));
  expect(dealt(5)).toBe(dealt(5));
  expect(dealt(5)).not.toBe(dealt(6));
});

test('faults of Redis, PostgreSQL and SQLite are for where these are', () => {
  const faults = (configuration: (typeof CONFIGURATIONS)[number]) =>
    cells(configuration).map(({ fault, act }) => (act.at === 'redis-wire' ? 'Redis' : fault.split(' ')[0]));
  expect(faults('libsql')).not.toContain('Redis');
  expect(faults('libsql')).not.toContain('PostgreSQL');
  expect(faults('postgres-redis')).not.toContain('SQLite:');
});
