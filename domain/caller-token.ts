import { jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { Caller } from './caller';

/**
 * How the caller travels from the gateway to a subgraph in another process: a signed token that lives 30 seconds and
 * is bound to one subgraph. In one process the caller is passed as an object and none of this runs.
 */
export const CALLER_HEADER = 'x-gateway-caller';
export const REQUEST_ID_HEADER = 'x-request-id';
export const SOURCE_HEADER = 'x-gateway-source';

const ISSUER = 'gp-booking-gateway';
const ALGORITHM = 'HS256';
const LIFETIME_SECONDS = 30;
const REUSED_FOR_MS = 10_000;
/** Of as many callers within half a minute. */
const MOST_KNOWN = 5_000;

/** A key for one use, derived from the shared secret, so that no two uses share key material. */
export type CallerKey = Uint8Array;

export async function signCaller(caller: Caller, subgraph: string, key: CallerKey): Promise<string> {
  return new SignJWT({ caller })
    .setProtectedHeader({ alg: ALGORITHM })
    .setIssuer(ISSUER)
    .setAudience(subgraph)
    .setIssuedAt()
    .setExpirationTime(`${LIFETIME_SECONDS}s`)
    .sign(key);
}

/**
 * Signs callers for one subgraph. The same caller's token, by the object, serves for a third of its life: making one takes
 * longer than most requests do otherwise.
 */
export function callerSigner(subgraph: string, key: CallerKey): (caller: Caller) => Promise<string> {
  const kept = new WeakMap<Caller, { token: Promise<string>; until: number }>();
  return (caller) => {
    const known = kept.get(caller);
    if (known !== undefined && performance.now() < known.until) return known.token;
    const token = signCaller(caller, subgraph, key);
    kept.set(caller, { token, until: performance.now() + REUSED_FOR_MS });
    return token;
  };
}

/**
 * Knows callers by their tokens, and a token that was verified again until it expires.
 * @throws Error when it was not made by the gateway for this subgraph within the last 30 seconds.
 */
export function callerVerifier(subgraph: string, key: CallerKey): (token: string) => Promise<Caller> {
  const known = new LRUCache<string, Caller>({ max: MOST_KNOWN });
  return async (token) => {
    const before = known.get(token);
    if (before !== undefined) return before;
    const { caller, expiresInMs } = await verified(token, subgraph, key);
    if (expiresInMs > 0) known.set(token, caller, { ttl: expiresInMs });
    return caller;
  };
}

async function verified(token: string, subgraph: string, key: CallerKey) {
  const { payload } = await jwtVerify(token, key, {
    issuer: ISSUER,
    audience: subgraph,
    algorithms: [ALGORITHM],
    requiredClaims: ['exp', 'iat'],
    maxTokenAge: LIFETIME_SECONDS,
  });
  const { iat = 0, exp = 0 } = payload;
  const until = Math.min(exp, iat + LIFETIME_SECONDS);
  return { caller: Caller.parse(payload.caller), expiresInMs: until * 1_000 - Date.now() };
}
