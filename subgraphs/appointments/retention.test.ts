import pino from 'pino';
import { manualTimers } from '../../domain/manual-timers';
import { EMBEDDED } from '../../tests/databases';
import { eventually } from '../../domain/eventually';
import { openLedger, recordHold } from '../../tests/ledger-bookings';
import { retention } from './retention';

const HOUR_MS = 60 * 60_000;

test('forgets at once what is old already, in as many batches as it takes, then every hour, until it is stopped', async () => {
  const { books, database } = await openLedger(await EMBEDDED.settings());
  const timers = manualTimers();
  let batches = 0;

  async function makeOldHolds(expiredAt: number): Promise<void> {
    await Promise.all(Array.from({ length: 450 }, () => recordHold(books)));
    await database.db.updateTable('hold').set({ expires_at: expiredAt }).execute();
  }
  const left = async () => (await database.db.selectFrom('hold').select('id').execute()).length;
  const isPausing = () => timers.waiting === 1;
  async function forget(limit: number): Promise<boolean> {
    batches += 1;
    return books.forget(limit);
  }
  /** Runs three batches of 200, with a pause of 100 ms after each but the last. */
  async function threeBatches(): Promise<void> {
    for (const remaining of [250, 50]) {
      await eventually('a batch is forgotten', isPausing);
      expect(await left()).toBe(remaining);
      timers.advance(100);
    }
    await eventually('the last batch is forgotten', isPausing);
    expect(await left()).toBe(0);
  }

  await makeOldHolds(1);
  const running = retention({ forget }, pino({ level: 'silent' }), timers);
  await threeBatches();
  await makeOldHolds(2);
  timers.advance(0.8 * HOUR_MS);
  expect(timers.waiting).toBe(1);
  timers.advance(0.4 * HOUR_MS);
  await threeBatches();
  await running.stop();
  expect(timers.waiting).toBe(0);
  expect(batches).toBe(6);
  await books.close();
});
