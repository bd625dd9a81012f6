import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { supplierIds } from '../../adapters/registry';
import type { RunningSimulators } from '../../adapters/simulator/start-simulators';
import { readConfig, simulatorPortVariable, type Config } from '../../config';
import {
  startGatewayAlone,
  startSubgraph,
  startSuppliers,
  SUBGRAPHS,
  type Started,
  type SubgraphName,
  type StartContext,
} from '../../start';
import type { DatabaseSettings } from '../../platform/database/database';
import { NOON } from '../gateway-under-test';
import type { Place } from '../patient-journey';
import { EXECUTOR } from '../executor';

/** `GATEWAY_SECRET` or `GATEWAY_SECRETS` of one part. */
export type SecretSettings = { GATEWAY_SECRET: string } | { GATEWAY_SECRETS: string };

/** The product's parts over one database and one set of simulated suppliers, each started with secrets of its own. */
export interface PartsUnderTest {
  simulators: RunningSimulators;
  /** Settings of a process that works on the same data. */
  settings: Readonly<Record<string, string>>;
  databases: Config['databases'];
  place: Omit<Place, 'url'>;
  start(name: SubgraphName, secrets: SecretSettings): Promise<Started>;
  startGateway(secrets: SecretSettings, urls: Record<SubgraphName, string>): Promise<Started>;
  /** All parts and a gateway of the same secrets. */
  startAll(secrets: SecretSettings): Promise<Started & { subgraphs: Record<SubgraphName, Started> }>;
  close(): Promise<void>;
}

const SETTINGS = {
  NODE_ENV: 'test',
  PORT: '0',
  TRIAGE_PORT: '0',
  PRACTICES_PORT: '0',
  APPOINTMENTS_PORT: '0',
  SIMULATOR_CONTROL_PORT: '0',
  EXECUTOR,
  LIMIT_LOOP_LAG_MS: '60000',
  LIMIT_QUERY_SECONDS: '600',
  LIMIT_CALLER_COST_PER_MINUTE: '1000000000',
};

/** @param mustEnd called when a part would end its process */
export async function partsOn(
  database: DatabaseSettings,
  mustEnd?: (why: Error) => void,
): Promise<PartsUnderTest> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gp-booking-secrets-'));
  const settings: Record<string, string> = { ...SETTINGS, DATA_DIR: dataDir };
  if (database.kind === 'postgres') settings.DATABASE_URL = database.url;
  const now = () => new Date(NOON);
  const surroundings = (more: Record<string, string> = {}): StartContext => ({
    config: readConfig({ ...settings, ...more }),
    logger: pino({ level: 'silent' }),
    now,
    ...(mustEnd && { mustEnd }),
    explorerFolder: join(__dirname, '..', '..', 'dist', 'gateway', 'explorer', 'public'),
  });
  const simulators = await startSuppliers(surroundings());
  for (const id of supplierIds) settings[simulatorPortVariable(id)] = new URL(simulators.urls[id]).port;

  const start = (name: SubgraphName, secrets: SecretSettings) => startSubgraph(name, surroundings(secrets));
  const startGateway = (secrets: SecretSettings, urls: Record<SubgraphName, string>) =>
    startGatewayAlone(
      surroundings({
        ...secrets,
        ...Object.fromEntries(SUBGRAPHS.map((name) => [`${name.toUpperCase()}_URL`, urls[name]])),
      }),
    );
  return {
    simulators,
    settings,
    databases: surroundings().config.databases,
    place: { dataDir, controlUrl: simulators.controlUrl, now },
    start,
    startGateway,
    async startAll(secrets) {
      const subgraphs = {
        triage: await start('triage', secrets),
        practices: await start('practices', secrets),
        appointments: await start('appointments', secrets),
      };
      const gateway = await startGateway(secrets, {
        triage: subgraphs.triage.url,
        practices: subgraphs.practices.url,
        appointments: subgraphs.appointments.url,
      });
      return {
        url: gateway.url,
        subgraphs,
        async close() {
          await gateway.close();
          for (const part of Object.values(subgraphs)) await part.close();
        },
      };
    },
    close: () => simulators.close(),
  };
}
