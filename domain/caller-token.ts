import { jwtVerify, SignJWT } from 'jose';
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

/** @throws Error when the token was not made by the gateway for this subgraph within the last 30 seconds. */
export async function verifyCaller(token: string, subgraph: string, key: CallerKey): Promise<Caller> {
  const { payload } = await jwtVerify(token, key, {
    issuer: ISSUER,
    audience: subgraph,
    algorithms: [ALGORITHM],
    requiredClaims: ['exp', 'iat'],
    maxTokenAge: LIFETIME_SECONDS,
  });
  return Caller.parse(payload.caller);
}
