import { webcrypto } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import type { z } from 'zod';

/**
 * Values that leave our hands, or lie on disk, as opaque text: encrypted and authenticated (JWE, dir, A256GCM), with an
 * end of validity where they have one.
 */
export interface Sealer<T> {
  seal(value: T, expiresAt?: Date): Promise<string>;
  /** Null when it was not sealed by this service, was tampered with, or has expired at `now`. */
  open(sealed: string, now: Date): Promise<T | null>;
}

const HEADER = { alg: 'dir', enc: 'A256GCM' };

/** @param key 256 bits, for this kind of value alone (domain/secret.ts). */
export function sealer<T>(schema: z.ZodType<T>, key: Uint8Array): Sealer<T> {
  // Imported once: jose would do it each time.
  let imported: Promise<webcrypto.CryptoKey> | undefined;
  const cryptoKey = () =>
    (imported ??= webcrypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']));
  return {
    async seal(value, expiresAt) {
      const token = new EncryptJWT({ value }).setProtectedHeader(HEADER);
      if (expiresAt !== undefined) token.setExpirationTime(expiresAt);
      return token.encrypt(await cryptoKey());
    },
    async open(sealed, now) {
      try {
        const { payload } = await jwtDecrypt(sealed, await cryptoKey(), {
          currentDate: now,
          keyManagementAlgorithms: [HEADER.alg],
          contentEncryptionAlgorithms: [HEADER.enc],
        });
        return schema.parse(payload.value);
      } catch {
        return null;
      }
    },
  };
}
