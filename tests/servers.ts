import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, chownSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../http/free-port';

/** A real Redis or PostgreSQL that lives as long as one test run. */
export interface TestServer {
  url: string;
  stop(): Promise<void>;
}

/** Null when the machine has no redis-server. */
export async function startRedis(extraArguments: string[] = []): Promise<TestServer | null> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return null;
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'gp-booking-redis-'));
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...extraArguments],
    { stdio: 'ignore' },
  );
  await until(
    () =>
      spawnSync('redis-cli', ['-p', String(port), 'ping'])
        .stdout.toString()
        .startsWith('PONG'),
    'Redis',
  );
  return { url: `redis://127.0.0.1:${port}`, stop: () => stopped(server, 'SIGTERM', folder) };
}

/** Null when the machine has no PostgreSQL server. */
export async function startPostgres(): Promise<TestServer | null> {
  const bin = postgresBinaries();
  if (bin === null) return null;
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'gp-booking-postgres-'));
  const account = unprivileged();
  if (account.uid !== undefined && account.gid !== undefined) chownSync(folder, account.uid, account.gid);
  const data = join(folder, 'data');
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    {
      ...account,
      cwd: folder,
    },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr.toString()}`);
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'max_connections=300'],
    { ...account, cwd: folder, stdio: 'ignore' },
  );
  const ready = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres'];
  await until(() => spawnSync(join(bin, 'pg_isready'), ready).status === 0, 'PostgreSQL');
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: () => stopped(server, 'SIGINT', folder),
  };
}

function postgresBinaries(): string | null {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(debian, version, 'bin')), '/usr/local/bin', '/usr/bin'];
  return (
    folders.find((folder) =>
      ['initdb', 'postgres', 'pg_isready'].every((name) => existsSync(join(folder, name))),
    ) ?? null
  );
}

/** PostgreSQL refuses to run as root: Debian's package brings the user `postgres`. */
function unprivileged(): { uid?: number; gid?: number } {
  if (userInfo().uid !== 0) return {};
  const id = (flag: string) => Number(spawnSync('id', [flag, 'postgres']).stdout.toString());
  return { uid: id('-u'), gid: id('-g') };
}

async function stopped(server: ChildProcess, signal: NodeJS.Signals, folder: string): Promise<void> {
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill(signal);
  await gone;
  rmSync(folder, { recursive: true, force: true });
}

async function until(ready: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (ready()) return;
    await sleep(50);
  }
  throw new Error(`${what} did not start within 10 seconds.`);
}
