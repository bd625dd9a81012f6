import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK, type JWTPayload } from 'jose';
import { z } from 'zod';
import { readOrCreateFile } from '../domain/read-or-create-file';

/**
 * Stands in for NHS login, CIS2 and an OAuth client registry, with one key that is made on first use and kept in the
 * data folder. Refused in production.
 */
export interface DemoIssuer {
  /** The public keys, as an issuer publishes them. */
  jwks: { keys: JWK[] };
  /** The private key, for the sign-in provider of the simulation, whose tokens are this issuer's. */
  signingKey: JWK;
  /** @param hasExpired makes a token that was good until an hour ago. */
  sign(kind: DemoIssuerKind, subject: string, claims: JWTPayload, hasExpired?: boolean): Promise<string>;
}

export type DemoIssuerKind = keyof typeof DEMO_ISSUERS;

/** `.invalid` is reserved (RFC 2606): nothing real is ever called so. */
export const DEMO_ISSUERS = {
  'nhs-login': 'https://nhs-login.demo.invalid',
  cis2: 'https://cis2.demo.invalid',
  client: 'https://clients.demo.invalid',
} as const;
export const DEMO_AUDIENCE = 'gp-booking-gateway';

const ALGORITHM = 'RS512';
const LIFETIME_SECONDS = 12 * 60 * 60;
const HOUR_SECONDS = 60 * 60;
const KeptKey = z.looseObject({
  kty: z.literal('RSA'),
  n: z.string(),
  e: z.string(),
  d: z.string(),
  kid: z.string(),
});

/**
 * @param dataDir folder of the key; the gateway and `npm run token` must use the same.
 * @throws Error with a sentence that says what to do when the kept key cannot be read.
 */
export async function demoIssuer(dataDir: string): Promise<DemoIssuer> {
  const path = join(dataDir, 'demo-issuer.json');
  const jwk = keyIn(await readOrCreateFile(path, newKey));
  if (jwk === null)
    throw new Error(`${path} holds no key of the demo issuer: delete it, and a new one is made.`);
  const key = await importJWK(jwk, ALGORITHM);
  const { kty, n, e, kid } = jwk;
  return {
    jwks: { keys: [{ kty, n, e, kid, alg: ALGORITHM, use: 'sig' }] },
    signingKey: { ...jwk, alg: ALGORITHM, use: 'sig' },
    sign(kind, subject, claims, hasExpired = false) {
      const now = Math.floor(Date.now() / 1_000);
      const issuedAt = hasExpired ? now - LIFETIME_SECONDS - HOUR_SECONDS : now;
      return new SignJWT(claims)
        .setProtectedHeader({ alg: ALGORITHM, kid, typ: 'JWT' })
        .setIssuer(DEMO_ISSUERS[kind])
        .setAudience(DEMO_AUDIENCE)
        .setSubject(subject)
        .setJti(randomUUID())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + LIFETIME_SECONDS)
        .sign(key);
    },
  };
}

function keyIn(kept: string): z.infer<typeof KeptKey> | null {
  try {
    return KeptKey.parse(JSON.parse(kept));
  } catch {
    return null;
  }
}

async function newKey(): Promise<string> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return JSON.stringify({ ...(await exportJWK(privateKey)), kid: randomUUID() });
}
