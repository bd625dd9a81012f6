import { createHash } from 'node:crypto';
import { decodeJwt, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import { ANONYMOUS, type Caller } from '../../domain/caller';
import { machineTimers, type Timers } from '../../domain/timers';
import { callerFromClaims, type IssuerKind } from './claims';
import { TokenRefused, type TokenRefusal } from './token-refused';

export interface TrustedIssuer {
  kind: IssuerKind;
  issuer: string;
  audience: string;
  /** The issuer's published keys (JWKS), remote or local. Keys named by a token itself are never looked at. */
  keys: JWTVerifyGetKey;
}

/** Asymmetric only: with a symmetric algorithm a public key would sign. NHS login uses RS512. */
const ALGORITHMS = ['RS256', 'RS512', 'PS256', 'ES256'];
const CLOCK_TOLERANCE_SECONDS = 5;

/** Time for which a verified token is cached: a key that is withdrawn counts until then. */
const KNOWN_FOR_MS = 60_000;
const MAX_CACHED_TOKENS = 5_000;

export interface IdentifierOptions {
  /** Time for which a verified token is not verified again. */
  knownForMs?: number;
  now?: () => Date;
  timers?: Pick<Timers, 'elapsedMs'>;
}

interface Known {
  caller: Caller;
  expiresAt: number;
  /** Time of verification by `elapsedMs`: a clock that is put back must not keep alive what an issuer has withdrawn. */
  verifiedAt: number;
}

/**
 * Makes a caller of an `Authorization` header; nobody in particular where there is none. The same token is the same object
 * while it is known.
 * @throws TokenRefused when there is a header that does not hold a token to be trusted.
 */
export function identifier(
  issuers: readonly TrustedIssuer[],
  { knownForMs = KNOWN_FOR_MS, now = () => new Date(), timers = machineTimers }: IdentifierOptions = {},
): (authorization: string | undefined, beforeVerifying?: () => Promise<void>) => Promise<Caller> {
  const byName = new Map(issuers.map((issuer) => [issuer.issuer, issuer]));
  /** Verified callers by digest, so that no token is kept. */
  const known = new LRUCache<string, Known>({ max: MAX_CACHED_TOKENS });

  return async (authorization, beforeVerifying) => {
    if (authorization === undefined) return ANONYMOUS;
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]*)$/i.exec(authorization)?.[1];
    if (token === undefined) throw new TokenRefused('MALFORMED');
    const digest = createHash('sha256').update(token).digest('base64url');
    const before = known.get(digest);
    if (before !== undefined && isStillKnown(before)) return before.caller;
    await beforeVerifying?.();
    const verified = await verifiedCaller(token);
    known.set(digest, verified);
    return verified.caller;
  };

  function isStillKnown({ expiresAt, verifiedAt }: Known): boolean {
    return now().getTime() < expiresAt && timers.elapsedMs() - verifiedAt < knownForMs;
  }

  async function verifiedCaller(token: string): Promise<Known> {
    const issuer = byName.get(claimedIssuer(token));
    if (issuer === undefined) throw new TokenRefused('UNKNOWN_ISSUER');
    const verifiedAt = timers.elapsedMs();
    const claims = await verifiedClaims(token, issuer, now());
    if (isOfTheFuture(claims, now())) throw new TokenRefused('NOT_YET_VALID');
    const caller = callerFromClaims(issuer.kind, claims);
    if ('unfit' in caller) throw new TokenRefused('CLAIMS_INCOMPLETE', caller.unfit);
    return { caller, expiresAt: (claims.exp ?? 0) * 1_000, verifiedAt };
  }
}

function claimedIssuer(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    throw new TokenRefused('MALFORMED');
  }
}

async function verifiedClaims(
  token: string,
  { issuer, audience, keys }: TrustedIssuer,
  currentDate: Date,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate,
      requiredClaims: ['exp', 'iat', 'sub'],
    });
    return payload;
  } catch (error) {
    throw new TokenRefused(refusal(error));
  }
}

/** A token of tomorrow was made by a clock, or a hand, that is not to be trusted. */
function isOfTheFuture({ iat = 0 }: JWTPayload, now: Date): boolean {
  return iat > now.getTime() / 1_000 + CLOCK_TOLERANCE_SECONDS;
}

function refusal(error: unknown): TokenRefusal {
  if (error instanceof errors.JWTExpired) return 'EXPIRED';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'ALGORITHM_NOT_ALLOWED';
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey)
    return 'BAD_SIGNATURE';
  if (error instanceof errors.JWTClaimValidationFailed)
    return CLAIM_REFUSALS[error.claim] ?? 'CLAIMS_INCOMPLETE';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'MALFORMED';
  return 'KEYS_UNAVAILABLE';
}

const CLAIM_REFUSALS: Partial<Record<string, TokenRefusal>> = {
  aud: 'WRONG_AUDIENCE',
  iss: 'UNKNOWN_ISSUER',
  nbf: 'NOT_YET_VALID',
};
