import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pino from 'pino';
import { z } from 'zod';
import { ConfigError, isSimulated, nodeSupportNotice, readConfig, ROLES, type Config } from './config';
import { ERRORS_IN_LOGS, loggableError, sentenceOf } from './domain/loggable-error';
import { traceId } from './platform/http/tracing';
import type { WebContext } from './start';

// Apollo's gateway calls its maker unless told otherwise before it is made.
process.env.APOLLO_TELEMETRY_DISABLED = 'true';

const Role = z.enum(ROLES);

interface Running {
  /** Lines to print. */
  says: string[];
  close(): Promise<void>;
}

async function main(): Promise<void> {
  const role = Role.safeParse(process.argv[2] ?? 'everything');
  if (!role.success)
    throw new ConfigError(
      `There is no "${process.argv[2] ?? ''}" to start: choose ${Role.options.join(', ')}.`,
    );
  const config = readConfig(process.env, role.data);
  const tracing = await tracingOf(config, role.data);
  const mixin = tracing === null ? () => ({}) : () => ({ traceId: traceId() });
  // Logs go to stderr, so that output for people is alone on stdout.
  const logger = pino({ level: config.logLevel, mixin, ...ERRORS_IN_LOGS }, pino.destination(2));
  // Before it ends by `fail`, which says no place.
  process.prependListener('uncaughtException', (error) => {
    logger.fatal({ err: loggableError(error) }, 'unexpected error; the process stops');
  });
  const running = await start(role.data, {
    config,
    logger,
    now: () => new Date(),
    explorerFolder: join(__dirname, 'gateway', 'explorer', 'public'),
    websiteFolder: join(__dirname, 'web'),
  });
  // Before the line that everything runs: its reader may stop the process at once.
  stopOnSignal([running, ...(tracing === null ? [] : [tracing])]);
  const notice = nodeSupportNotice(process.versions.node, new Date());
  console.log([...running.says, ...(notice === null ? [] : [notice])].join('\n'));
}

async function start(role: z.infer<typeof Role>, context: WebContext): Promise<Running> {
  // Everything else is loaded when the settings are known to be good: that takes seconds.
  const { startEverything, startGatewayAlone, startSignIn, startSubgraph, startSuppliers, startWeb } =
    await import('./start.js');
  switch (role) {
    case 'everything': {
      const withWebsite = { ...context, frontEndKey: randomBytes(32).toString('base64url') };
      const { url, simulators, now, close } = await startEverything(withWebsite);
      const signIn = await startSignIn(context);
      // In production somebody else's website may be in front of the API: ours needs providers to sign in with.
      const website = hasSignIn(context.config, signIn)
        ? await startWeb({ ...withWebsite, now }, `${url}/graphql`, signIn?.issuers)
        : null;
      return {
        says: [
          ...(website === null ? [] : ['', `Website  ${website.url}/`]),
          ...welcome(url, simulators?.controlUrl ?? null, context.config),
        ],
        close: () => closeAll([website, signIn, { close }]),
      };
    }
    case 'web': {
      const { url, close } = await startWeb(context, context.config.web.apiUrl);
      return { says: [`Website  ${url}/`], close };
    }
    case 'gateway': {
      const { url, close } = await startGatewayAlone(context);
      return { says: welcome(url, null, context.config), close };
    }
    case 'suppliers': {
      const { controlUrl, urls, close } = await startSuppliers(context);
      const signIn = await startSignIn(context);
      return {
        says: [`Simulated suppliers: ${Object.values(urls).join(', ')}; control ${controlUrl}`],
        close: () => closeAll([signIn, { close }]),
      };
    }
    case 'triage':
    case 'practices':
    case 'appointments': {
      const { url, close } = await startSubgraph(role, context);
      return { says: [`The ${role} subgraph answers the gateway at ${url}`], close };
    }
  }
}

function hasSignIn({ signIn }: Config, simulated: object | null): boolean {
  return simulated !== null || (signIn.nhsLogin.issuer !== undefined && signIn.cis2.issuer !== undefined);
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
    ...(isSimulated(config) ? ['  Journey   npm run journey'] : []),
    `  ${simulated}${demo}`,
    '  Ctrl-C stops.',
    '',
  ];
}

/** At Ctrl-C the terminal signals everybody, and npm passes its own signal on: that is one wish, not two. */
const SAME_SIGNAL_MS = 500;
/**
 * Time after which the process ends: longer than any request takes, a booking at a supplier included; another
 * process takes over unfinished work.
 */
const STOP_WITHIN_MS = 40_000;

/** @param running in the order of being stopped */
function stopOnSignal(running: readonly { close(): Promise<void> }[]): void {
  let stoppingSince: number | undefined;
  const stop = () => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    stoppingSince = performance.now();
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    closeAll(running).then(
      () => process.exit(0),
      (error: unknown) => {
        fail(error);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

async function closeAll(running: readonly ({ close(): Promise<void> } | null)[]): Promise<void> {
  for (const one of running) await one?.close();
}

/** Loaded only where it is wanted: the exporter is the largest thing in the process. */
async function tracingOf({ tracesTo: endpoint }: Config, part: string) {
  if (endpoint === undefined) return null;
  const { startTracing } = await import('./platform/http/start-tracing.js');
  return startTracing({ endpoint, part });
}

const ListenError = z.object({
  syscall: z.literal('listen'),
  code: z.string(),
  // Absent where it was 0, any that is free.
  port: z.number().optional(),
});
const FileError = z.object({
  syscall: z.enum(['mkdir', 'open', 'write']),
  code: z.string(),
  path: z.string(),
});

function fail(error: unknown): never {
  console.error(whatToDo(error));
  process.exit(1);
}

/** One sentence that says what to do. */
function whatToDo(error: unknown): string {
  const listening = ListenError.safeParse(error).data;
  if (listening?.code === 'EADDRINUSE' && listening.port !== undefined)
    return `Port ${listening.port} is in use: stop the program that listens there, or choose another by PORT, WEB_PORT, SIGN_IN_PORT or the SIMULATOR_…_PORT variables.`;
  if (listening !== undefined)
    return `The address cannot be listened on (${listening.code}): choose another by HOST, or another PORT.`;
  const file = FileError.safeParse(error).data;
  if (file !== undefined)
    return `${file.path} cannot be used (${file.code}): set DATA_DIR to a folder that this program may write to.`;
  return sentenceOf(error, 'It could not be started.');
}

// Node would print the error with all that it carries.
process.on('uncaughtException', fail);
main().catch(fail);
