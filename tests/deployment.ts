import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { supplierIds } from '../adapters/registry';
import { simulatorPortVariable } from '../config';
import { freePort } from '../http/free-port';
import { testDatabases } from './databases';

const MAIN = join(__dirname, '..', 'dist', 'main.js');
const START_MS = 60_000;

type Role = 'suppliers' | 'triage' | 'practices' | 'appointments' | 'gateway';

/** One process, as `npm start <role>` starts it. */
export interface Part {
  url: string;
  /** kill -9. */
  kill(): Promise<void>;
  /** As an orchestrator asks it to; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** The product as compose.yaml has it: every part a process of its own, two of those that people wait for. */
export interface Deployment {
  /** Each gateway asks the appointments process of its own number. */
  gateways: readonly [Part, Part];
  appointments: readonly [Part, Part];
  dataDir: string;
  controlUrl: string;
  close(): Promise<void>;
}

/** Why this machine cannot have one; null where it can. */
export function whyNoDeployment(): string | null {
  const missing = [
    ...(process.env.TEST_REDIS_URL === undefined ? ['Redis'] : []),
    ...(process.env.TEST_POSTGRES_URL === undefined ? ['PostgreSQL'] : []),
  ];
  return missing.length === 0 ? null : `needs ${missing.join(' and ')}`;
}

/** Built by `npm test`; alone, after `npm run build`. */
export async function deployment(env: Record<string, string> = {}): Promise<Deployment> {
  const database = await testDatabases()
    .find(({ name }) => name === 'PostgreSQL')
    ?.settings();
  if (database?.kind !== 'postgres') throw new Error('A deployment needs PostgreSQL.');
  const dataDir = mkdtempSync(join(tmpdir(), 'gp-booking-deployment-'));
  const simulatorPorts = await Promise.all(
    supplierIds.map(async (id) => [simulatorPortVariable(id), String(await freePort())] as const),
  );
  const controlPort = await freePort();
  const shared = {
    PATH: process.env.PATH,
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    REDIS_URL: process.env.TEST_REDIS_URL,
    GATEWAY_SECRET: randomBytes(32).toString('hex'),
    SIMULATOR_CONTROL_PORT: String(controlPort),
    ...Object.fromEntries(simulatorPorts),
    ...env,
  };
  const parts: Part[] = [];
  async function start(role: Role, port: number, more: Record<string, string> = {}): Promise<Part> {
    const variable = role === 'gateway' ? 'PORT' : `${role.toUpperCase()}_PORT`;
    const part = await started(role, port, { ...shared, ...more, [variable]: String(port) });
    parts.push(part);
    return part;
  }
  const close = async () => {
    await Promise.all(parts.map((part) => part.kill()));
  };
  try {
    await start('suppliers', controlPort);
    // One after the other: the first to come makes the tables.
    const triage = await start('triage', await freePort());
    const practices = await start('practices', await freePort());
    const booking = async () => start('appointments', await freePort());
    const appointments = [await booking(), await booking()] as const;
    const gateway = async ({ url }: Part) =>
      start('gateway', await freePort(), {
        TRIAGE_URL: `${triage.url}/graphql`,
        PRACTICES_URL: `${practices.url}/graphql`,
        APPOINTMENTS_URL: `${url}/graphql`,
      });
    const gateways = [await gateway(appointments[0]), await gateway(appointments[1])] as const;
    return { gateways, appointments, dataDir, controlUrl: `http://127.0.0.1:${controlPort}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function started(role: Role, port: number, env: Record<string, string | undefined>): Promise<Part> {
  const child = spawn(process.execPath, [MAIN, role], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = once(child, 'exit');
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint = `${complaint}${chunk.toString()}`.slice(-2_000)));
  const ready = once(child.stdout, 'data', { signal: AbortSignal.timeout(START_MS) });
  if ((await Promise.race([ready.then(() => 'ready'), gone])) !== 'ready')
    throw new Error(`The ${role} process has ended: ${complaint}`);
  return {
    url: `http://127.0.0.1:${port}`,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async stop() {
      child.kill('SIGTERM');
      await gone;
      return child.exitCode;
    },
  };
}
