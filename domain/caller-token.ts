import { errors, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { Caller } from './caller';
import { machineTimers, type Timers } from './timers';

/**
 * Header with the caller, between the gateway and a subgraph in another process: a signed token that lives 30
 * seconds and is bound to one subgraph. In one process the caller is passed as an object and none of this runs.
 */
export const CALLER_HEADER = 'x-gateway-caller';
export const REQUEST_ID_HEADER = 'x-request-id';
export const SOURCE_HEADER = 'x-gateway-source';

const ISSUER = 'gp-booking-gateway';
const ALGORITHM = 'HS256';
const LIFETIME_SECONDS = 30;
const REUSED_FOR_MS = 10_000;
/** Callers kept in the cache; a token is good for half a minute. */
const MAX_VERIFIED = 5_000;

/** A key for one use, derived from a shared secret, so that no two uses share key material. */
export type CallerKey = Uint8Array;

/** One from each secret that a process knows, the current one's first. */
export type CallerKeys = readonly [CallerKey, ...CallerKey[]];

export async function signCaller(
  caller: Caller,
  subgraph: string,
  key: CallerKey,
  now = new Date(),
): Promise<string> {
  const issuedAt = Math.floor(now.getTime() / 1_000);
  return new SignJWT({ caller })
    .setProtectedHeader({ alg: ALGORITHM })
    .setIssuer(ISSUER)
    .setAudience(subgraph)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFETIME_SECONDS)
    .sign(key);
}

/**
 * Signs callers for one subgraph. The same caller's token, by the object, serves for a third of its life: making one takes
 * longer than most requests do otherwise.
 */
export function callerSigner(
  subgraph: string,
  key: CallerKey,
  timers: Pick<Timers, 'elapsedMs'> = machineTimers,
): (caller: Caller) => Promise<string> {
  const kept = new WeakMap<Caller, { token: Promise<string>; until: number }>();
  return (caller) => {
    const known = kept.get(caller);
    if (known !== undefined && timers.elapsedMs() < known.until) return known.token;
    const token = signCaller(caller, subgraph, key);
    kept.set(caller, { token, until: timers.elapsedMs() + REUSED_FOR_MS });
    return token;
  };
}

/**
 * Knows callers by their tokens, and a token that was verified again until it expires.
 * @param keys a token under any of them is taken
 * @throws Error when it was not made by the gateway for this subgraph within the last 30 seconds.
 */
export function callerVerifier(
  subgraph: string,
  keys: CallerKeys,
  now = () => new Date(),
): (token: string) => Promise<Caller> {
  const known = new LRUCache<string, Verified>({ max: MAX_VERIFIED });
  return async (token) => {
    const before = known.get(token);
    if (before !== undefined && now().getTime() < before.expiresAt) return before.caller;
    const verified = await verify(token, subgraph, keys, now());
    known.set(token, verified);
    return verified.caller;
  };
}

interface Verified {
  caller: Caller;
  expiresAt: number;
}

async function verify(
  token: string,
  subgraph: string,
  [key, ...others]: CallerKeys,
  currentDate: Date,
): Promise<Verified> {
  try {
    return await verifyUnder(token, subgraph, key, currentDate);
  } catch (error) {
    const [next, ...rest] = others;
    if (next === undefined || !(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    return verify(token, subgraph, [next, ...rest], currentDate);
  }
}

async function verifyUnder(
  token: string,
  subgraph: string,
  key: CallerKey,
  currentDate: Date,
): Promise<Verified> {
  const { payload } = await jwtVerify(token, key, {
    issuer: ISSUER,
    audience: subgraph,
    algorithms: [ALGORITHM],
    requiredClaims: ['exp', 'iat'],
    maxTokenAge: LIFETIME_SECONDS,
    currentDate,
  });
  const { iat = 0, exp = 0 } = payload;
  return {
    caller: Caller.parse(payload.caller),
    expiresAt: Math.min(exp, iat + LIFETIME_SECONDS) * 1_000,
  };
}
