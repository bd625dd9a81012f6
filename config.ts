import { join, resolve } from 'node:path';
import { z } from 'zod';
import { type SupplierId, supplierIds, suppliers as knownSuppliers } from './adapters/registry';
import { OdsCode } from './domain/ods-code';
import { DEFAULT_LIMITS, type GatewayLimits } from './gateway/limits/gateway-limits';
import type { DatabaseSettings } from './subgraphs/database';

/** A setting that cannot be used; its message is one sentence that says what to do. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

const port = z.coerce.number().int().min(0).max(65_535);
const seconds = z.coerce.number().int().positive();
/** Of what one request may take: always a whole number, and never none. */
const limit = (fallback: number) => z.coerce.number().int().positive().default(fallback);
const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text;
const url = z.url({ protocol: /^https?$/ });

const webhookUrl = url.refine((text) => {
  const { username, password } = new URL(text);
  return username === '' && password === '';
}, 'must not contain a user or password: what is posted is signed');

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: 24 to 64 bytes. */
const webhookSecret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]+={0,2}$/, 'must be whsec_ and the base64 of 24 to 64 random bytes')
  .transform((text) => Buffer.from(text.slice('whsec_'.length), 'base64'))
  .refine(
    (key) => key.length >= 24 && key.length <= 64,
    'must be whsec_ and the base64 of 24 to 64 random bytes',
  );

/** OpenID Connect issuers whose tokens are accepted; `kind` says which claims to expect. */
const Issuer = z.object({
  kind: z.enum(['nhs-login', 'cis2', 'client']),
  issuer: z.string().min(1),
  audience: z.string().min(1),
  /** Without it the keys are found by OpenID Connect discovery, from the issuer's address. */
  jwksUrl: url.optional(),
});

/** Every variable that is read, with its default. The table in README.md is this, in words. */
const Environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(4000),
  DATA_DIR: z.string().default('data'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('warn'),
  CLINICAL_MODE: z.enum(['demo', 'live']).default('demo'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  GATEWAY_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  ISSUERS: z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' });
        return z.NEVER;
      }
    })
    .pipe(z.array(Issuer))
    .optional(),
  TRIAGE_URL: url.optional(),
  PRACTICES_URL: url.optional(),
  APPOINTMENTS_URL: url.optional(),
  TRIAGE_PORT: port.default(4001),
  PRACTICES_PORT: port.default(4002),
  APPOINTMENTS_PORT: port.default(4003),
  SIMULATOR_CONTROL_PORT: port.default(4100),
  ORGANISATION_ODS: OdsCode.default(OdsCode.parse('X26DEMO')),
  ORGANISATION_NAME: z.string().default('GP Booking Gateway (demonstration)'),
  ORGANISATION_PHONE: z.string().default('01632 960000'),
  ORGANISATION_ASID: z.string().default('000000000000'),
  WEBHOOK_URL: webhookUrl.optional(),
  WEBHOOK_SECRET: webhookSecret.optional(),
  PRACTICE_WEBHOOK_URL: webhookUrl.optional(),
  PRACTICE_WEBHOOK_SECRET: webhookSecret.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url.optional(),
  METRICS: z.enum(['on', 'off']).optional(),
  HOLD_SECONDS: seconds.default(300),
  SWEEP_SECONDS: z.coerce.number().int().min(1).max(86_400).default(900),
  OFFER_SECONDS: seconds.default(600),
  LIMIT_BODY_BYTES: limit(DEFAULT_LIMITS.bodyBytes),
  LIMIT_TOKENS: limit(DEFAULT_LIMITS.document.tokens),
  LIMIT_DEPTH: limit(DEFAULT_LIMITS.document.depth),
  LIMIT_ALIASES: limit(DEFAULT_LIMITS.document.aliases),
  LIMIT_DIRECTIVES: limit(DEFAULT_LIMITS.document.directives),
  LIMIT_ROOT_FIELDS: limit(DEFAULT_LIMITS.document.rootFields),
  LIMIT_FIELDS: limit(DEFAULT_LIMITS.document.fields),
  LIMIT_OPERATION_COST: limit(DEFAULT_LIMITS.operationCost),
  LIMIT_CALLER_COST_PER_MINUTE: limit(DEFAULT_LIMITS.callerCostPerMinute),
  LIMIT_OPERATIONS_AT_ONCE: limit(DEFAULT_LIMITS.operationsAtOnce),
  LIMIT_LOOP_LAG_MS: limit(DEFAULT_LIMITS.loopLagMs),
  LIMIT_QUERY_SECONDS: limit(DEFAULT_LIMITS.queryMs / 1_000),
  TRUSTED_DOCUMENTS: z.enum(['on', 'off']).optional(),
  PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  CORS_ORIGINS: z
    .string()
    .transform((text) => text.split(',').map((origin) => origin.trim()))
    .pipe(
      z.array(
        z.string().refine(isOrigin, 'must be origins such as https://app.example, separated by commas'),
      ),
    )
    .default([]),
  SEARCH_AT_ONCE: z.coerce.number().int().min(1).max(100).default(25),
});

/** `EMIS_URL` and `SIMULATOR_EMIS_PORT`, and their like for every supplier there is. */
const SupplierUrls = z.record(z.enum(supplierIds), url.optional());
const SimulatorPorts = z.record(z.enum(supplierIds), port);
const variable = (id: SupplierId) => id.toUpperCase().replaceAll('-', '_');

/** `SIMULATOR_GP_CONNECT_PORT` for `gp-connect`. */
export const simulatorPortVariable = (id: SupplierId) => `SIMULATOR_${variable(id)}_PORT`;

export type Issuer = z.infer<typeof Issuer>;
export type Config = ReturnType<typeof readConfig>;

/**
 * The only reader of the environment.
 * @throws ConfigError naming the first variable that cannot be used and what it should be.
 */
export function readConfig(env: Record<string, string | undefined>) {
  const given = withoutEmpty(env);
  const parsed = Environment.safeParse(given);
  if (!parsed.success) throw new ConfigError(firstProblem(parsed.error));
  const e = parsed.data;
  const suppliers = ofSuppliers(
    SupplierUrls,
    (id) => `${variable(id)}_URL`,
    (name) => given[name],
  );
  const simulatorPorts = ofSuppliers(
    SimulatorPorts,
    simulatorPortVariable,
    // Whoever wants a free port for one of them wants no fixed one for the others.
    (name, { simulatorPort }) => given[name] ?? (e.SIMULATOR_CONTROL_PORT === 0 ? 0 : simulatorPort),
  );
  const production = e.NODE_ENV === 'production';
  const dataDir = resolve(e.DATA_DIR);
  const database = (name: string): DatabaseSettings =>
    e.DATABASE_URL === undefined
      ? { kind: 'embedded', file: join(dataDir, `${name}.db`) }
      : { kind: 'postgres', url: e.DATABASE_URL };
  if (production && e.GATEWAY_SECRET === undefined)
    throw new ConfigError(
      'GATEWAY_SECRET is missing: in production set it to at least 32 random characters, the same for every process.',
    );
  if (production && e.ISSUERS?.some(({ issuer }) => issuer.endsWith('.demo.invalid')) === true)
    throw new ConfigError('ISSUERS names the demo issuer, which is refused in production.');
  if (production && Object.values(suppliers).every((supplierUrl) => supplierUrl === undefined))
    throw new ConfigError(
      `No supplier is configured: in production set one of ${supplierIds.map((id) => `${variable(id)}_URL`).join(', ')}, because simulated suppliers are refused there.`,
    );
  if (e.ISSUERS?.some(({ issuer, jwksUrl }) => jwksUrl === undefined && !/^https?:/.test(issuer)) === true)
    throw new ConfigError(
      'ISSUERS cannot be used: an issuer that is no web address needs a jwksUrl, since its keys cannot be discovered.',
    );
  if (
    production &&
    e.ISSUERS?.some(({ issuer, jwksUrl }) => !(jwksUrl ?? issuer).startsWith('https:')) === true
  )
    throw new ConfigError(
      'ISSUERS cannot be used: in production a jwksUrl, or without it the issuer, must be https.',
    );
  if (production && e.ISSUERS === undefined)
    throw new ConfigError(
      'ISSUERS is missing: in production name the token issuers, because the demo issuer is refused there.',
    );
  for (const name of ['WEBHOOK', 'PRACTICE_WEBHOOK'] as const)
    if (production && e[`${name}_URL`]?.startsWith('https:') === false)
      throw new ConfigError(`${name}_URL cannot be used: in production it must be https.`);

  return {
    production,
    dataDir,
    logLevel: e.LOG_LEVEL,
    clinicalMode: e.CLINICAL_MODE,
    http: { host: e.HOST, port: e.PORT },
    databases: {
      triage: database('triage'),
      practices: database('practices'),
      appointments: database('ledger'),
      audit: database('audit'),
    },
    redisUrl: e.REDIS_URL,
    secret: e.GATEWAY_SECRET,
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
    /** Undefined: the front end is not told of changes. */
    webhook: webhookOf(e, 'WEBHOOK'),
    /** Undefined: own practices are not told of bookings elsewhere. */
    practiceWebhook: webhookOf(e, 'PRACTICE_WEBHOOK'),
    /** Undefined: nothing is traced. */
    tracesTo: e.OTEL_EXPORTER_OTLP_ENDPOINT,
    metrics: e.METRICS === undefined ? !production : e.METRICS === 'on',
    holdSeconds: e.HOLD_SECONDS,
    sweepSeconds: e.SWEEP_SECONDS,
    offerSeconds: e.OFFER_SECONDS,
    searchAtOnce: e.SEARCH_AT_ONCE,
    limits: limitsOf(e),
    /** Whether only published documents are taken of those who are neither analysts nor operators. */
    trustedDocumentsOnly: e.TRUSTED_DOCUMENTS === undefined ? production : e.TRUSTED_DOCUMENTS === 'on',
    proxies: e.PROXIES,
    corsOrigins: e.CORS_ORIGINS,
  };
}

function limitsOf(e: z.infer<typeof Environment>): GatewayLimits {
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

function webhookOf(e: z.infer<typeof Environment>, name: 'WEBHOOK' | 'PRACTICE_WEBHOOK') {
  const address = e[`${name}_URL`];
  const key = e[`${name}_SECRET`];
  if (address === undefined) return undefined;
  if (key === undefined)
    throw new ConfigError(
      `${name}_SECRET is missing: ${name}_URL needs one to sign with, for example "whsec_" and what "openssl rand -base64 32" prints; ${name === 'WEBHOOK' ? 'the front end' : 'whoever takes it for practices'} verifies with the same.`,
    );
  return { url: address, key };
}

/** Several processes share what one process could keep to itself. @throws ConfigError naming what is missing. */
export function checkForSeveralProcesses({ redisUrl, databases, secret, dataDir }: Config): void {
  const missing = [
    databases.appointments.kind === 'embedded' ? 'DATABASE_URL' : null,
    redisUrl === undefined ? 'REDIS_URL' : null,
    secret === undefined ? 'GATEWAY_SECRET' : null,
  ].filter((name) => name !== null);
  if (missing.length > 0)
    throw new ConfigError(
      `Running in several processes needs ${missing.join(', ')}: set what is missing for every process, or run all in one with npm start (data in ${dataDir}).`,
    );
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

/** One setting of every supplier, by its id. @throws ConfigError naming the variable. */
function ofSuppliers<T>(
  schema: z.ZodType<T>,
  nameOf: (id: SupplierId) => string,
  valueOf: (name: string, supplier: (typeof knownSuppliers)[number]) => unknown,
): T {
  const values = knownSuppliers.map((supplier) => {
    const { id } = supplier.manifest;
    return [id, valueOf(nameOf(id), supplier)] as const;
  });
  const parsed = schema.safeParse(Object.fromEntries(values));
  if (parsed.success) return parsed.data;
  const [id] = values.find(([one]) => one === parsed.error.issues[0]?.path[0]) ?? [];
  throw new ConfigError(firstProblem(parsed.error, id && nameOf(id)));
}

/** `PORT=` in a shell or a compose file means that it is not set. */
function withoutEmpty(env: Record<string, string | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}

function firstProblem(error: z.ZodError, name: PropertyKey | undefined = error.issues[0]?.path[0]): string {
  const issue = error.issues[0];
  return `${typeof name === 'string' ? name : 'A setting'} cannot be used: ${issue?.message ?? 'invalid'}; see the configuration table in README.md.`;
}
