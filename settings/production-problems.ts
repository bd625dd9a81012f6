import { reachOf } from '../domain/ip-address';
import {
  DEMO_ORGANISATION,
  settingProblem,
  type Environment,
  type Issuer,
  type SettingProblem,
} from './environment';
import { isWeakPassword, isWeakSecret } from './secret-strength';

/** Addresses of suppliers by their variables. */
export type SupplierUrls = Readonly<Record<string, string | undefined>>;

type Check = (settings: Environment, suppliers: SupplierUrls) => SettingProblem[];

/**
 * Returns the settings that may do for a demonstration, and are refused in production (OWASP API8:2023, security
 * misconfiguration).
 */
export function productionProblems(settings: Environment, suppliers: SupplierUrls): SettingProblem[] {
  return CHECKS.flatMap((check) => check(settings, suppliers));
}

const CHECKS: readonly Check[] = [
  secrets,
  frontEndKeys,
  stores,
  issuers,
  supplierAddresses,
  clinicalContent,
  organisation,
  ourAddresses,
  webhooks,
  origins,
  metrics,
];

/** An earlier secret may be weak: that is a reason to leave it. */
function secrets({ GATEWAY_SECRET, GATEWAY_SECRETS }: Environment): SettingProblem[] {
  const [current] = GATEWAY_SECRETS ?? [GATEWAY_SECRET];
  if (current === undefined)
    return [
      settingProblem(
        'GATEWAY_SECRET',
        'is missing: in production set it to at least 32 random characters, the same for every process.',
      ),
    ];
  const name = GATEWAY_SECRETS === undefined ? 'GATEWAY_SECRET' : 'GATEWAY_SECRETS';
  return isWeakSecret(current) ? [weak(name, '"openssl rand -base64 32"')] : [];
}

/** Each of them is believed. */
function frontEndKeys({ FRONT_END_KEYS }: Environment): SettingProblem[] {
  return FRONT_END_KEYS?.some(isWeakSecret) === true
    ? [weak('FRONT_END_KEYS', '"openssl rand -base64 32"')]
    : [];
}

function weak(variable: string, from: string): SettingProblem {
  return settingProblem(variable, `can be guessed: in production use what ${from} prints.`);
}

function stores({ DATABASE_URL, REDIS_URL }: Environment): SettingProblem[] {
  return [
    ...(DATABASE_URL === undefined ? [] : databaseProblems(new URL(DATABASE_URL))),
    ...(REDIS_URL === undefined ? [] : redisProblems(new URL(REDIS_URL))),
  ];
}

/** Modes with which pg checks the server's certificate (https://node-postgres.com/features/ssl). */
const VERIFIED = new Set(['require', 'verify-ca', 'verify-full']);

function databaseProblems(address: URL): SettingProblem[] {
  const { searchParams, username, password, pathname } = address;
  // As pg reads it: a parameter outranks what stands before it.
  const host = searchParams.get('host') ?? decoded(address.hostname);
  const mode = searchParams.get('sslmode') ?? '';
  const isVerified = VERIFIED.has(mode) && searchParams.get('uselibpqcompat') === null;
  const secret = searchParams.get('password') ?? decoded(password);
  const known = [decoded(username), searchParams.get('user') ?? '', pathname.slice(1), host];
  return [
    ...(host === ''
      ? [settingProblem('DATABASE_URL', 'names no host: in production say where PostgreSQL is.')]
      : isOnThisMachine(host) || isVerified
        ? []
        : [
            settingProblem(
              'DATABASE_URL',
              'leads to another machine unencrypted, or without checking who answers: in production add sslmode=verify-full.',
            ),
          ]),
    ...(secret !== '' && isWeakPassword(secret, known) ? [weakPassword('DATABASE_URL')] : []),
  ];
}

function redisProblems(address: URL): SettingProblem[] {
  const { protocol, username, password, searchParams } = address;
  const host = decoded(address.hostname);
  const secret = searchParams.get('password') ?? decoded(password);
  const known = [decoded(username), host];
  return [
    ...(protocol === 'rediss:' || isOnThisMachine(host)
      ? []
      : [
          settingProblem(
            'REDIS_URL',
            'leads to another machine unencrypted: in production use rediss:, or a Redis on this machine.',
          ),
        ]),
    ...(secret !== '' && isWeakPassword(secret, known) ? [weakPassword('REDIS_URL')] : []),
  ];
}

function weakPassword(variable: string): SettingProblem {
  return settingProblem(
    variable,
    'has a password that can be guessed: in production choose at least 12 random characters.',
  );
}

/** A path is that of a socket. */
function isOnThisMachine(host: string): boolean {
  return host.startsWith('/') || reachOf(host) === 'loopback';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function issuers({ ISSUERS }: Environment): SettingProblem[] {
  if (ISSUERS === undefined)
    return [
      settingProblem(
        'ISSUERS',
        'is missing: in production name the token issuers, because the demo issuer is refused there.',
      ),
    ];
  return [
    ...(ISSUERS.length === 0 ? [settingProblem('ISSUERS', 'is empty: nobody could sign in.')] : []),
    ...(ISSUERS.some(isDemoIssuer)
      ? [settingProblem('ISSUERS', 'names the demo issuer, which is refused in production.')]
      : []),
    ...(ISSUERS.some(({ issuer, jwksUrl }) => !/^https:/i.test(jwksUrl ?? issuer))
      ? [
          settingProblem(
            'ISSUERS',
            'cannot be used: in production a jwksUrl, or without it the issuer, must be https.',
          ),
        ]
      : []),
  ];
}

/** However it is spelled: the demo issuer's names end in `demo.invalid`. */
function isDemoIssuer({ issuer, jwksUrl }: Issuer): boolean {
  return [issuer, jwksUrl ?? ''].some((text) => /(^|[/.@])demo\.invalid\.?([/:?#]|$)/i.test(text.trim()));
}

function supplierAddresses(_: Environment, suppliers: SupplierUrls): SettingProblem[] {
  const configured = Object.entries(suppliers).flatMap(([name, address]) =>
    address === undefined ? [] : [[name, address] as const],
  );
  if (configured.length === 0)
    return [
      {
        variable: 'SUPPLIERS',
        sentence: `No supplier is configured: in production set one of ${Object.keys(suppliers).join(', ')}, because simulated suppliers are refused there.`,
      },
    ];
  return configured.flatMap(([name, address]) =>
    plain(name, address, 'https, or an encrypting proxy on this machine'),
  );
}

/** Plain HTTP within this machine serves a proxy beside the process that encrypts. */
function plain(variable: string, address: string, instead: string): SettingProblem[] {
  const { protocol, hostname } = new URL(address);
  if (protocol === 'https:' || reachOf(hostname) === 'loopback') return [];
  return [settingProblem(variable, `cannot be used: over plain http others can read along; use ${instead}.`)];
}

/** The number of signatures that are checked at the start (subgraphs/triage/content/signatures.ts). */
const MIN_SIGNERS = 2;

/** Real practices and advice that no clinician has signed do not go together unless somebody says that they shall. */
function clinicalContent({
  CLINICAL_MODE,
  CLINICAL_SIGNERS,
  ALLOW_DEMO_CONTENT,
}: Environment): SettingProblem[] {
  if (CLINICAL_MODE === 'demo' && ALLOW_DEMO_CONTENT === 'no')
    return [
      settingProblem(
        'CLINICAL_MODE',
        'is demo: in production set it to live, or ALLOW_DEMO_CONTENT to yes for a rehearsal without patients.',
      ),
    ];
  if (CLINICAL_MODE === 'live' && ALLOW_DEMO_CONTENT === 'yes')
    return [settingProblem('ALLOW_DEMO_CONTENT', 'contradicts CLINICAL_MODE=live: unset one of them.')];
  const people = new Set(CLINICAL_SIGNERS?.map(({ name }) => name));
  if (CLINICAL_MODE === 'live' && people.size < MIN_SIGNERS)
    return [
      settingProblem(
        'CLINICAL_SIGNERS',
        `names ${people.size} people: live content is signed by ${MIN_SIGNERS} of them, so name their roles and public keys.`,
      ),
    ];
  return [];
}

/** A number of this country, and the ones that Ofcom keeps for drama. */
const PHONE = /^(\+44|0)\d{9,10}$/;
const DRAMA = /^(\+44|0)1632960/;
/** Twelve digits that are not all the same. */
const ASID = /^(?!(\d)\1{11})\d{12}$/;

function organisation(settings: Environment): SettingProblem[] {
  const { ORGANISATION_ODS, ORGANISATION_NAME, ORGANISATION_PHONE, ORGANISATION_ASID } = settings;
  const phone = ORGANISATION_PHONE.replace(/[\s()-]/g, '');
  const isDemo = {
    ORGANISATION_ODS: ORGANISATION_ODS === DEMO_ORGANISATION.ORGANISATION_ODS,
    ORGANISATION_NAME: !/\w/.test(ORGANISATION_NAME) || /demonstration/i.test(ORGANISATION_NAME),
    ORGANISATION_PHONE: !PHONE.test(phone) || DRAMA.test(phone),
    ORGANISATION_ASID: !ASID.test(ORGANISATION_ASID),
  };
  return Object.entries(isDemo).flatMap(([name, is]) =>
    is ? [settingProblem(name, `is the demonstration's, or none: ${ORGANISATION[name] ?? 'set it.'}`)] : [],
  );
}

const ORGANISATION: Readonly<Record<string, string>> = {
  ORGANISATION_ODS: "set your organisation's ODS code.",
  ORGANISATION_NAME: "set your organisation's name.",
  ORGANISATION_PHONE: 'set the number on which practices reach you.',
  ORGANISATION_ASID: 'set the 12 digits of your accredited system id (ASID).',
};

function ourAddresses(settings: Environment): SettingProblem[] {
  const names = [
    'API_URL',
    'TRIAGE_URL',
    'PRACTICES_URL',
    'APPOINTMENTS_URL',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
  ] as const;
  return names.flatMap((name) => {
    const address = settings[name];
    return address === undefined ? [] : plain(name, address, 'https, or a process on this machine');
  });
}

function webhooks(settings: Environment): SettingProblem[] {
  const { WEBHOOK_SECRET: one, PRACTICE_WEBHOOK_SECRET: other } = settings;
  const shared = one?.some((key) => other?.some((same) => same.equals(key)));
  return [
    ...webhookProblems(settings, 'WEBHOOK'),
    ...webhookProblems(settings, 'PRACTICE_WEBHOOK'),
    ...(shared === true
      ? [
          settingProblem(
            'PRACTICE_WEBHOOK_SECRET',
            'is the same as WEBHOOK_SECRET: a receiver that verifies the one could forge the other.',
          ),
        ]
      : []),
  ];
}

function webhookProblems(settings: Environment, name: 'WEBHOOK' | 'PRACTICE_WEBHOOK'): SettingProblem[] {
  const address = settings[`${name}_URL`];
  const [key] = settings[`${name}_SECRET`] ?? [];
  const { protocol, hostname } = address === undefined ? { protocol: '', hostname: '' } : new URL(address);
  return [
    ...(address !== undefined && protocol !== 'https:'
      ? [settingProblem(`${name}_URL`, 'cannot be used: in production it must be https.')]
      : []),
    ...(address !== undefined && reachOf(hostname) !== 'public'
      ? [
          settingProblem(
            `${name}_URL`,
            'leads into a private network, where nobody but this service is meant to write: name a public address.',
          ),
        ]
      : []),
    ...(address === undefined && key !== undefined
      ? [settingProblem(`${name}_URL`, `is missing, although ${name}_SECRET is set: set both, or neither.`)]
      : []),
    ...(key !== undefined && isWeakSecret(key.toString('latin1'))
      ? [weak(`${name}_SECRET`, '"whsec_" and "openssl rand -base64 32"')]
      : []),
  ];
}

function origins({ CORS_ORIGINS }: Environment): SettingProblem[] {
  return CORS_ORIGINS.some((origin) => !origin.startsWith('https:'))
    ? [settingProblem('CORS_ORIGINS', 'cannot be used: in production every origin must be https.')]
    : [];
}

/** Without metrics no alarm can fire: nobody is to find that out on the day it should have. */
function metrics({ METRICS }: Environment): SettingProblem[] {
  return METRICS === undefined
    ? [
        settingProblem(
          'METRICS',
          'is missing: in production set it to on, and let nobody but your monitoring reach /metrics; or to off, and no alarm of docs/operate/alerts.yaml can fire.',
        ),
      ]
    : [];
}
