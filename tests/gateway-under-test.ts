import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { readConfig, simulatorPortVariable, type Config } from '../config';
import {
  startEverything,
  startGatewayAlone,
  startSubgraph,
  startSuppliers,
  SUBGRAPHS,
  type Started,
  type SubgraphName,
  type StartContext,
} from '../start';
import { supplierIds } from '../adapters/registry';
import type { Timers } from '../domain/timers';
import { expectNobodyNamed } from './planted';
import type { RunningSimulators } from '../adapters/simulator/start-simulators';
import { EXECUTOR } from './executor';

/** The whole product as it is started, on free ports and a data folder of its own. */
export interface GatewayUnderTest {
  url: string;
  config: Config;
  simulators: RunningSimulators;
  /** Every log line of every part, at the most talkative level. */
  logged: string[];
  /** The time of day in which all of it lives; databases and tokens live in the machine's. */
  now: () => Date;
  close(): Promise<void>;
}

/**
 * A Monday in winter, when London keeps UTC. Before the machine's time, so that nothing that the ledger dates by its
 * database's clock is old already.
 */
export const NOON = '2024-11-25T12:00:00Z';

const ANY_PORT = {
  PORT: '0',
  TRIAGE_PORT: '0',
  PRACTICES_PORT: '0',
  APPOINTMENTS_PORT: '0',
  SIMULATOR_CONTROL_PORT: '0',
  EXECUTOR,
  // How fast, or how busy, the machine is is no test's subject.
  LIMIT_LOOP_LAG_MS: '60000',
  LIMIT_QUERY_SECONDS: '600',
  LIMIT_CALLER_COST_PER_MINUTE: '1000000000',
};

function surroundings(
  env: Record<string, string>,
  timers?: Timers,
  now = () => new Date(NOON),
): StartContext & { logged: string[] } {
  const dataDir = env.DATA_DIR ?? mkdtempSync(join(tmpdir(), 'gp-booking-'));
  const logged: string[] = [];
  return {
    config: readConfig({ ...ANY_PORT, NODE_ENV: 'test', DATA_DIR: dataDir, ...env }),
    logger: pino({ level: 'trace' }, { write: (line: string) => logged.push(line) }),
    now,
    explorerFolder: join(__dirname, '..', 'dist', 'gateway', 'explorer', 'public'),
    logged,
    timers,
  };
}

/**
 * One process, subgraphs called as functions.
 * @param timers timers for calls to suppliers: with manual ones none times out until a test says so
 * @param now the machine's, where the ledger, which dates by its database's clock, has to agree with all the rest
 */
export async function inOneProcess(
  env: Record<string, string> = {},
  timers?: Timers,
  now?: () => Date,
): Promise<GatewayUnderTest> {
  const on = surroundings(env, timers, now);
  const { url, simulators, close } = await startEverything(on);
  if (simulators === null) throw new Error('Tests run on simulated suppliers.');
  const { config, logged } = on;
  return namingNobody({ url, simulators, close, config, logged, now: on.now });
}

/** Subgraphs that can be ended one by one. */
export interface Parts {
  stopPart(name: SubgraphName): Promise<void>;
}

/** Gateway and subgraphs as they run in processes of their own: over HTTP, the caller in a signed header. */
export async function overHttp(timers?: Timers): Promise<GatewayUnderTest & Parts> {
  const on = surroundings({}, timers);
  const simulators = await startSuppliers(on);
  const urls = {
    ...Object.fromEntries(
      supplierIds.map((id) => [simulatorPortVariable(id), new URL(simulators.urls[id]).port]),
    ),
    DATA_DIR: on.config.dataDir,
  };
  const { config: ofParts } = surroundings(urls);
  const subgraphs = new Map<SubgraphName, Started>();
  // One after the other: practices and appointments bring the same file up to date, and in one process none of them could
  // go on while another waits for it.
  for (const name of SUBGRAPHS) subgraphs.set(name, await startSubgraph(name, { ...on, config: ofParts }));
  const { config } = surroundings({
    ...urls,
    ...Object.fromEntries([...subgraphs].map(([name, { url }]) => [`${name.toUpperCase()}_URL`, url])),
  });
  async function stopPart(name: SubgraphName): Promise<void> {
    const part = subgraphs.get(name);
    subgraphs.delete(name);
    await part?.close();
  }
  const gateway = await startGatewayAlone({ ...on, config });
  return namingNobody({
    url: gateway.url,
    config,
    simulators,
    logged: on.logged,
    now: on.now,
    stopPart,
    async close() {
      await gateway.close();
      for (const name of SUBGRAPHS) await stopPart(name);
      await simulators.close();
    },
  });
}

/** Searches logs and metrics for planted secrets when the gateway is closed, whatever the test was about. */
function namingNobody<Gateway extends GatewayUnderTest>(gateway: Gateway): Gateway {
  return {
    ...gateway,
    async close() {
      const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
      await gateway.close();
      expectNobodyNamed('Metrics', metrics);
      expectNobodyNamed('Logs', gateway.logged.join('\n'));
    },
  };
}
