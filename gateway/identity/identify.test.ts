import { createLocalJWKSet, exportJWK, exportSPKI, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import { ANONYMOUS } from '../../domain/caller';
import { manualTimers } from '../../domain/manual-timers';
import { listen } from '../../platform/http/listen';
import { identifier } from './identify';
import { TokenRefused, type TokenRefusal } from './token-refused';

const ISSUER = 'https://issuer.test.invalid';
const AUDIENCE = 'gp-booking-gateway';
const NOON = new Date('2026-03-02T12:00:00Z');
/** Seconds, as tokens count them. */
const NOW = NOON.getTime() / 1_000;

interface Making {
  header?: object;
  claims?: JWTPayload;
  without?: string[];
}

type PrivateKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

let trusted: Awaited<ReturnType<typeof trustedKeys>>;
beforeAll(async () => {
  trusted = await trustedKeys();
});

async function trustedKeys() {
  const pair = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'current', use: 'sig' };
  return {
    ...pair,
    pem: await exportSPKI(pair.publicKey),
    identify: identifier(
      [{ kind: 'client', issuer: ISSUER, audience: AUDIENCE, keys: createLocalJWKSet({ keys: [jwk] }) }],
      { now: () => NOON },
    ),
  };
}

function payload({ claims = {}, without = [] }: Making): JWTPayload {
  const whole: JWTPayload = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'somebody',
    iat: NOW,
    exp: NOW + 60,
    scope: 'analyst',
    ...claims,
  };
  return Object.fromEntries(Object.entries(whole).filter(([name]) => !without.includes(name)));
}

function token(making: Making = {}, key: PrivateKey = trusted.privateKey): Promise<string> {
  return new SignJWT(payload(making))
    .setProtectedHeader({ alg: 'RS256', kid: 'current', ...making.header })
    .sign(key);
}

function unsigned(header: object, making: Making = {}): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(payload(making))}.`;
}

async function refusal(authorization: string): Promise<TokenRefusal | 'ACCEPTED'> {
  try {
    await trusted.identify(authorization);
    return 'ACCEPTED';
  } catch (error) {
    if (error instanceof TokenRefused) return error.reason;
    throw error;
  }
}

describe('a bearer token', () => {
  it('may be left out: then nobody in particular asks', async () => {
    await expect(trusted.identify(undefined)).resolves.toEqual(ANONYMOUS);
  });

  it('that the issuer signed for us makes a caller', async () => {
    await expect(trusted.identify(`Bearer ${await token()}`)).resolves.toMatchObject({ kind: 'analyst' });
    await expect(trusted.identify(`bearer ${await token()}`)).resolves.toMatchObject({ kind: 'analyst' });
  });

  it('names the same caller each time, and never by the subject itself', async () => {
    const first = await trusted.identify(`Bearer ${await token()}`);
    const again = await trusted.identify(`Bearer ${await token({ claims: { iat: NOW - 1 } })}`);
    const another = await trusted.identify(`Bearer ${await token({ claims: { sub: 'another' } })}`);
    expect(again).toEqual(first);
    expect(another).not.toEqual(first);
    expect(JSON.stringify(first)).not.toContain('somebody');
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Bearer a.b',
    'Bearer a.b.c.d',
    'Basic YTpi',
    'Bearer a.b.c',
    'Bearer ..',
  ])('is malformed as "%s"', async (authorization) => {
    expect(await refusal(authorization)).toBe('MALFORMED');
  });

  it('is refused when the header came twice', async () => {
    const one = `Bearer ${await token()}`;
    expect(await refusal(`${one}, ${one}`)).toBe('MALFORMED');
  });

  it.each<[string, TokenRefusal, Making]>([
    ['has expired', 'EXPIRED', { claims: { iat: NOW - 120, exp: NOW - 60 } }],
    ['is not valid yet', 'NOT_YET_VALID', { claims: { nbf: NOW + 60 } }],
    ['was issued in the future', 'NOT_YET_VALID', { claims: { iat: NOW + 30 } }],
    ['never expires', 'CLAIMS_INCOMPLETE', { without: ['exp'] }],
    ['does not say when it was issued', 'CLAIMS_INCOMPLETE', { without: ['iat'] }],
    ['names nobody', 'CLAIMS_INCOMPLETE', { without: ['sub'] }],
    ['is for another audience', 'WRONG_AUDIENCE', { claims: { aud: 'another-service' } }],
    ['is for no audience', 'WRONG_AUDIENCE', { without: ['aud'] }],
    ['is from an unknown issuer', 'UNKNOWN_ISSUER', { claims: { iss: 'https://another.test.invalid' } }],
    ['is from a look-alike issuer', 'UNKNOWN_ISSUER', { claims: { iss: `${ISSUER}/` } }],
    ['is from nobody', 'UNKNOWN_ISSUER', { without: ['iss'] }],
    ['names an unknown key', 'BAD_SIGNATURE', { header: { kid: 'retired' } }],
    ['carries no scope that we know', 'CLAIMS_INCOMPLETE', { claims: { scope: 'analysts' } }],
  ])('is refused when it %s: %s', async (_, reason, making) => {
    expect(await refusal(`Bearer ${await token(making)}`)).toBe(reason);
  });

  it('is refused when its claims were changed after signing', async () => {
    const [header, , signature] = (await token()).split('.');
    const [, changed] = unsigned({}, { claims: { scope: 'operator' } }).split('.');
    expect(await refusal(`Bearer ${header!}.${changed!}.${signature!}`)).toBe('BAD_SIGNATURE');
  });

  it('is refused when somebody else signed it', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    expect(await refusal(`Bearer ${await token({}, privateKey)}`)).toBe('BAD_SIGNATURE');
  });

  it('is refused unsigned, however "none" is written', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE'])
      expect(await refusal(`Bearer ${unsigned({ alg, kid: 'current' })}`)).toBe('ALGORITHM_NOT_ALLOWED');
  });

  it('is refused when the public key was used as a shared secret', async () => {
    const forged = await new SignJWT(payload({}))
      .setProtectedHeader({ alg: 'HS256', kid: 'current' })
      .sign(new TextEncoder().encode(trusted.pem));
    expect(await refusal(`Bearer ${forged}`)).toBe('ALGORITHM_NOT_ALLOWED');
  });

  it('is refused with a critical header extension that we do not understand', async () => {
    const header = {
      alg: 'RS256',
      kid: 'current',
      crit: ['http://example.test/x'],
      'http://example.test/x': 1,
    };
    expect(await refusal(`Bearer ${unsigned(header)}AAAA`)).not.toBe('ACCEPTED');
  });
});

test('keys that a token itself names are never fetched', async () => {
  const asked: string[] = [];
  const attacker = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(attacker.publicKey)), kid: 'theirs' };
  const server = await listen(
    (request, response) => {
      asked.push(request.url ?? '');
      response.end(JSON.stringify({ keys: [jwk] }));
    },
    { host: '127.0.0.1', port: 0 },
  );
  const outside = { jku: `${server.url}/jwks`, x5u: `${server.url}/cert` };
  for (const header of [{ ...outside, kid: 'theirs' }, outside, { ...outside, jwk }])
    expect(await refusal(`Bearer ${await token({ header }, attacker.privateKey)}`)).toBe('BAD_SIGNATURE');
  await server.close();
  expect(asked).toEqual([]);
});

test('keys that cannot be had are told apart from a bad token', async () => {
  const keys = () => Promise.reject(new Error('down'));
  const identify = identifier([{ kind: 'client', issuer: ISSUER, audience: AUDIENCE, keys }], {
    now: () => NOON,
  });
  await expect(identify(`Bearer ${await token()}`)).rejects.toMatchObject({ reason: 'KEYS_UNAVAILABLE' });
});

test('one issuer cannot speak for another', async () => {
  const other = 'https://other.test.invalid';
  const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(trusted.publicKey)), kid: 'current' }] });
  const nobodys = createLocalJWKSet({ keys: [] });
  const identify = identifier(
    [
      { kind: 'client', issuer: ISSUER, audience: AUDIENCE, keys },
      { kind: 'cis2', issuer: other, audience: AUDIENCE, keys: nobodys },
    ],
    { now: () => NOON },
  );
  const forged = await token({ claims: { iss: other } });
  await expect(identify(`Bearer ${forged}`)).rejects.toMatchObject({ reason: 'BAD_SIGNATURE' });
});

describe('a token that was verified', () => {
  /** An identifier by a clock that the test moves, whose key is counted each time that it is needed. */
  function counting() {
    let verifications = 0;
    const keys = () => {
      verifications += 1;
      return Promise.resolve(trusted.publicKey);
    };
    const timers = manualTimers();
    const began = timers.elapsedMs();
    const now = () => new Date(NOON.getTime() + timers.elapsedMs() - began);
    return {
      identify: identifier([{ kind: 'client', issuer: ISSUER, audience: AUDIENCE, keys }], { now, timers }),
      advance: timers.advance,
      verifications: () => verifications,
    };
  }

  test('is known again for a minute, as the same caller, and no other is', async () => {
    const { identify, advance, verifications } = counting();
    const authorization = `Bearer ${await token({ claims: { exp: NOW + 3_600 } })}`;
    const caller = await identify(authorization);
    advance(59_999);
    expect(await identify(authorization)).toBe(caller);
    expect(verifications()).toBe(1);
    await expect(identify(`${authorization.slice(0, -4)}AAAA`)).rejects.toMatchObject({
      reason: 'BAD_SIGNATURE',
    });
    advance(1);
    await identify(authorization);
    expect(verifications()).toBe(3);
  });

  test('is refused once it has expired, known or not', async () => {
    const { identify, advance, verifications } = counting();
    const authorization = `Bearer ${await token({ claims: { exp: NOW + 10 } })}`;
    await identify(authorization);
    advance(9_999);
    await identify(authorization);
    expect(verifications()).toBe(1);
    // Clocks may differ by five seconds: until then it is verified each time.
    advance(5_000);
    await identify(authorization);
    expect(verifications()).toBe(2);
    advance(1);
    await expect(identify(authorization)).rejects.toMatchObject({ reason: 'EXPIRED' });
  });
});
