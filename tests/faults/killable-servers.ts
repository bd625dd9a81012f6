import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../platform/http/free-port';
import { postgresCluster } from '../postgres-cluster';

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
  const cluster = await postgresCluster('faults-postgres-', 200);
  if (cluster === null) return null;
  const { port, folder, launch, isReady } = cluster;
  return killable(port, folder, launch, () => Promise.resolve(isReady()));
}

const atExitAll = new Set<() => void>();

/** A run that is broken off leaves no server behind. */
function atExit(end: () => void): void {
  if (atExitAll.size === 0)
    process.once('exit', () => {
      for (const one of atExitAll) one();
    });
  atExitAll.add(end);
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

  atExit(() => running?.kill('SIGKILL'));
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
