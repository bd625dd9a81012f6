import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { z } from 'zod';
import type { Context } from '../adapter';
import { parseJson, statusError } from '../http/parse-reply';
import { sessionCache } from '../session-cache';
import { manifest } from './bars.manifest';

/** This application as the API platform knows it; the public half of the key is registered there under `keyId`. */
export interface Credentials {
  applicationId: string;
  keyId: string;
  privateKey: KeyObject;
}

const Token = z.object({ access_token: z.string().min(1), token_type: z.literal('Bearer') });

/** Stays below the five minutes that are allowed: our clock may be fast. */
const ASSERTION_SECONDS = 150;
const TOKEN_PATH = '/oauth2/token';
const { id: supplier, limits } = manifest;

/**
 * Access tokens for an application, not for a user: a signed JWT is exchanged for each, and each serves everybody until
 * it ends (application-restricted access with signed JWT authentication).
 */
export function barsTokens(options: { now: () => Date; audience: string; credentials?: Credentials }) {
  const { now, audience } = options;
  const tokens = sessionCache<string>({ ttlMs: manifest.sessionTtlMs ?? 1, now });

  async function fetchToken(context: Context): Promise<string> {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertion(options.credentials ?? demoCredentials(), audience, now()),
    });
    const reply = await context.send({
      method: 'POST',
      path: TOKEN_PATH,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: body.toString(),
      timeoutMs: limits.timeoutMs.read,
      servesEverybody: true,
    });
    const failure = statusError(supplier, reply);
    if (failure) throw failure;
    return parseJson(supplier, Token, reply.body).access_token;
  }

  return {
    /** Not a kept one: whether the platform answers. */
    fetchToken,
    token: (context: Context) => tokens.get('application', () => fetchToken(context)),
    drop(token: string) {
      tokens.drop('application', token);
    },
  };
}

function assertion(
  { applicationId, keyId, privateKey }: Credentials,
  audience: string,
  now: Date,
): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'RS512', typ: 'JWT', kid: keyId })
    .setIssuer(applicationId)
    .setSubject(applicationId)
    .setAudience(audience)
    .setJti(randomUUID())
    .setExpirationTime(Math.floor(now.getTime() / 1000) + ASSERTION_SECONDS)
    .sign(privateKey);
}

let demo: Credentials | undefined;

/** A key of this process alone, which only the simulated platform takes; made once, for that takes time. */
function demoCredentials(): Credentials {
  demo ??= {
    applicationId: 'gp-booking-gateway',
    keyId: 'demo',
    privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  };
  return demo;
}
