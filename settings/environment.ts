import { z } from 'zod';
import { ContentSigners } from '../domain/content-signer';
import { OdsCode } from '../domain/ods-code';
import { DEFAULT_LIMITS } from '../gateway/limits/gateway-limits';
import { EXECUTORS } from '../platform/execution/executor';

/** Digits alone: `1e3`, ` ` and `0x10` are mistakes. */
const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,12}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max));

export const port = whole(0, 65_535);
/** A day: longer waits than timers measure would end at once. */
const seconds = whole(1, 86_400);
/** Limit on one request: always a whole number of at least one, and never so many that it is no limit. */
const limit = (fallback: number, max: number) => whole(1, max).default(fallback);
const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text;

/** URL that is called over HTTP. Errors of client libraries quote addresses, so it holds nothing secret. */
export const url = z.url({ protocol: /^https?$/, abort: true }).refine((text) => {
  const { username, password } = new URL(text);
  return username === '' && password === '';
}, 'must not contain a user or password');

const gatewaySecret = z.string().min(32, 'must have at least 32 characters');

/** More than one rotation under way would be somebody's mistake; so many leave room to mend it. */
const MAX_SECRETS = 4;

/**
 * The current secret, then those before it. What separates them is in none that "openssl rand -base64 32" prints; one that has a comma
 * or a space itself is named in a JSON list.
 */
const gatewaySecrets = z
  .string()
  .transform((text, context) => {
    if (!text.trimStart().startsWith('[')) return separated(text);
    const listed = Texts.safeParse(parsedJson(text)).data;
    if (listed !== undefined) return listed;
    // Taken apart at its commas, it would be secrets that nobody has chosen.
    context.addIssue({ code: 'custom', message: 'begins with [ and is no JSON list of texts' });
    return z.NEVER;
  })
  .pipe(
    z
      .tuple([gatewaySecret], gatewaySecret)
      .refine((secrets) => secrets.length <= MAX_SECRETS, `must name at most ${MAX_SECRETS} secrets`)
      .refine((secrets) => new Set(secrets).size === secrets.length, 'must not name a secret twice'),
  );

const Texts = z.array(z.string());

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'must be JSON' });
    return z.NEVER;
  }
});

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function separated(text: string): string[] {
  return text.split(/[\s,]+/).filter((part) => part !== '');
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: 24 to 64 bytes. */
const webhookSecret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]+={0,2}$/, 'must be whsec_ and the base64 of 24 to 64 random bytes')
  .transform((text) => Buffer.from(text.slice('whsec_'.length), 'base64'))
  .refine(
    (key) => key.length >= 24 && key.length <= 64,
    'must be whsec_ and the base64 of 24 to 64 random bytes',
  );

/** While receivers learn a new one both sign; so many as of the gateway's own. */
const webhookSecrets = z
  .string()
  .transform(separated)
  .pipe(
    z
      .array(webhookSecret)
      .min(1, 'must be whsec_ and the base64 of 24 to 64 random bytes')
      .max(MAX_SECRETS, `must name at most ${MAX_SECRETS} secrets`),
  );

/** OpenID Connect issuers whose tokens are accepted; `kind` says which claims to expect. */
export const Issuer = z.object({
  kind: z.enum(['nhs-login', 'cis2', 'client']),
  issuer: z.string().min(1),
  audience: z.string().min(1),
  /** Without it the keys are found by OpenID Connect discovery, from the issuer's address. */
  jwksUrl: url.optional(),
});
export type Issuer = z.infer<typeof Issuer>;

/** This service as GP systems see it, where nothing real is connected. Refused in production. */
export const DEMO_ORGANISATION = {
  ORGANISATION_ODS: OdsCode.parse('X26DEMO'),
  ORGANISATION_NAME: 'GP Booking Gateway (demonstration)',
  ORGANISATION_PHONE: '01632 960000',
  ORGANISATION_ASID: '000000000000',
} as const;

/** PEM, whose line ends may be written as `\\n`. */
const privateKey = z
  .string()
  .transform((text) => text.replaceAll('\\n', '\n'))
  .refine((text) => text.includes('-----BEGIN PRIVATE KEY-----'), 'must be PEM (PKCS 8)');

/** NHS login's vectors of trust: at P5 people can look, at P9 they can book. */
const vectorsOfTrust = json.pipe(
  z
    .array(z.string().regex(/^P[059](\.C[a-z]){1,3}$/, 'must be vectors of trust'))
    .min(1)
    .max(10),
);

/** Every variable that is read, with its default; those of suppliers come on top. The table in README.md is this, in words. */
export const Environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(4000),
  WEB_PORT: port.optional(),
  WEB_PROXIES: whole(0, 10).default(0),
  FRONT_END_KEYS: z
    .string()
    .transform(separated)
    .pipe(z.array(z.string().min(32, 'must have at least 32 characters each')).min(1).max(10))
    .optional(),
  /** Public GraphQL endpoint that the website asks, where it is a process of its own. */
  API_URL: url.default('http://127.0.0.1:4000/graphql'),
  DATA_DIR: z.string().default('data'),
  KEEP_ALIVE_SECONDS: whole(1, 600).default(65),
  DRAIN_SECONDS: whole(0, 20).optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('warn'),
  CLINICAL_MODE: z.enum(['demo', 'live']).default('demo'),
  CLINICAL_SIGNERS: json.pipe(ContentSigners).optional(),
  ALLOW_DEMO_CONTENT: z.enum(['yes', 'no']).default('no'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  GATEWAY_SECRET: gatewaySecret.optional(),
  GATEWAY_SECRETS: gatewaySecrets.optional(),
  ISSUERS: json.pipe(z.array(Issuer)).optional(),
  TRIAGE_URL: url.optional(),
  PRACTICES_URL: url.optional(),
  APPOINTMENTS_URL: url.optional(),
  TRIAGE_PORT: port.default(4001),
  PRACTICES_PORT: port.default(4002),
  APPOINTMENTS_PORT: port.default(4003),
  SIMULATOR_CONTROL_PORT: port.default(4100),
  ORGANISATION_ODS: OdsCode.default(DEMO_ORGANISATION.ORGANISATION_ODS),
  ORGANISATION_NAME: z.string().default(DEMO_ORGANISATION.ORGANISATION_NAME),
  ORGANISATION_PHONE: z.string().default(DEMO_ORGANISATION.ORGANISATION_PHONE),
  ORGANISATION_ASID: z.string().default(DEMO_ORGANISATION.ORGANISATION_ASID),
  WEBHOOK_URL: url.optional(),
  WEBHOOK_SECRET: webhookSecrets.optional(),
  PRACTICE_WEBHOOK_URL: url.optional(),
  PRACTICE_WEBHOOK_SECRET: webhookSecrets.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url.optional(),
  METRICS: z.enum(['on', 'off']).optional(),
  HOLD_SECONDS: seconds.default(300),
  COMPARE_SECONDS: seconds.default(900),
  OFFER_SECONDS: seconds.default(600),
  LIMIT_BODY_BYTES: limit(DEFAULT_LIMITS.bodyBytes, 16_777_216),
  LIMIT_TOKENS: limit(DEFAULT_LIMITS.document.tokens, 100_000),
  LIMIT_DEPTH: limit(DEFAULT_LIMITS.document.depth, 100),
  LIMIT_ALIASES: limit(DEFAULT_LIMITS.document.aliases, 10_000),
  LIMIT_DIRECTIVES: limit(DEFAULT_LIMITS.document.directives, 10_000),
  LIMIT_ROOT_FIELDS: limit(DEFAULT_LIMITS.document.rootFields, 1_000),
  LIMIT_FIELDS: limit(DEFAULT_LIMITS.document.fields, 100_000),
  LIMIT_OPERATION_COST: limit(DEFAULT_LIMITS.operationCost, 1_000_000),
  LIMIT_CALLER_COST_PER_MINUTE: limit(DEFAULT_LIMITS.callerCostPerMinute, 1_000_000_000),
  LIMIT_OPERATIONS_AT_ONCE: limit(DEFAULT_LIMITS.operationsAtOnce, 10_000),
  LIMIT_LOOP_LAG_MS: limit(DEFAULT_LIMITS.loopLagMs, 60_000),
  LIMIT_QUERY_SECONDS: seconds.default(DEFAULT_LIMITS.queryMs / 1_000),
  TRUSTED_DOCUMENTS: z.enum(['on', 'off']).optional(),
  PROXIES: whole(0, 10).default(0),
  CORS_ORIGINS: z
    .string()
    .transform((text) => text.split(',').map((origin) => origin.trim()))
    .pipe(
      z.array(
        z.string().refine(isOrigin, 'must be origins such as https://app.example, separated by commas'),
      ),
    )
    .default([]),
  SEARCH_AT_ONCE: whole(1, 100).default(25),
  EXECUTOR: z.enum(EXECUTORS).default('compiled'),
  SIGN_IN_HOST: z.string().default('127.0.0.1'),
  SIGN_IN_PORT: port.optional(),
  NHS_LOGIN_ISSUER: url.optional(),
  NHS_LOGIN_CLIENT_ID: z.string().optional(),
  NHS_LOGIN_PRIVATE_KEY: privateKey.optional(),
  NHS_LOGIN_REDIRECT_URI: url.optional(),
  NHS_LOGIN_SCOPE: z.string().default('openid profile gp_registration_details gp_integration_credentials'),
  NHS_LOGIN_VTR: vectorsOfTrust.default(['P5.Cp.Cd', 'P9.Cp.Cd', 'P9.Cp.Ck', 'P9.Cm']),
  CIS2_ISSUER: url.optional(),
  CIS2_CLIENT_ID: z.string().optional(),
  CIS2_PRIVATE_KEY: privateKey.optional(),
  CIS2_REDIRECT_URI: url.optional(),
  SESSION_IDLE_MINUTES: whole(5, 30).default(30),
  SESSION_MAX_HOURS: whole(1, 12).default(12),
  SESSION_KEY: z.string().min(32, 'must have at least 32 characters').optional(),
});
export type Environment = z.infer<typeof Environment>;

/** A variable, and one sentence that begins with its name and says what to do. It never repeats the value. */
export interface SettingProblem {
  variable: string;
  sentence: string;
}

export function settingProblem(variable: string, sentence: string): SettingProblem {
  return { variable, sentence: `${variable} ${sentence}` };
}
