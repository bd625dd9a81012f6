import { join, resolve } from 'node:path';
import { z } from 'zod';
import { type SupplierId, supplierIds, suppliers as knownSuppliers } from './adapters/registry';
import type { GatewayLimits } from './gateway/limits/gateway-limits';
import { Environment, port, settingProblem, url, type SettingProblem } from './settings/environment';
import { productionProblems } from './settings/production-problems';
import { signInProblems } from './settings/sign-in-problems';
import type { DatabaseSettings } from './platform/database/database';

export type { Issuer } from './settings/environment';

/** Settings that cannot be used; its message has one line for each, which says what to do. */
export class ConfigError extends Error {
  constructor(...sentences: string[]) {
    super(sentences.join('\n'));
    this.name = 'ConfigError';
  }
}

/** Parts of the service that a process can be started as. */
export const ROLES = [
  'everything',
  'gateway',
  'suppliers',
  'triage',
  'practices',
  'appointments',
  'web',
] as const;
export type Role = (typeof ROLES)[number];

/** True where the website is started: everything has it as soon as people can sign in. */
function hasWebsite(e: Environment, role: Role | undefined): boolean {
  if (role === 'everything') return e.NHS_LOGIN_ISSUER !== undefined || e.CIS2_ISSUER !== undefined;
  return role === 'web';
}

/** `EMIS` for `emis`: `EMIS_URL` and `SIMULATOR_EMIS_PORT`, and their like for every supplier there is. */
const variable = (id: SupplierId) => id.toUpperCase().replaceAll('-', '_');

/** `SIMULATOR_GP_CONNECT_PORT` for `gp-connect`. */
export const simulatorPortVariable = (id: SupplierId) => `SIMULATOR_${variable(id)}_PORT`;

export type Config = ReturnType<typeof readConfig>;

/**
 * The only reader of the environment.
 * @param role the part that the process is started as; scripts leave it out.
 * @throws ConfigError naming every variable that cannot be used and what it should be, all at once.
 */
export function readConfig(env: Record<string, string | undefined>, role?: Role) {
  const environment = withoutEmpty(env);
  const { settings: e, problems: unusable } = readEnvironment(environment);
  const suppliers = readOfSuppliers(
    url.optional(),
    (id) => `${variable(id)}_URL`,
    (name) => environment[name],
  );
  const simulatorPorts = readOfSuppliers(
    port,
    simulatorPortVariable,
    // A free port for one of them means free ports for all.
    (name, { simulatorPort }) =>
      environment[name] ?? String(e.SIMULATOR_CONTROL_PORT === 0 ? 0 : simulatorPort),
  );
  const supplierValues = readSupplierValues(environment);
  const mistaken = [
    ...unusable,
    ...suppliers.problems,
    ...supplierValues.problems,
    ...simulatorPorts.problems,
  ];
  const names = new Set(mistaken.map(({ variable: name }) => name));
  // What a variable contradicts is not known where it cannot be read.
  const contradictory = [
    ...contradictions(e, suppliers.byVariable, role),
    ...(e.NODE_ENV === 'production' ? missingValues(environment, suppliers.byVariable) : []),
  ].filter(({ variable: name }) => !names.has(name));
  const problems = [...mistaken, ...contradictory];
  if (problems.length > 0) throw new ConfigError(...new Set(problems.map(({ sentence }) => sentence)));
  return {
    ...configOf(e, suppliers.values(), simulatorPorts.values()),
    supplierValues: supplierValues.values,
  };
}

/** Returns the problems of variables that can be read, but not used together. */
function contradictions(
  e: Environment,
  supplierUrls: Readonly<Record<string, string | undefined>>,
  role: Role | undefined,
): SettingProblem[] {
  const production = e.NODE_ENV === 'production';
  return [
    ...secretProblems(e),
    ...issuerProblems(e),
    ...webhookProblems(e),
    ...(production ? productionProblems(e, supplierUrls) : []),
    ...(production && role === 'suppliers' ? [NO_SIMULATION] : []),
    ...(production && hasWebsite(e, role) ? signInProblems(e) : []),
    ...(role === undefined ? [] : severalProcessesProblems(e, role)),
  ];
}

function configOf(
  e: Environment,
  suppliers: Record<SupplierId, string | undefined>,
  simulatorPorts: Record<SupplierId, number>,
) {
  const production = e.NODE_ENV === 'production';
  const dataDir = resolve(e.DATA_DIR);
  const database = (name: string): DatabaseSettings =>
    e.DATABASE_URL === undefined
      ? { kind: 'embedded', file: join(dataDir, `${name}.db`) }
      : { kind: 'postgres', url: e.DATABASE_URL };

  return {
    production,
    dataDir,
    logLevel: e.LOG_LEVEL,
    clinicalMode: e.CLINICAL_MODE,
    clinicalSigners: e.CLINICAL_SIGNERS ?? [],
    http: {
      host: e.HOST,
      port: e.PORT,
      keepAliveMs: e.KEEP_ALIVE_SECONDS * 1_000,
      /** Time for which a stopping process goes on serving while its readiness check fails. */
      drainMs: (e.DRAIN_SECONDS ?? (production ? 3 : 0)) * 1_000,
    },
    web: webOf(e),
    databases: {
      triage: database('triage'),
      practices: database('practices'),
      appointments: database('ledger'),
      audit: database('audit'),
    },
    redisUrl: e.REDIS_URL,
    /** Undefined: one is made on first use. */
    secrets:
      e.GATEWAY_SECRETS ?? (e.GATEWAY_SECRET === undefined ? undefined : ([e.GATEWAY_SECRET] as const)),
    /** Undefined: the demo issuer, whose keys are made on first use. */
    issuers: e.ISSUERS,
    subgraphs: {
      triage: { url: e.TRIAGE_URL, port: e.TRIAGE_PORT },
      practices: { url: e.PRACTICES_URL, port: e.PRACTICES_PORT },
      appointments: { url: e.APPOINTMENTS_URL, port: e.APPOINTMENTS_PORT },
    },
    suppliers,
    simulatorPorts: { ...simulatorPorts, control: e.SIMULATOR_CONTROL_PORT },
    /** This service as GP systems see it; GPConnect-OrganisationType-1 is a consumer of urgent care. */
    organisation: {
      odsCode: e.ORGANISATION_ODS,
      name: e.ORGANISATION_NAME,
      phone: e.ORGANISATION_PHONE,
      asid: e.ORGANISATION_ASID,
      type: 'urgent-care',
    },
    /** Undefined: events for the front end are not delivered. */
    webhook: webhookOf(e, 'WEBHOOK'),
    /** Undefined: notices to own practices are not delivered. */
    practiceWebhook: webhookOf(e, 'PRACTICE_WEBHOOK'),
    /** Undefined: nothing is traced. */
    tracesTo: e.OTEL_EXPORTER_OTLP_ENDPOINT,
    /** Production has to say. */
    metrics: e.METRICS !== 'off',
    holdSeconds: e.HOLD_SECONDS,
    compareSeconds: e.COMPARE_SECONDS,
    offerSeconds: e.OFFER_SECONDS,
    searchAtOnce: e.SEARCH_AT_ONCE,
    executor: e.EXECUTOR,
    limits: limitsOf(e),
    /** Accepts only published documents from callers who are neither analysts nor operators. */
    trustedDocumentsOnly: e.TRUSTED_DOCUMENTS === undefined ? production : e.TRUSTED_DOCUMENTS === 'on',
    proxies: e.PROXIES,
    /** Undefined: no server is believed for whom it asks, but the website in the same process. */
    frontEndKeys: e.FRONT_END_KEYS,
    corsOrigins: e.CORS_ORIGINS,
    signIn: signInOf(e),
  };
}

function webOf(e: Environment) {
  return {
    /** A free port for the gateway means a free one for the website. */
    port: e.WEB_PORT ?? (e.PORT === 0 ? 0 : 3_000),
    apiUrl: e.API_URL,
    proxies: e.WEB_PROXIES,
    /** Undefined: where it listens. */
    publicUrl: e.NHS_LOGIN_REDIRECT_URI === undefined ? undefined : new URL(e.NHS_LOGIN_REDIRECT_URI).origin,
  };
}

/** Undefined parts of a provider: the simulation's. */
function signInOf(e: Environment) {
  return {
    /** The address on which the simulated provider listens; people reach it at 127.0.0.1. */
    simulatorHost: e.SIGN_IN_HOST,
    /** Port of the simulated provider; a free port for the simulators means a free one here. */
    simulatorPort: e.SIGN_IN_PORT ?? (e.SIMULATOR_CONTROL_PORT === 0 ? 0 : 3_001),
    nhsLogin: {
      issuer: e.NHS_LOGIN_ISSUER,
      clientId: e.NHS_LOGIN_CLIENT_ID,
      privateKey: e.NHS_LOGIN_PRIVATE_KEY,
      redirectUri: e.NHS_LOGIN_REDIRECT_URI,
      scope: e.NHS_LOGIN_SCOPE,
      vtr: e.NHS_LOGIN_VTR,
    },
    cis2: {
      issuer: e.CIS2_ISSUER,
      clientId: e.CIS2_CLIENT_ID,
      privateKey: e.CIS2_PRIVATE_KEY,
      redirectUri: e.CIS2_REDIRECT_URI,
      scope: 'openid profile nationalrbacaccess selectedrole',
      vtr: [],
    },
    session: { idleMinutes: e.SESSION_IDLE_MINUTES, maxHours: e.SESSION_MAX_HOURS, key: e.SESSION_KEY },
  };
}

function limitsOf(e: Environment): GatewayLimits {
  return {
    bodyBytes: e.LIMIT_BODY_BYTES,
    document: {
      tokens: e.LIMIT_TOKENS,
      depth: e.LIMIT_DEPTH,
      aliases: e.LIMIT_ALIASES,
      directives: e.LIMIT_DIRECTIVES,
      rootFields: e.LIMIT_ROOT_FIELDS,
      fields: e.LIMIT_FIELDS,
    },
    operationCost: e.LIMIT_OPERATION_COST,
    callerCostPerMinute: e.LIMIT_CALLER_COST_PER_MINUTE,
    operationsAtOnce: e.LIMIT_OPERATIONS_AT_ONCE,
    loopLagMs: e.LIMIT_LOOP_LAG_MS,
    queryMs: e.LIMIT_QUERY_SECONDS * 1_000,
  };
}

function webhookOf(e: Environment, name: Webhook) {
  const address = e[`${name}_URL`];
  const keys = e[`${name}_SECRET`];
  return address === undefined || keys === undefined ? undefined : { url: address, keys };
}

const WEBHOOKS = ['WEBHOOK', 'PRACTICE_WEBHOOK'] as const;
type Webhook = (typeof WEBHOOKS)[number];

function webhookProblems(e: Environment): SettingProblem[] {
  return WEBHOOKS.filter((name) => e[`${name}_URL`] !== undefined && e[`${name}_SECRET`] === undefined).map(
    (name) =>
      settingProblem(
        `${name}_SECRET`,
        `is missing: ${name}_URL needs one to sign with, for example "whsec_" and what "openssl rand -base64 32" prints; ${name === 'WEBHOOK' ? 'the front end' : 'the receiver for practices'} verifies with the same.`,
      ),
  );
}

function secretProblems({ GATEWAY_SECRET, GATEWAY_SECRETS }: Environment): SettingProblem[] {
  if (GATEWAY_SECRET === undefined || GATEWAY_SECRETS === undefined) return [];
  return [
    settingProblem(
      'GATEWAY_SECRETS',
      'contradicts GATEWAY_SECRET: unset that one, and name the current secret first here, then the one before it.',
    ),
  ];
}

/** Tokens are distinguished by their issuer alone, so each appears once. */
function issuerProblems({ ISSUERS = [] }: Environment): SettingProblem[] {
  const issuers = ISSUERS.map(({ issuer }) => issuer.trim().toLowerCase().replace(/\/+$/, ''));
  return [
    ...(ISSUERS.some(({ issuer, jwksUrl }) => jwksUrl === undefined && !/^https?:/i.test(issuer))
      ? [
          settingProblem(
            'ISSUERS',
            'cannot be used: an issuer that is no web address needs a jwksUrl, since its keys cannot be discovered.',
          ),
        ]
      : []),
    ...(new Set(issuers).size < issuers.length
      ? [
          settingProblem(
            'ISSUERS',
            'names an issuer twice: give each one kind, one audience and one set of keys.',
          ),
        ]
      : []),
  ];
}

const NO_SIMULATION: SettingProblem = {
  variable: 'NODE_ENV',
  sentence: 'NODE_ENV is production, where suppliers are not simulated: do not start "suppliers" there.',
};

/** Several processes share what one process could keep to itself. */
function severalProcessesProblems(e: Environment, role: Role): SettingProblem[] {
  if (role === 'everything' || role === 'suppliers' || role === 'web') return [];
  const missing = (['DATABASE_URL', 'REDIS_URL', 'GATEWAY_SECRET'] as const).filter(
    (name) => e[name] === undefined && !(name === 'GATEWAY_SECRET' && e.GATEWAY_SECRETS !== undefined),
  );
  if (missing.length === 0) return [];
  return [
    {
      variable: 'SEVERAL_PROCESSES',
      sentence: `Running in several processes needs ${missing.join(', ')}: set what is missing for every process, or run all in one with npm start (data in ${resolve(e.DATA_DIR)}).`,
    },
  ];
}

/** Security fixes end on these days: https://github.com/nodejs/release#release-schedule */
const NODE_SUPPORT_ENDS: Readonly<Record<string, string>> = {
  20: '2026-04-30',
  22: '2027-04-30',
  24: '2028-04-30',
};

/** One line where this Node gets no security fixes any more, else null. */
export function nodeSupportNotice(nodeVersion: string, now: Date): string | null {
  const ended = NODE_SUPPORT_ENDS[nodeVersion.split('.')[0] ?? ''];
  if (ended === undefined || now < new Date(`${ended}T23:59:59Z`)) return null;
  return `Node ${nodeVersion} has had no security fixes since ${ended}: use Node 24 (.nvmrc) for anything real.`;
}

/** True where no real supplier is configured. */
export function isSimulated({ suppliers }: Config): boolean {
  return Object.values(suppliers).every((url) => url === undefined);
}

/** Variables that cannot be used are named, and the rest is read as if those were not set. */
function readEnvironment(environment: Record<string, string | undefined>) {
  const parsed = Environment.safeParse(environment);
  if (parsed.success) return { settings: parsed.data, problems: [] };
  // Of each variable the first thing that is wrong with it.
  const wrong = new Map(parsed.error.issues.toReversed().map(({ path: [name], message }) => [name, message]));
  const rest = Object.fromEntries(Object.entries(environment).filter(([name]) => !wrong.has(name)));
  const problems = [...wrong].reverse().map(([name, message]) => unusable(String(name), message));
  return { settings: Environment.parse(rest), problems };
}

/** One setting of every supplier, by its id and by its variable. */
function readOfSuppliers<T>(
  schema: z.ZodType<T>,
  nameOf: (id: SupplierId) => string,
  valueOf: (name: string, supplier: (typeof knownSuppliers)[number]) => unknown,
) {
  const read = knownSuppliers.map((supplier) => {
    const { id } = supplier.manifest;
    const name = nameOf(id);
    const text = valueOf(name, supplier);
    return { id, name, given: text, parsed: schema.safeParse(text) };
  });
  const problems = read.flatMap(({ name, parsed }) =>
    parsed.success ? [] : [unusable(name, parsed.error.issues[0]?.message)],
  );
  return {
    problems,
    byVariable: Object.fromEntries(read.map(({ name, parsed }) => [name, parsed.data])),
    /** Settings by supplier id; called only when there are no problems. */
    values: () =>
      z
        .record(z.enum(supplierIds), schema)
        .parse(Object.fromEntries(read.map(({ id, given }) => [id, given]))),
  };
}

/** Every setting that a supplier's manifest declares, with its variable: `MERIDIAN_CLIENT_SECRET`. */
const supplierSettings = knownSuppliers.flatMap(({ manifest: { id, settings = [] } }) =>
  settings.map((setting) => ({ ...setting, id, variable: `${variable(id)}_${setting.name}` })),
);

/** Values by supplier and setting; a key is PEM, whose line ends may be written as `\\n`. */
function readSupplierValues(environment: Record<string, string | undefined>) {
  const problems: SettingProblem[] = [];
  const values: Partial<Record<SupplierId, Record<string, string>>> = {};
  for (const { id, name, kind, variable: key } of supplierSettings) {
    const text = environment[key]?.replaceAll('\\n', '\n');
    if (text === undefined) continue;
    if (kind === 'PRIVATE_KEY' && !text.includes('-----BEGIN')) problems.push(unusable(key, 'must be PEM'));
    values[id] = { ...values[id], [name]: text };
  }
  return { problems, values };
}

/**
 * Returns what the environment says of one supplier's settings, for a script that calls its sandbox.
 * @throws ConfigError naming what is not set, or cannot be used.
 */
export function valuesOfSupplier(
  id: SupplierId,
  environment: Record<string, string | undefined>,
): Record<string, string> {
  const own = supplierSettings.filter((setting) => setting.id === id);
  const { problems, values } = readSupplierValues(
    Object.fromEntries(own.map(({ variable: key }) => [key, environment[key]])),
  );
  const missing = own
    .filter(({ variable: key }) => environment[key] === undefined)
    .map(({ variable: key, purpose }) => settingProblem(key, `is missing: set ${purpose}.`));
  if (problems.length + missing.length > 0)
    throw new ConfigError(...[...problems, ...missing].map(({ sentence }) => sentence));
  return values[id] ?? {};
}

/** Returns what a real supplier needs and is not set, or is set to what anybody can read here. */
function missingValues(
  environment: Record<string, string | undefined>,
  urls: Readonly<Record<string, string | undefined>>,
): SettingProblem[] {
  return supplierSettings
    .filter(({ id }) => urls[`${variable(id)}_URL`] !== undefined)
    .flatMap(({ variable: key, purpose, simulated }) => {
      const text = environment[key];
      if (text === undefined) return [settingProblem(key, `is missing: in production set ${purpose}.`)];
      return text === simulated
        ? [settingProblem(key, `is the simulator's: in production set ${purpose}.`)]
        : [];
    });
}

/** `PORT=` in a shell or a compose file means that it is not set. */
function withoutEmpty(env: Record<string, string | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}

function unusable(name: string, message = 'invalid'): SettingProblem {
  return settingProblem(name, `cannot be used: ${message}; see the configuration table in README.md.`);
}
