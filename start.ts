import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLocalJWKSet } from 'jose';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { redisThrottles } from './adapters/http/redis-throttles';
import { createGpSystems, supplierIds } from './adapters/registry';
import type { RunningSimulators } from './adapters/simulator/start-simulators';
import { ConfigError, isSimulated, type Config } from './config';
import type { SimulationClock } from './demo/clock';
import type { HearChanges, TellChanges } from './domain/booking-changes';
import { NOT_OPTED_IN, type ReleasePolicy } from './domain/release-policy';
import { loggableError } from './domain/loggable-error';
import { readOrCreateFile } from './domain/read-or-create-file';
import { deriveKeys, keyedDigest } from './domain/secret';
import { machineTimers, type Timers } from './domain/timers';
import { auditLog } from './gateway/audit/audit-log';
import { auditor } from './gateway/audit/auditor';
import { startGateway } from './gateway/gateway';
import { countingCutOffs } from './gateway/gateway-metrics';
import { httpTransport } from './gateway/http-transport';
import { identifier, type TrustedIssuer } from './gateway/identity/identify';
import { issuerKeys } from './gateway/identity/issuer-keys';
import { trustedDocumentsIn } from './gateway/limits/trusted-documents';
import type { SubgraphTransport } from './gateway/subgraph-transport';
import { inProcessChanges, redisHearChanges, redisTellChanges } from './platform/booking-changes';
import type { Executor } from './platform/execution/executor';
import { redisConnection } from './platform/redis-connection';
import { readiness, type Readiness } from './platform/http/readiness';
import { registerReady } from './platform/http/ready-gauge';
import { knownSecrets } from './settings/known-secrets';
import {
  closeAppointments,
  createAppointmentsSubgraph,
  openAppointments,
  openReleaseLedger,
  type AppointmentsDeps,
  type AppointmentsOptions,
} from './subgraphs/appointments';
import { proveSecret } from './subgraphs/appointments/database/rekey';
import { openKeyedAuditStore } from './platform/database/audit-store';
import { latestKeys, watchKeys } from './platform/database/data-keys';
import type { Subgraph } from './platform/graphql/federated-schema';
import { subgraphExecution } from './platform/graphql/execution/execute-subgraph';
import { createPracticesSubgraph, openPlaces } from './subgraphs/practices';
import { serveSubgraph } from './platform/graphql/subgraph-server';
import {
  complaintTitles,
  createTriageSubgraph,
  dispositionCatalogue,
  openSymptomChecks,
} from './subgraphs/triage';

/**
 * The composition root: config → stores → adapters → subgraphs → gateway. All parts are assembled here and nowhere
 * else, and returned to be closed.
 */
export interface StartContext {
  config: Config;
  logger: Logger;
  now: () => Date;
  /** The explorer's bundle (`npm run build`). */
  explorerFolder: string;
  /** Timers for calls to suppliers, and for parts that restart; the machine's by default. */
  timers?: Timers;
  /** Clock of a simulation in one process, which can be moved. */
  clock?: SimulationClock;
  /** Key of the website in the same process, where none is configured: the gateway believes it for whom it asks. */
  frontEndKey?: string;
  /** Called when the process must stop; by default throws the reason out of the process. */
  mustEnd?: (why: Error) => void;
}

/** Adds where the built website is. */
export interface WebContext extends StartContext {
  websiteFolder: string;
}

export interface Started {
  url: string;
  close(): Promise<void>;
}

export const SUBGRAPHS = ['triage', 'practices', 'appointments'] as const;
export type SubgraphName = (typeof SUBGRAPHS)[number];

/** Everything in one process, on embedded stores and simulated suppliers unless others are configured. */
export async function startEverything(
  start: StartContext,
): Promise<Started & { simulators: RunningSimulators | null; now: () => Date }> {
  const closing = new Disposables();
  const metrics = metricsOf(start.config);
  try {
    const context = await inMovableTime(start);
    const simulators = isSimulated(context.config) ? await startSuppliers(context) : null;
    if (simulators !== null) closing.add(simulators);
    const changes = inProcessChanges();
    const appointments = await createAppointmentsSubgraph({
      ...(await appointmentsOptions(context, simulators, closing, metrics)),
      changes: tellChanges(context, changes),
      // Nobody asks before all parts are there.
      checks: { find: (digest) => triage.symptomChecks.find(digest) },
      checkCubes: {
        read: (...cube) => triage.checkCubes.read(...cube),
        state: () => triage.checkCubes.state(),
        rollUp: () => triage.checkCubes.rollUp(),
      },
      areas: { all: () => practices.areas.all() },
    });
    closing.add(appointments);
    const practices = await createPracticesSubgraph({
      ...(await practicesOptions(context)),
      releases: appointments.releases,
      books: appointments.practiceBooks,
      dispositions: dispositionCatalogue(),
    });
    closing.add(practices);
    const { places, areas } = practices;
    const triage = await createTriageSubgraph({
      ...triageOptions(context),
      metrics,
      digestDevice: await deviceDigest(context),
      places,
      areas,
    });
    closing.add(triage);
    const transports = [triage, practices, appointments].map((subgraph): [string, SubgraphTransport] => [
      subgraph.name,
      inProcess(subgraph, context.config.executor),
    ]);
    const gateway = await startGateway({
      ...(await gatewayOptions(context, new Map(transports), metrics)),
      changes: hearChanges(context, changes),
    });
    closing.add(gateway);
    registerReady(
      metrics,
      new Map([
        ['gateway', gateway.ready],
        ...[triage, practices, appointments].map(
          (subgraph) => [subgraph.name, readyBehind(gateway.ready, subgraph)] as const,
        ),
      ]),
    );
    return { url: gateway.url, simulators, now: context.now, close: () => closing.close() };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

/**
 * The website, which asks the API as any other front end does.
 * @param apiUrl the public GraphQL endpoint
 * @param issuers issuers of the simulated sign-in provider in the same process, which may listen on any port
 */
export async function startWeb(
  { config, logger, frontEndKey, now, websiteFolder }: WebContext,
  apiUrl: string,
  issuers?: SimulatedClient['issuers'],
): Promise<Started> {
  // Loaded here alone: no other part needs the server of pages.
  const { startWebsite } = await import('./web/server.js');
  const { memorySessionStore, redisSessionStore } = await import('./web/kit/session.js');
  const { web, signIn, http, redisUrl } = config;
  const redis = redisUrl === undefined ? null : redisConnection(redisUrl, 'sessions', logger);
  const website = await startWebsite({
    folder: websiteFolder,
    api: { url: apiUrl, frontEndKey: config.frontEndKeys?.[0] ?? frontEndKey },
    proxies: web.proxies,
    // In production the API's address for people is not known here.
    explorerUrl: isSimulated(config) ? new URL('/explorer/', apiUrl).href : undefined,
    isDemonstration: config.clinicalMode === 'demo',
    host: http.host,
    port: web.port,
    publicUrl: web.publicUrl,
    providers: await signInProviders(config, issuers),
    session: {
      ...signIn.session,
      key: signIn.session.key ?? (await demoSessionKey(config)),
      store: redis === null ? memorySessionStore(now) : redisSessionStore(redis),
    },
    onFailure: (error) => {
      logger.error({ err: loggableError(error) }, 'a page could not be shown');
    },
    now,
  });
  return {
    url: website.url,
    async close() {
      await website.close();
      redis?.disconnect();
    },
  };
}

/** Key of the sessions where none is set, which production refuses. */
function demoSessionKey({ dataDir }: Config): Promise<string> {
  return readOrCreateFile(join(dataDir, 'demo-session-key.txt'), () =>
    Promise.resolve(randomBytes(32).toString('base64url')),
  );
}

/** The providers that are configured; what is not is the simulation's. Production refuses to start without any of it. */
async function signInProviders(config: Config, issuers: SimulatedClient['issuers'] | undefined) {
  const { nhsLogin, cis2 } = config.signIn;
  const simulated = config.production ? NO_CLIENT : await simulatedClient(config, issuers);
  const withDefaults = (name: 'nhs-login' | 'cis2', provider: typeof nhsLogin) => ({
    ...provider,
    issuer: provider.issuer ?? simulated.issuers[name],
    clientId: provider.clientId ?? simulated.clientId,
    privateKey: provider.privateKey ?? simulated.privateKey,
    timeoutMs: SIGN_IN_TIMEOUT_MS,
  });
  return { 'nhs-login': withDefaults('nhs-login', nhsLogin), cis2: withDefaults('cis2', cis2) };
}

interface SimulatedClient {
  issuers: Readonly<Record<'nhs-login' | 'cis2', string>>;
  clientId: string;
  privateKey: string;
}
const NO_CLIENT: SimulatedClient = { issuers: { 'nhs-login': '', cis2: '' }, clientId: '', privateKey: '' };

async function simulatedClient(
  { dataDir, signIn: { simulatorPort } }: Config,
  issuers: SimulatedClient['issuers'] | undefined,
): Promise<SimulatedClient> {
  const { DEMO_CLIENT_ID, demoClientKey, demoProviderIssuers } = await import('./demo/sign-in-client.js');
  return {
    issuers: issuers ?? demoProviderIssuers(`http://127.0.0.1:${simulatorPort}`),
    clientId: DEMO_CLIENT_ID,
    privateKey: await demoClientKey(dataDir),
  };
}

/** Time in which each request to a sign-in provider has to be answered. */
const SIGN_IN_TIMEOUT_MS = 10_000;

/** The gateway alone, over subgraphs in processes of their own. */
export async function startGatewayAlone(context: StartContext): Promise<Started> {
  const { config } = context;
  const keys = deriveKeys(await knownSecrets(config), 'caller');
  const transports = SUBGRAPHS.map((name): [string, SubgraphTransport] => {
    const { url, port } = config.subgraphs[name];
    return [name, httpTransport(name, url ?? `http://127.0.0.1:${port}/graphql`, keys, context.timers)];
  });
  const metrics = metricsOf(config);
  const gateway = await startGateway({
    ...(await gatewayOptions(context, new Map(transports), metrics)),
    changes: hearChanges(context, inProcessChanges()),
  });
  registerReady(metrics, new Map([['gateway', gateway.ready]]));
  return gateway;
}

/** One subgraph alone, which answers the gateway and nobody else. */
export async function startSubgraph(name: SubgraphName, context: StartContext): Promise<Started> {
  const { config, logger } = context;
  const closing = new Disposables();
  const metrics = metricsOf(config);
  const subgraph = await subgraphAlone(name, context, closing, metrics);
  closing.add(subgraph);
  const { port } = config.subgraphs[name];
  const keys = deriveKeys(await knownSecrets(config), 'caller');
  const server = await serveSubgraph(subgraph, {
    http: { ...config.http, port },
    callerKeys: keys,
    executor: config.executor,
    logger,
    metrics,
  });
  closing.add(server);
  registerReady(metrics, new Map([[name, server.ready]]));
  return { url: server.url, close: () => closing.close() };
}

/** A subgraph that has no server of its own: ready while its database is, until the gateway that asks it stops. */
function readyBehind(gateway: Readiness, subgraph: Subgraph): Pick<Readiness, 'missing' | 'isStopping'> {
  const { missing } = readiness([{ name: 'database', ready: () => subgraph.ready() }]);
  return {
    missing,
    get isStopping() {
      return gateway.isStopping;
    },
  };
}

async function subgraphAlone(
  name: SubgraphName,
  context: StartContext,
  closing: Disposables,
  metrics: Registry | undefined,
): Promise<Subgraph> {
  switch (name) {
    case 'triage': {
      await proveSecret(context.config.databases.appointments, await knownSecrets(context.config));
      const opened = await openPlaces(context.config.databases.practices);
      closing.add(opened);
      const { places, areas } = opened;
      return createTriageSubgraph({
        ...triageOptions(context),
        metrics,
        digestDevice: await deviceDigest(context),
        places,
        areas,
      });
    }
    case 'practices': {
      const { appointments } = context.config.databases;
      await proveSecret(appointments, await knownSecrets(context.config));
      const opened = await openReleaseLedger(appointments, await defaultPolicyOf(context.config));
      closing.add(opened);
      const { now, logger } = context;
      return createPracticesSubgraph({
        ...(await practicesOptions(context)),
        releases: opened.releases,
        books: opened.booksOf({ systems: gpSystemsOf(context, null, closing), now, logger }),
        dispositions: dispositionCatalogue(),
      });
    }
    case 'appointments':
      return createAppointmentsSubgraph({
        ...(await bookingOptions(context, closing, metrics)),
        changes: tellChanges(context, inProcessChanges()),
      });
  }
}

/** The same of a process without the triage subgraph. */
async function bookingOptions(
  context: StartContext,
  closing: Disposables,
  metrics: Registry | undefined,
): Promise<AppointmentsOptions> {
  await proveSecret(context.config.databases.appointments, await knownSecrets(context.config));
  const places = await openPlaces(context.config.databases.practices);
  closing.add(places);
  const { areas } = places;
  const opened = await openSymptomChecks({ ...triageOptions(context), areas });
  closing.add(opened);
  const { checks, checkCubes } = opened;
  return { ...(await appointmentsOptions(context, null, closing, metrics)), checks, checkCubes, areas };
}

/** Opens the upkeep of bookings for an operator's command beside the service: nothing runs by itself. */
export async function openBookings(
  context: StartContext,
): Promise<{ bookings: AppointmentsDeps; close(): Promise<void> }> {
  const closing = new Disposables();
  const bookings = await openAppointments(await bookingOptions(context, closing, undefined));
  closing.add({ close: () => closeAppointments(bookings) });
  return { bookings, close: () => closing.close() };
}

/**
 * The simulated suppliers, with the demo family registered at their practice.
 * @throws ConfigError where real suppliers are configured.
 */
export async function startSuppliers({
  config,
  logger,
  now,
  clock,
}: StartContext): Promise<RunningSimulators> {
  const simulation = await simulationOf(config);
  if (simulation === null)
    throw new ConfigError(
      'Real suppliers are configured, so there are none to simulate: unset …_URL of each.',
    );
  const { dataDir, simulatorPorts: ports } = config;
  return simulation.startSimulatedSuppliers({ dataDir, ports, now, logger, clock });
}

/**
 * The provider that stands where NHS login and CIS2 stand, whose tokens the gateway accepts where the demo issuer is
 * trusted; null where nothing is simulated or other issuers are configured. Never in production.
 */
export async function startSignIn({ config, now }: StartContext) {
  if (config.production || !isSimulated(config) || config.issuers !== undefined) return null;
  const { startSignInProvider } = await import('./demo/sign-in-provider.js');
  const { demoClientKey } = await import('./demo/sign-in-client.js');
  const { demoIssuer } = await import('./demo/issuer.js');
  const [issuer, clientKey] = [await demoIssuer(config.dataDir), await demoClientKey(config.dataDir)];
  const { simulatorHost: host, simulatorPort: port } = config.signIn;
  return startSignInProvider({ host, port, issuer, clientKey, now });
}

/** Gives product and suppliers one clock where everything is simulated; the control API moves it. */
async function inMovableTime(context: StartContext): Promise<StartContext> {
  const simulation = await simulationOf(context.config);
  if (simulation === null) return context;
  const clock = simulation.simulationClock(context.now, context.timers ?? machineTimers);
  return { ...context, now: clock.now, timers: clock.timers, clock };
}

/** The invented world. A process with real suppliers does not even load it. */
async function simulationOf(config: Config) {
  return isSimulated(config) ? import('./demo/simulation.js') : null;
}

function throwOut(why: Error): void {
  setImmediate(() => {
    throw why;
  });
}

async function deviceDigest({ config }: StartContext): Promise<(text: string) => string> {
  const [key] = deriveKeys(await knownSecrets(config), 'device');
  return keyedDigest(key);
}

function triageOptions({ config, logger, now }: StartContext) {
  const { clinicalMode, clinicalSigners: signers } = config;
  return { database: config.databases.triage, clinicalMode, signers, logger, now };
}

async function practicesOptions({ config, logger, now }: StartContext) {
  const simulation = await simulationOf(config);
  // Outside the simulation nobody is connected until it is imported.
  const world = simulation?.simulatedWorld ?? { connectionsOf: () => [] };
  return { database: config.databases.practices, world, logger, now };
}

/** Outside the simulation nothing is released before the practice sets its rules. */
async function defaultPolicyOf(config: Config): Promise<(odsCode: string) => ReleasePolicy> {
  const simulation = await simulationOf(config);
  return simulation?.defaultPolicyOf ?? (() => NOT_OPTED_IN);
}

/** The systems of the configured suppliers, real or simulated. */
function gpSystemsOf(
  { config, logger, now, timers = machineTimers }: StartContext,
  simulators: RunningSimulators | null,
  closing: Disposables,
) {
  // What a supplier tells one process about waiting holds for all of them.
  const throttles = config.redisUrl === undefined ? undefined : redisThrottles(config.redisUrl, logger);
  if (throttles !== undefined) closing.add(throttles);
  const urls: Record<string, string | undefined> = simulators?.urls ?? supplierUrls(config);
  const settings = Object.entries(urls).flatMap(([id, url]) =>
    url === undefined ? [] : [[id, { url, values: simulators ? {} : valuesOf(config, id) }] as const],
  );
  return createGpSystems({
    suppliers: Object.fromEntries(settings),
    ...(throttles && { throttles }),
    consumer: config.organisation,
    logger,
    now,
    timers,
  });
}

async function appointmentsOptions(
  context: StartContext,
  simulators: RunningSimulators | null,
  closing: Disposables,
  metrics: Registry | undefined,
) {
  const { config, logger, now, clock, timers = machineTimers, mustEnd = throwOut } = context;
  return {
    database: config.databases.appointments,
    redisUrl: config.redisUrl,
    copiesFile: join(config.dataDir, 'copies.db'),
    systems: gpSystemsOf(context, simulators, closing),
    secrets: await knownSecrets(config),
    holdMs: config.holdSeconds * 1_000,
    compareEveryMs: config.compareSeconds * 1_000,
    offerMs: config.offerSeconds * 1_000,
    atOnce: config.searchAtOnce,
    defaultPolicyOf: await defaultPolicyOf(config),
    dispositions: dispositionCatalogue(),
    complaints: complaintTitles(),
    rollsUpOnDemand: isSimulated(config),
    webhook: config.webhook,
    practiceWebhook: config.practiceWebhook,
    metrics,
    timers,
    databaseClock: clock?.databaseClock,
    onKeysChanged: mustEnd,
    logger,
    now,
  };
}

function valuesOf({ supplierValues }: Config, id: string): Readonly<Record<string, string>> {
  return Object.entries(supplierValues).find(([supplier]) => supplier === id)?.[1] ?? {};
}

/** Real suppliers where any is configured, else the simulated ones on their usual ports. */
function supplierUrls(config: Config): Record<string, string | undefined> {
  if (!isSimulated(config)) return config.suppliers;
  return Object.fromEntries(supplierIds.map((id) => [id, `http://127.0.0.1:${config.simulatorPorts[id]}`]));
}

/** Without Redis only the same process hears what is told; a gateway elsewhere looks again every so often. */
function tellChanges({ config, logger }: StartContext, within: TellChanges): TellChanges {
  return config.redisUrl === undefined ? within : redisTellChanges(config.redisUrl, logger);
}

function hearChanges({ config, logger }: StartContext, within: HearChanges): HearChanges {
  return config.redisUrl === undefined ? within : redisHearChanges(config.redisUrl, logger);
}

async function gatewayOptions(
  { config, logger, now, explorerFolder, frontEndKey, mustEnd = throwOut }: StartContext,
  subgraphs: ReadonlyMap<string, SubgraphTransport>,
  metrics: Registry | undefined,
) {
  const opened = await openKeyedAuditStore(config.databases.audit, await knownSecrets(config));
  const { keys } = latestKeys(opened.versions);
  const watching = watchKeys(opened.unchanged, mustEnd, logger);
  const store = {
    ...opened.store,
    async close() {
      await watching.stop();
      await opened.store.close();
    },
  };
  return {
    supergraphSdl: readFileSync(join(__dirname, 'schema', 'supergraph.graphql'), 'utf8'),
    subgraphs,
    executor: config.executor,
    identify: identifier(await trustedIssuers(config, logger)),
    http: config.http,
    limits: config.limits,
    proxies: config.proxies,
    frontEndKeys: config.frontEndKeys ?? (frontEndKey === undefined ? [] : [frontEndKey]),
    digestAddress: keyedDigest(keys.address),
    redisUrl: config.redisUrl,
    trustedDocuments: trustedDocumentsIn(join(__dirname, 'schema', 'operations')),
    untrusted: config.trustedDocumentsOnly ? ('for-analysts' as const) : ('for-all' as const),
    corsOrigins: config.corsOrigins,
    explorerFolder,
    websiteUrl: websiteUrlOf(config),
    metrics,
    audit: auditor(
      await auditLog(store, { now, logger, onCutOff: countingCutOffs(metrics) }),
      keyedDigest(keys.audit),
    ),
    logger,
  };
}

/** Address at which people reach the website, as far as this process can know it. */
function websiteUrlOf(config: Config): string | undefined {
  const { publicUrl, port } = config.web;
  if (publicUrl !== undefined) return publicUrl;
  return isSimulated(config) && port !== 0 ? `http://127.0.0.1:${port}` : undefined;
}

/** Registry for all metrics of this process; each part that receives it adds its own. */
function metricsOf({ metrics }: Config): Registry | undefined {
  if (!metrics) return undefined;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

async function trustedIssuers({ issuers, dataDir }: Config, logger: Logger): Promise<TrustedIssuer[]> {
  if (issuers !== undefined)
    return issuers.map(({ jwksUrl, ...issuer }) => ({
      ...issuer,
      keys: issuerKeys({ issuer: issuer.issuer, jwksUrl }, logger),
    }));
  const { DEMO_AUDIENCE, DEMO_ISSUERS, demoIssuer } = await import('./demo/issuer.js');
  const { jwks } = await demoIssuer(dataDir);
  const keys = createLocalJWKSet(jwks);
  const kinds = ['nhs-login', 'cis2', 'client'] as const;
  return kinds.map((kind) => ({ kind, issuer: DEMO_ISSUERS[kind], audience: DEMO_AUDIENCE, keys }));
}

function inProcess(subgraph: Subgraph, executor: Executor): SubgraphTransport {
  const execute = subgraphExecution(executor);
  return {
    fetch: (request, context) => execute(subgraph.schema, request, context),
    ready: () => subgraph.ready(),
    close: () => Promise.resolve(),
  };
}

/** Closes in the opposite order of starting; a second call waits for the first. */
class Disposables {
  readonly #started: { close(): Promise<void> }[] = [];

  add(started: { close(): Promise<void> }): void {
    this.#started.push(started);
  }

  async close(): Promise<void> {
    for (let next = this.#started.pop(); next !== undefined; next = this.#started.pop()) await next.close();
  }
}
