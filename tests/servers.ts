import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../platform/http/free-port';
import { eventually } from '../domain/eventually';
import { postgresCluster } from './postgres-cluster';

/** A real Redis or PostgreSQL that lives as long as one test run. */
export interface TestServer {
  url: string;
  stop(): Promise<void>;
}

/** Null when the machine has no redis-server. */
export async function startRedis(): Promise<TestServer | null> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return null;
  const folder = mkdtempSync(join(tmpdir(), 'gp-booking-redis-'));
  // Another program may have taken the port meanwhile.
  const { port, server } = await eventually('Redis has a port', async () => {
    const free = await freePort();
    const running = await redisOn(free, folder);
    return running && { port: free, server: running };
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      await end(server, 'SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Null when it ends before it answers. */
async function redisOn(port: number, folder: string): Promise<ChildProcess | null> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  const server = spawn('redis-server', args, { stdio: 'ignore' });
  const answers = () => {
    const { stdout } = spawnSync('redis-cli', ['-p', String(port), 'info', 'server']);
    return stdout.toString().includes(`process_id:${server.pid}\r`);
  };
  await eventually('Redis answers, or has ended', () => hasEnded(server) || answers());
  return hasEnded(server) ? null : server;
}

/** Null when the machine has no PostgreSQL server. */
export async function startPostgres(): Promise<TestServer | null> {
  const cluster = await postgresCluster('gp-booking-postgres-', 300);
  if (cluster === null) return null;
  const server = cluster.launch();
  await eventually('PostgreSQL is ready', () => {
    if (hasEnded(server)) throw new Error('PostgreSQL has ended.');
    return cluster.isReady();
  });
  return {
    url: `postgres://postgres@127.0.0.1:${cluster.port}/postgres`,
    async stop() {
      await end(server, 'SIGINT');
      rmSync(cluster.folder, { recursive: true, force: true });
    },
  };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(server)) return;
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill(signal);
  await gone;
}
