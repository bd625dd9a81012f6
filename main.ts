import { join } from 'node:path';
import pino from 'pino';
import { z } from 'zod';
import { ConfigError, readConfig, type Config } from './config';
import {
  checkForSeveralProcesses,
  isSimulated,
  startEverything,
  startGatewayAlone,
  startSubgraph,
  startSuppliers,
  SUBGRAPHS,
  type Surroundings,
} from './start';

// Apollo's gateway calls its maker unless told otherwise before it is made.
process.env.APOLLO_TELEMETRY_DISABLED = 'true';

const Role = z.enum(['everything', 'gateway', 'suppliers', ...SUBGRAPHS]);

interface Running {
  /** What to print, line by line. */
  says: string[];
  close(): Promise<void>;
}

async function main(): Promise<void> {
  const role = Role.safeParse(process.argv[2] ?? 'everything');
  if (!role.success)
    throw new ConfigError(
      `There is no "${process.argv[2] ?? ''}" to start: choose ${Role.options.join(', ')}.`,
    );
  const config = readConfig(process.env);
  // Logs go to stderr, so that what is said to people stands alone on stdout.
  const logger = pino({ level: config.logLevel }, pino.destination(2));
  const explorerFolder = join(__dirname, 'gateway', 'explorer', 'public');
  const running = await start(role.data, { config, logger, now: () => new Date(), explorerFolder });
  console.log(running.says.join('\n'));
  stopOnSignal(running);
}

async function start(role: z.infer<typeof Role>, on: Surroundings): Promise<Running> {
  switch (role) {
    case 'everything': {
      const { url, simulators, close } = await startEverything(on);
      return { says: welcome(url, simulators?.controlUrl ?? null, on.config), close };
    }
    case 'gateway': {
      checkForSeveralProcesses(on.config);
      const { url, close } = await startGatewayAlone(on);
      return { says: welcome(url, null, on.config), close };
    }
    case 'suppliers': {
      const { controlUrl, urls, close } = await startSuppliers(on);
      return {
        says: [`Simulated suppliers: ${Object.values(urls).join(', ')}; control ${controlUrl}`],
        close,
      };
    }
    case 'triage':
    case 'practices':
    case 'appointments': {
      checkForSeveralProcesses(on.config);
      const { url, close } = await startSubgraph(role, on);
      return { says: [`The ${role} subgraph answers the gateway at ${url}`], close };
    }
  }
}

function welcome(url: string, controlUrl: string | null, config: Config): string[] {
  const simulated = isSimulated(config) ? 'Suppliers are simulated. ' : '';
  const demo =
    config.clinicalMode === 'demo' ? 'Triage content is a demonstration, not for real symptoms.' : '';
  return [
    '',
    'GP Booking Gateway',
    `  API       ${url}/graphql`,
    `  Explorer  ${url}/explorer/`,
    ...(controlUrl === null ? [] : [`  Simulator control  ${controlUrl}`]),
    ...(config.issuers === undefined
      ? ['  Tokens    npm run --silent token -- --as patient | parent | practice | analyst | operator']
      : []),
    '  Journey   npm run journey',
    `  ${simulated}${demo}`,
    '  Ctrl-C stops.',
    '',
  ];
}

function stopOnSignal(running: Running): void {
  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(1);
    stopping = true;
    running.close().then(
      () => process.exit(0),
      (error: unknown) => {
        fail(error);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

const ListenError = z.object({ code: z.literal('EADDRINUSE'), port: z.number() });

/** One sentence that says what to do. */
function fail(error: unknown): never {
  const inUse = ListenError.safeParse(error);
  const sentence = inUse.success
    ? `Port ${inUse.data.port} is in use: stop the program that listens there, or choose another by PORT or the SIMULATOR_…_PORT variables.`
    : error instanceof Error
      ? error.message
      : 'It could not be started.';
  console.error(sentence);
  process.exit(1);
}

main().catch(fail);
