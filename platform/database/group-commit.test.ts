import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import Libsql from 'libsql';
import { manualTimers, type ManualTimers } from '../../domain/manual-timers';
import { groupCommit, type Turn } from './group-commit';

describe('transactions that share commits', () => {
  let database: InstanceType<typeof Libsql>;
  /** Statements to the connection, and answers to callers, in order. */
  let log: string[];
  let commitFails: Error | null;
  let timers: ManualTimers;
  let turn: () => Promise<Turn>;

  beforeEach(() => {
    database = new Libsql(join(mkdtempSync(join(tmpdir(), 'gp-booking-')), 'test.db'));
    database.exec('create table line (text text primary key)');
    log = [];
    commitFails = null;
    timers = manualTimers();
    ({ turn } = groupCommit(
      {
        exec(statement) {
          log.push(statement);
          if (statement === 'commit' && commitFails !== null) throw commitFails;
          database.exec(statement);
        },
        get inTransaction() {
          return database.inTransaction;
        },
      },
      () => Promise.resolve(void database.exec('begin immediate')),
      timers,
    ));
  });
  afterEach(() => database.close());

  async function write(text: string, end: 'commit' | 'rollback' = 'commit', tookMs = 0): Promise<void> {
    const mine = await turn();
    database.exec(`insert into line values ('${text}')`);
    timers.advance(tookMs);
    log.push(`done ${text}`);
    await mine[end]();
    log.push(`told ${text}`);
  }

  const lines = () => database.prepare('select text from line order by rowid').pluck().all([]).map(String);
  const commits = () => log.filter((line) => line === 'commit').length;
  const texts = Array.from({ length: 50 }, (_, index) => String(index));

  test('are all there, in their order, after one commit', async () => {
    await Promise.all(texts.map((text) => write(text)));
    expect(lines()).toEqual(texts);
    expect(commits()).toBe(1);
  });

  test('wait no longer than 10 ms for others to join them', async () => {
    // Of 4 ms each, three take longer than that together.
    await Promise.all(texts.slice(0, 9).map((text) => write(text, 'commit', 4)));
    expect(lines()).toEqual(texts.slice(0, 9));
    expect(commits()).toBe(3);
  });

  test('are told so after the commit, not before', async () => {
    await Promise.all(texts.map((text) => write(text)));
    for (const text of texts) {
      const between = log.slice(log.indexOf(`done ${text}`), log.indexOf(`told ${text}`));
      expect(between).toContain('commit');
    }
  });

  test('take nothing with them when they are undone', async () => {
    await Promise.all(texts.map((text) => write(text, Number(text) % 2 === 0 ? 'commit' : 'rollback')));
    expect(lines()).toEqual(texts.filter((text) => Number(text) % 2 === 0));
  });

  test('are all told when their commit fails, and the next ones succeed', async () => {
    commitFails = new Error('no room');
    const told = await Promise.allSettled(texts.slice(0, 5).map((text) => write(text)));
    expect(new Set(told.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(lines()).toEqual([]);
    commitFails = null;
    await write('after');
    expect(lines()).toEqual(['after']);
  });

  test('are all told when one’s statement undid everything, those after it begin anew', async () => {
    async function undoAll(): Promise<void> {
      const mine = await turn();
      database.exec('rollback');
      mine.failed(new Error('disk I/O error'));
      await mine.rollback();
    }
    const told = await Promise.allSettled([write('a'), write('b'), undoAll(), write('c')]);
    expect(told.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled']);
    expect(lines()).toEqual(['c']);
  });

  test('wait for one that takes its time, and lose nothing by it', async () => {
    const slow = await turn();
    database.exec("insert into line values ('slow')");
    const others = texts.slice(0, 5).map((text) => write(text));
    for (let next = 0; next < 10; next++) await turnOfTheLoop();
    expect(log.filter((line) => line.startsWith('told'))).toEqual([]);
    await slow.commit();
    await Promise.all(others);
    expect(lines()).toEqual(['slow', ...texts.slice(0, 5)]);
  });

  test('are told that the database is busy when their turn does not come within 5 seconds', async () => {
    const slow = await turn();
    const inTime = write('in time');
    timers.advance(5_000);
    const afterIt = write('after it');
    await slow.commit();
    await inTime;
    await afterIt;
    const slower = await turn();
    const told = Promise.allSettled([write('too late'), write('too late as well')]);
    timers.advance(5_001);
    const later = write('later');
    await slower.commit();
    expect(await told).toMatchObject([BUSY, BUSY]);
    await later;
    expect(lines()).toEqual(['in time', 'after it', 'later']);
  });
});

const BUSY = { status: 'rejected', reason: { fault: 'BUSY' } };
