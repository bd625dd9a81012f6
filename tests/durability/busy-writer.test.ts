import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import Libsql from 'libsql';
import { Client } from 'pg';
import type { Ledger } from '../../subgraphs/appointments/ledger/ledger';
import type { DatabaseSettings } from '../../subgraphs/database';
import { newPractice } from '../booking-laboratory';
import { testDatabases } from '../databases';
import { openLedger } from '../ledger-bookings';
import { newHold } from './new-hold';

/** Five seconds for the turn to come, and some; not a promise of speed, but that nobody hangs. */
const LIMIT_MS = 15_000;
const CHECK_IN_MS = 60_000;

/** Somebody else, who lets nobody write. */
interface Other {
  begin(): Promise<unknown>;
  end(): Promise<unknown>;
  close(): Promise<void>;
}

describe.each(testDatabases())('another process keeps the database busy, $name', ({ settings }) => {
  let books: Ledger;
  let other: Other;
  beforeEach(async () => {
    const where = await settings();
    ({ books } = await openLedger(where));
    other = await somebodyElse(where);
  });
  afterEach(async () => {
    await other.close();
    await books.close();
  });

  const record = ({ hold, request }: ReturnType<typeof newHold>) =>
    books.recordHold(hold, CHECK_IN_MS, request('hold'));
  const wishes = (count: number) => Array.from({ length: count }, () => newHold(newPractice(), randomUUID()));

  test('for a moment: everybody waits, and is served', async () => {
    await other.begin();
    const recorded = wishes(20).map(record);
    await sleep(500);
    await other.end();
    for (const { kind } of await Promise.all(recorded)) expect(kind).toBe('recorded');
  });

  test('for too long: everybody is told to try again, and then it works', async () => {
    const others = wishes(50);
    await other.begin();
    const started = performance.now();
    for (const one of await Promise.allSettled(others.map(record)))
      expect(one).toMatchObject({
        status: 'rejected',
        reason: { name: 'DatabaseUnavailable', fault: 'BUSY', extensions: { code: 'TRY_AGAIN' } },
      });
    expect(performance.now() - started).toBeLessThan(LIMIT_MS);
    await other.end();
    for (const { kind } of await Promise.all(others.map(record))) expect(kind).toBe('recorded');
  }, 60_000);

  test('readers notice nothing', async () => {
    const [known] = wishes(1);
    await record(known!);
    await other.begin();
    const waiting = wishes(10).map(record);
    const started = performance.now();
    expect(await books.findHold(known!.hold.id, known!.hold.callerId)).not.toBeNull();
    expect(performance.now() - started).toBeLessThan(2_000);
    await other.end();
    await Promise.all(waiting);
  });
});

async function somebodyElse(where: DatabaseSettings): Promise<Other> {
  if (where.kind === 'embedded') {
    const connection = new Libsql(where.file);
    const run = (statement: string) => Promise.resolve(connection.exec(statement));
    return {
      begin: () => run('begin immediate'),
      end: () => run('commit'),
      close() {
        connection.close();
        return Promise.resolve();
      },
    };
  }
  const client = new Client({ connectionString: where.url });
  await client.connect();
  return {
    begin: () => client.query('begin; lock table hold in exclusive mode'),
    end: () => client.query('commit'),
    close: () => client.end(),
  };
}
