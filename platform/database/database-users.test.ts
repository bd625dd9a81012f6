import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Client } from 'pg';
import { EMBEDDED, testDatabases } from '../../tests/databases';
import { eventually } from '../../domain/eventually';
import { openDatabase } from './database';
import { alone, isInUse } from './database-users';

const postgres = testDatabases().find(({ name }) => name === 'PostgreSQL');
// `tests/global-setup.ts` says when there is none.
const testOnPostgres = postgres === undefined ? test.skip : test;

async function newPostgres() {
  const settings = await postgres?.settings();
  if (settings?.kind !== 'postgres') throw new Error('This needs PostgreSQL.');
  return settings;
}

test('an embedded database is in use as long as another process has it open', async () => {
  const settings = await EMBEDDED.settings();
  if (settings.kind !== 'embedded') throw new Error('An embedded database has a file.');
  expect(await isInUse(settings)).toBe(false);
  const holds = `const Libsql = require('libsql');
    const database = new Libsql(process.argv[1]);
    database.exec('pragma journal_mode = wal; create table known (id integer)');
    process.stdout.write('open');
    process.stdin.resume();`;
  const other = spawn(process.execPath, ['-e', holds, settings.file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = once(other, 'exit');
  await once(other.stdout, 'data');
  expect(await isInUse(settings)).toBe(true);
  other.kill('SIGKILL');
  await gone;
  expect(await isInUse(settings)).toBe(false);
  // Whoever looked has left it usable.
  const { ready, close } = await openDatabase(settings, 'appointments', {});
  await ready();
  await close();
});

testOnPostgres('a database on PostgreSQL is in use as long as anybody has a session', async () => {
  const settings = await newPostgres();
  const { close } = await openDatabase(settings, 'appointments', {});
  expect(await isInUse(settings)).toBe(true);
  await close();
  // PostgreSQL ends a session a moment after its client has gone.
  await eventually('nobody uses it', async () => !(await isInUse(settings)));
});

testOnPostgres('a database on PostgreSQL is in use, too, where another role has the session', async () => {
  const settings = await newPostgres();
  // Two roles of one owner, as docs/operate.md has them: neither may see what the other does.
  const [owner, one, other] = ['', '_a', '_b'].map(
    (end) => `booking_${randomBytes(6).toString('hex')}${end}`,
  );
  const as = (role = '') => {
    const url = Object.assign(new URL(settings.url), { username: role, password: 'known' });
    return { ...settings, url: url.href };
  };
  const admin = new Client({ connectionString: settings.url });
  await admin.connect();
  await admin.query(`create role ${owner}`);
  await admin.query(`grant all on schema public to ${owner}`);
  for (const role of [one, other]) {
    await admin.query(`create role ${role} login password 'known' in role ${owner}`);
    await admin.query(`alter role ${role} set role ${owner}`);
  }
  await admin.end();
  const { close } = await openDatabase(as(one), 'appointments', {});
  expect(await isInUse(as(other))).toBe(true);
  await close();
  await eventually('nobody uses it', async () => !(await isInUse(as(other))));
});

testOnPostgres('nobody begins to use a database on PostgreSQL that somebody has alone', async () => {
  const settings = await newPostgres();
  const mine = { ...settings, owner: 'appointments' };
  const open = (of = settings) => openDatabase(of, 'appointments', {});
  const done = await alone([mine, { ...settings, owner: 'audit' }], async () => {
    await expect(open()).rejects.toThrow(/^The appointments database is being worked on/);
    const { ready, close } = await open({ ...settings, isReserved: true });
    await ready();
    await close();
  });
  expect(done).toBe(true);
  const { close } = await open();
  const work = jest.fn();
  expect(await alone([mine], work)).toBe(false);
  expect(work).not.toHaveBeenCalled();
  await close();
});
