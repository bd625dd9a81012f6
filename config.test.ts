import { join, resolve } from 'node:path';
import { ConfigError, readConfig } from './config';

function problem(env: Record<string, string>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'none';
}

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
    simulatorPorts: { control: 4100, emis: 4101, tpp: 4102, 'gp-connect': 4103, bars: 4104 },
  });
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

describe('the webhook', () => {
  const WEBHOOK_URL = 'http://127.0.0.1:9/told';

  it('is told nothing unless it is named', () => {
    expect(readConfig({}).webhook).toBeUndefined();
    expect(readConfig({ WEBHOOK_SECRET }).webhook).toBeUndefined();
  });

  it('is signed for with the bytes of the secret', () => {
    const { webhook } = readConfig({ WEBHOOK_URL, WEBHOOK_SECRET });
    expect(webhook).toEqual({ url: WEBHOOK_URL, key: Buffer.alloc(32, 7) });
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

describe('in production', () => {
  const secret = 'x'.repeat(32);
  const issuers = '[{"kind":"cis2","issuer":"a","audience":"b","jwksUrl":"https://c.test.invalid"}]';

  it('a secret and the issuers have to be named', () => {
    expect(problem({ NODE_ENV: 'production' })).toMatch(/^GATEWAY_SECRET is missing/);
    const env = { NODE_ENV: 'production', GATEWAY_SECRET: secret };
    expect(problem(env)).toMatch(/^No supplier is configured/);
    const EMIS_URL = 'https://supplier.invalid';
    expect(problem({ ...env, EMIS_URL })).toMatch(/^ISSUERS is missing/);
    expect(problem({ ...env, EMIS_URL, ISSUERS: issuers })).toBe('none');
    const plain = issuers.replaceAll('https:', 'http:');
    expect(problem({ ...env, EMIS_URL, ISSUERS: plain })).toMatch(
      /a jwksUrl, or without it the issuer, must be https/,
    );
  });

  const env = {
    NODE_ENV: 'production',
    GATEWAY_SECRET: secret,
    EMIS_URL: 'https://supplier.invalid',
    ISSUERS: issuers,
  };

  it('the front end is told over https alone', () => {
    const WEBHOOK_URL = 'http://front-end.invalid';
    expect(problem({ ...env, WEBHOOK_URL, WEBHOOK_SECRET })).toMatch(/^WEBHOOK_URL .*https/);
    expect(problem({ ...env, WEBHOOK_URL: 'https://front-end.invalid', WEBHOOK_SECRET })).toBe('none');
  });

  it('metrics are there only where they are asked for', () => {
    expect(readConfig(env).metrics).toBe(false);
    expect(readConfig({ ...env, METRICS: 'on' }).metrics).toBe(true);
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
