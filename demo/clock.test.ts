import { sql } from 'kysely';
import pino from 'pino';
import { startSimulators, type RunningSimulators } from '../adapters/simulator/start-simulators';
import { manualTimers } from '../domain/manual-timers';
import { openDatabase } from '../platform/database/database';
import { testDatabases } from '../tests/databases';
import { simulationClock, type SimulationClock } from './clock';

const NOON = new Date('2026-07-01T12:00:00Z');
const MAX_MINUTES = 60 * 24 * 60;
const logger = pino({ level: 'silent' });

describe('the clock of the control API', () => {
  let clock: SimulationClock;
  let running: RunningSimulators;
  beforeEach(async () => {
    clock = simulationClock(() => NOON, manualTimers());
    running = await startSimulators({ now: clock.now, logger, clock });
  });
  afterEach(() => running.close());

  async function control(method: 'GET' | 'POST', body?: object) {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${running.controlUrl}/clock`, init);
    return { status: response.status, body: await response.json() };
  }

  test('moves the time of whoever has it', async () => {
    const before = clock.timers.elapsedMs();
    expect((await control('GET')).body).toEqual({ now: NOON.toISOString(), movedMinutes: 0 });
    await control('POST', { minutes: 90 });
    const moved = await control('POST', { minutes: 150 });
    expect(moved).toEqual({ status: 200, body: { now: '2026-07-01T16:00:00.000Z', movedMinutes: 240 } });
    expect(clock.now()).toEqual(new Date('2026-07-01T16:00:00Z'));
    expect(clock.timers.elapsedMs() - before).toBe(240 * 60_000);
  });

  test.each([0, -1, 1.5, '60', null, MAX_MINUTES + 1, 1e300])(
    'refuses to move by %j minutes',
    async (minutes) => {
      expect((await control('POST', { minutes })).status).toBe(400);
      expect(clock.movedMinutes()).toBe(0);
    },
  );

  test('moves no further than sixty days in all', async () => {
    expect((await control('POST', { minutes: MAX_MINUTES - 1 })).status).toBe(200);
    expect((await control('POST', { minutes: 2 })).status).toBe(400);
    expect((await control('POST', { minutes: 1 })).status).toBe(200);
    expect((await control('POST', { minutes: 1 })).status).toBe(400);
  });
});

test('suppliers in a process of their own have no clock to move', async () => {
  const running = await startSimulators({ now: () => NOON, logger });
  const response = await fetch(`${running.controlUrl}/clock`, { method: 'POST', body: '{"minutes": 60}' });
  await running.close();
  expect(response.status).toBe(404);
});

test.each(testDatabases())('moves the clock of a database ($name)', async ({ settings }) => {
  const database = await openDatabase<Record<string, never>>(await settings(), 'clock', {});
  const clock = simulationClock(() => NOON, manualTimers());
  const moved = clock.databaseClock(database.now);
  const aheadMs = async () => {
    const { rows } = await sql<{ ahead: number }>`select ${moved} - ${database.now} as ahead`.execute(
      database.db,
    );
    // PostgreSQL reads its clock twice within the statement.
    return Math.round(Number(rows[0]?.ahead) / 1_000) * 1_000;
  };
  expect(await aheadMs()).toBe(0);
  clock.move(120);
  expect(await aheadMs()).toBe(120 * 60_000);
  await database.close();
});
