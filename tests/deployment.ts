import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { supplierIds } from '../adapters/registry';
import { simulatorPortVariable } from '../config';
import { testDatabases } from './databases';
import { productProcess, type ProcessExit, type ProductProcess } from './product-process';

type Role = 'suppliers' | 'triage' | 'practices' | 'appointments' | 'gateway';

/** Environment variables; undefined takes one away. */
export type Settings = Readonly<Record<string, string | undefined>>;

/** One process, as `npm start <role>` starts it. */
export interface Part extends Pick<ProductProcess, 'end'> {
  url: string;
  /** Ends it, and starts it again at the same address. @param env replaces settings, from now on */
  restart(signal: NodeJS.Signals, env?: Settings): Promise<ProcessExit>;
}

/** The product as compose.yaml has it: every part a process of its own, two of those that people wait for. */
export interface Deployment {
  /** Each gateway asks the appointments process of its own number. */
  gateways: readonly [Part, Part];
  appointments: readonly [Part, Part];
  triage: Part;
  practices: Part;
  /** Their address is that of their control API. */
  suppliers: Part;
  dataDir: string;
  databaseUrl: string;
  /** `GATEWAY_SECRET`, as every part is started with. */
  secret: string;
  /** Kills what still runs. */
  close(): Promise<void>;
}

export interface DeploymentServers {
  postgresUrl: string;
  redisUrl: string;
}

/** Servers of this test run; a sentence with what is missing where the machine has not both. */
export function deploymentServers(): DeploymentServers | string {
  const { TEST_REDIS_URL: redisUrl, TEST_POSTGRES_URL: postgresUrl } = process.env;
  if (redisUrl !== undefined && postgresUrl !== undefined) return { redisUrl, postgresUrl };
  const missing = [
    ...(redisUrl === undefined ? ['Redis'] : []),
    ...(postgresUrl === undefined ? ['PostgreSQL'] : []),
  ];
  return `needs ${missing.join(' and ')}`;
}

const SAYS_ITS_ADDRESS: Record<Role, RegExp> = {
  suppliers: /control (http:\S+)\n/,
  triage: /at (http:\S+)\n/,
  practices: /at (http:\S+)\n/,
  appointments: /at (http:\S+)\n/,
  gateway: /API +(http:\S+)\/graphql\n/,
};

/** Every process chooses a free port itself. @param main the built product's entry */
export async function deployment(
  { postgresUrl, redisUrl }: DeploymentServers,
  env: Record<string, string> = {},
  main?: string,
): Promise<Deployment> {
  const database = await testDatabases(postgresUrl)
    .find(({ name }) => name === 'PostgreSQL')
    ?.settings();
  if (database?.kind !== 'postgres') throw new Error('A deployment needs PostgreSQL.');
  const dataDir = mkdtempSync(join(tmpdir(), 'gp-booking-deployment-'));
  const secret = randomBytes(32).toString('hex');
  const shared = {
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    REDIS_URL: redisUrl,
    GATEWAY_SECRET: secret,
    ...env,
  };
  const running = new Set<ProductProcess>();
  async function start(role: Role, more: Record<string, string> = {}): Promise<Part & ProductProcess> {
    const variable = role === 'gateway' ? 'PORT' : `${role.toUpperCase()}_PORT`;
    let settings: Settings = { ...shared, [variable]: '0', ...more };
    async function launched() {
      const one = productProcess([role], settings, main);
      running.add(one);
      const [, url = ''] = await one.says(SAYS_ITS_ADDRESS[role]);
      return { one, url };
    }
    const first = await launched();
    const { url } = first;
    const { port } = new URL(url);
    let { one } = first;
    return {
      url,
      says: (pattern) => one.says(pattern),
      end: (signal) => one.end(signal),
      async restart(signal, env = {}) {
        const exit = await one.end(signal);
        running.delete(one);
        settings = { ...settings, [variable]: port, ...env };
        ({ one } = await launched());
        return exit;
      },
    };
  }
  const close = async () => {
    await Promise.all([...running].map((part) => part.end('SIGKILL')));
  };
  try {
    // At once where none needs another's address, as compose.yaml starts them.
    const [suppliers, triage, practices] = await Promise.all([
      start('suppliers', { SIMULATOR_CONTROL_PORT: '0' }),
      start('triage'),
      start('practices'),
    ]);
    const ports = await simulatorPorts(suppliers);
    const appointments = await Promise.all([start('appointments', ports), start('appointments', ports)]);
    const gateway = ({ url }: Part) =>
      start('gateway', {
        TRIAGE_URL: `${triage.url}/graphql`,
        PRACTICES_URL: `${practices.url}/graphql`,
        APPOINTMENTS_URL: `${url}/graphql`,
      });
    const gateways = await Promise.all([gateway(appointments[0]), gateway(appointments[1])]);
    return {
      gateways,
      appointments,
      triage,
      practices,
      suppliers,
      dataDir,
      databaseUrl: database.url,
      secret,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Ports of the simulated suppliers, in the order of their ids, for another process. */
async function simulatorPorts(suppliers: ProductProcess): Promise<Record<string, string>> {
  const [, urls = ''] = await suppliers.says(/suppliers: (.*);/);
  return Object.fromEntries(
    urls.split(', ').map((url, index) => [simulatorPortVariable(supplierIds[index]!), new URL(url).port]),
  );
}
