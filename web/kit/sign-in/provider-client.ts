import { importPKCS8 } from 'jose';
import * as oidc from 'openid-client';
import type { SignInAttempt } from '../session';

export type ProviderName = SignInAttempt['provider'];

/** An OpenID Connect provider, and this website as its client. */
export interface ProviderSettings {
  issuer: string;
  clientId: string;
  /** PEM (PKCS 8), with which the website signs at the token endpoint: RS512. */
  privateKey: string;
  redirectUri: string;
  scope: string;
  /** NHS login's vectors of trust; none for CIS2. */
  vtr: readonly string[];
  /** CIS2's level of assurance. */
  acrValues?: string | undefined;
  /** Time in which each request to the provider has to be answered. */
  timeoutMs: number;
}

/** Discovers a provider at its first use, and again an hour later, so that keys and addresses may change. */
export function providerClient(
  settings: ProviderSettings,
  now: () => Date,
): () => Promise<oidc.Configuration> {
  let found: { configuration: Promise<oidc.Configuration>; at: number } | undefined;
  return () => {
    const at = now().getTime();
    if (found !== undefined && at - found.at < REDISCOVERED_AFTER_MS) return found.configuration;
    const configuration = discover(settings);
    const started = { configuration, at };
    found = started;
    // A failure is not kept: the next person asks again.
    configuration.catch(() => {
      if (found === started) found = undefined;
    });
    return configuration;
  };
}

const REDISCOVERED_AFTER_MS = 60 * 60 * 1_000;
const ALGORITHM = 'RS512';

async function discover(settings: ProviderSettings): Promise<oidc.Configuration> {
  const key = await importPKCS8(settings.privateKey, ALGORITHM);
  const issuer = new URL(settings.issuer);
  const isPlain = issuer.protocol === 'http:';
  return oidc.discovery(
    issuer,
    settings.clientId,
    { id_token_signed_response_alg: ALGORITHM, redirect_uris: [settings.redirectUri] },
    oidc.PrivateKeyJwt(key),
    {
      timeout: settings.timeoutMs / 1_000,
      // The signature of the ID token is checked, too; settings refuse plain HTTP in production.
      execute: [
        oidc.enableNonRepudiationChecks,
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so as to stand out, for simulations
        ...(isPlain ? [oidc.allowInsecureRequests] : []),
      ],
    },
  );
}
