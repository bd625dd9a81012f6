import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Logger } from 'pino';
import { z } from 'zod';
import { loggableError } from '../../domain/loggable-error';
import { machineTimers, type Timers } from '../../domain/timers';

/** The fields of OpenID Connect Discovery 1.0, section 3, that are used. */
const Configuration = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });
const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });

export interface KeySource {
  /** The issuer's identifier, exactly as in the `iss` claim. */
  issuer: string;
  /** Undefined: found by discovery. */
  jwksUrl?: string | undefined;
}

/** After which keys are fetched anew, while those that are there go on being used. */
const FRESH_MS = 600_000;
/** Time for which keys are used although the issuer no longer answers. */
const KEPT_MS = 24 * 3_600_000;
/** Shortest time between two fetches, whatever causes them: an unknown key, or an issuer that is down. */
const RETRY_AFTER_MS = 10_000;
const ANSWERS_WITHIN_MS = 5_000;

/**
 * An issuer's published keys. They are fetched when first needed, and again now and then and for a key that is not among
 * them, so that the issuer may change them; an issuer that is down for less than a day stops nobody who has a token.
 */
export function issuerKeys(
  source: KeySource,
  logger: Logger,
  timers: Timers = machineTimers,
): JWTVerifyGetKey {
  let keys: JWTVerifyGetKey | null = null;
  let [loadedAt, triedAt] = [-Infinity, -Infinity];
  let loading: Promise<void> | null = null;
  const since = (moment: number) => timers.elapsedMs() - moment;
  const mayTry = () => since(triedAt) > RETRY_AFTER_MS;

  function load(): Promise<void> {
    triedAt = timers.elapsedMs();
    loading ??= fetchKeys(source, timers)
      .then((found) => {
        keys = createLocalJWKSet(found);
        loadedAt = timers.elapsedMs();
      })
      .catch((error: unknown) => {
        logger.warn(
          { err: loggableError(error), issuer: source.issuer },
          "the token issuer's keys are unavailable",
        );
      })
      .finally(() => (loading = null));
    return loading;
  }

  const usable = () => (since(loadedAt) > KEPT_MS ? null : keys);

  return async (header, token) => {
    const isDue = since(loadedAt) > FRESH_MS && mayTry();
    const under = isDue ? load() : loading;
    if (usable() === null) await under;
    const known = usable();
    if (known === null) throw new errors.JWKSTimeout();
    try {
      return await known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // It may be among those that are on their way.
      const more = loading ?? (mayTry() ? load() : null);
      if (more === null) throw error;
      await more;
      return (usable() ?? known)(header, token);
    }
  };
}

async function fetchKeys({ issuer, jwksUrl }: KeySource, timers: Timers): Promise<JSONWebKeySet> {
  const late = new AbortController();
  const cancel = timers.after(ANSWERS_WITHIN_MS, () =>
    late.abort(new Error(`No answer within ${ANSWERS_WITHIN_MS / 1_000} seconds.`)),
  );
  try {
    return KeySet.parse(await json(jwksUrl ?? (await discovered(issuer, late.signal)), late.signal));
  } finally {
    cancel();
  }
}

/** @throws Error when the document is another issuer's, or its keys would come over a plain connection. */
async function discovered(issuer: string, signal: AbortSignal): Promise<string> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const found = Configuration.parse(await json(address, signal));
  if (found.issuer !== issuer) throw new Error('The issuer found by discovery is another.');
  if (issuer.startsWith('https:') && !found.jwks_uri.startsWith('https:'))
    throw new Error('The keys found by discovery would not come over https.');
  return found.jwks_uri;
}

async function json(address: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(address, { signal, redirect: 'error' });
  if (!response.ok) throw new Error(`HTTP status ${response.status}.`);
  return response.json();
}
