import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import pino from 'pino';
import { manualTimers, type ManualTimers } from '../../domain/manual-timers';
import { listen } from '../../platform/http/listen';
import { eventually } from '../../domain/eventually';
import { identifier } from './identify';
import { issuerKeys } from './issuer-keys';
import { TokenRefused } from './token-refused';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Between two tries to fetch keys. */
const RETRY_MS = 10_000;
const NOW = new Date('2026-03-02T09:00:00Z');
const logger = pino({ level: 'silent' });
const DISCOVERY = '/.well-known/openid-configuration';

/** A real issuer, which can be told lies, change its keys, and go away. */
async function testIssuer() {
  const requests: string[] = [];
  const { url: issuer, close } = await listen(
    ({ url = '', socket }, response) => {
      requests.push(url);
      if (state.isDown) socket.destroy();
      else if (!state.hangs) response.end(JSON.stringify(url === '/keys' ? keys : state.configuration));
    },
    { host: '127.0.0.1', port: 0 },
  );
  const state = { configuration: { issuer, jwks_uri: `${issuer}/keys` }, isDown: false, hangs: false };
  let [privateKey, keys, kid] = await newKey('first');

  async function newKey(name: string) {
    const pair = await generateKeyPair('ES256', { extractable: true });
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: name, alg: 'ES256' };
    return [pair.privateKey, { keys: [jwk] }, name] as const;
  }

  return {
    issuer,
    requests,
    state,
    close,
    async rotate(name: string) {
      [privateKey, keys, kid] = await newKey(name);
    },
    sign: () =>
      new SignJWT({ scope: 'analyst' })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuer(issuer)
        .setAudience('us')
        .setSubject('somebody')
        .setIssuedAt(NOW)
        .setExpirationTime(new Date(NOW.getTime() + HOUR_MS))
        .sign(privateKey),
  };
}

let issuer: Awaited<ReturnType<typeof testIssuer>>;
let identify: ReturnType<typeof identifier>;
/** For the keys alone: the tokens do not expire meanwhile. */
let timers: ManualTimers;
beforeEach(async () => {
  issuer = await testIssuer();
  timers = manualTimers();
  const keys = issuerKeys({ issuer: issuer.issuer }, logger, timers);
  identify = identifier([{ kind: 'client', issuer: issuer.issuer, audience: 'us', keys }], {
    knownForMs: 0,
    now: () => NOW,
  });
});
afterEach(() => issuer.close());

async function answer(token: string): Promise<string> {
  try {
    return (await identify(`Bearer ${token}`)).kind;
  } catch (error) {
    if (error instanceof TokenRefused) return error.reason;
    throw error;
  }
}

test('are found by discovery, once for all who ask at the same time', async () => {
  const token = await issuer.sign();
  expect(await Promise.all([answer(token), answer(token), answer(token)])).toEqual(
    Array.from({ length: 3 }, () => 'analyst'),
  );
  expect(issuer.requests).toEqual([DISCOVERY, '/keys']);
});

test('change when the issuer changes them: a new one is fetched when first met, an old one is soon refused', async () => {
  const old = await issuer.sign();
  expect(await answer(old)).toBe('analyst');
  await issuer.rotate('second');
  timers.advance(RETRY_MS + 1);
  expect(await answer(await issuer.sign())).toBe('analyst');
  expect(await answer(old)).toBe('BAD_SIGNATURE');
});

test('are fetched anew after ten minutes, while those that are there go on being used', async () => {
  const old = await issuer.sign();
  expect(await answer(old)).toBe('analyst');
  await issuer.rotate('second');
  timers.advance(10 * MINUTE_MS);
  expect(await answer(old)).toBe('analyst');
  expect(issuer.requests).toHaveLength(2);
  timers.advance(1);
  expect(await answer(old)).toBe('analyst');
  await eventually('the old key is refused', async () => (await answer(old)) === 'BAD_SIGNATURE');
  expect(issuer.requests).toHaveLength(4);
});

test('that nobody has are not asked for again and again', async () => {
  const token = await issuer.sign();
  expect(await answer(token)).toBe('analyst');
  await issuer.rotate('never published');
  const stray = await issuer.sign();
  await issuer.rotate('third');
  // One try is two requests.
  for (const requests of [2, 4, 6]) {
    for (let times = 0; times < 20; times++) expect(await answer(stray)).toBe('BAD_SIGNATURE');
    expect(issuer.requests).toHaveLength(requests);
    timers.advance(RETRY_MS + 1);
  }
});

test('outlast an issuer that is down, for a day and no longer, and come back with it', async () => {
  const token = await issuer.sign();
  expect(await answer(token)).toBe('analyst');
  issuer.state.isDown = true;
  timers.advance(24 * HOUR_MS);
  expect(await answer(token)).toBe('analyst');
  timers.advance(1);
  expect(await answer(token)).toBe('KEYS_UNAVAILABLE');
  issuer.state.isDown = false;
  expect(await answer(token)).toBe('KEYS_UNAVAILABLE');
  timers.advance(RETRY_MS + 1);
  expect(await answer(token)).toBe('analyst');
});

test('of an issuer that is down from the start are unavailable, until it is there', async () => {
  issuer.state.isDown = true;
  const token = await issuer.sign();
  expect(await answer(token)).toBe('KEYS_UNAVAILABLE');
  issuer.state.isDown = false;
  timers.advance(RETRY_MS + 1);
  expect(await answer(token)).toBe('analyst');
});

test('of an issuer that hangs are unavailable after five seconds', async () => {
  issuer.state.hangs = true;
  const waiting = answer(await issuer.sign());
  await eventually('the issuer is asked', () => issuer.requests.length === 1);
  timers.advance(4_999);
  expect(timers.waiting).toBe(1);
  timers.advance(1);
  expect(timers.waiting).toBe(0);
  expect(await waiting).toBe('KEYS_UNAVAILABLE');
});

test('are not taken from where another issuer is described', async () => {
  issuer.state.configuration.issuer = 'https://another.test.invalid';
  expect(await answer(await issuer.sign())).toBe('KEYS_UNAVAILABLE');
  expect(issuer.requests).not.toContain('/keys');
});
