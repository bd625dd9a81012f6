import { join } from 'node:path';
import { createPublicKey } from 'node:crypto';
import { exportPKCS8, generateKeyPair } from 'jose';
import { readOrCreateFile } from '../domain/read-or-create-file';

export const DEMO_CLIENT_ID = 'gp-booking-website';

/** Paths at which the two providers of the simulation answer at one address. */
export const PROVIDER_PATHS = { 'nhs-login': '/nhs-login', cis2: '/cis2' } as const;

export function demoProviderIssuers(url: string): Readonly<Record<keyof typeof PROVIDER_PATHS, string>> {
  return { 'nhs-login': url + PROVIDER_PATHS['nhs-login'], cis2: url + PROVIDER_PATHS.cis2 };
}

/** The website's key at the provider of the simulation: made on first use and kept in the data folder. */
export async function demoClientKey(dataDir: string): Promise<string> {
  return readOrCreateFile(join(dataDir, 'demo-sign-in-client.pem'), async () => {
    const { privateKey } = await generateKeyPair('RS512', { extractable: true });
    return exportPKCS8(privateKey);
  });
}

export function publicJwk(pem: string) {
  return { ...createPublicKey(pem).export({ format: 'jwk' }), alg: 'RS512', use: 'sig' };
}
