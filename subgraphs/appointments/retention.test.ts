import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { EMBEDDED } from '../../tests/databases';
import { openLedger, recordHold } from '../../tests/ledger-bookings';
import { retention } from './retention';

test('forgets at once what is old already, in as many batches as it takes, and stops when told', async () => {
  const { books, database } = await openLedger(await EMBEDDED.settings());
  for (let made = 0; made < 450; made++) await recordHold(books);
  await database.db.updateTable('hold').set({ expires_at: 0 }).execute();
  const running = retention(books, pino({ level: 'silent' }));
  const left = async () => (await database.db.selectFrom('hold').select('id').execute()).length;
  for (let tries = 0; (await left()) > 0 && tries < 400; tries++) await sleep(25);
  expect(await left()).toBe(0);
  await running.stop();
  await books.close();
});
