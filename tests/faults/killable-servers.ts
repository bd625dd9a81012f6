import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../http/free-port';

/** A real server that the nemesis may kill, pause and start again on the same port and files. */
export interface KillableServer {
  port: number;
  /** kill -9; resolves when the process has gone. */
  kill(): Promise<void>;
  /** Starts it again where it does not run; resolves when it answers. */
  start(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing is answered. */
  pause(): void;
  resume(): void;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

/** Null when the machine has no redis-server. Nothing is kept on disk, so a restart loses every hold. */
export async function killableRedis(): Promise<KillableServer | null> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return null;
  const folder = mkdtempSync(join(tmpdir(), 'faults-redis-'));
  const port = await freePort();
  const given = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  return killable(
    port,
    folder,
    () => spawn('redis-server', given, { stdio: 'ignore' }),
    () => answersRedis(port),
  );
}

/** Null when the machine has no PostgreSQL server. */
export async function killablePostgres(): Promise<KillableServer | null> {
  const bin = binaries();
  if (bin === null) return null;
  const folder = mkdtempSync(join(tmpdir(), 'faults-postgres-'));
  const port = await freePort();
  const account = unprivileged();
  if (account.uid !== undefined && account.gid !== undefined) chownSync(folder, account.uid, account.gid);
  const data = join(folder, 'data');
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    { ...account, cwd: folder },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr.toString()}`);
  const given = [
    '-D',
    data,
    '-p',
    String(port),
    '-h',
    '127.0.0.1',
    '-k',
    folder,
    '-c',
    'max_connections=200',
  ];
  const ready = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres'];
  return killable(
    port,
    folder,
    () => spawn(join(bin, 'postgres'), given, { ...account, cwd: folder, stdio: 'ignore' }),
    () => Promise.resolve(spawnSync(join(bin, 'pg_isready'), ready).status === 0),
  );
}

async function killable(
  port: number,
  folder: string,
  launch: () => ChildProcess,
  answers: () => Promise<boolean>,
): Promise<KillableServer> {
  let running: ChildProcess | null = null;

  async function start(): Promise<void> {
    if (running !== null) return;
    // What a killed PostgreSQL leaves running may hold the port and the files for a moment: then it is tried again.
    for (let tries = 0; tries < 200; tries++) {
      if (running === null || running.exitCode !== null) running = launch();
      if (await answers()) return;
      await sleep(50);
    }
    throw new Error(`The server on port ${port} did not start within 10 seconds.`);
  }

  async function kill(): Promise<void> {
    if (running === null) return;
    const gone = once(running, 'exit');
    if (running.exitCode === null) {
      running.kill('SIGKILL');
      await gone;
    }
    running = null;
  }

  // A run that is broken off leaves no server behind.
  process.once('exit', () => running?.kill('SIGKILL'));
  await start();
  return {
    port,
    start,
    kill,
    pause: () => void running?.kill('SIGSTOP'),
    resume: () => void running?.kill('SIGCONT'),
    async remove() {
      await kill();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

async function answersRedis(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('PING\r\n');
  const answer = await Promise.race([
    once(socket, 'data').then(String, () => ''),
    once(socket, 'close').then(String, () => ''),
    sleep(500).then(() => ''),
  ]);
  socket.destroy();
  return answer.startsWith('+PONG');
}

function binaries(): string | null {
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
