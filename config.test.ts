import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { suppliers } from './adapters/registry';
import { ConfigError, readConfig, type Role } from './config';
import { Environment } from './settings/environment';
import { PRODUCTION, webhookSecret } from './tests/production-settings';

function problem(env: Record<string, string>, role?: Role): string {
  try {
    readConfig(env, role);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'none';
}

it('starts in production with the settings that docs/operate.md begins with', () => {
  const page = readFileSync(join(__dirname, 'docs', 'operate.md'), 'utf8');
  const [, settings = ''] = /```sh\n( *NODE_ENV=[^`]*)```/.exec(page) ?? [];
  const password = createHash('sha256').update('a password that nobody guesses').digest('hex');
  const script = `set -a\n${settings.replaceAll('…', password)}\nenv -0`;
  const shown = execFileSync('bash', ['-c', script], { env: { PATH: process.env.PATH }, encoding: 'utf8' });
  const env = Object.fromEntries(
    shown
      .split('\0')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
  );
  expect(problem(env, 'gateway')).toBe('none');
  expect(problem({ ...env, GATEWAY_SECRET: '' }, 'gateway')).not.toBe('none');
});

it('needs nothing: one process, embedded stores, simulated suppliers, on this machine alone', () => {
  expect(readConfig({})).toMatchObject({
    production: false,
    dataDir: resolve('data'),
    clinicalMode: 'demo',
    http: { host: '127.0.0.1', port: 4000 },
    databases: { appointments: { kind: 'embedded', file: join(resolve('data'), 'ledger.db') } },
    redisUrl: undefined,
    issuers: undefined,
    suppliers: { emis: undefined, tpp: undefined, 'gp-connect': undefined },
    simulatorPorts: { control: 4100, emis: 4101, tpp: 4102, 'gp-connect': 4103, bars: 4104, meridian: 4105 },
  });
});

it('has every setting in the tables of README.md and docs/operate.md', () => {
  const [readme, operate] = ['README.md', join('docs', 'operate.md')].map((page) =>
    readFileSync(join(__dirname, page), 'utf8'),
  );
  const ofSuppliers = suppliers.flatMap(({ manifest: { id, settings = [] } }) =>
    ['URL', ...settings.map(({ name }) => name)].map(
      (name) => `${id.toUpperCase().replaceAll('-', '_')}_${name}`,
    ),
  );
  const missing = [...Object.keys(Environment.shape), ...ofSuppliers].filter((name) => {
    const page = name.startsWith('LIMIT_') ? operate : readme;
    // `TRIAGE_URL`, `PRACTICES_URL`, `APPOINTMENTS_URL` and `…_PORT` share a row.
    return page?.includes(`\`${name}\``) !== true && !/^(TRIAGE|PRACTICES|APPOINTMENTS)_PORT$/.test(name);
  });
  expect(missing).toEqual([]);
});

it('executes by compiled operations unless EXECUTOR says apollo', () => {
  expect(readConfig({}).executor).toBe('compiled');
  expect(readConfig({ EXECUTOR: 'apollo' }).executor).toBe('apollo');
  expect(() => readConfig({ EXECUTOR: 'stock' })).toThrow(/^EXECUTOR cannot be used/);
});

it('takes an empty variable for one that is not set', () => {
  expect(readConfig({ PORT: '', DATABASE_URL: '', GATEWAY_SECRET: '', ISSUERS: '' })).toEqual(readConfig({}));
});

it('keeps every store in PostgreSQL when it is named', () => {
  const url = 'postgres://127.0.0.1/gp';
  const { databases } = readConfig({ DATABASE_URL: url });
  expect(Object.values(databases)).toEqual(Array(4).fill({ kind: 'postgres', url }));
});

it('reads the issuers', () => {
  const issuer = {
    kind: 'nhs-login',
    issuer: 'https://auth.test.invalid',
    audience: 'us',
    jwksUrl: 'https://auth.test.invalid/jwks',
  };
  expect(readConfig({ ISSUERS: JSON.stringify([issuer]) }).issuers).toEqual([issuer]);
});

describe('a setting that cannot be used is named', () => {
  it.each([
    ['PORT', 'abc'],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '4000.5'],
    ['SIMULATOR_EMIS_PORT', 'x'],
    ['DATABASE_URL', 'foo'],
    ['DATABASE_URL', 'mysql://127.0.0.1/gp'],
    ['REDIS_URL', 'http://127.0.0.1'],
    ['GATEWAY_SECRET', 'short'],
    ['NODE_ENV', 'staging'],
    ['CLINICAL_MODE', 'LIVE'],
    ['LOG_LEVEL', 'loud'],
    ['TRIAGE_URL', 'file:///etc/passwd'],
    ['EMIS_URL', 'not an address'],
    ['ORGANISATION_ODS', 'x'],
    ['WEBHOOK_URL', 'ftp://front-end.invalid'],
    ['WEBHOOK_URL', 'https://user:hush@front-end.invalid'],
    ['WEBHOOK_SECRET', 'c2VjcmV0'],
    ['WEBHOOK_SECRET', 'whsec_c2hvcnQ='],
    ['METRICS', 'yes'],
    ['HOLD_SECONDS', '0'],
    ['OFFER_SECONDS', '-5'],
    ['SEARCH_AT_ONCE', '1000'],
    ['SEARCH_AT_ONCE', ' '],
    ['PORT', '4e3'],
    ['LIMIT_QUERY_SECONDS', '3000000'],
    ['LIMIT_BODY_BYTES', '1000000000'],
    ['LIMIT_DEPTH', '1000000'],
    ['EMIS_URL', 'https://user:hush@emis.invalid'],
    ['APPOINTMENTS_URL', 'http://user:hush@127.0.0.1:1'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'https://user:hush@collector.invalid'],
    ['ALLOW_DEMO_CONTENT', 'true'],
    ['ISSUERS', '{'],
    ['ISSUERS', '{}'],
    ['ISSUERS', '[{"kind":"google"}]'],
  ])('%s=%s', (name, value) => {
    const says = problem({ [name]: value });
    expect(says).toMatch(new RegExp(`^${name} cannot be used: .*README`));
    expect(says.split('\n')).toHaveLength(1);
  });

  it('without repeating a secret', () => {
    expect(problem({ GATEWAY_SECRET: 'hush-hush' })).not.toContain('hush');
    expect(problem({ DATABASE_URL: 'mysql://user:hush@127.0.0.1/' })).not.toContain('hush');
    expect(problem({ WEBHOOK_SECRET: 'whsec_hush' })).not.toContain('hush');
  });
});

const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

describe('secrets', () => {
  const [one, two, three] = ['one', 'two', 'three'].map((text) =>
    createHash('sha256').update(text).digest('base64'),
  ) as [string, string, string];
  const without = (name: string) =>
    Object.fromEntries(Object.entries(PRODUCTION).filter(([key]) => key !== name));

  it.each<[Record<string, string>, readonly string[] | undefined]>([
    [{}, undefined],
    [{ GATEWAY_SECRET: one }, [one]],
    [{ GATEWAY_SECRETS: one }, [one]],
    [{ GATEWAY_SECRETS: `${one},${two}` }, [one, two]],
    [{ GATEWAY_SECRETS: ` ${one}, ${two}\n${three} ` }, [one, two, three]],
    [{ GATEWAY_SECRETS: JSON.stringify([one, `${two}, with a comma`]) }, [one, `${two}, with a comma`]],
  ])('of %j are %j, the current one first', (env, secrets) => {
    expect(readConfig(env).secrets).toEqual(secrets);
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ GATEWAY_SECRET: one, GATEWAY_SECRETS: two }, /^GATEWAY_SECRETS contradicts GATEWAY_SECRET: unset/],
    [{ GATEWAY_SECRETS: `${one},${one}` }, /^GATEWAY_SECRETS .*twice/],
    [{ GATEWAY_SECRETS: `${one},short` }, /^GATEWAY_SECRETS .*at least 32 characters/],
    [{ GATEWAY_SECRETS: ' , ' }, /^GATEWAY_SECRETS /],
    [{ GATEWAY_SECRETS: `["${one}", "${two}"` }, /^GATEWAY_SECRETS .*JSON list/],
    [{ GATEWAY_SECRETS: ` ["${one}", ${two}]` }, /^GATEWAY_SECRETS .*JSON list/],
    [{ GATEWAY_SECRETS: `["${one}", 12345678]` }, /^GATEWAY_SECRETS .*JSON list/],
    [{ GATEWAY_SECRETS: [1, 2, 3, 4, 5].map((n) => `${n}${one}`).join() }, /^GATEWAY_SECRETS .*at most 4/],
  ])('that cannot be used are refused: %#', (env, says) => {
    expect(problem(env)).toMatch(says);
    expect(problem(env)).not.toContain(one);
  });

  it('of several processes may be several', () => {
    const stores = { DATABASE_URL: 'postgres://127.0.0.1/booking', REDIS_URL: 'redis://127.0.0.1' };
    const env = { ...stores, GATEWAY_SECRETS: `${one} ${two}` };
    expect(readConfig(env, 'triage').secrets).toEqual([one, two]);
  });

  it('in production have a strong one first, and may be leaving a weak one', () => {
    const production = without('GATEWAY_SECRET');
    const weak = 'demonstration-only-demonstration-only';
    expect(readConfig({ ...production, GATEWAY_SECRETS: `${one} ${weak}` }).secrets).toEqual([one, weak]);
    expect(problem({ ...production, GATEWAY_SECRETS: `${weak} ${one}` })).toMatch(
      /^GATEWAY_SECRETS can be guessed/,
    );
  });
});

describe('the webhook', () => {
  const WEBHOOK_URL = 'http://127.0.0.1:9/told';

  it('is told nothing unless it is named', () => {
    expect(readConfig({}).webhook).toBeUndefined();
    expect(readConfig({ WEBHOOK_SECRET }).webhook).toBeUndefined();
  });

  it('is signed for with the bytes of the secret', () => {
    const { webhook } = readConfig({ WEBHOOK_URL, WEBHOOK_SECRET });
    expect(webhook).toEqual({ url: WEBHOOK_URL, keys: [Buffer.alloc(32, 7)] });
  });

  it('is signed for by each of several while receivers learn a new one', () => {
    const next = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
    const { webhook } = readConfig({ WEBHOOK_URL, WEBHOOK_SECRET: `${next} ${WEBHOOK_SECRET}` });
    expect(webhook?.keys).toEqual([Buffer.alloc(32, 8), Buffer.alloc(32, 7)]);
  });

  it('is not told without a secret', () => {
    expect(problem({ WEBHOOK_URL })).toMatch(/^WEBHOOK_SECRET is missing: .*whsec_.*openssl/);
  });
});

describe('metrics', () => {
  it.each([
    [{}, true],
    [{ METRICS: 'off' }, false],
    [{ METRICS: 'on' }, true],
  ])('%j: %s', (env, on) => {
    expect(readConfig(env).metrics).toBe(on);
  });
});

describe('all that is wrong is named at once, one line each', () => {
  it('of what cannot be read', () => {
    const says = problem({ PORT: 'x', EMIS_URL: 'y', SIMULATOR_TPP_PORT: 'z', CLINICAL_MODE: '?' });
    expect(says.split('\n').map((line) => line.split(' ')[0])).toEqual([
      'PORT',
      'CLINICAL_MODE',
      'EMIS_URL',
      'SIMULATOR_TPP_PORT',
    ]);
  });

  it('of what production lacks, in one process or several', () => {
    const says = problem({ NODE_ENV: 'production', PORT: 'x', ISSUERS: '{' }, 'triage').split('\n');
    expect(says.map((line) => line.split(' ')[0])).toEqual([
      'PORT',
      'ISSUERS',
      'GATEWAY_SECRET',
      'No',
      'CLINICAL_MODE',
      'ORGANISATION_ODS',
      'ORGANISATION_NAME',
      'ORGANISATION_PHONE',
      'ORGANISATION_ASID',
      'METRICS',
      'Running',
    ]);
    expect(says.at(-1)).toContain('DATABASE_URL, REDIS_URL, GATEWAY_SECRET');
  });
});

describe('what a supplier needs besides its address', () => {
  const MERIDIAN = { MERIDIAN_URL: 'https://meridian.test' };
  const [id, secret] = ['our-id', 'Xk29-not-in-any-log-7731'];

  it('is read by supplier and name, a key with its line ends', () => {
    const key = '-----BEGIN PRIVATE KEY-----\\nMIIB\\n-----END PRIVATE KEY-----';
    const env = { MERIDIAN_CLIENT_ID: id, MERIDIAN_CLIENT_SECRET: secret, BARS_PRIVATE_KEY: key };
    expect(readConfig(env).supplierValues).toEqual({
      meridian: { CLIENT_ID: id, CLIENT_SECRET: secret },
      bars: { PRIVATE_KEY: key.replaceAll('\\n', '\n') },
    });
    expect(problem({ BARS_PRIVATE_KEY: secret })).toMatch(/^BARS_PRIVATE_KEY cannot be used: must be PEM/);
  });

  it('is demanded in production where that supplier is configured, and only there', () => {
    expect(problem({ ...PRODUCTION, ...MERIDIAN }).split('\n')).toEqual([
      expect.stringMatching(/^MERIDIAN_CLIENT_ID is missing: in production set the client id/),
      expect.stringMatching(/^MERIDIAN_CLIENT_SECRET is missing: /),
    ]);
    expect(problem({ ...MERIDIAN })).toBe('none');
    const given = { ...PRODUCTION, ...MERIDIAN, MERIDIAN_CLIENT_ID: id, MERIDIAN_CLIENT_SECRET: secret };
    expect(problem(given)).toBe('none');
  });

  it('is not what the simulator takes, which anybody can read, and is never repeated', () => {
    const known = { MERIDIAN_CLIENT_ID: id, MERIDIAN_CLIENT_SECRET: 'a secret that the simulator takes' };
    const says = problem({ ...PRODUCTION, ...MERIDIAN, ...known });
    expect(says).toMatch(/^MERIDIAN_CLIENT_SECRET is the simulator's: /);
    expect(says).not.toContain(known.MERIDIAN_CLIENT_SECRET);
  });
});

describe('in production', () => {
  it('starts on complete settings', () => {
    expect(problem(PRODUCTION)).toBe('none');
  });

  it.each(Object.keys(PRODUCTION).filter((name) => name !== 'NODE_ENV'))(
    'does not start without %s',
    (name) => {
      expect(problem({ ...PRODUCTION, [name]: '' }).split('\n')).toEqual([
        expect.stringMatching(name === 'ALLOW_DEMO_CONTENT' ? /^CLINICAL_MODE is demo/ : new RegExp(name)),
      ]);
    },
  );

  const issuer = { kind: 'cis2', issuer: 'https://login.test', audience: 'a' };
  const issuers = (...given: object[]) => JSON.stringify(given);
  const same = `whsec_${createHash('sha256').update('a key of both').digest('base64')}`;
  const signers = (...people: [name: string, key: string][]) =>
    JSON.stringify(
      people.map(([name, key]) => ({
        name,
        role: 'a role in a test',
        publicKey: createHash('sha256').update(key).digest('base64'),
      })),
    );
  const BARS_VALUES = {
    BARS_APPLICATION_ID: 'an-application',
    BARS_KEY_ID: 'a-key',
    BARS_PRIVATE_KEY: '-----BEGIN PRIVATE KEY-----',
  };
  /** Variable, its value, and what stands beside it. */
  const REFUSED: [name: string, value: string, beside?: Record<string, string>][] = [
    // Weak.
    ['GATEWAY_SECRET', 'a'.repeat(32)],
    ['GATEWAY_SECRET', 'ab'.repeat(32)],
    ['GATEWAY_SECRET', 'demonstration-only-demonstration-only'],
    ['GATEWAY_SECRET', 'abcdefghijklmnopqrstuvwxyz0123456789'],
    ['GATEWAY_SECRET', 'qwertyuiopasdfghjklzxcvbnm1234567890'],
    ['GATEWAY_SECRET', 'CHANGE-ME-8f3kd92mfk20fmwk4920fmk2'],
    ['GATEWAY_SECRET', 'deadbeef'.repeat(8)],
    ['GATEWAY_SECRET', 'a sentence that somebody has typed'],
    ['FRONT_END_KEYS', `${createHash('sha256').update('a strong one').digest('base64')} ${'ab'.repeat(32)}`],
    ['DATABASE_URL', 'postgres://booking:booking@127.0.0.1:5432/booking'],
    ['DATABASE_URL', 'postgres://svc:postgres@127.0.0.1/gp'],
    ['DATABASE_URL', 'postgres://svc@127.0.0.1/gp?password=password1234'],
    ['REDIS_URL', 'redis://:redis@127.0.0.1'],
    ['REDIS_URL', 'rediss://svc:svc@redis.test'],
    ['WEBHOOK_SECRET', `whsec_${Buffer.alloc(32, 7).toString('base64')}`, { WEBHOOK_URL: 'https://fe.test' }],
    [
      'PRACTICE_WEBHOOK_SECRET',
      `whsec_${Buffer.from('secret-secret-secret-secret').toString('base64')}`,
      { PRACTICE_WEBHOOK_URL: 'https://fe.test' },
    ],
    // Plain.
    ['EMIS_URL', 'http://emis.test'],
    ['GP_CONNECT_URL', 'http://10.0.0.1'],
    ['TPP_URL', 'http://tpp.test/api'],
    ['BARS_URL', 'http://bars.test', BARS_VALUES],
    ['API_URL', 'http://gateway:4000/graphql'],
    ['TRIAGE_URL', 'http://triage:4001/graphql'],
    ['PRACTICES_URL', 'http://10.0.0.2:4002/graphql'],
    ['APPOINTMENTS_URL', 'http://0.0.0.0:4003/graphql'],
    ['DATABASE_URL', 'postgres://db.test/gp'],
    ['DATABASE_URL', 'postgres://db.test/gp?sslmode=prefer'],
    ['DATABASE_URL', 'postgres://db.test/gp?sslmode=no-verify'],
    ['DATABASE_URL', 'postgres://127.0.0.1/gp?host=db.test'],
    ['DATABASE_URL', 'postgres://db.test/gp?uselibpqcompat=true&sslmode=require'],
    ['DATABASE_URL', 'postgres:///gp'],
    ['REDIS_URL', 'redis://redis.test:6379'],
    ['WEBHOOK_URL', 'http://fe.test', { WEBHOOK_SECRET: same }],
    ['PRACTICE_WEBHOOK_URL', 'http://fe.test', { PRACTICE_WEBHOOK_SECRET: same }],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://collector:4318'],
    ['ISSUERS', issuers({ ...issuer, jwksUrl: 'http://login.test/keys' })],
    ['ISSUERS', issuers({ ...issuer, issuer: 'http://login.test' })],
    ['CORS_ORIGINS', 'https://app.example,http://app.example'],
    // Of the demonstration.
    ['CLINICAL_MODE', 'demo', { ALLOW_DEMO_CONTENT: '' }],
    ['ISSUERS', issuers({ ...issuer, issuer: 'https://nhs-login.demo.invalid' })],
    ['ISSUERS', issuers({ ...issuer, issuer: 'https://nhs-login.demo.invalid/' })],
    ['ISSUERS', issuers({ ...issuer, issuer: 'HTTPS://NHS-LOGIN.DEMO.INVALID.:443/x' })],
    ['ISSUERS', issuers({ ...issuer, jwksUrl: 'https://cis2.demo.invalid/keys' })],
    ['ORGANISATION_ODS', 'X26DEMO'],
    ['ORGANISATION_ODS', ' x26demo '],
    ['ORGANISATION_NAME', 'GP Booking Gateway (demonstration)'],
    ['ORGANISATION_NAME', ' '],
    ['ORGANISATION_PHONE', '01632 960000'],
    ['ORGANISATION_PHONE', 'n/a'],
    ['ORGANISATION_PHONE', '+44 1632 960 123'],
    ['ORGANISATION_ASID', '000000000000'],
    ['ORGANISATION_ASID', '1'],
    // Into a private network.
    ...[
      'https://169.254.169.254/',
      'https://127.0.0.1/',
      'https://2130706433/',
      'https://localhost/',
      'https://10.1.2.3/',
      'https://192.168.0.1/',
      'https://172.20.0.1/',
      'https://100.64.0.1/',
      'https://0.0.0.0/',
      'https://[::1]/',
      'https://[fd00::1]/',
      'https://[fe80::1]/',
      'https://[::ffff:169.254.169.254]/',
      'https://[64:ff9b::a9fe:a9fe]/',
      'https://metadata.google.internal/',
      'https://printer.local./',
    ].map((url): [string, string, Record<string, string>] => ['WEBHOOK_URL', url, { WEBHOOK_SECRET: same }]),
    ['PRACTICE_WEBHOOK_URL', 'https://169.254.169.254/', { PRACTICE_WEBHOOK_SECRET: same }],
    // Contradictions.
    ['ISSUERS', '[]'],
    ['ISSUERS', issuers(issuer, { ...issuer, kind: 'nhs-login' })],
    ['ISSUERS', issuers(issuer, { ...issuer, issuer: 'https://login.test/' })],
    ['ALLOW_DEMO_CONTENT', 'yes', { CLINICAL_MODE: 'live' }],
    // Live content without those who may sign it.
    ['CLINICAL_SIGNERS', '', { CLINICAL_MODE: 'live', ALLOW_DEMO_CONTENT: '' }],
    [
      'CLINICAL_SIGNERS',
      signers(['A. Reviewer', 'key one'], ['A. Reviewer', 'key two']),
      { CLINICAL_MODE: 'live', ALLOW_DEMO_CONTENT: '' },
    ],
    ['CLINICAL_SIGNERS', '[{"name":"A. Reviewer"}]'],
    ['CLINICAL_SIGNERS', signers(['A. Reviewer', 'key one'], ['B. Reviewer', 'key one'])],
    [
      'PRACTICE_WEBHOOK_SECRET',
      same,
      { WEBHOOK_SECRET: same, WEBHOOK_URL: 'https://fe.test', PRACTICE_WEBHOOK_URL: 'https://fe.test/p' },
    ],
  ];

  it.each(REFUSED)('refuses %s=%s by name, and does not repeat it', (name, value, beside = {}) => {
    const lines = problem({ ...PRODUCTION, ...beside, [name]: value }).split('\n');
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^${name} `))]);
    for (const secret of /SECRET|KEYS|DATABASE|REDIS/.test(name) ? [value] : [])
      expect(lines[0]).not.toContain(secret);
  });

  it('starts live with two people who may sign the content', () => {
    const CLINICAL_SIGNERS = signers(['A. Reviewer', 'key one'], ['B. Reviewer', 'key two']);
    const live = { ...PRODUCTION, CLINICAL_MODE: 'live', ALLOW_DEMO_CONTENT: '', CLINICAL_SIGNERS };
    expect(problem(live)).toBe('none');
    expect(readConfig(live).clinicalSigners.map(({ name }) => name)).toEqual(['A. Reviewer', 'B. Reviewer']);
  });

  it('refuses a secret without the address that it is for', () => {
    expect(problem({ ...PRODUCTION, WEBHOOK_SECRET: same })).toMatch(/^WEBHOOK_URL is missing/);
    expect(problem({ ...PRODUCTION, WEBHOOK_URL: 'https://fe.test' })).toMatch(/^WEBHOOK_SECRET is missing/);
  });

  it('simulates no suppliers', () => {
    expect(problem(PRODUCTION, 'suppliers')).toMatch(/^NODE_ENV is production.*suppliers/);
  });

  it.each<[string, string, Record<string, string>?]>([
    ['EMIS_URL', 'http://127.0.0.1:8443'],
    ['TRIAGE_URL', 'http://[::1]:4001/graphql'],
    ['DATABASE_URL', 'postgres://127.0.0.1/gp'],
    ['DATABASE_URL', 'postgres://svc:Xk29fPq0ZvTr@db.test/gp?sslmode=verify-full'],
    ['DATABASE_URL', 'postgres://%2Fvar%2Frun%2Fpostgresql/gp'],
    ['REDIS_URL', 'redis://127.0.0.1:6379'],
    ['REDIS_URL', 'rediss://svc:Xk29fPq0ZvTr@redis.test'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:4318'],
    ['WEBHOOK_URL', 'https://front-end.test/told', { WEBHOOK_SECRET: webhookSecret() }],
    ['ISSUERS', issuers(issuer, { ...issuer, issuer: 'https://other.test' })],
    ['CORS_ORIGINS', 'https://app.example'],
  ])('takes %s=%s', (name, value, beside = {}) => {
    expect(problem({ ...PRODUCTION, ...beside, [name]: value })).toBe('none');
  });

  it('has to say whether there are metrics, since no alarm fires without them', () => {
    const unsaid = Object.fromEntries(Object.entries(PRODUCTION).filter(([name]) => name !== 'METRICS'));
    expect(problem(unsaid)).toMatch(/^METRICS is missing: .*no alarm/);
    expect(readConfig({ ...PRODUCTION, METRICS: 'off' }).metrics).toBe(false);
    expect(readConfig({ ...PRODUCTION, METRICS: 'on' }).metrics).toBe(true);
  });
});

it('reads limits, and refuses one that would let nothing through', () => {
  expect(readConfig({ LIMIT_DEPTH: '7', LIMIT_QUERY_SECONDS: '3' }).limits).toMatchObject({
    document: { depth: 7 },
    queryMs: 3_000,
  });
  expect(problem({ LIMIT_ALIASES: '0' })).toContain('LIMIT_ALIASES cannot be used');
});

it('takes published documents only in production, unless it is told otherwise', () => {
  expect(readConfig({}).trustedDocumentsOnly).toBe(false);
  expect(readConfig({ TRUSTED_DOCUMENTS: 'on' }).trustedDocumentsOnly).toBe(true);
});

it.each(['*', 'app.example', 'https://app.example/', 'null'])(
  'lets pages of no origin in such as %s',
  (origin) => {
    expect(problem({ CORS_ORIGINS: origin })).toContain('CORS_ORIGINS cannot be used');
  },
);
