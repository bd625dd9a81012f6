import { randomUUID } from 'node:crypto';
import Libsql from 'libsql';
import { Client } from 'pg';
import type { Ledger } from '../../subgraphs/appointments/ledger/ledger';
import type { DatabaseSettings } from '../../platform/database/database';
import { newPractice, LONG_WAIT_MS } from '../booking-laboratory';
import { testDatabases } from '../databases';
import { eventually } from '../../domain/eventually';
import { openLedger } from '../ledger-bookings';
import { LOCK_WAITS } from '../lock-waits';
import { newHold } from './new-hold';

const CHECK_IN_MS = 60_000;
/** For a wait that has to time out. */
const SHORT_WAIT_MS = 200;

type Wish = ReturnType<typeof newHold>;

/** Somebody else, who lets nobody write. */
interface Other {
  begin(): Promise<unknown>;
  end(): Promise<unknown>;
  /** Checks that another writer waits for this one. */
  isWaitedFor(): Promise<boolean>;
  close(): Promise<void>;
}

describe.each(testDatabases())('another process keeps the database busy, $name', ({ settings }) => {
  let where: DatabaseSettings;
  let other: Other;
  const open: Ledger[] = [];
  beforeEach(async () => {
    where = await settings();
  });
  afterEach(async () => {
    await other.close();
    for (const books of open.splice(0)) await books.close();
  });

  /** @param waitMs time that its writers wait for their turn */
  async function ledgerThatWaits(waitMs: number): Promise<Ledger> {
    const { books } = await openLedger({ ...where, waitMs });
    open.push(books);
    return books;
  }

  const record = (books: Ledger, { hold, request }: Wish) =>
    books.recordHold(hold, CHECK_IN_MS, request('hold'));
  const wishes = (count: number) => Array.from({ length: count }, () => newHold(newPractice(), randomUUID()));

  /** Expects that all of them were recorded. */
  async function expectRecorded(recorded: readonly ReturnType<typeof record>[]): Promise<void> {
    const kinds = (await Promise.all(recorded)).map(({ kind }) => kind);
    expect(kinds).toEqual(recorded.map(() => 'recorded'));
  }

  test('for a moment: everybody waits, and is served', async () => {
    const books = await ledgerThatWaits(LONG_WAIT_MS);
    other = await somebodyElse(where);
    await other.begin();
    const recorded = wishes(20).map((wish) => record(books, wish));
    await eventually('they wait', () => other.isWaitedFor());
    await other.end();
    await expectRecorded(recorded);
  });

  test('for too long: all callers get a retryable error, and then it works', async () => {
    const books = await ledgerThatWaits(SHORT_WAIT_MS);
    other = await somebodyElse(where);
    await other.begin();
    const wanted = wishes(50);
    const busy = { name: 'DatabaseUnavailable', fault: 'BUSY', extensions: { code: 'SERVICE_UNAVAILABLE' } };
    const told = await Promise.allSettled(wanted.map((wish) => record(books, wish)));
    expect(told).toMatchObject(wanted.map(() => ({ status: 'rejected', reason: busy })));
    await other.end();
    const patient = await ledgerThatWaits(LONG_WAIT_MS);
    await expectRecorded(wanted.map((wish) => record(patient, wish)));
    // The ledger that timed out works again, too.
    const [late] = wishes(1);
    await eventually('it works again', async () => {
      const recorded = await record(books, late!).catch(() => null);
      return recorded !== null;
    });
  });

  test('readers notice nothing', async () => {
    const books = await ledgerThatWaits(LONG_WAIT_MS);
    other = await somebodyElse(where);
    const [known] = wishes(1);
    await record(books, known!);
    await other.begin();
    let served = 0;
    const waiting = wishes(10).map((wish) => record(books, wish).finally(() => (served += 1)));
    await eventually('they wait', () => other.isWaitedFor());
    expect(await books.findHold(known!.hold.id, known!.hold.callerId)).not.toBeNull();
    expect(served).toBe(0);
    await other.end();
    await expectRecorded(waiting);
  });
});

async function somebodyElse(where: DatabaseSettings): Promise<Other> {
  if (where.kind === 'embedded') {
    const connection = new Libsql(where.file);
    const run = (statement: string) => Promise.resolve(connection.exec(statement));
    const tries = jest.spyOn(Libsql.prototype, 'exec');
    return {
      begin: () => run('begin immediate'),
      end: () => run('commit'),
      isWaitedFor: () => Promise.resolve(tries.mock.results.some(({ type }) => type === 'throw')),
      close() {
        tries.mockRestore();
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
    async isWaitedFor() {
      const { rows } = await client.query(LOCK_WAITS);
      return rows.length > 0;
    },
    close: () => client.end(),
  };
}
