import { inspect } from 'node:util';
import { Client } from 'pg';
import { LONG_WAIT_MS } from '../../tests/booking-laboratory';
import { testDatabases } from '../../tests/databases';
import { eventually } from '../../domain/eventually';
import { asItComes, faultProxy } from '../../tests/faults/fault-proxy';
import { moveBooking, openBooking, openLedger, recordHold } from '../../tests/ledger-bookings';
import { DatabaseUnavailable } from './database-unavailable';
import { openDatabase, type DatabaseSettings } from './database';

const postgres = testDatabases().find(({ name }) => name === 'PostgreSQL');
// `tests/global-setup.ts` says when the machine has no PostgreSQL.
const suite = postgres === undefined ? describe.skip : describe;

suite('PostgreSQL', () => {
  let settings: DatabaseSettings & { kind: 'postgres' };
  beforeAll(async () => {
    const made = await postgres!.settings();
    if (made.kind !== 'postgres') throw new Error('PostgreSQL is what is tested here.');
    settings = { ...made, waitMs: LONG_WAIT_MS };
  });

  async function elsewhere(...statements: string[]): Promise<void> {
    const client = new Client({ connectionString: settings.url });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  }

  test('serves on while another process changes the tables', async () => {
    const { books } = await openLedger(settings);
    const everything = () =>
      Promise.all(
        Array.from({ length: 40 }, async () => {
          const booking = await openBooking(books);
          const moved = await moveBooking(books, booking, 'ACCEPTED');
          expect(await books.findBooking(moved.id)).toEqual(moved);
          expect(await books.findHold(moved.holdId, moved.callerId)).not.toBeNull();
        }),
      );
    await everything();
    await elsewhere(
      'alter table booking add column added_later text',
      'alter table hold add column added_later text',
    );
    await everything();
    await books.close();
  });

  test('is not ready while it only reads, as after a fail-over', async () => {
    const { books } = await openLedger(settings);
    const { pathname } = new URL(settings.url);
    const readOnly = (setting: 'on' | 'off') =>
      elsewhere(
        'set default_transaction_read_only = off',
        `alter database ${pathname.slice(1)} set default_transaction_read_only = ${setting}`,
        'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
      );
    const isReady = () =>
      books.ready().then(
        () => true,
        () => false,
      );
    const serves = () =>
      recordHold(books).then(
        () => true,
        () => false,
      );
    expect([await isReady(), await serves()]).toEqual([true, true]);
    await readOnly('on');
    await expect(books.ready()).rejects.toThrow(DatabaseUnavailable);
    await eventually('it does not serve, on new connections either', async () => !(await serves()));
    expect(await isReady()).toBe(false);
    await readOnly('off');
    await eventually('it is ready again', isReady);
    expect(await serves()).toBe(true);
    await books.close();
  });

  test('serves on when it has ended every connection', async () => {
    const { books } = await openLedger(settings);
    await Promise.all(Array.from({ length: 20 }, () => recordHold(books)));
    await elsewhere(
      'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
    );
    // A connection that is used before its end is heard of fails, and the error says that the same may be tried again.
    await eventually('forty are served at once', async () => {
      const outcomes = await Promise.allSettled(Array.from({ length: 40 }, () => recordHold(books)));
      const failed = outcomes.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []));
      expect(failed.filter((reason) => !(reason instanceof DatabaseUnavailable))).toEqual([]);
      return failed.length === 0;
    });
    await books.close();
  });

  /** A ledger, and how often PostgreSQL is asked something by it. */
  async function counted() {
    let asked = 0;
    const { hostname: host, port } = new URL(settings.url);
    const proxy = await faultProxy({
      upstream: { host, port: Number(port) },
      request: asItComes,
      treat() {
        asked += 1;
        return null;
      },
    });
    const url = Object.assign(new URL(settings.url), { port: proxy.port }).href;
    const { books } = await openLedger({ kind: 'postgres', url });
    async function close(): Promise<void> {
      await books.close();
      await proxy.close();
    }
    return { books, asked: () => asked, close };
  }

  test('is asked twice for a change with its event and its news', async () => {
    const { books, asked, close } = await counted();
    const booking = await openBooking(books);
    const before = asked();
    await moveBooking(books, booking, 'ACCEPTED');
    // The transaction begins with its first statement; nobody waits for event and news, which go with its end.
    expect(asked() - before).toBe(2);
    await close();
  });

  test('is asked for the bookings of sixty people as for those of a few', async () => {
    const { books, asked, close } = await counted();
    await moveBooking(books, await openBooking(books), 'ACCEPTED');
    const before = asked();
    const people = Array.from({ length: 60 }, async () =>
      moveBooking(books, await openBooking(books), 'ACCEPTED'),
    );
    expect(new Set((await Promise.all(people)).map(({ state }) => state))).toEqual(new Set(['CONFIRMED']));
    // Written one by one they take ten each.
    expect(asked() - before).toBeLessThan(60);
    await close();
  });

  test('quotes no rows in its errors', async () => {
    const { books, database } = await openLedger(settings);
    const hold = await recordHold(books);
    const row = { ...hold, id: 'unheard of\u0000' };
    const failing = database.db
      .selectFrom(database.rows('hold', [row]))
      .selectAll()
      .execute();
    const error: unknown = await failing.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: '22P05' });
    expect(inspect(error)).not.toContain('unheard of');
    await books.close();
  });

  test('is not used when it answers before it has written', async () => {
    const database = new URL(settings.url).pathname.slice(1);
    await elsewhere(`alter database ${database} set synchronous_commit = off`);
    await expect(openDatabase(settings, 'practices', {})).rejects.toThrow(
      'would lose what it has acknowledged when the power fails: set synchronous_commit to on for it.',
    );
    await elsewhere(`alter database ${database} reset synchronous_commit`);
  });
});
