import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import pino from 'pino';
import { freePort } from '../../http/free-port';
import { identifier } from './identify';
import { issuerKeys } from './issuer-keys';
import { TokenRefused } from './token-refused';

const TIMES = { fresh: 200, kept: 1_500, again: 100, answersWithin: 1_000 };
const logger = pino({ level: 'silent' });

/** A real issuer, which can be told lies, change its keys, and go away. */
async function testIssuer() {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const asked: string[] = [];
  const says = { issuer, jwks_uri: `${issuer}/keys`, hangs: false };
  let [privateKey, keys, kid] = await newKey('first');
  let server: Server | undefined;

  async function newKey(name: string) {
    const pair = await generateKeyPair('RS256', { extractable: true });
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: name, alg: 'RS256' };
    return [pair.privateKey, { keys: [jwk] }, name] as const;
  }

  return {
    issuer,
    asked,
    says,
    async start() {
      server = createServer(({ url = '' }, response) => {
        asked.push(url);
        if (says.hangs) return;
        response.end(JSON.stringify(url === '/keys' ? keys : says));
      }).listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    async stop() {
      server?.close();
      server?.closeAllConnections();
      server = undefined;
      await pause(10);
    },
    async rotate(name: string) {
      [privateKey, keys, kid] = await newKey(name);
    },
    sign: () =>
      new SignJWT({ scope: 'analyst' })
        .setProtectedHeader({ alg: 'RS256', kid })
        .setIssuer(issuer)
        .setAudience('us')
        .setSubject('somebody')
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey),
  };
}

let issuer: Awaited<ReturnType<typeof testIssuer>>;
let identify: ReturnType<typeof identifier>;
beforeEach(async () => {
  issuer = await testIssuer();
  const keys = issuerKeys({ issuer: issuer.issuer }, logger, TIMES);
  identify = identifier([{ kind: 'client', issuer: issuer.issuer, audience: 'us', keys }], 0);
});
afterEach(() => issuer.stop());

async function answer(token: string): Promise<string> {
  try {
    return (await identify(`Bearer ${token}`)).kind;
  } catch (error) {
    if (error instanceof TokenRefused) return error.reason;
    throw error;
  }
}

test('are found by discovery, once for all who ask at the same time', async () => {
  await issuer.start();
  const token = await issuer.sign();
  expect(await Promise.all([answer(token), answer(token), answer(token)])).toEqual(
    Array.from({ length: 3 }, () => 'analyst'),
  );
  expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
});

test('change when the issuer changes them: a new one is fetched when first met, an old one is soon refused', async () => {
  await issuer.start();
  const old = await issuer.sign();
  expect(await answer(old)).toBe('analyst');
  await issuer.rotate('second');
  await pause(TIMES.again + 20);
  expect(await answer(await issuer.sign())).toBe('analyst');
  expect(await answer(old)).toBe('BAD_SIGNATURE');
});

test('that nobody has are not asked for again and again', async () => {
  await issuer.start();
  const token = await issuer.sign();
  expect(await answer(token)).toBe('analyst');
  await issuer.rotate('never published');
  const stray = await issuer.sign();
  await issuer.rotate('third');
  await pause(TIMES.again + 20);
  const [before, began] = [issuer.asked.length, performance.now()];
  for (let times = 0; times < 20; times++) expect(await answer(stray)).toBe('BAD_SIGNATURE');
  // Two requests for each try.
  const tries = 1 + Math.ceil((performance.now() - began) / TIMES.again);
  expect(issuer.asked.length - before).toBeLessThanOrEqual(2 * tries);
});

test('outlast an issuer that is down, for their time and no longer, and come back with it', async () => {
  await issuer.start();
  const token = await issuer.sign();
  expect(await answer(token)).toBe('analyst');
  await issuer.stop();
  await pause(TIMES.fresh + 50);
  expect(await answer(token)).toBe('analyst');
  await pause(TIMES.kept);
  expect(await answer(token)).toBe('KEYS_UNAVAILABLE');
  await issuer.start();
  await pause(TIMES.again + 20);
  expect(await answer(token)).toBe('analyst');
});

test('of an issuer that is down from the start are unavailable, soon, until it is there', async () => {
  const token = await issuer.sign();
  expect(await answer(token)).toBe('KEYS_UNAVAILABLE');
  issuer.says.hangs = true;
  await issuer.start();
  await pause(TIMES.again + 20);
  const began = performance.now();
  expect(await answer(token)).toBe('KEYS_UNAVAILABLE');
  expect(performance.now() - began).toBeLessThan(3_000);
  issuer.says.hangs = false;
  await pause(TIMES.again + 20);
  expect(await answer(token)).toBe('analyst');
});

test('are not taken from where another issuer is described', async () => {
  issuer.says.issuer = 'https://another.test.invalid';
  await issuer.start();
  expect(await answer(await issuer.sign())).toBe('KEYS_UNAVAILABLE');
  expect(issuer.asked).not.toContain('/keys');
});
