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

/** A Redis that can be hurt. */
export interface TestRedis extends TestServer {
  port: number;
  /** As a crash does it: nothing is saved, nobody is told. Resolves when it is gone. */
  kill(): Promise<void>;
  /** On the same port, after `kill`; with its default settings nothing is remembered. */
  restart(): Promise<void>;
  /** Hangs: connections stay open, nothing is answered. */
  pause(): void;
  resume(): void;
}

/** Null when the machine has no redis-server. */
export async function startRedis(extraArguments: string[] = []): Promise<TestRedis | null> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return null;
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'gp-booking-redis-'));
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  const start = async () => {
    const started = spawn('redis-server', [...args, ...extraArguments], { stdio: 'ignore' });
    const pong = () => spawnSync('redis-cli', ['-p', String(port), 'ping']).stdout.toString();
    await until(() => pong().startsWith('PONG'), 'Redis');
    return started;
  };
  let server = await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: () => ended(server, 'SIGKILL'),
    async restart() {
      server = await start();
    },
    pause: () => server.kill('SIGSTOP'),
    resume: () => server.kill('SIGCONT'),
    async stop() {
      server.kill('SIGCONT');
      await ended(server, 'SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
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
    async stop() {
      await ended(server, 'SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
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

async function ended(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill(signal);
  await gone;
}

async function until(ready: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (ready()) return;
    await sleep(50);
  }
  throw new Error(`${what} did not start within 10 seconds.`);
}
