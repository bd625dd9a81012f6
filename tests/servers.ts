import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../http/free-port';
import { postgresCluster } from './postgres-cluster';

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
  const cluster = await postgresCluster('gp-booking-postgres-', 300);
  if (cluster === null) return null;
  const server = cluster.launch();
  await until(cluster.isReady, 'PostgreSQL');
  return {
    url: `postgres://postgres@127.0.0.1:${cluster.port}/postgres`,
    async stop() {
      await ended(server, 'SIGINT');
      rmSync(cluster.folder, { recursive: true, force: true });
    },
  };
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
