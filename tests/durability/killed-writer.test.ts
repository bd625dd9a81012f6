import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import fc from 'fast-check';
import { newPractice, LONG_WAIT_MS } from '../booking-laboratory';
import { testDatabases } from '../databases';
import { openLedger } from '../ledger-bookings';
import { newHold } from './new-hold';
import { allBookings, unlikePromised } from './promises';
import type { Acknowledged } from './writer-plan';
import { writers, type Writers } from './writers';

/** `SEED=… npx jest tests/durability/killed-writer` kills at the same numbers of promises. */
const SEED = Number(process.env.SEED ?? 20_261_123);
const ROUNDS = 6;
/** After so many promises the one is killed, and after so many more the other. */
const [KILL_ONE_AFTER, KILL_OTHER_AFTER] = [1, 2].map((offset) =>
  fc.sample(fc.integer({ min: 1, max: 60 }), { seed: SEED + offset, numRuns: ROUNDS }),
);

describe.each(testDatabases())(`writers killed at random moments (seed ${SEED}) on $name`, ({ settings }) => {
  let processes: Writers;
  beforeAll(async () => {
    processes = await writers();
  });
  afterAll(() => processes.close());

  test('what they were promised stands, each booking has all its events, and the others go on', async () => {
    const where = { ...(await settings()), waitMs: LONG_WAIT_MS };
    const promised: Acknowledged[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const plan = {
        database: where,
        practice: newPractice(),
        slotIds: Array.from({ length: 2_000 }, () => randomUUID()),
        atOnce: 8,
      };
      const [one, other] = [processes.start(plan), processes.start(plan)];
      await one.reached(KILL_ONE_AFTER![round]!);
      await one.kill();
      await other.reached(other.acknowledged.length + KILL_OTHER_AFTER![round]!);
      await other.kill();
      for (const writer of [one, other]) {
        expect(writer.acknowledged.filter(({ what }) => what === 'failed')).toEqual([]);
        promised.push(...writer.acknowledged);
      }
      // Nobody closed the file: what was promised may lie in the log alone, and is found there.
      if (where.kind === 'embedded') expect(statSync(`${where.file}-wal`).size).toBeGreaterThan(0);
      // Every other time the next two find things as they were left, at once.
      if (round % 2 === 0) continue;

      const { books, database } = await openLedger(where);
      expect(await unlikePromised(promised, database, books)).toEqual([]);
      const { hold, request } = newHold(plan.practice, randomUUID());
      const recorded = await books.recordHold(hold, 60_000, request('hold'));
      if (recorded.kind !== 'recorded') throw new Error(`expected a new hold, not ${recorded.kind}`);
      expect((await books.openBooking(recorded.hold, 60_000, request('confirm'))).kind).toBe('opened');
      if (round === ROUNDS - 1) expect((await allBookings(database, books)).length).toBeGreaterThan(ROUNDS);
      await books.close();
    }
    expect(promised.filter(({ what }) => what === 'moved').length).toBeGreaterThan(ROUNDS);
  }, 120_000);
});
